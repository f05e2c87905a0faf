"""`threshold screen`, and how every command of rules finds a city, a day and a file."""

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

    from eligibility import Determination, Household, Rulebook

ROOT = Path(__file__).resolve().parents[2]
FINE = 0
MAX_BYTES = 64 * 1024 * 1024


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    screen = subparsers.add_parser("screen", help="screen households in a file of facts")
    screen.add_argument("file", metavar="FILE", help="one JSON object, a list, or JSON Lines; -")
    screen.add_argument("--on", type=read_day, help="the day; else the facts' own, or today")
    screen.add_argument("--city", help="a city's folder or its name")
    screen.add_argument("--program", action="append", help="only this program; may be repeated")
    screen.add_argument("--explain", action="store_true", help="say why, and what would settle it")
    screen.add_argument(
        "--what-if", action="store_true", help="which one answer, changed how much, changes what"
    )
    screen.add_argument(
        "--json", action="store_true", help="print JSON: the determinations, or the changes"
    )
    screen.set_defaults(run=run_screen, today=None)


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


def run_screen(arguments: argparse.Namespace) -> int:
    """0: screened. 2: the file, the facts or a program named cannot be read."""
    from eligibility import RulesError, load_rules
    from eligibility.what_if import what_if
    from service.commands.screen_what_if import table

    try:
        rules = load_rules(ROOT / "eligibility", city_folder(arguments.city))
    except RulesError as error:
        raise BadUse([str(one) for one in error.findings]) from None
    unknown = [name for name in arguments.program or () if name not in rules.programs]
    if unknown:
        raise BadUse([f"There is no program {name}." for name in unknown])
    shape, households = _read(arguments.file)
    for number, facts in enumerate(households):
        _read_one(arguments, rules, facts, number)
    if arguments.json:
        _write_json(arguments, rules, shape, households)
        return FINE
    for number, facts in enumerate(households):
        household, on = _read_one(arguments, rules, facts, number)
        head = [f"Household {number + 1}"] if shape != "one" else []
        result = _screen_one(arguments, rules, household, on)
        lines = [*head, *_told(rules, result, explain=arguments.explain)]
        if arguments.what_if:
            lines += ["", *table(rules, what_if(household, rules, on, arguments.program))]
        sys.stdout.write("\n".join(lines) + "\n")
    return FINE


def _write_json(
    arguments: argparse.Namespace, rules: Rulebook, shape: str, households: list[Any]
) -> None:
    """One household after the other, so that a long file needs no more memory than a short one."""
    from eligibility.what_if import what_if

    start, between, end = ("[", ", ", "]\n") if shape == "list" else ("", "\n", "\n")
    sys.stdout.write(start)
    for number, facts in enumerate(households):
        household, on = _read_one(arguments, rules, facts, number)
        if arguments.what_if:
            rows = [one.to_json() for one in what_if(household, rules, on, arguments.program)]
        else:
            rows = [one.to_json() for one in _screen_one(arguments, rules, household, on)]
        sys.stdout.write((between if number else "") + json.dumps(rows))
    sys.stdout.write(end)


def _day(arguments: argparse.Namespace, household: Household) -> date:
    """The day asked for, the household's own, or one today for the whole file."""
    if arguments.on is None and household.on is None and arguments.today is None:
        arguments.today = today(city_folder(arguments.city))
    found: date = arguments.on or household.on or arguments.today
    return found


def _read_one(
    arguments: argparse.Namespace, rules: Rulebook, facts: Any, number: int
) -> tuple[Household, date]:
    from eligibility import FactErrors, Household

    try:
        household = Household.from_facts(facts, rules.facts)
    except FactErrors as error:
        shown = [f"household {number + 1}, {at or '/'}: {text}" for at, _, text in error.errors]
        raise BadUse(shown) from None
    return household, _day(arguments, household)


def _screen_one(
    arguments: argparse.Namespace, rules: Rulebook, household: Household, on: date
) -> list[Determination]:
    from eligibility import screen

    explain = arguments.explain or (arguments.json and not arguments.what_if)
    return screen(household, rules, on, arguments.program, explain, minimal=explain)


def _told(rules: Rulebook, results: list[Determination], *, explain: bool) -> Iterator[str]:
    from eligibility.english import summary
    from eligibility.telling import sentence

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
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadUse([f"{name} is not UTF-8 text."]) from None


def parse_json(text: str) -> Any:
    """JSON with each key once and no NaN. Raises ValueError for anything else."""
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ValueError as error:
        # What Python says of a number of thousands of digits speaks of Python's own settings.
        raise ValueError("a number is too long" if "digits" in str(error) else error) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON value")
