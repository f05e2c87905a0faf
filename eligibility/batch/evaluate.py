"""The columns evaluator: the tree's values, for all households of a block at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from eligibility.batch.arrays import UNKNOWN, Flags, both, chosen, either, filled, negated
from eligibility.batch.block import Block, Told
from eligibility.batch.frames import Frame
from eligibility.batch.incomes import IncomeCounter
from eligibility.batch.lookups import Ties, day_around, looked_up, portions
from eligibility.batch.loops import Loop, Owners, Unvectorized, spanned
from eligibility.batch.values import (
    FALSE,
    OPEN_TRUTH,
    TRUE,
    Choices,
    Numbers,
    Truths,
    compared,
    constant,
    flags,
    greatest_of,
    hull_of,
    least_of,
    sure,
    where,
)
from eligibility.expressions.tree import BOOL, EACH_SLOT, LOOPS, PERSON_SLOT, Expr
from eligibility.expressions.write import pays_key
from eligibility.parameters import Reading
from eligibility.program import Group, Program, Test
from eligibility.ratio import inverse
from eligibility.spans import ends, span
from eligibility.world import FigureKey

Found = tuple[Any, Frame]
Kept = tuple[Any, Frame, Expr]
Memo = dict[tuple[int, tuple[int, ...]], Kept]
NO_OWNERS: Owners = {}


class Evaluator:
    """Works out expressions over one block. Each is worked out once, on the rows it needs."""

    def __init__(
        self,
        block: Block,
        programs: Mapping[str, Program],
        reading: Callable[[FigureKey], Reading],
        memo: Memo,
    ) -> None:
        self.block = block
        self.frames = block.frames
        self.programs = programs
        self.reading = reading
        self.memo = memo
        self.incomes = IncomeCounter(block)
        self._roots: dict[str, Found] = {}
        self._facts: dict[str, Any] = {}

    def on(self, tree: Expr, frame: Frame, owners: Owners) -> Any:
        """The value of a tree for every row of a frame that has its variables."""
        value, own = self.found(tree, owners)
        return self._spread(value, own, frame)

    def _spread(self, value: Any, own: Frame, frame: Frame) -> Any:
        if own is frame:
            return value
        way = self.frames.way(frame, own)
        return value if way is None else value.take(way)

    def found(self, tree: Expr, owners: Owners) -> Found:
        """The value of a tree on the smallest frame that has its variables."""
        spanning = tuple(spanned(tree, owners))
        key = id(tree), spanning
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = (*self._work_out(tree, spanning, owners), tree)
        return found[:2]

    def _work_out(self, tree: Expr, spanning: tuple[int, ...], owners: Owners) -> Found:
        if tree.op in LOOPS:
            loop = Loop(self, tree, owners)
            return loop.value(), loop.outer
        own = {slot: whose for slot, whose in owners.items() if slot in tree.free}
        frame = self.frames.get(spanning, own)
        method = getattr(self, f"_{tree.op}", None)
        if method is None:
            raise Unvectorized(tree.op)
        return method(tree, _Arguments(self, tree, frame, own)), frame

    def _truth(self, tree: Expr, args: _Arguments) -> Truths:
        return TRUE if tree.data else FALSE

    def _number(self, tree: Expr, args: _Arguments) -> Numbers:
        return constant(tree.data, tree.data)

    def _string(self, tree: Expr, args: _Arguments) -> Choices:
        return Choices(self.block.words.code(tree.data))

    def _fact(self, tree: Expr, args: _Arguments) -> Any:
        found = self._facts.get(tree.data)
        if found is None:
            found = self._facts[tree.data] = self.block.fact(tree.data)
        return found

    def _param(self, tree: Expr, args: _Arguments) -> Numbers:
        return constant(*ends(self.reading(tree.data).single))

    def _table(self, tree: Expr, args: _Arguments) -> Numbers:
        reading, sizes = self.reading(tree.data), args[0]
        if sizes.under != 1:
            raise Unvectorized("a table read by a broken number")
        if isinstance(sizes.low, int) and isinstance(sizes.high, int):
            return constant(*ends(reading.at(span(sizes.low, sizes.high))))
        return looked_up(reading, sizes, args.frame.rows)

    def _add(self, tree: Expr, args: _Arguments) -> Numbers:
        found: Numbers = args[0] + args[1]
        return found

    def _sub(self, tree: Expr, args: _Arguments) -> Numbers:
        found: Numbers = args[0] - args[1]
        return found

    def _mul(self, tree: Expr, args: _Arguments) -> Numbers:
        for place, other in ((0, 1), (1, 0)):
            if tree.args[place].op == "number":
                scaled: Numbers = args[other].scaled(tree.args[place].data)
                return scaled
        found: Numbers = args[0] * args[1]
        return found

    def _div(self, tree: Expr, args: _Arguments) -> Numbers:
        found: Numbers = args[0].scaled(inverse(tree.args[1].data))
        return found

    def _neg(self, tree: Expr, args: _Arguments) -> Numbers:
        found: Numbers = -args[0]
        return found

    def _min(self, tree: Expr, args: _Arguments) -> Numbers:
        return least_of(args[0], args[1])

    def _max(self, tree: Expr, args: _Arguments) -> Numbers:
        return greatest_of(args[0], args[1])

    def _prorate(self, tree: Expr, args: _Arguments) -> Numbers:
        value, part, of = args[0], args[1], args[2]
        if part.under != 1 or of.under != 1 or part.least < 0:
            raise Unvectorized("a share of a broken number of people")
        found: Numbers = value * portions(part, of, args.frame.rows)
        return found

    def _round(self, tree: Expr, args: _Arguments) -> Numbers:
        found: Numbers = args[0].rounded(*tree.data)
        return found

    def _turn(self, tree: Expr, args: _Arguments) -> Numbers:
        told = args[0]
        if not isinstance(told, Told):
            raise Unvectorized("money told with a period that is no plain answer")
        period, conversion = tree.data
        return told.turned(conversion, period)

    def _income(self, tree: Expr, args: _Arguments) -> Numbers:
        return self.incomes.count(tree.data)

    def _compare(self, tree: Expr, args: _Arguments) -> Truths:
        return compared(tree.data, args[0], args[1])

    def _same(self, tree: Expr, args: _Arguments) -> Truths:
        first, second = tree.args
        if first.type.kind == "person":
            return self._same_person(first.data, second.data, args)
        if ("person.tax_household" in (first.data, second.data)) and first.data != second.data:
            raise Unvectorized("a tax household compared with a word")
        one, two = args[0].codes, args[1].codes
        if isinstance(one, int) and isinstance(two, int):
            return OPEN_TRUTH if UNKNOWN in (one, two) else sure(one == two)
        same = one == two
        unknown = (one == UNKNOWN) | (two == UNKNOWN)
        if not np.any(unknown):
            return sure(same)
        return Truths(same & ~unknown, same | unknown)

    def _same_person(self, first: int, second: int, args: _Arguments) -> Truths:
        frame = args.frame
        real = self.frames.people.real
        if first == second:
            return sure(True) if isinstance(real, bool) else Truths(real, True)
        one, two = frame.index[first], frame.index[second]
        if one is None or two is None:
            raise Unvectorized("the same person in one variable")
        same = one == two
        return sure(same) if isinstance(real, bool) else Truths(same & real.take(one), same)

    def _among(self, tree: Expr, args: _Arguments) -> Truths:
        codes = args[0].codes
        words = self.block.words
        wanted = np.zeros(len(words.names) + 2, np.bool_)
        wanted[[words.code(word) for word in tree.data]] = True
        wanted[-1] = False
        if isinstance(codes, int):
            return OPEN_TRUTH if codes == UNKNOWN else sure(bool(wanted[codes]))
        low = wanted.take(codes, mode="wrap")
        unknown = codes == UNKNOWN
        return Truths(low, low | unknown) if unknown.any() else sure(low)

    def _not(self, tree: Expr, args: _Arguments) -> Truths:
        found: Truths = ~args[0]
        return found

    def _and(self, tree: Expr, args: _Arguments) -> Truths:
        result = TRUE
        for place in range(len(tree.args)):
            result = result & args[place]
            if result.high is False:
                break
        return result

    def _or(self, tree: Expr, args: _Arguments) -> Truths:
        result = FALSE
        for place in range(len(tree.args)):
            result = result | args[place]
            if result.low is True:
                break
        return result

    def _if(self, tree: Expr, args: _Arguments) -> Any:
        test: Truths = args[0]
        if test.low is True:
            return args[1]
        if test.high is False:
            return args[2]
        yes, no = args[1], args[2]
        if tree.type == BOOL:
            return _merged(test, yes, no)
        if isinstance(yes, Choices):
            same = chosen(flags(yes.codes == no.codes), yes.codes, UNKNOWN)
            unsure = chosen(test.high, same, no.codes)
            return Choices(chosen(test.low, yes.codes, unsure))
        settled = where(test.low, yes, no)
        if test.known:
            return settled
        unknown = np.not_equal(filled(test.low, args.frame.rows), test.high)
        return where(unknown, hull_of(yes, no), settled)

    def _age(self, tree: Expr, args: _Arguments) -> Numbers:
        unit, (which, month, day) = tree.data
        if which == "today":
            return self.block.age_today(unit)
        return self.block.age(unit, day_around(self.block.on, which, month, day))

    def _tie(self, tree: Expr, args: _Arguments) -> Truths:
        first, second = (arg.data for arg in tree.args)
        frame = args.frame
        if first == second:
            raise Unvectorized("a tie of a person with themselves")
        return Ties(self.block, frame, first, second).found(tree.data)

    def _likely(self, tree: Expr, args: _Arguments) -> Truths:
        # The frame of one person has the same rows, whichever variable holds the person.
        found: Truths = self.root(tree.data if tree.op == "likely" else pays_key(tree.data))[0]
        return found

    _pays = _likely

    def _call(self, tree: Expr, args: _Arguments) -> Any:
        named = tree.args[0]
        if tree.data != "each":
            return self.on(named, args.frame, NO_OWNERS)
        value, own = self.found(named, NO_OWNERS)
        way = self.frames.way(args.frame, own, ((EACH_SLOT, tree.args[1].data),))
        return value if way is None else value.take(way)

    def root(self, key: str) -> Found:
        """Whether a program's tests are met, or whether it pays, on its own frame."""
        found = self._roots.get(key)
        if found is None:
            found = self._roots[key] = self._root(key)
        return found

    def _root(self, key: str) -> Found:
        name, _, pays = key.partition(":")
        program = self.programs[name]
        frame = self.frame_of(program)
        if program.status_now == "closed":
            return FALSE, frame
        value = self.tests(program.tests, frame)
        if program.who is not None:
            value = self.on(program.who.rule, frame, NO_OWNERS) & value
        if pays and program.amount is not None:
            value = value & self._worth(program, frame)
        return value, frame

    def frame_of(self, program: Program) -> Frame:
        """One row for each household, or for each person with stand-ins."""
        return self.frames.get((PERSON_SLOT,) if program.unit == "person" else (), NO_OWNERS)

    def tests(self, node: Test | Group, frame: Frame) -> Truths:
        """A test or a group of tests, on the rows of its program."""
        if isinstance(node, Test):
            found: Truths = self.on(node.rule, frame, NO_OWNERS)
            return found
        parts = [self.tests(member, frame) for member in node.members]
        result = parts[0]
        for part in parts[1:]:
            result = result & part if node.kind == "all" else result | part
        return result

    def _worth(self, program: Program, frame: Frame) -> Truths:
        """Whether the amount is more than nothing: surely if its least is."""
        low, high = self.amount(program, frame)
        surely = flags(low.low > 0)
        return sure(surely) if low is high and low.single else Truths(surely, flags(high.high > 0))

    def amount(self, program: Program, frame: Frame) -> tuple[Numbers, Numbers]:
        """The expressions for the lowest and the highest amount, on the program's rows."""
        if program.amount is None:
            raise Unvectorized("no amount")
        low = self.on(program.amount.low, frame, NO_OWNERS)
        if program.amount.high is program.amount.low:
            return low, low
        return low, self.on(program.amount.high, frame, NO_OWNERS)


class _Arguments:
    """The parts of a tree, each worked out when it is asked for, on the tree's own rows."""

    def __init__(self, evaluator: Evaluator, tree: Expr, frame: Frame, owners: Owners) -> None:
        self.evaluator = evaluator
        self.tree = tree
        self.frame = frame
        self.owners = owners

    def __getitem__(self, place: int) -> Any:
        return self.evaluator.on(self.tree.args[place], self.frame, self.owners)


def _merged(test: Truths, yes: Truths, no: Truths) -> Truths:
    """One or the other side's truth; where the test is unknown, what both agree on."""
    low: Flags = both(either(negated(test.high), yes.low), either(test.low, no.low))
    if test.known and yes.known and no.known:
        return sure(low)
    return Truths(low, either(both(test.high, yes.high), both(negated(test.low), no.high)))
