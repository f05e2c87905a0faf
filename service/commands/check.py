"""`threshold check`: all that an author has to mend in a city's pack, by file, line and column."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from service.commands.rules import FINE, city_folder, read_day, today

if TYPE_CHECKING:
    import argparse

    from eligibility.check import Report
    from eligibility.findings import Finding

FOUND = 1
MOST_SHOWN = 200


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = subparsers.add_parser("check", help="check a city's programs and run their cases")
    check.add_argument("city", nargs="?", metavar="CITY", help="a city's folder or its name")
    check.add_argument("--on", type=read_day, help="the day to look from, such as 2026-11-22")
    check.add_argument("--strict", action="store_true", help="end with 1 for notes as well")
    check.add_argument("--json", action="store_true", help="print findings as JSON")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    """0: nothing to mend. 1: findings, each with file, line and column; notes alone only end with
    1 where they are asked to. 2: no such city."""
    from service.pack.check import check_city

    city = city_folder(arguments.city)
    report = _with_blanks(check_city(city, arguments.on or today(city)), city)
    sys.stdout.write(_report_json(report) if arguments.json else _report_text(report, city))
    return FOUND if report.errors or (arguments.strict and report.notes) else FINE


def _with_blanks(report: Report, city: Path) -> Report:
    """What nobody filled yet, in place of all that follows from it."""
    from eligibility.check import Report
    from service.commands.new_program import blanks_left

    blanks = list(blanks_left(city))
    files = {each.file for each in blanks}
    errors = (each for each in report.errors if each.file not in files)
    notes = (each for each in report.notes if each.file not in files)
    return Report(tuple(sorted((*blanks, *errors))), tuple(notes), report.rules)


def _report_json(report: Report) -> str:
    rows = [
        {
            "level": level,
            "file": _shown(one.file),
            "line": one.line,
            "column": one.column,
            "code": one.code,
            "message": one.message,
            "suggestion": one.suggestion,
        }
        for level, findings in (("error", report.errors), ("note", report.notes))
        for one in findings
    ]
    return json.dumps({"findings": rows, "programs": report.programs}) + "\n"


def _report_text(report: Report, city: Path) -> str:
    lines = [_line(one) for one in report.errors[:MOST_SHOWN]]
    lines += [f"note: {_line(one)}" for one in report.notes[:MOST_SHOWN]]
    if report.errors:
        lines.append(f"{len(report.errors)} to mend in {city.name}.")
    else:
        looked = f" {len(report.notes)} to look at." if report.notes else ""
        lines.append(f"{city.name}: {report.programs} programs, all cases right.{looked}")
    return "\n".join(lines) + "\n"


def _line(one: Finding) -> str:
    return str(one).replace(one.file, _shown(one.file), 1)


def _shown(file: str) -> str:
    """A path as short as it can be said from here."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
