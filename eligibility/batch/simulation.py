"""Screens a whole population, block by block, and again with changed parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np

from eligibility.batch.arrays import Array, filled, within
from eligibility.batch.block import Block
from eligibility.batch.evaluate import Evaluator, Memo
from eligibility.batch.figures import Figures, Gaps, Setting, with_settings
from eligibility.batch.loops import Unvectorized
from eligibility.batch.population import Population, open_rows, selected
from eligibility.batch.results import (
    CODE_OF,
    NO_AMOUNT,
    UNCLEAR_CODE,
    ProgramResult,
    joined_results,
    reordered,
)
from eligibility.batch.scalar import Scalar, amount_of
from eligibility.batch.values import Numbers, Truths
from eligibility.expressions.tree import LOOPS, Expr
from eligibility.program import Program
from eligibility.rulebook import Rulebook
from eligibility.spans import OPEN

BLOCK = 8_192
"""Households at a time: small enough for the processor's cache, large enough for NumPy."""
Results = dict[str, ProgramResult]


@dataclass(frozen=True)
class Plan:
    """What is asked of every row: the rules with their figures on a day, and which programs.

    `refine` sends what the columns leave unclear, or as a range, through the scalar engine.
    """

    rules: Rulebook
    on: date
    programs: tuple[str, ...]
    refine: bool
    figures: Figures
    changed: frozenset[str]

    @classmethod
    def of(
        cls,
        rules: Rulebook,
        on: date,
        programs: Iterable[str] | None = None,
        settings: Sequence[Setting] = (),
        refine: bool = False,
    ) -> Plan:
        """A plan; `settings` change parameters for it. Raises KeyError for an unknown program."""
        chosen = tuple(rules.programs if programs is None else programs)
        for name in chosen:
            rules.programs[name]
        if settings:
            parameters = with_settings(rules.parameters, settings)
            rules = replace(rules, parameters=parameters, _figures={}, _sources={})
        changed = frozenset(setting.parameter for setting in settings)
        return cls(rules, on, chosen, refine, Figures(rules.parameters, on), changed)


class Dependence:
    """Which parameters an expression depends on, through other programs too."""

    def __init__(self, programs: Mapping[str, Program]) -> None:
        self.programs = programs
        self._programs: dict[str, frozenset[str]] = {}

    def of(self, tree: Expr) -> frozenset[str]:
        own = frozenset(key[0] for key in tree.figures)
        return own.union(*(self.program(name) for name in tree.links))

    def program(self, name: str) -> frozenset[str]:
        found = self._programs.get(name)
        if found is None:
            rules = self.programs[name].rules
            found = self._programs[name] = frozenset().union(*(self.of(rule) for rule in rules))
        return found


class BlockRun:
    """One block: its columns, and what was worked out, for runs with changed parameters."""

    def __init__(self, rules: Rulebook, population: Population, on: date) -> None:
        self.block = Block(population, rules.facts, on)
        self.memo: Memo = {}
        self.results: Results = {}

    def screen(self, plan: Plan, dependence: Dependence, keep: bool) -> Results:
        """All programs of the plan. A plan that changes parameters starts from what is kept."""
        memo, known = dict(self.memo), {}
        if plan.changed:
            memo = {
                key: kept for key, kept in memo.items() if not dependence.of(kept[2]) & plan.changed
            }
            known = {
                name: result
                for name, result in self.results.items()
                if not dependence.program(name) & plan.changed
            }
        deciding = _Deciding(plan, self.block, memo)
        results = {name: known.get(name) or deciding.result(name) for name in plan.programs}
        if keep and not plan.changed:
            self.memo = {key: kept for key, kept in memo.items() if _worth_keeping(key, kept[2])}
            self.results = results
        self.block.frames.forget()
        return results


def _worth_keeping(key: tuple[int, tuple[int, ...]], tree: Expr) -> bool:
    """Folds and named values are dear to work out again; the rest is cheap or large."""
    return len(key[1]) < 2 and (tree.op in LOOPS or tree.op in ("income", "call", "round"))


