"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from eligibility.determination import Measure, Reason
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.fewest import Fewest, Settled
from eligibility.parameters import NO_FIGURE, NoValue, Reading
from eligibility.plan import Step
from eligibility.program import Program, Test
from eligibility.rulebook import Rulebook
from eligibility.sights import Noting, Settling, Told
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.switches import Switchboard
from eligibility.tracing import TracedWorld
from eligibility.trying import Trying
from eligibility.witness import Chooser, Witness
from eligibility.wording import Shown, Wording, Wordings
from eligibility.world import PersonView

Facts = dict[str, Any]
NONE_READ: tuple[Reading, ...] = ()
NO_FIGURES = "We do not have this program's figures for that day."


_new: Any = tuple.__new__
"""Makes a named tuple of all its parts without Python's own way round."""


class Why(NamedTuple):
    """The reasons of one determination, and what is still to be told."""

    reasons: tuple[Reason, ...]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]


class Result:
    """One program, for a household or a person: what came out, and the tests that decide."""

    __slots__ = ("concerned", "outcome", "person", "program", "tried", "why", "witness")

    def __init__(self, program: Program, person: PersonView | None) -> None:
        self.program = program
        self.person = person
        self.outcome: bool | None = None
        self.concerned = True
        self.witness: Witness = []
        self.tried = False
        self.why: Why | None = None


