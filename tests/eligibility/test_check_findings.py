"""`threshold check` finds each kind of mistake, says where, and what may have been meant.

The table has one row or more for each code: a mistake in plain words, what is changed in a good
pack to make it, and the finding.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from eligibility.check import check_pack
from tests.eligibility.packs import LINES, one_test, write_pack
from tests.eligibility.test_check import CASES, RULE
from tests.eligibility.test_language_tables import table

TODAY = date(2025, 6, 1)
CHANGE = re.compile(r"(program|cases|line): (.+?) => (.*)")
TIMES = re.compile(r"\{([^{}]+)\}\*(\d+)")
GOOD = {
    "program": one_test(RULE, 'values: {limit: {unit: money, period: month, is: "line.short(1)"}}'),
    "cases": CASES,
    "line": LINES,
}


def changed(texts: dict[str, str], change: str) -> dict[str, str]:
    """A good pack's files with one text put in place of another; `*` is the whole file."""
    found = CHANGE.fullmatch(change)
    assert found, change
    name, old, new = found[1], *(part.replace("\\n", "\n") for part in found.groups()[1:])
    new = TIMES.sub(lambda many: many[1] * int(many[2]), new)
    old = texts[name] if old == "*" else old
    assert old in texts[name], change
    return {**texts, name: texts[name].replace(old, new, 1)}


def found_in(home: Path, texts: dict[str, str]) -> list[str]:
    """Every finding, errors and notes, with files named as an author sees them."""
    cases = None if texts["cases"] == "-" else texts["cases"]
    folder = write_pack(home, texts["program"], cases=cases)
    lines = texts["line"].replace("\\xff", "\udcff").encode("utf-8", "surrogateescape")
    (folder / "parameters" / "line.yaml").write_bytes(lines)
    report = check_pack(folder, None, TODAY)
    every = [str(one) for one in report.errors] + [f"note: {one}" for one in report.notes]
    return [one.replace(f"{folder}/", "") for one in every]


def rows() -> list[tuple[str, list[str], str]]:
    return [(name, lines[:-1], lines[-1]) for name, lines in table("findings.txt")]


def test_each_kind_of_mistake_is_found_at_its_place(tmp_path: Path) -> None:
    missed = []
    for number, (name, changes, wanted) in enumerate(rows()):
        texts = GOOD
        for change in changes:
            texts = changed(texts, change)
        found = found_in(tmp_path / str(number), texts)
        if wanted not in found:
            missed.append((name, wanted, found))
    assert missed == []


def test_a_good_pack_has_nothing_to_mend(tmp_path: Path) -> None:
    assert found_in(tmp_path / "pack", GOOD) == []
