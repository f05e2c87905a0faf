"""Files stay small and are named after what is in them."""

from __future__ import annotations

import ast

from tests.house.tree import CODE, files, name, product_modules, tree

MOST_LINES = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def test_no_module_is_longer_than_a_person_reads_in_one_go() -> None:
    """Migrations and catalogues are written by commands; everything else is written for people."""
    written = (*files(*CODE, suffix=".py"), *files("service", suffix=".html"))
    long = {
        name(path): lines
        for path in written
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_file_is_named_after_nothing() -> None:
    assert [name(path) for path in files(*CODE) if path.stem in EMPTY_NAMES] == []


def test_every_module_says_its_job_in_its_first_line() -> None:
    silent = [
        name(path)
        for path in product_modules()
        if path.stat().st_size and not (ast.get_docstring(tree(path)) or "").strip()
    ]
    assert silent == []


def test_nothing_is_left_for_later() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK")
    found = [
        f"{name(path)}:{number}"
        for path in files(*CODE, suffix=".py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(f"# {mark}" in line for mark in marks)
    ]
    assert found == []