class Explainer:
    """Explains all results of one household. Equal tests are explained once."""

    def __init__(
        self, world: TracedWorld, rules: Rulebook, refine: bool = False, minimal: bool = False
    ) -> None:
        self.world = world
        self.rules = rules
        self.refine = refine
        self.minimal = minimal
        compiler, _, self.plans = rules.traced
        self.wordings = Wordings(compiler)
        self.sight = Noting(world)
        self.reasons: dict[Any, Reason] = {}
        self.readable: dict[str, int] = {}
        self.told_by: dict[int, int] = {}

    def decide(self, result: Result) -> None:
        """Whether the tests of a program are met, and which of them decide."""
        program, sight = result.program, self.sight
        plan = self.plans[program.id]
        sight.at_person(result.person)
        if plan.who is not None and sight.holds(plan.who) is False:
            self._leave_out(result, plan.who)
            return
        if program.status_now == "closed":
            result.outcome = False
            result.why = _closed(program)
            return
        chooser = Chooser(plan, sight)
        result.outcome, result.concerned = chooser.decide()
        result.witness = chooser.choose(result.outcome)
        if result.outcome is None and self.refine:
            self._try(result)

    def _leave_out(self, result: Result, who: Step) -> None:
        """The program is not for this person at all. Most results end here."""
        result.concerned = result.outcome = False
        deciding = self.sight.rests_on(who)
        result.witness = [deciding]
        if result.program.status_now == "closed":
            result.why = _closed(result.program)
        elif not self.minimal:
            _, mask, log = deciding
            wording = self._wording(result.program, who, False)
            if not (wording.numbers or log & self.world.figured):
                reason = _new(Reason, (*wording.head, self.world.told_at(mask), *wording.rest))
                result.why = _new(Why, ((reason,), (), ()))

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

    def explain(self, results: list[Result]) -> None:
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
            if one.needed != one.read:
                self._choose_anew(result, one.needed, fewest)
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
            lambda: self._elsewhere(result),
        )

    def _elsewhere(self, result: Result) -> int:
        """The told answers of tests that do not decide, but could: with fewer answers none says
        anything else than it does now."""
        deciding = {id(step) for step, _, _ in result.witness}
        self.sight.at_person(result.person)
        found = 0
        for step in self.plans[result.program.id].each_test():
            if id(step) not in deciding and self._may_say(step, result.outcome):
                found |= self._told_by(step.test)
        return found

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

    def _why(self, result: Result) -> Why:
        world, outcome = self.world, result.outcome
        settle: list[str] = []
        stale: list[str] = []
        reasons = []
        for step, mask, log in result.witness:
            log = log or self._log(step)
            read = world.figures_of(log) if log & world.figured else NONE_READ
            reasons.append(self._reason(result.program, step, outcome, mask, read))
            if outcome is None:
                settle += world.open_at(log)
            for one in read:
                if one.stale:
                    stale.append(one.rows[-1].label)
        why: Why = _new(Why, (tuple(reasons), _each_once(settle), _each_once(stale)))
        return why

    def _log(self, step: Step) -> int:
        """All that a test reads that was chosen without noting that."""
        self.sight.holds(step)
        return self.sight.rests_on(step)[2]

    def _reason(
        self, program: Program, step: Step, outcome: bool | None, mask: int, read: Sequence[Reading]
    ) -> Reason:
        """Why a test came out so. The same for everyone where it looks at no one in particular."""
        wording = self._wording(program, step, outcome)
        if wording.personal:
            return self._made(outcome, wording, mask, read)
        key = (id(step), outcome, mask)
        found = self.reasons.get(key)
        if found is None:
            found = self.reasons[key] = self._made(outcome, wording, mask, read)
        return found

    def _wording(self, program: Program, step: Step, outcome: bool | None) -> Wording:
        found: Wording | None = step.words.get(outcome)
        if found is None:
            found = step.words[outcome] = self.wordings.of(program, step.test, outcome)
        return found

    def _made(
        self, outcome: bool | None, wording: Wording, mask: int, read: Sequence[Reading]
    ) -> Reason:
        facts = self.world.told_at(mask)
        if read or wording.numbers:
            return self._with_numbers(outcome, wording, facts, read)
        made: Reason = _new(Reason, (*wording.head, facts, *wording.rest))
        return made

    def _with_numbers(
        self, outcome: bool | None, wording: Wording, facts: Facts, read: Sequence[Reading]
    ) -> Reason:
        world = self.world
        value = limit = distance = unit = period = None
        if wording.shown:
            _, value_of, limit_of, unit, period = self._shown(wording, outcome)
            value = value_of(world)
            world.log = 0
            limit = limit_of(world)
            read = world.figures_of(world.log) or read
            distance = _distance(value, limit)
        values = self._measures(wording, value, limit, distance) if wording.blanks else {}
        sides = (limit, value, distance, unit, period)
        figure = read[0].shown if read else NO_FIGURE
        words = (figure[5] or wording.source, wording.text, values, wording.link)
        made: Reason = _new(Reason, (*wording.head, facts, *sides, *figure[:5], *words))
        return made

    def _measures(
        self,
        wording: Wording,
        value: Number | None,
        limit: Number | None,
        distance: Number | None,
    ) -> dict[str, Measure]:
        own = {"value": value, "limit": limit, "distance": distance}
        return {
            name: Measure(of(self.world) if of else own[name], unit, period)
            for name, of, unit, period in wording.blanks
        }

    def _shown(self, wording: Wording, outcome: bool | None) -> Shown:
        """The comparison to show: of several joined by `and`, the one that decides."""
        parts = wording.shown
        if len(parts) > 1:
            for part in parts:
                if part.holds(self.world) is outcome:
                    return part
        return parts[0]


def _closed(program: Program) -> Why:
    """Why nobody gets a closed program."""
    return Why((_plain("status", "unmet", program.status_text, program),), (), ())


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


def _plain(test: str, outcome: str, text: str, program: Program) -> Reason:
    """A reason without a comparison: a closed program, or figures that are not there."""
    return Reason(
        test=test,
        outcome=outcome,
        facts={},
        limit=None,
        value=None,
        distance=None,
        unit=None,
        period=None,
        parameter=None,
        label=None,
        since=None,
        stale=False,
        confidence=None,
        source=program.law.to_json(),
        text=text,
        values={},
        link=None,
    )


def without_figures(program: Program) -> Why:
    """Why nothing can be said: the day is before the first figure."""
    return Why((_plain("figures", "unclear", NO_FIGURES, program),), (), ())
