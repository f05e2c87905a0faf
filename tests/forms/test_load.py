"""A question bank or a city's pages with a mistake: each is named where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from eligibility.findings import RulesError
from forms import Form, load_form
from forms.conditions import ConditionError, parse_condition
from tests.forms.walking import vocabulary

BANK = """\
questions:
  home:
    kind: choice
    facts: [household.tenure]
    ask: "Do you rent?"
    choices:
      renter: {label: "We rent"}
      owner: {label: "We own"}
  rent:
    kind: money_period
    facts: [household.rent]
    ask: "How much rent do you pay?"
    when: "household.tenure == 'renter'"
    periods: [month]
"""
PAGES = """\
helps:
  food: {label: "Food", programs: [basic_food]}
sections:
  - id: home
    title: "Home"
    pages: [home, rent]
"""


def load(folder: Path, bank: str = BANK, pages: str = PAGES, own: str = "") -> Form:
    (folder / "bank").mkdir()
    (folder / "bank" / "home.yaml").write_text(bank)
    (folder / "pages.yaml").write_text(pages)
    if own:
        (folder / "questions.yaml").write_text(own)
    return load_form(folder / "bank", folder, vocabulary())


def test_a_small_form_loads_in_its_order(tmp_path: Path) -> None:
    form = load(tmp_path)
    assert [page.key for page in form.pages] == ["home", "rent"]
    assert form.pages[1].questions[0].why == "Housing costs can raise the amount of food help."


def test_a_city_adds_a_question_of_its_own(tmp_path: Path) -> None:
    own = """\
questions:
  meter:
    kind: yes_no
    facts: [household.shared_meter]
    ask: "Do you share a meter?"
"""
    form = load(tmp_path, pages=PAGES.replace("[home, rent]", "[home, rent, meter]"), own=own)
    assert form.page("meter") is not None
    assert form.page("moat") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("household.rent]", "household.rnet]", 11, 'Did you mean "household.rent"'),
        ("kind: money_period", "kind: coins", 10, "coins"),
        ("periods: [month]", "periods: [moon]", 14, "moon"),
        ('ask: "Do you rent?"', 'ask: "Does {name} rent?"', 5, "{name}"),
        ("    periods", "    peroids", 14, 'Did you mean "periods"'),
        ("household.tenure == 'renter'", "household.tenur == 'renter'", 13, "household.tenur"),
        ("household.tenure == 'renter'", "__import__('os')", 13, "__import__"),
        ("household.tenure == 'renter'", "household.tenure ==", 13, "cannot be read"),
        (
            "household.tenure == 'renter'",
            "household.tenure == 'rentr'",
            13,
            'Did you mean "renter"',
        ),
        ("tenure == 'renter'", "tenure in ('owner', 'rentr')", 13, '"rentr" is not one of'),
        ("[household.rent]", "[household.tenure]", 9, "asked by both"),
        ("renter: {label", "renter: {lable", 7, "label"),
    ],
)
def test_a_mistake_in_the_bank_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    with pytest.raises(RulesError) as error:
        load(tmp_path, bank=BANK.replace(old, new))
    found = [f for f in error.value.findings if words in str(f)]
    assert found, error.value.findings
    assert found[0].line == line
    assert found[0].file.endswith("home.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[home, rent]", "[home, rnet]", 'Did you mean "rent"'),
        ("[home, rent]", "[home]", 'No page of this city asks "rent"'),
        ("[home, rent]", "[home, rent, home]", "home"),
        ("title:", "titel:", "titel"),
        ("    title", "    stage: later\n    title", "later"),
    ],
)
def test_a_mistake_in_a_citys_pages_is_named(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(RulesError) as error:
        load(tmp_path, pages=PAGES.replace(old, new))
    assert any(words in str(f) and "pages.yaml" in f.file for f in error.value.findings)


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9",
        "(" * 300 + ")" * 300,
        "person.age.real",
        "person['age']",
        "lambda: 1",
        "any(p.age for p in open)",
        "any(p.age for p in people if p)",
        "eval('1')",
        "1 if person.age else 2",
        "person.age is None",
        "1 < person.age < 3",
        "x" * 500,
        "person.age >= 1.5",
        "\x00",
        "",
    ],
)
def test_a_condition_that_is_more_than_a_condition_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(text, lambda entity, name: name == "age")
