"""Screening: every program's result for a household, certain under what is still unanswered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from eligibility.determination import OUTCOMES, AmountRange, Determination
from eligibility.explanation import Explainer, Result, Why, without_figures
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household
from eligibility.parameters import NoValue
from eligibility.program import Amount, Program
from eligibility.rulebook import Rulebook
from eligibility.spans import ends, is_open
from eligibility.trying import Trying
from eligibility.world import PersonView, World

NO_REASONS = Why((), (), ())


def screen(
    household: Household,
    rules: Rulebook,
    on: date | None = None,
    programs: Iterable[str] | None = None,
    explain: bool = True,
    minimal: bool = False,
    refine: bool = True,
) -> list[Determination]:
    """One determination for each program, or for each person of a program decided by person.

    `on` defaults to the day in the facts. Raises KeyError for an unknown program and ValueError
    without a day. A result is never contradicted by any completion of the answers.

    `explain` adds the reasons: the tests that decide, and the answers each rests on. `minimal`
    keeps of these only the fewest that force the result: without any one of them it is unclear.
    That takes several times as long, so pages that show no answers do without.

    `refine` settles what the walk leaves unclear if it says the same in every way that a few
    answers can turn out. It costs only where something is unclear.
    """
    day = on or household.on
    if day is None:
        raise ValueError("a day is needed to screen on")
    chosen = [rules.programs[name] for name in (rules.programs if programs is None else programs)]
    standing = Standing(rules, day)
    if not explain:
        return _verdicts(chosen, standing, rules.world(household, day), refine)
    world = rules.traced_world(household, day)
    results = [
        Result(program, person)
        for program in chosen
        for person in ((None,) if program.unit == "household" else world.people)
    ]
    _explained(results, Explainer(world, rules, refine, minimal))
    world.roots = rules.roots  # what was read is known now, so amounts are worked out plainly
    found = [
        standing.determination(
            world, one.program, one.person, one.outcome, one.concerned, one.why or NO_REASONS
        )
        for one in results
    ]
    world.forget()
    return found


def _verdicts(
    programs: list[Program], standing: Standing, world: World, refine: bool
) -> list[Determination]:
    """Results without reasons."""
    rules = standing.rules
    trying = Trying(world, rules)
    derived, tests, env = rules.compiler.derived, rules.compiler.tests, world.env
    found = []
    for program in programs:
        who = None if program.who is None else tests[id(program.who.rule)]
        for person in (None,) if program.unit == "household" else world.people:
            env[PERSON_SLOT] = person
            concerned, outcome, why = True, None, NO_REASONS
            try:
                concerned = who is None or who(world) is not False
                outcome = derived(world, program.id, person) if concerned else False
                if outcome is None and refine:
                    outcome, concerned = trying.decide(program, person)
            except NoValue:
                why = without_figures(program)
            found.append(standing.determination(world, program, person, outcome, concerned, why))
    return found


def _explained(results: list[Result], explainer: Explainer) -> None:
    """Results with their reasons."""
    for result in results:
        try:
            explainer.decide(result)
        except NoValue:
            result.outcome, result.why = None, without_figures(result.program)
    explainer.explain(results)


class Standing:
    """The rules on one day, and how each program stands then."""

    __slots__ = ("_of", "day", "rules")

    def __init__(self, rules: Rulebook, day: date) -> None:
        self.rules = rules
        self.day = day
        self._of = rules.figures_on(day).standing

    def determination(
        self,
        world: World,
        program: Program,
        person: PersonView | None,
        outcome: bool | None,
        concerned: bool,
        why: Why,
    ) -> Determination:
        """A result, with its amount."""
        amount: AmountRange | None = None
        if outcome and program.amount is not None:
            world.env[PERSON_SLOT] = person
            try:
                amount = amount_of(program.amount, self.rules, world)
            except NoValue:
                outcome, why = None, without_figures(program)
        name = program.id
        known = self._of.get(name)
        if known is None:
            known = self._of[name] = program.status_on(self.day), self.rules.hash_of(name)
        status, rules = known
        who = None if person is None else person.id
        because, settle, stale = why
        # A named tuple without Python's own way round, since there are so many.
        said = (name, who, OUTCOMES[outcome], concerned, status, program.apply, amount)
        behind = (because, program.not_checked, settle, stale, rules)
        made: Determination = tuple.__new__(Determination, said + behind)
        return made


def amount_of(amount: Amount, rules: Rulebook, world: World) -> AmountRange:
    """What a program is worth to the household or person the world is set to."""
    compile_ = rules.compiler.compile
    low = ends(compile_(amount.low)(world))[0]
    high: Any = ends(compile_(amount.high)(world))[1]
    figures = amount.low.figures | amount.high.figures
    about = any(world.figures[figure].stale for figure in figures)
    return AmountRange(low, None if is_open(high) else high, amount.period, about)
