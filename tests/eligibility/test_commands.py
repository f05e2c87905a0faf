"""The two commands of rules, as someone at a terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.cli import main
from tests.eligibility.packs import household

FACTS = household({"kind": "wages", "period": "month", "amount": 100_000}, receives=[])


def told(folder: Path, text: str) -> str:
    path = folder / "facts.json"
    path.write_text(text, encoding="utf-8")
    return str(path)


def screened(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["screen", *arguments]) == 0
    return capsys.readouterr().out


def test_screen_answers_in_the_shape_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--json", "--on", "2026-11-22", "--program", "orca_lift")
    one = json.loads(screened(capsys, told(tmp_path, json.dumps(FACTS)), *options))
    many = json.loads(screened(capsys, told(tmp_path, json.dumps([FACTS, FACTS])), *options))
    lines = screened(capsys, told(tmp_path, f"{json.dumps(FACTS)}\n" * 3), *options)
    by_windows = screened(capsys, told(tmp_path, "\ufeff" + json.dumps(FACTS)), *options)
    assert json.loads(by_windows) == one
    assert screened(capsys, told(tmp_path, "[]"), *options) == "[]\n"
    assert one[0]["program"] == "orca_lift"
    assert many == [one, one]
    assert [json.loads(line) for line in lines.splitlines()] == [one, one, one]


def test_screen_explains_in_whole_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--explain", "--on", "2026-11-22", "--program", "orca_lift")
    text = screened(capsys, told(tmp_path, json.dumps(FACTS)), *options)
    assert "(p1): likely" in text
    assert "$1,000" in text
    assert "not checked:" in text


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "",
        "NaN",
        '{"household": {"rent": NaN}}',
        '{"on": "2026-01-01", "on": "2026-01-01"}',
        "[" * 100_000,
        '{"household": {"rent": 5}}',
        "3",
        '{"a": ' + "9" * 5000 + "}",
    ],
)
def test_a_file_that_cannot_be_read_is_bad_use(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screen", told(tmp_path, text)]) == 2
    assert capsys.readouterr().err.strip()


def test_an_unknown_program_city_or_file_is_bad_use(tmp_path: Path) -> None:
    facts = told(tmp_path, json.dumps(FACTS))
    assert main(["screen", facts, "--program", "nothing"]) == 2
    assert main(["screen", facts, "--city", "atlantis"]) == 2
    assert main(["screen", str(tmp_path / "none.json")]) == 2
    assert main(["check", "atlantis"]) == 2
