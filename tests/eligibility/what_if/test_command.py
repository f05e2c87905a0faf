"""`threshold screen --what-if`, as someone at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli import main
from tests.eligibility.packs import household

FACTS = household({"kind": "wages", "period": "week", "amount": 70_000}, receives=[])
OPTIONS = ("--what-if", "--on", "2026-11-22", "--program", "orca_lift")


def told(folder: Path, text: str) -> str:
    path = folder / "facts.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


def screened(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["screen", *arguments]) == 0
    return capsys.readouterr().out


def test_a_table_says_from_what_to_what_and_which_result_it_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = screened(capsys, told(tmp_path, json.dumps(FACTS)), *OPTIONS)
    head, *rows = (line.split() for line in text.split("\n\n")[1].splitlines())
    assert head == ["program", "whose", "fact", "from", "to", "before", "after", "amount"]
    assert any(row[1:5] == ["p1", "income.amount", "of", "p1"] for row in rows)
    assert "$700 a week" in text


def test_json_has_the_changes_in_the_shape_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = json.loads(screened(capsys, told(tmp_path, json.dumps(FACTS)), *OPTIONS, "--json"))
    two = json.loads(screened(capsys, told(tmp_path, json.dumps([FACTS] * 2)), *OPTIONS, "--json"))
    assert two == [one, one]
    pay = next(each for each in one if each["fact"] == "income.amount")
    assert (pay["from"], pay["period"], pay["of"], pay["income"]) == (70_000, "week", "p1", 0)
    assert pay["before"]["outcome"] != pay["after"]["outcome"]
    assert pay["distance"] == abs(pay["to"] - pay["from"])


def test_facts_that_cannot_be_read_are_bad_use(tmp_path: Path) -> None:
    assert main(["screen", told(tmp_path, '{"people": 3}'), *OPTIONS]) == 2
