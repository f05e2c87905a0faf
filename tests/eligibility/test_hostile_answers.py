"""Files of answers that nobody would write: a clear error, exit status 2 and no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli import main

HOME = '{"household": {%s}}'
PEOPLE = '{"people": [%s]}'
PERSON = '{"people": [{"id": "p1", %s}]}'
WAGES = '"incomes": [{"kind": "wages", "period": "week", %s}]'
ROWS = {
    "too deep": "[" * 100_000,
    "deep and whole": "[" * 900 + "]" * 900,
    "deep inside a fact": HOME % ('"rent": ' + '{"a": ' * 400 + "1" + "}" * 400),
    "no number": HOME % '"liquid_assets": NaN',
    "no end": HOME % '"liquid_assets": Infinity',
    "beyond a float": HOME % '"liquid_assets": 1e999',
    "4,000 digits": HOME % f'"liquid_assets": {"9" * 4000}',
    "more digits than are read": HOME % f'"liquid_assets": {"9" * 5000}',
    "below nothing": HOME % '"liquid_assets": -5',
    "half a cent": HOME % '"liquid_assets": 5.5',
    "a key twice": '{"household": {}, "household": {}}',
    "a word": '"hello"',
    "nothing": "null",
    "a list of lists": "[[1], [2]]",
    "people of no shape": '{"people": {"a": 1}}',
    "people that are numbers": '{"people": [1, 2]}',
    "an id that is a list": '{"people": [{"id": ["p1"]}]}',
    "a surrogate": '{"people": [{"id": "\\ud800"}]}',
    "a day that is none": PERSON % '"birth_date": "2026-02-30"',
    "a birth between lists": PERSON % '"birth_date": {"between": [["x"], {}]}',
    "incomes of no shape": PERSON % '"incomes": {"a": 1}',
    "a kind that is a table": PERSON % '"incomes": [{"kind": {"x": 1}}]',
    "a hundred thousand pays": PERSON % (WAGES % f'"amounts": [{",".join(["1"] * 100_000)}]'),
    "pays on no day": PERSON % (WAGES % '"amounts": [1], "dates": ["9999-99-99"]'),
    "a tie that is a list": PERSON % '"ties": [{"kind": ["x"], "to": "p1"}]',
    "help that is a table": HOME % '"receives": [{"a": 1}]',
    "a choice that is a list": HOME % '"tenure": ["renter"]',
    "a period that is a list": HOME % '"rent": {"amount": 5, "period": ["month"]}',
    "a range upside down": HOME % '"rent": {"between": [9, 1], "period": "month"}',
    "unknown for no reason": HOME % '"rent": {"unknown": ["dont_know"]}',
    "a NUL in a name": HOME % '"a\\u0000b": 1',
    "a day far away": '{"on": "9999-12-31"}',
    "perhaps": '{"people_complete": "yes"}',
    "ten thousand names": HOME % ", ".join(f'"k{n}": 1' for n in range(10_000)),
    "a crowd": PEOPLE % ", ".join(f'{{"id": "p{n}"}}' for n in range(10_000)),
}
OPTIONS = ("--on", "2026-11-22", "--program", "orca_lift")


@pytest.mark.parametrize("name", ROWS)
def test_a_line_of_hostile_answers_is_refused_by_simulate(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "homes.jsonl"
    path.write_text(ROWS[name], encoding="utf-8")
    assert main(["simulate", str(path), "--engine", "serial", *OPTIONS]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "row 1" in told.err, told.err
    assert len(told.err) < 20_000


@pytest.mark.parametrize("name", ["too deep", "no number", "4,000 digits", "ten thousand names"])
def test_a_file_of_hostile_answers_is_refused_by_screen(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "home.json"
    path.write_text(ROWS[name], encoding="utf-8")
    assert main(["screen", str(path), *OPTIONS]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert 10 < len(told.err) < 20_000


@pytest.mark.parametrize(
    "raw", [b'{"a": "\xff"}', '{"household": {}}'.encode("utf-16"), b"\x00" * 1000, b"a,b\n1,2\n"]
)
@pytest.mark.parametrize("name", ["homes.csv", "homes.jsonl"])
def test_a_file_that_is_no_population_is_refused(
    name: str, raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    assert main(["simulate", str(path), "--engine", "serial", *OPTIONS]) == 2
    assert capsys.readouterr().err.count("\n") < 200
