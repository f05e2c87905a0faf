"""Screening: every program's result for a household, certain under what is still unanswered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from eligibility.determination import OUTCOMES, AmountRange, Determination
from eligibility.explanation import Explainer, Why, without_figures
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household
from eligibility.parameters import NoValue
from eligibility.program import Program
from eligibility.rulebook import Rulebook
from eligibility.spans import ends, is_open
from eligibility.tracing import TracedWorld
from eligibility.world import PersonView, World

NO_REASONS = Why((), (), ())


def screen(
    household: Household,
    rules: Rulebook,
    on: date | None = None,
    programs: Iterable[str] | None = None,
    explain: bool = True,
    minimal: bool = False,
) -> list[Determination]:
    """One determination for each program, or for each person of a program decided by person.

    `on` defaults to the day in the facts. Raises KeyError for an unknown program and ValueError
    without a day. A result is never contradicted by any completion of the answers.

    `explain` adds the reasons: the tests that decide, and the answers each rests on. `minimal`
    leaves out every answer without which the result would still hold; that tries them one by one
    and takes ten times as long, so pages do without.
    """
    day = on or household.on
    if day is None:
        raise ValueError("a day is needed to screen on")
    chosen = [rules.programs[name] for name in (rules.programs if programs is None else programs)]
    return _Screening(household, rules, day, explain, minimal).run(chosen)


class _Screening:
    """One household on one day."""

    def __init__(
        self, household: Household, rules: Rulebook, on: date, explain: bool, minimal: bool
    ) -> None:
        self.rules = rules
        self.on = on
        given = (
            household,
            rules.blank,
            rules.parameters,
            rules.figures_on(on),
            rules.roots,
            on,
        )
        self.world = World(*given)
        traced = TracedWorld(*given).trace() if explain else None
        self.explainer = Explainer(traced, rules.compiler, rules.roots, minimal) if traced else None

    def run(self, programs: list[Program]) -> list[Determination]:
        return [
            self._determine(program, index)
            for program in programs
            for index in self._deciding(program)
        ]

    def _deciding(self, program: Program) -> list[int | None]:
        return [None] if program.unit == "household" else list(range(len(self.world.people)))

    def _determine(self, program: Program, index: int | None) -> Determination:
        world = self.world
        person = None if index is None else world.people[index]
        world.env[PERSON_SLOT] = person
        outcome: bool | None = None
        amount: AmountRange | None = None
        concerned = True
        try:
            if program.who is not None:
                concerned = self.rules.compiler.compile(program.who.rule)(world) is not False
            outcome = self.rules.roots[program.id](world)
            if outcome:
                amount = self._amount(program)
            why = self._why(program, index, outcome)
        except NoValue as error:
            outcome, why = None, without_figures(program, error)
        return Determination(
            program=program.id,
            person=person.id if person else None,
            outcome=OUTCOMES[outcome],
            concerned=concerned,
            status=program.status_on(self.on),
            apply=program.apply,
            amount=amount,
            because=why.reasons,
            not_checked=program.not_checked,
            would_settle=why.would_settle,
            stale=why.stale,
            rules=self.rules.hash_of(program.id),
        )

    def _why(self, program: Program, index: int | None, outcome: bool | None) -> Why:
        if self.explainer is None:
            return NO_REASONS
        person: PersonView | None = None
        if index is not None:
            person = self.explainer.world.people[index]
        return self.explainer.explain(program, person, outcome)

    def _amount(self, program: Program) -> AmountRange | None:
        if program.amount is None:
            return None
        compile_, world = self.rules.compiler.compile, self.world
        low = ends(compile_(program.amount.low)(world))[0]
        high: Any = ends(compile_(program.amount.high)(world))[1]
        figures = program.amount.low.figures | program.amount.high.figures
        about = any(world.reading(figure).stale for figure in figures)
        return AmountRange(low, None if is_open(high) else high, program.amount.period, about)
