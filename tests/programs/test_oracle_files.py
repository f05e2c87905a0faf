"""What files of households the comparison reads, and what it says of those that it cannot."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.oracle.__main__ import main
from benchmarks.oracle.answers import answers_for
from benchmarks.oracle.households import load_file
from tests.programs.test_oracle_agreement import (
    ADULT,
    NOVEMBER,
    Json,
    ours,
    stored,
    without_answers,
    written,
)


def test_a_file_without_the_answers_gives_the_same_results(tmp_path: Path) -> None:
    answers, _ = answers_for(load_file(written(tmp_path, without_answers)))
    assert answers == ours()


def test_our_answers_are_written_without_the_models(tmp_path: Path) -> None:
    out = tmp_path / "ours.json"
    path = written(tmp_path, without_answers)
    assert main([str(path), "--answers", str(out)]) == 0
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(json.dumps(ours()))


def test_households_that_cannot_be_read_are_named_and_the_rest_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(data: Json) -> None:
        data["households"] = data["households"][:3]
        data["households"][0]["members"] = []
        del data["households"][1]["members"][0]["age"]
        del data["households"][1]["id"]
        del data["households"][2]["oracle"]["members"]
        del data["households"][2]["expenses"]

    assert main([str(written(tmp_path, broken))]) == 1
    text = capsys.readouterr().out
    assert 'it has no "members"' in text
    assert 'household 2: member 1 has no "age"' in text


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"[1",
        b"[" * 100_000,
        b"null",
        b'{"rows": []}',
        b'{"households": [], "snap_months": [2]}',
        b'{"households": [], "snap_months": ["2025-2"]}',
        b'{"households": [], "snap_months": ["1999-01"]}',
        b'{"households": [], "year": "soon"}',
        gzip.compress(b"null", mtime=0),
        gzip.compress(b"[]", mtime=0)[:-1],
        gzip.compress(b"[]", mtime=0)[:12] + b"broken",
        b'12\n{"members": []}',
        "[]".encode("utf-16"),
    ],
)
def test_a_file_that_is_no_use_ends_with_2_and_one_sentence(
    told: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(told)
    assert main([str(path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_file_that_is_not_there_or_cannot_be_written_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "nowhere.json")]) == 2
    path = tmp_path / "file.json"
    path.write_text("[]", encoding="utf-8")
    assert main([str(path), "--answers", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_what_is_asked_once_is_asked_in_the_last_month_of_the_files_year(tmp_path: Path) -> None:
    def day(**told: Any) -> date:
        path = tmp_path / "file.json"
        path.write_text(json.dumps({"households": [], **told}), encoding="utf-8-sig")
        return load_file(path).on

    assert day() == day(snap_months=[]) == day(year="2025", snap_months=["2026-02"]) == NOVEMBER
    assert day(year=2025, snap_months=["2025-06", "2025-02"]) == date(2025, 6, 15)
    assert day(snap_months=["2026-02", "2025-11"]) == date(2026, 2, 15)


def test_a_file_of_households_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps([{"members": [ADULT]}]), encoding="utf-8")
    answers, unread = answers_for(load_file(path))
    assert not unread
    (only,) = answers.values()
    assert only["snap"]["2025-11"] == {"is_snap_eligible": True, "snap": 298.0}
    assert main([str(path)]) == 1, "nothing was compared"


def in_other_shapes(rows: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """The same households, written as people write them."""
    whole = json.dumps({"households": list(rows)}).encode()
    lines = "\r\n".join(json.dumps(row) for row in rows).encode() + b"\n\n"
    return {
        "a list": json.dumps(rows).encode(),
        "one on each line": lines,
        "packed": gzip.compress(whole, mtime=0),
        "packed lines": gzip.compress(lines, mtime=0),
        "with more in it": json.dumps(
            {"made": 1, "households": [{**r, "x": [1]} for r in rows]}
        ).encode(),
    }


def test_a_file_says_the_same_in_every_shape(tmp_path: Path) -> None:
    rows = stored().households[:2]
    path = tmp_path / "file"
    for shape, content in in_other_shapes(rows).items():
        path.write_bytes(content)
        answers, unread = answers_for(load_file(path))
        assert not unread, shape
        assert answers == {row["id"]: ours()[row["id"]] for row in rows}, shape


def test_one_household_alone_is_a_file_and_a_broken_line_is_one_household(tmp_path: Path) -> None:
    path, only = tmp_path / "file", json.dumps(stored().households[0])
    path.write_text(only, encoding="utf-8")
    assert len(load_file(path).households) == 1
    path.write_text(f'{only}\n{{"id": "cut o\n', encoding="utf-8")
    answers, unread = answers_for(load_file(path))
    assert len(answers) == 1
    assert unread == {"household 2": "it is not an object."}


def test_households_of_one_id_are_told_apart_by_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def twice(data: Json) -> None:
        row = data["households"][0]
        other = {**data["households"][1], "id": row["id"]}
        broken = {**row, "members": [7]}
        data["households"] = [row, other, broken]

    path = written(tmp_path, twice)
    assert main([str(path)]) == 1
    text = capsys.readouterr().out
    assert f"{stored().households[0]['id']} (row 3): member 1 is not an object." in text
    assert " differs:" not in text
