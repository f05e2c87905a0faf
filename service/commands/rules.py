"""`threshold check` and `threshold screen`: a city's rules on the command line."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands import BadUse, read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from eligibility import Determination, Rulebook
    from eligibility.check import Report

ROOT = Path(__file__).resolve().parents[2]
FINE, FOUND = 0, 1
MAX_BYTES = 64 * 1024 * 1024


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = subparsers.add_parser("check", help="check a city's programs and run their cases")
    check.add_argument("city", nargs="?", metavar="CITY", help="a city's folder or its name")
    check.add_argument("--on", type=read_day, help="the day to look from, such as 2026-11-22")
    check.add_argument("--json", action="store_true", help="print findings as JSON")
    check.set_defaults(run=run_check)
    screen = subparsers.add_parser("screen", help="screen households in a file of facts")
    screen.add_argument("file", metavar="FILE", help="one JSON object, a list, or JSON Lines; -")
    screen.add_argument("--on", type=read_day, help="the day; else the facts' own, or today")
    screen.add_argument("--city", help="a city's folder or its name")
    screen.add_argument("--program", action="append", help="only this program; may be repeated")
    screen.add_argument("--explain", action="store_true", help="say why, and what would settle it")
    screen.add_argument("--json", action="store_true", help="print the determinations as JSON")
    screen.set_defaults(run=run_screen)


def read_day(text: str) -> date:
    from argparse import ArgumentTypeError

    from eligibility.answer_values import day

    found = day(text)
    if found is None or not 1990 <= found.year <= 2100:
        raise ArgumentTypeError(f"{text[:20]!r} is not a day like 2026-11-22")
    return found


def city_folder(named: str | None) -> Path:
    given = Path(named or os.environ.get("THRESHOLD_CITY") or "seattle")
    for folder in (given, ROOT / "cities" / given):
        if folder.is_dir():
            return folder
    raise BadUse([f"There is no city folder {given}."])


def today(city: Path) -> date:
    """The city's day by the service's clock, which the demonstration may shift."""
    from eligibility import RulesError
    from service.city import load_city
    from service.clock import Clock

    now = Clock(_offset()).now()
    try:
        return load_city(city).calendar.day_of(now)
    except (RulesError, OSError):  # a folder of rules alone has no time zone
        return now.date()


def _offset() -> timedelta:
    if not os.environ.get("THRESHOLD_NOW", "").strip():
        return timedelta()
    if os.environ.get("THRESHOLD_DEMO") != "1":
        raise BadUse(["THRESHOLD_NOW is for the demonstration only."])
    return read_settings().now_offset


def run_check(arguments: argparse.Namespace) -> int:
    """0: nothing to mend. 1: findings, each with file, line and column. 2: no such city."""
    from eligibility.check import check_pack

    city = city_folder(arguments.city)
    report = check_pack(ROOT / "eligibility", city, arguments.on or today(city))
    report = _with_blanks(report, city)
    sys.stdout.write(_report_json(report) if arguments.json else _report_text(report, city))
    return FOUND if report.errors else FINE


def _with_blanks(report: Report, city: Path) -> Report:
    """What nobody filled yet, in place of all that follows from it."""
    from dataclasses import replace

    from service.commands.new_program import blanks_left

    blanks = tuple(blanks_left(city))
    files = {each.file for each in blanks}
    others = (each for each in report.errors if each.file not in files)
    return replace(report, errors=tuple(sorted((*blanks, *others)))) if blanks else report


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
    lines = [str(one).replace(one.file, _shown(one.file), 1) for one in report.errors]
    lines += [f"note: {str(one).replace(one.file, _shown(one.file), 1)}" for one in report.notes]
    if report.errors:
        lines.append(f"{len(report.errors)} to mend in {city.name}.")
    else:
        lines.append(f"{city.name}: {report.programs} programs, all cases right.")
    return "\n".join(lines) + "\n"


def _shown(file: str) -> str:
    """A path as short as it can be said from here."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def run_screen(arguments: argparse.Namespace) -> int:
    """0: screened. 2: the file, the facts or a program named cannot be read."""
    from eligibility import RulesError, load_rules

    try:
        rules = load_rules(ROOT / "eligibility", city_folder(arguments.city))
    except RulesError as error:
        raise BadUse([str(one) for one in error.findings]) from None
    unknown = [name for name in arguments.program or () if name not in rules.programs]
    if unknown:
        raise BadUse([f"There is no program {name}." for name in unknown])
    shape, households = _read(arguments.file)
    results = []
    for number, facts in enumerate(households):
        results.append(_screen_one(arguments, rules, facts, number))
    if arguments.json:
        rows = [[one.to_json() for one in result] for result in results]
        parts = rows if shape == "lines" else [rows[0] if shape == "one" else rows]
        sys.stdout.writelines(json.dumps(part) + "\n" for part in parts)
        return FINE
    for number, result in enumerate(results):
        head = [f"Household {number + 1}"] if shape != "one" else []
        lines = [*head, *_told(rules, result, explain=arguments.explain)]
        sys.stdout.write("\n".join(lines) + "\n")
    return FINE


def _screen_one(
    arguments: argparse.Namespace, rules: Rulebook, facts: Any, number: int
) -> list[Determination]:
    from eligibility import FactErrors, Household, screen

    try:
        household = Household.from_facts(facts, rules.facts)
    except FactErrors as error:
        shown = [f"household {number + 1}, {at or '/'}: {text}" for at, _, text in error.errors]
        raise BadUse(shown) from None
    explain = arguments.explain or arguments.json
    on = arguments.on or household.on or today(city_folder(arguments.city))
    return screen(household, rules, on, arguments.program, explain, minimal=explain)


def _told(rules: Rulebook, results: list[Determination], *, explain: bool) -> Iterator[str]:
    from eligibility.english import sentence, summary

    for result in results:
        if not result.concerned and not explain:
            continue
        yield summary(result, rules.programs[result.program].name)
        if not explain:
            continue
        for reason in result.because:
            yield f"    {reason.test}: {sentence(reason)}"
            if reason.parameter:
                source = reason.source["title"] if reason.source else ""
                yield f"        {reason.parameter} since {reason.since}, {source}"
        if result.would_settle:
            yield f"    would settle it: {', '.join(result.would_settle)}"
        if result.stale:
            yield f"    uses {', '.join(result.stale)} figures"
        for text in result.not_checked:
            yield f"    not checked: {text}"


def _read(name: str) -> tuple[str, list[Any]]:
    """The shape of the file (one, list, lines) and its households."""
    text = _text(name)
    try:
        whole = parse_json(text)
    except ValueError as error:
        rows = [line for line in text.splitlines() if line.strip()]
        if len(rows) < 2:
            raise BadUse([f"{name} is not JSON: {error}."]) from None
        return "lines", [_line(name, number, row) for number, row in enumerate(rows, 1)]
    return ("list", whole) if isinstance(whole, list) else ("one", [whole])


def _line(name: str, number: int, row: str) -> Any:
    try:
        return parse_json(row)
    except ValueError as error:
        raise BadUse([f"{name}, line {number} is not JSON: {error}."]) from None


def _text(name: str) -> str:
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadUse([f"{name} cannot be read: {error.strerror}."]) from None
    if len(raw) > MAX_BYTES:
        raise BadUse([f"{name} is over 64 MB."])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BadUse([f"{name} is not UTF-8 text."]) from None


def parse_json(text: str) -> Any:
    """JSON with each key once and no NaN. Raises ValueError for anything else."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON value")
