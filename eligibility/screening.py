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
from eligibility.program import Amount
from eligibility.rulebook import Rulebook
from eligibility.spans import ends, is_open
from eligibility.trying import Trying
from eligibility.world import World

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
    traced = rules.traced_world(household, day) if explain else None
    world = traced or rules.world(household, day)
    results = [
        Result(program, person, None)
        for program in chosen
        for person in ([None] if program.unit == "household" else world.people)
    ]
    if traced is None:
        _decided(results, rules, world, refine)
    else:
        _explained(results, Explainer(traced, rules, refine), minimal)
        world = traced.plain(rules.roots)
        traced.forget()
    standing = {one.id: (one.status_on(day), rules.hash_of(one.id)) for one in chosen}
    return [_determination(one, rules, world, *standing[one.program.id]) for one in results]


def _decided(results: list[Result], rules: Rulebook, world: World, refine: bool) -> None:
    """Verdicts without reasons."""
    trying = Trying(world, rules)
    derived, tests = rules.compiler.reads.derived, rules.compiler.tests
    for result in results:
        program, person = result.program, result.person
        result.why = NO_REASONS
        try:
            if program.who is not None:
                world.env[PERSON_SLOT] = person
                result.concerned = tests[id(program.who.rule)](world) is not False
            result.outcome = derived(world, program.id, person) if result.concerned else False
            if result.outcome is None and refine:
                result.outcome, result.concerned = trying.decide(program, person)
        except NoValue:
            result.why = without_figures(program)


def _explained(results: list[Result], explainer: Explainer, minimal: bool) -> None:
    """Results with their reasons."""
    for result in results:
        try:
            explainer.decide(result)
        except NoValue:
            result.outcome, result.why = None, without_figures(result.program)
    explainer.explain(results, minimal)


def _determination(
    result: Result, rules: Rulebook, world: World, status: str, rules_hash: str
) -> Determination:
    program, person = result.program, result.person
    outcome, why = result.outcome, result.why or NO_REASONS
    amount: AmountRange | None = None
    if outcome and program.amount is not None:
        world.env[PERSON_SLOT] = person
        try:
            amount = amount_of(program.amount, rules, world)
        except NoValue:
            outcome, why = None, without_figures(program)
    return Determination(
        program.id,
        person.id if person else None,
        OUTCOMES[outcome],
        result.concerned,
        status,
        program.apply,
        amount,
        why.reasons,
        program.not_checked,
        why.would_settle,
        why.stale,
        rules_hash,
    )


def amount_of(amount: Amount, rules: Rulebook, world: World) -> AmountRange:
    """What a program is worth to the household or person the world is set to."""
    compile_ = rules.compiler.compile
    low = ends(compile_(amount.low)(world))[0]
    high: Any = ends(compile_(amount.high)(world))[1]
    figures = amount.low.figures | amount.high.figures
    about = any(world.figures[figure].stale for figure in figures)
    return AmountRange(low, None if is_open(high) else high, amount.period, about)
