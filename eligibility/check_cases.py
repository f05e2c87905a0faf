"""Runs the worked cases and says which tests and which changes of figures they leave out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eligibility.cases import Case, read_cases
from eligibility.dates import next_one
from eligibility.determination import Determination, number_json
from eligibility.documents import Place
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.findings import Finding, RulesError
from eligibility.household import FactErrors, Household
from eligibility.parameters import NoValue
from eligibility.program import Program, Test
from eligibility.reading import Reader
from eligibility.rulebook import Rulebook
from eligibility.screening import screen


@dataclass
class Sides:
    """On which sides the cases put each test."""

    seen: dict[str, set[bool | None]] = field(default_factory=dict)


def cases_of(program: Program, folder: Path) -> tuple[list[Case], list[Finding]]:
    """One program's cases.yaml, and what is wrong with it."""
    path = folder / "cases.yaml"
    if not path.exists():
        return [], [program.place.finding("no_cases", f'"{program.id}" has no cases.yaml.')]
    reader = Reader()
    try:
        cases = read_cases(reader, path)
    except RulesError as error:
        return [], error.findings
    return cases, reader.findings


def check_cases(rules: Rulebook, program: Program, cases: Iterable[Case]) -> list[Finding]:
    """The cases whose result is another one, and tests that no case has on both sides."""
    findings: list[Finding] = []
    sides = Sides()
    for case in cases:
        findings += _run(rules, program, case, sides)
    findings += _one_sided(rules, program, sides)
    return findings


def _run(rules: Rulebook, program: Program, case: Case, sides: Sides) -> Iterable[Finding]:
    try:
        household = Household.from_facts(case.facts, rules.facts)
    except FactErrors as error:
        pointer, _, message = error.errors[0]
        text = f'The case "{case.name}" has facts that cannot be read at {pointer}: {message}'
        return [case.place.finding("case_facts", text)]
    _note_sides(rules, program, household, case.on, sides)
    results = screen(household, rules, case.on, [program.id], explain=bool(case.because))
    findings = []
    for person, wanted in case.expect.items():
        result = next((one for one in results if one.person == person), None)
        if result is None:
            text = f'The case "{case.name}" names {person}, of whom there is no result.'
            findings.append(case.place.finding("case_person", text))
        else:
            findings += _compare(rules, household, case, result, wanted)
    deciding = {
        reason.test for one in results if one.person in case.expect for reason in one.because
    }
    for test in case.because:
        if test not in deciding:
            text = (
                f'The case "{case.name}" should rest on {test}, but rests on {_listed(deciding)}.'
            )
            findings.append(_failed(case.place, text))
    return findings


def _listed(tests: Iterable[str]) -> str:
    return ", ".join(sorted(tests)) or "no test"


def _compare(
    rules: Rulebook, household: Household, case: Case, result: Determination, wanted: str
) -> Iterable[Finding]:
    whom = f" for {result.person}" if result.person else ""
    if result.outcome != wanted:
        explained = screen(household, rules, case.on, [result.program])
        same = next(one for one in explained if one.person == result.person)
        why = _listed(reason.test for reason in same.because)
        text = f'The case "{case.name}" should be {wanted}{whom} but is {result.outcome} ({why}).'
        yield _failed(case.place, text)
        return
    if case.no_amount and result.amount is not None:
        yield _failed(case.place, f'The case "{case.name}" should have no amount{whom}.')
    if case.amount is not None:
        found = result.amount
        got = (number_json(found.low), number_json(found.high)) if found else None
        if got != case.amount:
            wanted, given = _dollars(case.amount), _dollars(got) if got else "no amount"
            text = f'The case "{case.name}" should give {wanted}{whom} but gives {given}.'
            yield _failed(case.place, text)


def _dollars(amounts: tuple[Any, Any]) -> str:
    shown = [f"${amount / 100:,.2f}" for amount in dict.fromkeys(amounts)]
    return " to ".join(shown)


def _failed(place: Place, text: str) -> Finding:
    return place.finding("case", text)


def _note_sides(
    rules: Rulebook, program: Program, household: Household, on: date, sides: Sides
) -> None:
    """Evaluate every test of the program, whether or not it decides in this case."""
    world = rules.world(household, on)
    people = world.people if program.unit == "person" else [None]
    for person in people:
        world.env[PERSON_SLOT] = person
        for test in program.all_tests():
            try:
                value = rules.compiler.compile(test.rule)(world)
            except NoValue:
                continue
            sides.seen.setdefault(test.id, set()).add(value)


def _one_sided(rules: Rulebook, program: Program, sides: Sides) -> Iterable[Finding]:
    if program.status_now == "closed":
        return
    for test in program.all_tests():
        if _never_settled(rules, test):
            continue
        seen = sides.seen.get(test.id, set())
        for side, word in ((True, "met"), (False, "not met")):
            if side not in seen:
                text = f'No case has the test "{test.id}" {word}.'
                hint = "Add a case on that side of it to cases.yaml."
                yield test.place.finding("one_sided", text, hint)


def _never_settled(rules: Rulebook, test: Test) -> bool:
    """Whether a figure the test reads was never known well enough to settle it."""
    return any(
        all(row.open for row in rules.parameters[name].rows) for name, _ in test.rule.figures
    )


def changes_without_cases(
    rules: Rulebook, program: Program, cases: Iterable[Case]
) -> Iterable[tuple[date, str]]:
    """Days on which a figure of the program changes after its first case, without a case on the day
    and one on the day before. Where none does, the last change before is asked for."""
    days = {case.on for case in cases}
    if not days:
        return
    changes: dict[date, str] = {}
    before: dict[date, str] = {}
    for name, takes_over in sorted(program.figures):
        for place, row in enumerate(rules.parameters[name].rows):
            for change in _takes_effect(row.since, takes_over):
                if change > min(days):
                    changes.setdefault(change, name)
                elif place > 0:
                    before.setdefault(change, name)
    if not changes and before:
        changes[max(before)] = before[max(before)]
    for change, name in sorted(changes.items()):
        if change not in days or change - timedelta(days=1) not in days:
            yield change, name


def _takes_effect(since: date, takes_over: tuple[tuple[int, int], ...]) -> list[date]:
    return [next_one(since, at) for at in takes_over] or [since]
