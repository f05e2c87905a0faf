"""The language by example: what each form becomes, is worth, and how what is wrong is refused.

The tables are text: an expression on one line, and under it what is expected.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from eligibility.expressions.repeats import read_twice
from tests.eligibility.spoken import Speech, Worth, homes, reads, shown, vocabulary

TABLES = Path(__file__).with_name("tables")


def table(name: str) -> list[tuple[str, list[str]]]:
    """The rows of a table: an expression, and the lines that stand indented under it."""
    rows: list[tuple[str, list[str]]] = []
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            rows[-1][1].append(line[4:])
        elif line and not line.startswith("#"):
            rows.append((line, []))
    return rows


def different(rows: list[tuple[str, object, object]]) -> list[tuple[str, object, object]]:
    return [row for row in rows if row[1] != row[2]]


def test_each_wrong_expression_is_refused_at_its_column_with_a_plain_sentence() -> None:
    speech = Speech()
    rows: list[tuple[str, object, object]] = []
    for text, (wanted,) in table("refusals.txt"):
        whole = text.removeprefix("~").replace("\\n", "\n")
        rows.append((text, speech.refusal(whole, person=not text.startswith("~")), wanted))
    assert len(rows) > 130
    assert different(rows) == []


def test_each_expression_becomes_one_typed_tree_that_says_what_it_reads() -> None:
    speech = Speech()
    rows: list[tuple[str, object, object]] = []
    for text, (tree, told) in table("trees.txt"):
        found = speech.read(text)
        rows.append((text, [shown(found), reads(found) or "nothing"], [tree, told]))
    assert len(rows) > 90
    assert different(rows) == []


def test_each_expression_has_its_value_where_all_is_told_and_its_bounds_where_not() -> None:
    rows: list[tuple[str, object, object]] = []
    worth, three = Worth(), homes()
    for text, (wanted,) in table("values.txt"):
        found = " | ".join(str(worth.of(text, home)) for home in three)
        rows.append((text, found, wanted))
    assert len(rows) > 120
    assert different(rows) == []


def test_the_same_expression_is_the_same_tree_and_a_truth_is_no_number() -> None:
    speech = Speech()
    assert speech.read("rent < line.grant") is speech.read(" rent  <  line.grant # again")
    assert speech.read("1") is not speech.read("True")
    assert len(list(speech.read("size + size").walk())) == len(list(speech.read("size").walk())) + 1
    assert speech.read("size + size").depth == speech.read("size").depth + 1


def test_the_longest_and_deepest_expression_that_is_read_is_the_limit() -> None:
    speech = Speech()
    homeless = "household.homeless"
    assert speech.refusal(f"{homeless:<2000}") == "read as yes or no"
    assert speech.refusal(f"{homeless:<2001}") == (
        "1:0 too_long: This is over 2000 characters long."
    )
    assert speech.refusal("not " * 23 + "True") == "read as yes or no"
    assert speech.refusal("not " * 24 + "True").endswith("nested over 24 levels deep.")
    assert speech.refusal(f"max({','.join('1' * 399)})") == "read as a bare number"
    assert speech.refusal(f"max({','.join('1' * 400)})").endswith("This has over 400 parts.")
    assert speech.refusal("999999999999 > 0.0000011") == "read as yes or no"
    assert speech.refusal("") == "1:0 syntax: This is not a whole expression."
    assert speech.refusal("(" * 150 + "True" + ")" * 150) == "read as yes or no"
    assert speech.refusal("-" * 1900 + "1").startswith("1:24 too_deep")


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("household.homeless and household.heating_paid", ()),
        ("household.homeless or not household.homeless", ("household.homeless",)),
        ("household.tenure == 'renter' or household.tenure == 'owner'", ("household.tenure",)),
        ("person.age > 3 and person.age < 9", ()),
        ("rent > line.grant and rent < line.short(1)", ()),
        ("person.receives.ssi and household.receives.ssi", ()),
        ("person.receives.ssi and not person.receives.ssi", ("person.receives.ssi",)),
        ("person.tax_role == 'head' or person.tax_role == 'spouse'", ("person.tax_role",)),
        (
            "any(p.tax_household == person.tax_household for p in people)",
            ("person.tax_household",),
        ),
        ("student(person)", ()),
        ("student(person) or any(student(p) for p in people)", ("person.college_student",)),
        ("student(person) and person.college_student == 'no'", ("person.college_student",)),
        ("any(i.kind == 'wages' or i.kind == 'pension' for i in person.incomes)", ()),
        (
            "person.disabled and (person.veteran or not person.disabled) and person.disabled",
            ("person.disabled",),
        ),
    ],
)
def test_an_answer_that_a_rule_reads_in_two_places_is_known(
    text: str, twice: tuple[str, ...]
) -> None:
    assert read_twice(Speech().read(text), vocabulary()) == twice
