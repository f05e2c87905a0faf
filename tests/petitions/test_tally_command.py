"""`threshold tally`, as someone at a terminal meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from petitions.counting.methods import METHODS
from service.cli import main
from service.commands import tally
from tests.petitions.profiles import DATA, PORTLAND

MILESZKI = str(DATA / "poland_lodz_2020_mileszki.pb")


def counted(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["tally", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_command_offers_every_method() -> None:
    assert tally.METHODS == METHODS


def test_a_runoff_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, str(PORTLAND), "--method", "irv")
    assert found["winners"] == ["Candace Avalos"]
    assert (found["ballots"], found["blank"]) == (1072, 0)
    first, last = found["rounds"][0], found["rounds"][-1]
    assert first["excluded"] in first["votes"]
    assert sum(first["votes"].values()) == 1072
    assert sum(last["votes"].values()) + found["exhausted"] == 1072


def test_stv_says_where_a_surplus_went(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, str(PORTLAND), "--method", "stv", "--seats", "3")
    assert len(found["winners"]) == 3
    assert found["quota"] == 1072 // 4 + 1
    moved = next(one for one in found["rounds"] if one["surplus_of"])
    assert sum(moved["transfers"].values()) + moved["newly_exhausted"] == pytest.approx(
        moved["votes"][moved["surplus_of"]] - found["quota"], abs=1e-4
    )


def test_schulze_gives_the_whole_order_and_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, str(PORTLAND), "--method", "schulze")
    assert len(found["winners"]) == 17
    assert found["pairwise"]["Candace Avalos"]["Loretta Smith"] > 0


def test_a_budget_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, MILESZKI, "--method", "greedy")
    assert (found["funded"], found["spent"]) == (["W030MI"], 417_000)
    options = ("--method", "equal-shares", "--completion", "increment")
    found = counted(capsys, MILESZKI, *options)
    assert found["spent"] == 258_400
    assert found["rounds"][0]["project"] == "W128MI"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_prints_its_rounds(method: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = MILESZKI if method in {"greedy", "equal-shares"} else str(PORTLAND)
    assert main(["tally", path, "--method", method]) == 0
    text = capsys.readouterr().out
    assert any(word in text for word in ("Elected: ", "Order: ", "Funded: "))


def test_the_seed_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    found = counted(capsys, MILESZKI, "--method", "greedy", "--seed", "2026")
    assert found["ties"] == {"seed": "2026"}


def test_a_file_that_cannot_be_counted_is_bad_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("rank1,rank2\nAnn\n", encoding="utf-8")
    assert main(["tally", str(bad), "--method", "irv"]) == 2
    assert (
        capsys.readouterr().err == f"{bad}: Line 2: This row has 1 values and the header has 2.\n"
    )
    assert main(["tally", str(tmp_path / "none.csv"), "--method", "irv"]) == 2
    assert main(["tally", str(tmp_path), "--method", "irv"]) == 2
    assert main(["tally", str(PORTLAND), "--method", "greedy"]) == 2
