"""Screening: every program's result for a household, certain under what is still unanswered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from eligibility.determination import Determination
from eligibility.explanation import Explainer
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.household import Household
from eligibility.parameters import NoValue
from eligibility.program import Program
from eligibility.reason_texts import ReasonTexts
from eligibility.reasons import NO_REASONS, ReasonValues, determination, without_figures
from eligibility.rulebook import Rulebook
from eligibility.trying import Trying
from eligibility.world import World
from eligibility.worth import amount_of


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
    day, chosen = _day_of(household, on), _chosen(rules, programs)
    if not explain:
        return _verdicts(chosen, rules, rules.world(household, day), refine)
    reasons = ReasonValues(rules.traced_world(household, day))
    return Explainer(reasons, rules, refine, minimal).answers(chosen)


def screen_text(
    household: Household,
    rules: Rulebook,
    on: date | None = None,
    programs: Iterable[str] | None = None,
) -> str:
    """The same determinations with their reasons as a list in JSON, for an answer that nobody
    here reads: letter for letter what `to_json` of each would give, in a third of the time."""
    day, chosen = _day_of(household, on), _chosen(rules, programs)
    reasons = ReasonTexts(rules.traced_world(household, day))
    return f"[{','.join(Explainer(reasons, rules, refine=True).answers(chosen))}]"


def _day_of(household: Household, on: date | None) -> date:
    day = on or household.on
    if day is None:
        raise ValueError("a day is needed to screen on")
    return day


def _chosen(rules: Rulebook, programs: Iterable[str] | None) -> list[Program]:
    return [rules.programs[name] for name in (rules.programs if programs is None else programs)]


def _verdicts(
    programs: list[Program], rules: Rulebook, world: World, refine: bool
) -> list[Determination]:
    """Results without reasons."""
    trying = Trying(world, rules)
    derived, tests, env = rules.compiler.derived, rules.compiler.tests, world.env
    found = []
    for program in programs:
        standing = world.figures.standing[program.id]
        who = None if program.who is None else tests[id(program.who.rule)]
        for person in (None,) if program.unit == "household" else world.people:
            env[PERSON_SLOT] = person
            concerned, outcome, why, amount = True, None, NO_REASONS, None
            try:
                concerned = who is None or who(world) is not False
                outcome = derived(world, program.id, person) if concerned else False
                if outcome is None and refine:
                    outcome, concerned = trying.decide(program, person)
                if outcome and program.amount is not None:
                    env[PERSON_SLOT] = person
                    amount = amount_of(program.amount, rules, world)
            except NoValue:
                outcome, why = None, without_figures(program)
            found.append(determination(standing, person, outcome, concerned, amount, why))
    return found