class _Deciding:
    """All programs of a plan over one block."""

    def __init__(self, plan: Plan, block: Block, memo: Memo) -> None:
        self.plan = plan
        self.block = block
        programs = plan.rules.programs
        self.evaluator = Evaluator(block, programs, plan.figures.reading, memo)
        self.gaps = Gaps(plan.figures, programs)
        self.scalar = Scalar(plan.rules, block.population, plan.on)

    def result(self, name: str) -> ProgramResult:
        program = self.plan.rules.programs[name]
        rows = self._rows(program)
        try:
            found = self._by_columns(program, rows)
        except Unvectorized:
            found = None
        if found is None:
            every = np.arange(self.block.population.households)
            return self._by_scalar(program, _blank(program, rows), every)
        if self.plan.refine:
            return self._by_scalar(program, found, self._unsettled(program, found))
        return found

    def _rows(self, program: Program) -> int:
        population = self.block.population
        return population.households if program.unit == "household" else population.persons

    def _by_columns(self, program: Program, rows: int) -> ProgramResult | None:
        """None where a missing figure could stop the scalar walk for some rows only."""
        tests = (*(test.rule for test in program.all_tests()),)
        found = _blank(program, rows)
        if program.status_now != "closed" and any(map(self.gaps.perhaps, tests)):
            return self._stopped(program, found)
        concerned = np.ones(rows, np.bool_)
        if program.who is not None:
            concerned = self._described(self._truths(program.who.rule, program).high, rows)
        value = self.evaluator.root(program.id)[0]
        low, high = self._described(value.low, rows), self._described(value.high, rows)
        outcome = np.where(low, 1, np.where(high & concerned, UNCLEAR_CODE, 0)).astype(np.int8)
        found = replace(found, outcome=outcome, concerned=concerned)
        return found if program.amount is None else self._with_amount(program, found)

    def _stopped(self, program: Program, found: ProgramResult) -> ProgramResult | None:
        """Nobody gets a result before the first value of a figure that everybody needs."""
        if program.who is None and self.gaps.always_tests(program.tests):
            return found
        if program.who is None or self.gaps.always(program.who.rule):
            return found if program.who is not None else None
        if self.gaps.perhaps(program.who.rule) or not self.gaps.always_tests(program.tests):
            return None
        rows = len(found.outcome)
        concerned = self._described(self._truths(program.who.rule, program).high, rows)
        outcome = np.where(concerned, UNCLEAR_CODE, 0).astype(np.int8)
        return replace(found, outcome=outcome, concerned=concerned)

    def _truths(self, tree: Expr, program: Program) -> Truths:
        found: Truths = self.evaluator.on(tree, self.evaluator.frame_of(program), {})
        return found

    def _described(self, column: Array | bool | int, rows: int) -> Array:
        """A column of a program's rows without the stand-ins."""
        people = self.block.frames.people
        if isinstance(column, (bool, int)):
            return filled(column, rows)
        if people.source is None or len(column) == rows:
            return column
        return column[people.source >= 0]

    def _with_amount(self, program: Program, found: ProgramResult) -> ProgramResult | None:
        amount = program.amount
        rows, likely = len(found.outcome), found.outcome == 1
        if amount is None:
            return found
        if any(self.plan.figures.lacks(key) for key in amount.low.figures | amount.high.figures):
            outcome = np.where(likely, UNCLEAR_CODE, found.outcome).astype(np.int8)
            return replace(found, outcome=outcome)
        if any(map(self.gaps.perhaps, (amount.low, amount.high))):
            return None
        frame = self.evaluator.frame_of(program)
        low, high = self.evaluator.amount(program, frame)
        least = self._cents(low, low.low, rows)
        most = least if high is low and low.single else self._cents(high, high.high, rows)
        return replace(
            found,
            low=np.where(likely, least, NO_AMOUNT),
            high=np.where(likely, most, NO_AMOUNT),
        )

    def _cents(self, numbers: Numbers, end: Array | int, rows: int) -> Array:
        """One end in whole cents; what is open is cut off at `OPEN`."""
        column = self._described(end, rows)
        if numbers.under != 1:
            if np.any(column % numbers.under):
                raise Unvectorized("an amount in broken cents")
            column = column // numbers.under
        if column.dtype == object:
            column = np.minimum(column, OPEN).astype(np.int64)
        return column

    def _unsettled(self, program: Program, found: ProgramResult) -> Array:
        """Households with an unclear result, or an amount that is only a range."""
        unsure = (found.outcome == UNCLEAR_CODE) & found.concerned
        if found.low is not None and found.high is not None:
            unsure |= found.low != found.high
        if program.unit == "household":
            return np.flatnonzero(unsure)
        homes = np.repeat(
            np.arange(self.block.population.households), np.diff(self.block.population.people_at)
        )
        return np.unique(homes[unsure])

    def _by_scalar(
        self, program: Program, found: ProgramResult, households: Array
    ) -> ProgramResult:
        """The result with these households decided one by one."""
        outcome, concerned = found.outcome.copy(), found.concerned.copy()
        low = None if found.low is None else found.low.copy()
        high = None if found.high is None else found.high.copy()
        starts = self.block.population.people_at
        decided = 0
        for household in households.tolist():
            first = household if program.unit == "household" else int(starts[household])
            for place, one in enumerate(self.scalar.decided(program.id, household), first):
                outcome[place], concerned[place] = CODE_OF[one.outcome], one.concerned
                if low is not None and high is not None:
                    low[place], high[place] = amount_of(one)
                decided += 1
        return replace(
            found, outcome=outcome, concerned=concerned, low=low, high=high, scalar=decided
        )


