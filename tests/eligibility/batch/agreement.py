"""Holds columns against the scalar engine, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from eligibility import Household, Rulebook, screen
from eligibility.batch import Plan, Population, ProgramResult, Simulation, population_of
from eligibility.batch.results import NO_AMOUNT, OUTCOME_OF
from eligibility.determination import OUTCOMES
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.parameters import NoValue
from eligibility.program import Program
from eligibility.spans import ends, is_open
from eligibility.world import PersonView, World

Facts = dict[str, Any]


class Verdict(NamedTuple):
    """What both evaluators must agree on."""

    outcome: str
    concerned: bool
    amount: tuple[Any, Any] | None


def scalar_verdicts(
    households: Sequence[Household],
    rules: Rulebook,
    on: date,
    programs: Sequence[str] | None = None,
) -> list[Verdict]:
    """One verdict for each household or person, program after program."""
    found: dict[str, list[Verdict]] = {name: [] for name in programs or rules.programs}
    for household in households:
        for one in screen(household, rules, on, list(found), explain=False):
            amount = one.amount and (one.amount.low, one.amount.high)
            found[one.program].append(Verdict(one.outcome, one.concerned, amount))
    return [verdict for each in found.values() for verdict in each]


def walked_verdicts(
    households: Sequence[Household],
    rules: Rulebook,
    on: date,
    programs: Sequence[str] | None = None,
) -> list[Verdict]:
    """The same by the plain interval walk alone: what columns say before anything is refined."""
    found = []
    for name in programs or rules.programs:
        for household in households:
            world = rules.world(household, on)
            program = rules.programs[name]
            people = [None] if program.unit == "household" else list(world.people)
            found += [_walked(world, rules, program, person) for person in people]
    return found


def _walked(world: World, rules: Rulebook, program: Program, person: PersonView | None) -> Verdict:
    concerned, outcome, amount = True, None, None
    try:
        world.env[PERSON_SLOT] = person
        if program.who is not None:
            concerned = rules.compiler.compile(program.who.rule)(world) is not False
        derived = rules.compiler.derived
        outcome = derived(world, program.id, person) if concerned else False
        if outcome and program.amount is not None:
            world.env[PERSON_SLOT] = person
            low, high = (
                ends(rules.compiler.compile(tree)(world))
                for tree in (program.amount.low, program.amount.high)
            )
            amount = low[0], None if is_open(high[1]) else high[1]
    except NoValue:
        outcome = None
    return Verdict(OUTCOMES[outcome], concerned, amount)


def batch_verdicts(results: dict[str, ProgramResult]) -> list[Verdict]:
    """The same from columns."""
    return [verdict for result in results.values() for verdict in _verdicts(result)]


def _verdicts(result: ProgramResult) -> list[Verdict]:
    rows = len(result.outcome)
    lows, highs = (
        [NO_AMOUNT] * rows if column is None else column.tolist()
        for column in (result.low, result.high)
    )
    return [
        Verdict(OUTCOME_OF[code], concerned, _amount(low, high))
        for code, concerned, low, high in zip(
            result.outcome.tolist(), result.concerned.tolist(), lows, highs, strict=True
        )
    ]


def row_verdicts(result: ProgramResult, population: Population, row: int) -> list[Verdict]:
    """The verdicts of one household from columns."""
    if result.unit == "household":
        return _verdicts(result)[row : row + 1]
    first, last = population.people_at[row : row + 2]
    return _verdicts(result)[first:last]


def _amount(low: int, high: int) -> tuple[int, int | None] | None:
    return None if low == NO_AMOUNT else (low, None if is_open(high) else high)


def households_of(facts: Sequence[Facts], rules: Rulebook) -> list[Household]:
    return [Household.from_facts(one, rules.facts) for one in facts]


def assert_equal(
    households: Sequence[Household],
    rules: Rulebook,
    on: date,
    programs: Sequence[str] | None = None,
) -> None:
    """Every row of the batch is the scalar result: by columns the plain walk's, and refined
    what `screen` says."""
    population = population_of(households, rules.facts)
    assert_population(population, households, rules, on, programs)
    simulation = Simulation(rules, population, on)
    refined = simulation.run(Plan.of(rules, on, programs, refine=True))
    expected = scalar_verdicts(households, rules, on, programs)
    found = batch_verdicts(refined)
    assert found == expected, _difference(refined, found, expected)


def assert_population(
    population: Population,
    households: Sequence[Household],
    rules: Rulebook,
    on: date,
    programs: Sequence[str] | None = None,
) -> None:
    """Every row of this population is what the plain walk says of the household in its place."""
    results = Simulation(rules, population, on).run(Plan.of(rules, on, programs))
    expected = walked_verdicts(households, rules, on, programs)
    found = batch_verdicts(results)
    assert found == expected, _difference(results, found, expected)


def _difference(
    results: dict[str, ProgramResult], found: list[Verdict], expected: list[Verdict]
) -> str:
    names = [name for name, result in results.items() for _ in result.outcome]
    places = [
        place for place, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]
    ]
    return "; ".join(
        f"{names[place]}[{place - names.index(names[place])}]: columns {found[place]}, "
        f"scalar {expected[place]}"
        for place in places[:5]
    )
