"""Checks a city's pack like a compiler: every finding with file, line, column and a hint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from string import Formatter

from eligibility.cases import Case
from eligibility.check_cases import cases_of, changes_without_cases, check_cases
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.findings import Finding, RulesError, nearest
from eligibility.household import Household
from eligibility.parameters import NoValue, read_figure
from eligibility.program import Program
from eligibility.rulebook import Rulebook, load_rules
from eligibility.wording import OWN_PLACEHOLDERS, PLACEHOLDER

NOTES = frozenset(("stale",))
"""What comes by itself as days go by. A pack that was right yesterday stays usable; `--strict` is
for those who look after its figures."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: errors that must be mended, and notes. `rules` is None where they could
    not be read."""

    errors: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    rules: Rulebook | None

    @property
    def programs(self) -> int:
        return len(self.rules.programs) if self.rules else 0

    def also(self, errors: Iterable[Finding], notes: Iterable[Finding]) -> Report:
        """This report with more findings in their places."""
        return Report(
            tuple(sorted({*self.errors, *errors})), tuple(sorted({*self.notes, *notes})), self.rules
        )


def check_pack(shared: Path, city: Path | None, today: date) -> Report:
    """Load the shared rules and a city's, run all cases, and look for what was forgotten."""
    try:
        rules = load_rules(shared, city)
    except RulesError as error:
        return Report(tuple(error.findings), (), None)
    findings: list[Finding] = []
    for program in rules.programs.values():
        folder = Path(program.place.file).parent
        cases, wrong = cases_of(program, folder)
        findings += wrong
        if not wrong:
            findings += check_cases(rules, program, cases)
            findings += _switches(rules, program, cases)
        findings += _constant_tests(rules, program, today)
        findings += _placeholders(program)
        findings += _figures(rules, program, today)
    findings += _row_gaps(rules)
    errors = tuple(sorted(one for one in findings if one.code not in NOTES))
    notes = tuple(sorted(one for one in findings if one.code in NOTES))
    return Report(errors, notes, rules)


def _constant_tests(rules: Rulebook, program: Program, today: date) -> Iterable[Finding]:
    """A test that has an answer for a household of which nothing is known can never have
    another one."""
    if program.status_now == "closed":
        return
    empty = Household.from_facts({}, rules.facts)
    world = rules.world(empty, today)
    world.env[PERSON_SLOT] = world.anyone
    for test in program.all_tests():
        try:
            value = rules.compiler.compile(test.rule)(world)
        except NoValue:
            continue
        if value is not None:
            word = "always" if value else "never"
            text = f'The test "{test.id}" is {word} met, whatever is answered.'
            yield test.place.finding("unreachable", text)


def _placeholders(program: Program) -> Iterable[Finding]:
    known = (*OWN_PLACEHOLDERS, *program.values)
    for test in program.all_tests():
        compares = any(node.op == "compare" for node in test.rule.walk())
        for name in _names(f"{test.met} {test.unmet} {test.unclear}"):
            if name is None:
                message = "Braces hold the name of one value and nothing else."
                yield test.place.finding("placeholder", message)
            elif name not in known:
                message = f'"{{{name}}}" is not a value of this program.'
                yield test.place.finding("placeholder", message, nearest(name, known))
            elif name in OWN_PLACEHOLDERS and not compares:
                message = f'"{{{name}}}" needs a test that compares two numbers.'
                yield test.place.finding("placeholder", message)


def _names(text: str) -> Iterable[str | None]:
    """The names in braces; None for braces that hold anything else."""
    try:
        fields = [field[1:] for field in Formatter().parse(text) if field[1] is not None]
    except ValueError:
        return [None]
    return [
        name if not form and turn is None and PLACEHOLDER.fullmatch(f"{{{name}}}") else None
        for name, form, turn in fields
    ]


def _figures(rules: Rulebook, program: Program, today: date) -> Iterable[Finding]:
    for name, takes_over in sorted(program.figures):
        parameter = rules.parameters[name]
        try:
            reading = read_figure(parameter, takes_over, today)
        except NoValue:
            first = parameter.rows[0].since
            text = f'"{program.id}" reads "{name}" today, but its first value is from {first}.'
            yield parameter.place.finding("date_gap", text)
            continue
        if reading.stale:
            row = reading.rows[-1]
            text = f'"{name}" ({row.label}) should have been looked at by {row.review_by}.'
            yield row.place.finding("stale", text, "Add the new value if there is one.")


def _switches(rules: Rulebook, program: Program, cases: list[Case]) -> Iterable[Finding]:
    for day, name in changes_without_cases(rules, program, cases):
        text = f'"{name}" changes on {day}, without a case on that day and on the day before.'
        hint = "Add both to cases.yaml."
        yield program.place.finding("switch_without_case", text, hint)


def _row_gaps(rules: Rulebook) -> Iterable[Finding]:
    for parameter in rules.parameters.values():
        for earlier, later in pairwise(parameter.rows):
            if earlier.review_by and earlier.review_by < later.since:
                text = (
                    f'"{parameter.id}" has no value of its own from {earlier.review_by} '
                    f"to {later.since}."
                )
                hint = "Add the row between, or let review_by reach the next one."
                yield later.place.finding("row_gap", text, hint)