def _blank(program: Program, rows: int) -> ProgramResult:
    """Nothing known yet of any row."""
    amount = None if program.amount is None else np.full(rows, NO_AMOUNT, np.int64)
    return ProgramResult(
        program.id,
        program.unit,
        np.full(rows, UNCLEAR_CODE, np.int8),
        np.ones(rows, np.bool_),
        amount,
        amount,
        program.amount.period if program.amount else "",
    )


class Simulation:
    """One population under one rulebook on one day, to be screened once or again and again."""

    def __init__(
        self, rules: Rulebook, population: Population, on: date, keep: bool = False
    ) -> None:
        self.rules = rules
        self.population = population
        self.on = on
        self.keep = keep
        self.dependence = Dependence(rules.programs)
        self.order = _open_last(population)
        ordered = population if self.order is None else selected(population, self.order)
        self.ordered = ordered
        self._runs: list[BlockRun] = []

    def run(self, plan: Plan) -> Results:
        """Every program's result, rows in the order of the population."""
        parts: dict[str, list[ProgramResult]] = {name: [] for name in plan.programs}
        for run in self._blocks():
            for name, result in run.screen(plan, self.dependence, self.keep).items():
                parts[name].append(result)
        return {name: self._in_order(joined_results(found)) for name, found in parts.items()}

    def _blocks(self) -> Iterable[BlockRun]:
        if self._runs:
            yield from self._runs
            return
        for first, last in _cuts(self.ordered, self.order):
            run = BlockRun(self.rules, self.ordered.between(first, last), self.on)
            if self.keep:
                self._runs.append(run)
            yield run

    def _in_order(self, result: ProgramResult) -> ProgramResult:
        if self.order is None:
            return result
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.arange(len(self.order))
        if result.unit == "household":
            return reordered(result, place)
        starts, counts = self.ordered.people_at[:-1], np.diff(self.ordered.people_at)
        return reordered(result, within(starts[place], counts[place]))


def _open_last(population: Population) -> Array | None:
    """Households whose lists are all closed first: they need no stand-ins. None: as they are."""
    open_ = open_rows(population)
    if open_.all() or not open_.any():
        return None
    return np.argsort(open_, kind="stable")


def _cuts(population: Population, order: Array | None) -> list[tuple[int, int]]:
    """Where blocks begin and end: none holds both closed and open lists."""
    count = population.households
    edges = {0, count}
    if order is not None:
        edges.add(int(np.searchsorted(open_rows(population), True)))
    cuts = []
    for first, last in pairwise(sorted(edges)):
        parts = max(1, -(-(last - first) // BLOCK))
        steps = [first + (last - first) * part // parts for part in range(parts + 1)]
        cuts += list(pairwise(steps))
    return cuts
