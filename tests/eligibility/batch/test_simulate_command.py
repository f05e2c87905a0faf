"""`threshold simulate` as its users see it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from service.cli import main

MADE_UP = ["simulate", "--made-up", "300", "--on", "2026-11-22"]
Output = pytest.CaptureFixture[str]


def test_the_table_says_that_the_city_is_made_up(capsys: Output) -> None:
    assert main([*MADE_UP, "--program", "liheap", "--by", "size"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("300 made-up households (nobody in them exists), ")
    assert "liheap" in told.out
    assert "a year" in told.out
    assert "300 of 300 households" in told.err


def test_json_holds_every_group_before_and_after_a_change(capsys: Output) -> None:
    change = ["--set", "liheap.limit_share=200%", "--by", "tenure", "--json"]
    assert main([*MADE_UP, "--program", "liheap", *change]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["households"] == 300
    assert found["changed"] == ["liheap.limit_share=200%"]
    rows = {(row["group"], row["figures"]): row for row in found["totals"]}
    assert rows[None, "changed"]["likely"] > rows[None, "now"]["likely"]
    everyone = rows.pop((None, "now"))["asked"]
    assert (
        sum(row["asked"] for (group, figures), row in rows.items() if group and figures == "now")
        == everyone
    )


def test_rows_totals_and_a_chart_are_written(tmp_path: Path, capsys: Output) -> None:
    assert main([*MADE_UP, "--out", str(tmp_path), "--rows"]) == 0
    capsys.readouterr()
    with (tmp_path / "households.csv").open(encoding="utf-8") as lines:
        homes = list(csv.DictReader(lines))
    assert len(homes) == 300
    likely = [row for row in homes if row["basic_food"] == "likely"]
    with (tmp_path / "totals.csv").open(encoding="utf-8") as lines:
        totals = {row["program"]: row for row in csv.DictReader(lines)}
    assert totals["basic_food"]["likely"] == str(len(likely))
    assert totals["basic_food"]["low"] == str(sum(int(row["basic_food.low"]) for row in likely))
    with (tmp_path / "people.csv").open(encoding="utf-8") as lines:
        people = list(csv.DictReader(lines))
    assert sum(row["wic"] == "likely" for row in people) == int(totals["wic"]["likely"])
    picture = ET.parse(tmp_path / "chart.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert picture.get("role") == "img"
    assert "basic_food:" in (picture.findtext(f"{space}desc") or "")


def test_a_saved_population_is_read_again_with_the_same_result(
    tmp_path: Path, capsys: Output
) -> None:
    assert main([*MADE_UP, "--json", "--save", str(tmp_path)]) == 0
    first = json.loads(capsys.readouterr().out)["totals"]
    assert (
        main(["simulate", str(tmp_path), "--on", "2026-11-22", "--engine", "serial", "--json"]) == 0
    )
    assert json.loads(capsys.readouterr().out)["totals"] == first


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["simulate"], "Name a file or folder"),
        (["simulate", "nowhere"], "nowhere is no folder"),
        ([*MADE_UP, "--program", "nothing"], "There is no program nothing."),
        ([*MADE_UP, "--set", "snap.leest=3"], "There is no parameter snap.leest."),
        ([*MADE_UP, "--by", "rent"], "cannot be grouped by rent"),
        ([*MADE_UP, "--rows"], "--rows writes into the folder"),
        ([*MADE_UP, "--scheduler", "tcp://x"], "--scheduler goes with --engine dask."),
        ([*MADE_UP, "--out", __file__], "is no folder."),
        ([*MADE_UP, "--save", f"{__file__}/folder"], "cannot be used"),
    ],
)
def test_wrong_use_is_told_in_plain_words(given: list[str], says: str, capsys: Output) -> None:
    assert main(given) == 2
    assert says in capsys.readouterr().err


def test_a_file_without_households_is_no_simulation(tmp_path: Path, capsys: Output) -> None:
    path = tmp_path / "nobody.csv"
    path.write_text("", encoding="utf-8")
    assert main(["simulate", str(path), "--engine", "serial"]) == 2
    assert "There are no households in" in capsys.readouterr().err
