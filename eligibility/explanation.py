"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from eligibility.determination import AmountRange
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.fewest import Fewest, Other, Settled, in_order
from eligibility.parameters import NoValue, Reading
from eligibility.plan import Plan, Step
from eligibility.program import Program, Test
from eligibility.reasons import NO_REASONS, NOTHING_COMPARED, Compared, Reasons, Why
from eligibility.rulebook import Rulebook
from eligibility.sights import Noting, Settling, Told
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.standing import Standing
from eligibility.switches import Switchboard
from eligibility.trying import Trying
from eligibility.witness import Chooser, Witness
from eligibility.wording import Shown, Wording, Wordings
from eligibility.world import PersonView
from eligibility.worth import amount_of

NONE_READ: tuple[Reading, ...] = ()
NONE_TOLD: tuple[str, ...] = ()
_new: Any = tuple.__new__
"""Makes a named tuple of all its parts without Python's own way round."""


class Result:
    """One program, for a household or a person: what came out, and the tests that decide."""

    outcome: bool | None = None
    concerned = True
    witness: Witness
    tried = False
    why: Why | None = None
    amount: AmountRange | None = None

    def __init__(self, program: Program, person: PersonView | None) -> None:
        self.program = program
        self.person = person


class Explainer:
    """Explains all results of one household. Equal tests are explained once."""

    def __init__(
        self, reasons: Reasons, rules: Rulebook, refine: bool = False, minimal: bool = False
    ) -> None:
        self.reasons = reasons
        self.world = reasons.world
        self.rules = rules
        self.refine = refine
        self.minimal = minimal
        if minimal:
            in_order(self.world)
        compiler, _, self.plans = rules.traced
        self.wordings = Wordings(compiler)
        self.sight = Noting(self.world)
        self.made: dict[Any, Any] = {}
        self.readable: dict[str, int] = {}
        self.told_by: dict[int, int] = {}

    def answers(self, programs: Iterable[Program]) -> list[Any]:
        """One result for each program, or for each person of one that is decided by person.

        All are decided before any is explained: what was read until then has its bits.
        """
        found = [one for program in programs for one in self._decided(program)]
        waiting = [one for one in found if type(one) is Result]
        self._explain(waiting)
        self._weigh(waiting)
        self.world.forget()
        said, standing = self.reasons.determination, self.world.figures.standing
        return [
            said(
                standing[one.program.id],
                one.person,
                one.outcome,
                one.concerned,
                one.amount,
                one.why or NO_REASONS,
            )
            if type(one) is Result
            else one
            for one in found
        ]

    def _decided(self, program: Program) -> Iterator[Any]:
        """Whether the tests of a program are met, and which decide: a result in the making. Of
        somebody whom the program is not for, already the whole result."""
        plan, sight = self.plans[program.id], self.sight
        who = plan.who
        leaves_out = program.status_now != "closed" and not self.minimal
        standing = self.world.figures.standing[program.id]
        for person in (None,) if program.unit == "household" else self.world.people:
            sight.at_person(person)
            fits, said, result = None, None, None
            try:
                if who is not None:
                    fits = sight.holds(who)
                    if fits is False and leaves_out and person is not None:
                        said = self._left_out(standing, who, person)
                if said is None:
                    result = Result(program, person)
                    self._decide(result, plan, fits)
            except NoValue:
                result = Result(program, person)
                result.why = self.reasons.without_figures(program)
            yield said or result

    def _left_out(self, standing: Standing, who: Step, person: PersonView) -> Any:
        """The result of somebody whom a program is not for, if it tells no number."""
        wording = who.words.get(False) or self._wording(standing.program, who, False)
        _, mask, log = self.sight.rests_on(who)
        if wording.numbers or log & self.world.figured:
            return None
        return self.reasons.left_out(standing, person, wording, mask)

    def _decide(self, result: Result, plan: Plan, fits: bool | None) -> None:
        program = result.program
        if fits is False and plan.who is not None:
            result.concerned = result.outcome = False
            result.witness = [self.sight.rests_on(plan.who)]
        if program.status_now == "closed":
            result.outcome = False
            result.why = self.reasons.closed(program)
        elif fits is not False:
            chooser = Chooser(plan, self.sight)
            result.outcome, result.concerned = chooser.decide()
            result.witness = chooser.choose(result.outcome)
            if result.outcome is None and self.refine:
                self._try(result)

    @cached_property
    def trying(self) -> Trying:
        """Made when the first result is unclear."""
        return Trying(self.world.plain(self.rules.roots), self.rules)

    def _try(self, result: Result) -> None:
        """Settle what says the same in every way that a few answers can turn out. Such a result
        rests on all that its tests can read."""
        if self.trying.open.isdisjoint(self.rules.tried_for(result.program)):
            return
        settling = Settling(self.sight, self.trying, self._told_by)
        chooser = Chooser(self.plans[result.program.id], settling)
        outcome, concerned = chooser.decide()
        if outcome is not None:
            result.outcome, result.concerned = outcome, concerned
            result.witness = chooser.choose(outcome)
            result.tried = True

    def _explain(self, results: list[Result]) -> None:
        """The reasons of every result, if so asked with only the answers it cannot do without."""
        if self.minimal:
            self._narrow([one for one in results if one.outcome is not None and not one.why])
        for result in results:
            if result.why is None:
                self.sight.at_person(result.person)
                result.why = self._why(result)

    def _narrow(self, settled: list[Result]) -> None:
        """Keep the fewest answers that force each result, and the tests that read them."""
        board = Switchboard(self.world, self.rules.roots)
        fewest = Fewest(self.world, board, self.rules)
        walked = [result for result in settled if not result.tried]
        found = fewest.find([self._settled(result) for result in walked])
        for result, one in zip(walked, found, strict=True):
            if one.anew:
                self._choose_anew(result, one.needed, fewest)
            elif one.needed != one.read:
                result.witness = [
                    (step, one.needed & self._told_by(step.test), 0) for step, _, _ in one.witness
                ]
        for result in settled:
            if result.tried:
                self._choose_anew(result, fewest.find_tried(self._settled(result)), fewest)

    def _settled(self, result: Result) -> Settled:
        name = result.program.id
        return Settled(
            result.program,
            result.person,
            result.outcome is True,
            result.witness,
            lambda: self._readable(name),
            lambda: self._others(result),
        )

    def _others(self, result: Result) -> list[Other]:
        """The tests that do not decide, but come out the same, with what they are told: with fewer
        answers none says anything else than it does now."""
        deciding = {id(step) for step, _, _ in result.witness}
        self.sight.at_person(result.person)
        return [
            (step.key, self._told_by(step.test))
            for step in self.plans[result.program.id].each_test()
            if id(step) not in deciding and self._may_say(step, result.outcome)
        ]

    def _may_say(self, step: Step, outcome: bool | None) -> bool:
        """Whether a test comes out so; also one that was not looked at, and has no figure."""
        try:
            return self.sight.holds(step) is outcome
        except NoValue:
            return True

    def _told_by(self, test: Test) -> int:
        """All told answers a test can read."""
        found = self.told_by.get(id(test.rule))
        if found is None:
            found = self.told_by[id(test.rule)] = self._told_in(test.rule.facts, test.rule.links)
        return found

    def _choose_anew(self, result: Result, needed: int, fewest: Fewest) -> None:
        """Among what is needed other tests may decide than among all that was told."""

        def holds(test: Test) -> bool | None:
            try:
                if result.tried:
                    return trying.truth(test, bare.env[PERSON_SLOT])
                truth: bool | None = self.rules.compiler.tests[id(test.rule)](bare)
            except NoValue:
                return None
            return truth

        with fewest.alone(result.person, needed) as bare:
            trying = Trying(bare, self.rules)
            sight = Told(holds, needed, self._told_by)
            result.witness = Chooser(self.plans[result.program.id], sight).choose(result.outcome)

    def _readable(self, program_id: str) -> int:
        """All told answers a program can read."""
        if program_id not in self.readable:
            program = self.rules.programs[program_id]
            self.readable[program_id] = self._told_in(program.facts, program.links)
        return self.readable[program_id]

    def _told_in(self, facts: Iterable[str], links: Iterable[str]) -> int:
        found = 0
        for fact in sorted(facts):  # a set has another order in each process
            found |= self.world.told_of_fact(fact)
        for link in sorted(links):
            found |= self._readable(link)
        return found

    def _weigh(self, results: list[Result]) -> None:
        """What each is worth. What was read is known by now, so it is worked out plainly."""
        world, rules = self.world, self.rules
        world.roots = rules.roots
        for result in results:
            if result.outcome and result.program.amount is not None:
                world.env[PERSON_SLOT] = result.person
                try:
                    result.amount = amount_of(result.program.amount, rules, world)
                except NoValue:
                    result.outcome = None
                    result.why = self.reasons.without_figures(result.program)

    def _why(self, result: Result) -> Why:
        world, outcome, program = self.world, result.outcome, result.program
        settle: list[str] = []
        stale: list[str] = []
        reasons = []
        for step, mask, log in result.witness:
            log = log or self._log(step)
            wording = step.words.get(outcome) or self._wording(program, step, outcome)
            read = world.figures_of(log) if log & world.figured else NONE_READ
            if wording.personal:
                reason = self._made(outcome, wording, mask, read)
            else:
                reason = self._once(id(step), outcome, wording, mask, read)
            reasons.append(reason)
            if outcome is None:
                settle += world.open_at(log)
            for one in read:
                if one.stale:
                    stale.append(one.rows[-1].label)
        if settle or stale:
            return Why(tuple(reasons), _each_once(settle), _each_once(stale))
        why: Why = _new(Why, (reasons, NONE_TOLD, NONE_TOLD))
        return why

    def _log(self, step: Step) -> int:
        """All that a test reads that was chosen without noting that."""
        self.sight.holds(step)
        return self.sight.rests_on(step)[2]

    def _once(
        self,
        step: int,
        outcome: bool | None,
        wording: Wording,
        mask: int,
        read: Sequence[Reading],
    ) -> Any:
        """Why a test came out so that looks at no one in particular: the same for everyone."""
        key = (step, outcome, mask)
        found = self.made.get(key)
        if found is None:
            found = self.made[key] = self._made(outcome, wording, mask, read)
        return found

    def _wording(self, program: Program, step: Step, outcome: bool | None) -> Wording:
        found = step.words[outcome] = self.wordings.of(program, step.test, outcome)
        return found

    def _made(
        self, outcome: bool | None, wording: Wording, mask: int, read: Sequence[Reading]
    ) -> Any:
        if not (read or wording.numbers):
            return self.reasons.plain(wording, mask)
        world, sides, shown = self.world, NOTHING_COMPARED, None
        if wording.shown:
            shown = wording.shown[0]
            if len(wording.shown) > 1:
                shown = self._shown(wording, outcome)
            value = shown.value(world)
            world.log = 0
            limit = shown.limit(world)
            read = world.figures_of(world.log) or read
            sides = _new(Compared, (limit, value, _distance(value, limit)))
        values = [
            getattr(sides, name) if of is None else of(world) for name, of, _, _ in wording.blanks
        ]
        return self.reasons.numbered(wording, mask, sides, shown, read, values)

    def _shown(self, wording: Wording, outcome: bool | None) -> Shown:
        """The comparison to show: of several joined by `and`, the one that decides."""
        for part in wording.shown:
            if part.holds(self.world) is outcome:
                return part
        return wording.shown[0]


def _each_once(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts)) if texts else ()


def _distance(value: Any, limit: Any) -> Number | None:
    """How far the value is from the limit, never below zero."""
    if type(value) is int and type(limit) is int:
        return abs(value - limit)
    low, high = ends(value - limit)
    if is_open(low) or is_open(high):
        return None
    if low >= 0:
        return span(low, high)
    return span(-high, -low) if high <= 0 else Span(0, max(-low, high))
