"""Screening: every program's result for a household, certain under what is still unanswered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from eligibility.determination import OUTCOMES, AmountRange, Determination
from eligibility.explanation import Explainer, Why, without_figures
from eligibility.expressions.memory import derived
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household
from eligibility.parameters import NoValue
from eligibility.program import Amount, Program
from eligibility.rulebook import Rulebook
from eligibility.spans import ends, is_open
from eligibility.tracing import TracedWorld
from eligibility.world import PersonView, World

NO_REASONS = Why((), (), ())


class _Decided(NamedTuple):
    """Whether a program concerns someone, whether its tests are met, and why."""

    concerned: bool
    outcome: bool | None
    why: Why


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
        self.explainer: Explainer | None = None
        self.world = World(*given)
        if explain:
            self.world = traced = TracedWorld(*given).trace()
            self.explainer = Explainer(traced, rules.compiler, rules.roots, rules.wordings, minimal)

    def run(self, programs: list[Program]) -> list[Determination]:
        found = [
            (program, person, self._decide(program, person))
            for program in programs
            for person in self._deciding(program)
        ]
        # Amounts come after every reason: they read answers, and no reason rests on those.
        return [self._worth(program, person, decided) for program, person, decided in found]

    def _deciding(self, program: Program) -> list[PersonView | None]:
        return [None] if program.unit == "household" else list(self.world.people)

    def _decide(self, program: Program, person: PersonView | None) -> _Decided:
        concerned = True
        try:
            concerned = self._concerned(program, person)
            if self.explainer is None:
                outcome = derived(self.world, program.id, person) if concerned else False
                return _Decided(concerned, outcome, NO_REASONS)
            outcome = self.explainer.outcome(program)
            return _Decided(concerned, outcome, self.explainer.explain(program, person, outcome))
        except NoValue as error:
            self.world.restore_all()
            return _Decided(concerned, None, without_figures(program, error))

    def _concerned(self, program: Program, person: PersonView | None) -> bool:
        self.world.env[PERSON_SLOT] = person
        if program.who is None:
            return True
        return self.rules.compiler.remembering(program.who.rule)(self.world) is not False

    def _worth(
        self, program: Program, person: PersonView | None, decided: _Decided
    ) -> Determination:
        concerned, outcome, why = decided
        amount: AmountRange | None = None
        if outcome and program.amount is not None:
            try:
                amount = self._amount(program.amount, person)
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

    def _amount(self, amount: Amount, person: PersonView | None) -> AmountRange:
        compile_, world = self.rules.compiler.compile, self.world
        world.env[PERSON_SLOT] = person
        low = ends(compile_(amount.low)(world))[0]
        high: Any = ends(compile_(amount.high)(world))[1]
        figures = amount.low.figures | amount.high.figures
        about = any(world.reading(figure).stale for figure in figures)
        return AmountRange(low, None if is_open(high) else high, amount.period, about)
