"""What a screening hands on for each program and person, field by field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from eligibility import Household, Rulebook, screen
from tests.eligibility.packs import WORDS, load_pack, program

ON = date(2025, 6, 1)
HOME = program(
    f"""
not_checked: ["Something else."]
eligible: {{test: homeless, is: "household.homeless", {WORDS}}}
amount: {{low: "line.grant", high: "line.grant * count(people)"}}
""",
    id="home",
)
EACH = program(
    f"""
who: {{is: "person.age >= 18", met: "Yes.", unmet: "No.", unclear: "Perhaps."}}
eligible: {{test: disabled, is: "person.disabled", {WORDS}}}
amount: {{is: "line.grant if person.veteran else line.grant * 2"}}
""",
    id="each",
    unit="person",
)
LEANING = program(
    f'eligible: {{test: leans, is: "likely(home) and pays(home)", {WORDS}}}', id="leaning"
)
WITHOUT = program(
    f"""
eligible: {{test: homeless, is: "household.homeless", {WORDS}}}
amount: {{low: "line.grant", high: "line.missing"}}
""",
    id="without",
)
CLOSED = program(
    f'status: closed\neligible: {{test: any, is: "household.homeless", {WORDS}}}', id="closed"
)
FACTS = {
    "people_complete": True,
    "household": {"homeless": True},
    "people": [
        {"id": "p1", "birth_date": "1990-05-05", "disabled": True, "veteran": True},
        {"id": "p2", "birth_date": "1991-05-05", "disabled": True},
        {"id": "p3", "birth_date": "2015-05-05", "disabled": True},
        {"id": "p4", "birth_date": "1991-05-05", "disabled": False},
        {"id": "p5", "disabled": True, "veteran": False},
    ],
}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("rules") / "pack"
    return load_pack(folder, HOME, EACH, LEANING, WITHOUT, CLOSED)


def home(rules: Rulebook, **changes: object) -> Household:
    return Household.from_facts({**FACTS, **changes}, rules.facts)


@pytest.mark.parametrize("explain", [True, False])
def test_each_program_has_one_result_and_a_program_by_person_one_for_each(
    rules: Rulebook, explain: bool
) -> None:
    found = screen(home(rules), rules, ON, explain=explain)
    rows = [(one.program, one.person, one.outcome, one.concerned) for one in found]
    assert rows == [
        ("home", None, "likely", True),
        ("each", "p1", "likely", True),
        ("each", "p2", "likely", True),
        ("each", "p3", "unlikely", False),
        ("each", "p4", "unlikely", True),
        ("each", "p5", "unclear", True),
        ("leaning", None, "likely", True),
        ("without", None, "likely", True),
        ("closed", None, "unlikely", True),
    ]
    amounts = [tuple(one.amount) if one.amount else None for one in found]
    assert amounts == [
        (4000, 20000, "month", False),
        (4000, 4000, "month", False),
        (4000, 8000, "month", False),
        *(None,) * 4,
        (4000, None, "month", False),
        None,
    ]
    assert [bool(one.because) for one in found] == [explain] * len(found)


def test_only_the_programs_asked_for_are_screened_in_their_order(rules: Rulebook) -> None:
    found = screen(home(rules), rules, ON, ["without", "home"])
    assert [one.program for one in found] == ["without", "home"]
    with pytest.raises(KeyError):
        screen(home(rules), rules, ON, ["nothing"])


def test_the_rest_of_a_result_is_the_programs_own(rules: Rulebook) -> None:
    found, *_, closed = screen(home(rules), rules, ON)
    assert (found.status, found.apply, found.not_checked) == (
        "open",
        "automatic",
        ("Something else.",),
    )
    assert (found.stale, found.would_settle) == ((), ())
    assert found.rules == rules.hash_of("home")
    assert closed.status == "closed"


def test_the_day_is_the_one_given_or_the_one_told(rules: Rulebook) -> None:
    told = home(rules, on="2026-06-01")
    assert screen(told, rules, None, ["home"])[0].stale == ()
    assert [one.about for one in [screen(told, rules, None, ["home"])[0].amount] if one] == [True]
    assert [one.about for one in [screen(told, rules, ON, ["home"])[0].amount] if one] == [False]
    with pytest.raises(ValueError, match=r"^a day is needed to screen on$"):
        screen(home(rules), rules)


@pytest.mark.parametrize("explain", [True, False])
def test_before_the_first_figure_nothing_is_likely(rules: Rulebook, explain: bool) -> None:
    early = date(2024, 6, 1)
    found = screen(home(rules), rules, early, ["home", "leaning", "closed"], explain)
    assert [one.outcome for one in found] == ["unclear", "unclear", "unlikely"]
    assert [one.amount for one in found] == [None, None, None]
    assert found[0].because[0].test == "figures"
    assert found[1].because[0].test == "figures"


def test_the_fewest_answers_are_found_only_where_that_is_asked_for(tmp_path: Path) -> None:
    rule = "household.homeless or household.heating_paid"
    text = program(f'eligible: {{test: t, is: "{rule}", {WORDS}}}')
    rules = load_pack(tmp_path / "pack", text)
    facts = {"household": {"homeless": True, "heating_paid": True}}
    household = Household.from_facts(facts, rules.facts)
    (fewest,) = screen(household, rules, ON, minimal=True)
    assert list(fewest.because[0].facts) == ["household.homeless"]


def test_another_test_takes_over_where_it_needs_fewer_answers(tmp_path: Path) -> None:
    """The first reads two answers and the second thirteen, of which another one is enough."""
    both = "household.homeless and household.utility_account"
    either = "all(p.veteran for p in people) or household.homeless"
    text = program(
        f"""
eligible:
  any:
    - {{test: both, is: "{both}", {WORDS}}}
    - {{test: either, is: "{either}", {WORDS}}}
"""
    )
    rules = load_pack(tmp_path / "pack", text)
    people = [{"id": f"p{number}", "veteran": True} for number in range(12)]
    home = {"homeless": True, "utility_account": True}
    facts = {"people_complete": True, "people": people, "household": home}
    household = Household.from_facts(facts, rules.facts)
    (plain,) = screen(household, rules, ON)
    (fewest,) = screen(household, rules, ON, minimal=True)
    told = [(one.test, list(one.facts)) for found in (plain, fewest) for one in found.because]
    assert told == [
        ("both", ["household.homeless", "household.utility_account"]),
        ("either", ["household.homeless"]),
    ]


@pytest.mark.parametrize("explain", [True, False])
@pytest.mark.parametrize(("refine", "outcome"), [(True, "likely"), (False, "unclear")])
def test_what_comes_out_the_same_either_way_is_settled_unless_told_not_to(
    explain: bool, refine: bool, outcome: str, tmp_path: Path
) -> None:
    rule = "any(p.disabled or not p.disabled and p.veteran for p in people if p == person)"
    rule = f"({rule}) or not person.disabled"
    text = program(
        f"""
who: {{is: "person.age >= 18", met: "Yes.", unmet: "No.", unclear: "Perhaps."}}
eligible: {{test: t, is: "{rule}", {WORDS}}}
""",
        unit="person",
    )
    rules = load_pack(tmp_path / "pack", text)
    person = {"id": "p1", "birth_date": "1990-05-05", "veteran": True}
    told = {"people_complete": True, "people": [person]}
    (found,) = screen(
        Household.from_facts(told, rules.facts), rules, ON, explain=explain, refine=refine
    )
    assert (found.outcome, found.concerned) == (outcome, True)
