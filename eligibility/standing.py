"""How programs stand on one day: what each determination of the day says of its program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from eligibility.determination import OUTCOMES
from eligibility.json_text import fields, quoted
from eligibility.program import Program


class StandingPieces(NamedTuple):
    """The same as JSON: before the person, from there to the amount by outcome and whether the
    program is for them, and after the reasons. `settled` ends what is known for sure, `left_out`
    stands between a person whom it is not for and the reason."""

    first: str
    outcomes: Mapping[tuple[bool | None, bool], str]
    left_out: str
    not_checked: str
    rules: str
    settled: str


class Standing:
    """One program on that day, with the hash of its rules."""

    def __init__(self, program: Program, on: date, rules: str) -> None:
        self.program = program
        self.status = program.status_on(on)
        self.rules = rules

    @cached_property
    def pieces(self) -> StandingPieces:
        """What of a determination's JSON is the same for every household."""
        program = self.program
        first = f'{{"program":{quoted(program.id)},"person":'
        not_checked = "]" + fields(not_checked=program.not_checked)
        rules = fields(rules=self.rules) + "}"
        nothing = fields(would_settle=(), stale=())
        outcomes = {
            (outcome, concerned): fields(
                outcome=OUTCOMES[outcome],
                concerned=concerned,
                status=self.status,
                apply=program.apply,
            )
            + ',"amount":'
            for outcome in OUTCOMES
            for concerned in (True, False)
        }
        left_out = outcomes[False, False] + 'null,"because":['
        settled = not_checked + nothing + rules
        return StandingPieces(first, outcomes, left_out, not_checked, rules, settled)


class Standings(dict[str, Standing]):
    """Every program that was asked for on one day."""

    def __init__(
        self, programs: Mapping[str, Program], on: date, hash_of: Callable[[str], str]
    ) -> None:
        super().__init__()
        self.programs = programs
        self.on = on
        self.hash_of = hash_of

    def __missing__(self, name: str) -> Standing:
        found = self[name] = Standing(self.programs[name], self.on, self.hash_of(name))
        return found
