"""The comparison with another engine is fair and optional: without it nothing is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers.__main__ import SETTING, lines, main, of_ours, of_theirs
from benchmarks.peers.rows import ROWS
from eligibility import Rulebook


def test_without_the_other_engine_it_says_how_to_install_it_and_ends_well(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    assert main([]) == 0
    told = capsys.readouterr().out
    assert "not measured" in told
    assert "pip install policyengine-us" in told


def test_a_python_that_has_it_not_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert of_theirs("/nowhere/python", 1) is None
    assert capsys.readouterr().out.count("\n") == 1


def test_each_row_compares_programs_of_ours_that_exist(rules: Rulebook) -> None:
    assert {one for row in ROWS for one in row.ours} <= set(rules.programs)


def test_the_table_has_both_medians_and_how_many_times_as_long(rules: Rulebook) -> None:
    ours = of_ours(rules, 1)
    theirs: dict[str, Any] = {
        "rows": {row.name: [100.0] for row in ROWS},
        "together": [1000.0],
        "at_once": 500.0,
        "load": 30_000.0,
        "memory": 900.0,
        "version": "1.2.3",
    }
    told = lines(ours, theirs, 1)
    assert {row.name for row in ROWS} <= {line[:34].strip() for line in told}
    assert any("policyengine-us 1.2.3: 30 s" in line for line in told)
    assert "does and does not do" in told[-1]


def test_the_other_engine_never_becomes_a_dependency() -> None:
    root = Path(__file__).parents[2]
    files = [root / "pyproject.toml", *root.glob("requirements*.lock")]
    assert not any("policyengine" in path.read_text("utf-8") for path in files)
