"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from eligibility.determination import Measure, Reason
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.fewest import Fewest, Settled
from eligibility.parameters import NO_FIGURE, NoValue, Reading
from eligibility.program import Program, Test
from eligibility.rulebook import Rulebook
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.switches import Switchboard
from eligibility.tracing import TracedWorld
from eligibility.trying import Trying
from eligibility.witness import Chooser, Seen, Witness
from eligibility.wording import Shown, Wording
from eligibility.world import PersonView

NONE_READ: tuple[Reading, ...] = ()
NO_FIGURES = "We do not have this program's figures for that day."


class Why(NamedTuple):
    """The reasons of one determination, and what is still to be told."""

    reasons: tuple[Reason, ...]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """One program, for a household or a person: what came out, and the tests that decide."""

    program: Program
    person: PersonView | None
    outcome: bool | None
    concerned: bool = True
    witness: Witness = field(default_factory=list)
    tried: bool = False
    why: Why | None = None


class Explainer:
    """Explains all results of one household. Equal tests are explained once."""

    def __init__(self, world: TracedWorld, rules: Rulebook, refine: bool = False) -> None:
        self.world = world
        self.rules = rules
        self.refine = refine
        compiler, _, self.wordings = rules.traced
        self.tests = compiler.tests
        self.common: dict[int, Seen] = {}
        self.own: dict[int, dict[int, Seen]] = {view.place: {} for view in world.people}
        self.reasons: dict[Any, Reason] = {}
        self.readable: dict[str, int] = {}
        self.told_by: dict[int, int] = {}

    def decide(self, result: Result) -> None:
        """Whether the tests of a program are met, and which of them decide."""
        program = result.program
        self.world.env[PERSON_SLOT] = result.person
        own = self.own[result.person.place] if result.person else {}
        if program.who is not None and self._leaves_out(result, program.who, own):
            return
        if program.status_now == "closed":
            result.outcome = False
            result.why = _closed(program)
            return
        chooser = Chooser(program, self._look, self.common, own)
        result.outcome, result.concerned = chooser.decide()
        result.witness = chooser.choose(result.outcome)
        if result.outcome is None and self.refine:
            self._try(result)

    def _leaves_out(self, result: Result, who: Test, own: dict[int, Seen]) -> bool:
        """Whether the program is not for this person at all. Most results end here."""
        seen = own.get(id(who.rule))
        if seen is None:
            seen = own[id(who.rule)] = self._look(who)
        if seen[0] is not False:
            return False
        result.concerned = result.outcome = False
        result.witness = [(who, seen[1], seen[2])]
        if result.program.status_now == "closed":
            result.why = _closed(result.program)
        return True

    @cached_property
    def trying(self) -> Trying:
        """Made when the first result is unclear."""
        return Trying(self.world.plain(self.rules.roots), self.rules)

    def _try(self, result: Result) -> None:
        """Settle what says the same in every way that a few answers can turn out. Such a result
        rests on all that its tests can read."""
        if self.trying.open.isdisjoint(self.rules.tried_for(result.program)):
            return
        self.trying.world.memo = dict(self.world.memo)
        outcome, _ = self.trying.decide(result.program, result.person)
        if outcome is None:
            return

        def look(test: Test) -> Seen:
            truth, told, read = self._look(test)
            if truth is not None:
                return truth, told, read
            truth = self.trying.truth(test, result.person)
            return truth, self._told_by(test) if truth is not None else told, read

        chooser = Chooser(result.program, look)
        result.outcome, result.concerned = chooser.decide()
        result.witness = chooser.choose(result.outcome)
        result.tried = True

    def _look(self, test: Test) -> Seen:
        world = self.world
        truth = self.tests[id(test.rule)](world)
        log = world.log
        return truth, log & world.told, log

    def explain(self, results: list[Result], minimal: bool) -> None:
        """The reasons of every result, if so asked with only the answers it cannot do without."""
        if minimal:
            self._leave_out([one for one in results if one.outcome is not None and not one.why])
        for result in results:
            if result.why is None:
                self.world.env[PERSON_SLOT] = result.person
                result.why = self._why(result)

    def _leave_out(self, settled: list[Result]) -> None:
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
        deciding = {id(test) for test, _, _ in result.witness}
        found = 0
        for test in result.program.all_tests():
            if id(test) not in deciding:
                found |= self._told_by(test)
        return found

    def _told_by(self, test: Test) -> int:
        """All told answers a test can read."""
        found = self.told_by.get(id(test.rule))
        if found is None:
            found = self.told_by[id(test.rule)] = self._told_in(test.rule.facts, test.rule.links)
        return found

    def _choose_anew(self, result: Result, needed: int, fewest: Fewest) -> None:
        """Among what is needed other tests may decide than among all that was told."""

        def look(test: Test) -> Seen:
            try:
                truth = (
                    trying.truth(test, bare.env[PERSON_SLOT])
                    if result.tried
                    else self.rules.compiler.tests[id(test.rule)](bare)
                )
            except NoValue:
                truth = None
            return truth, needed & self._told_by(test), 0

        with fewest.alone(result.person, needed) as bare:
            trying = Trying(bare, self.rules)
            result.witness = Chooser(result.program, look).choose(result.outcome)

    def _readable(self, program_id: str) -> int:
        """All told answers a program can read."""
        if program_id not in self.readable:
            program = self.rules.programs[program_id]
            self.readable[program_id] = self._told_in(program.facts, program.links)
        return self.readable[program_id]

    def _told_in(self, facts: Iterable[str], links: Iterable[str]) -> int:
        found = 0
        for fact in facts:
            found |= self.world.told_of_fact(fact)
        for link in links:
            found |= self._readable(link)
        return found

    def _why(self, result: Result) -> Why:
        world, outcome = self.world, result.outcome
        settle: list[str] = []
        stale: list[str] = []
        reasons = []
        for test, mask, log in result.witness:
            log = log or self._look(test)[2]
            if outcome is None:
                settle += world.open_at(log)
            read = world.figures_of(log) if log & world.figured else NONE_READ
            reasons.append(self._reason(result.program, test, outcome, mask, read))
            for one in read:
                if one.stale:
                    stale.append(one.rows[-1].label)
        return Why(tuple(reasons), _each_once(settle), _each_once(stale))

    def _reason(
        self, program: Program, test: Test, outcome: bool | None, mask: int, read: Sequence[Reading]
    ) -> Reason:
        """Why a test came out so. The same for everyone where it looks at no one in particular."""
        wording = self.wordings.of(program, test, outcome)
        if wording.personal:
            return self._made(outcome, wording, mask, read)
        key = (id(test), outcome, mask)
        found = self.reasons.get(key)
        if found is None:
            found = self.reasons[key] = self._made(outcome, wording, mask, read)
        return found

    def _made(
        self, outcome: bool | None, wording: Wording, mask: int, read: Sequence[Reading]
    ) -> Reason:
        if read or wording.shown or wording.blanks:
            return self._with_numbers(outcome, wording, mask, read)
        return Reason._make((*wording.head, self.world.told_at(mask), *wording.rest))

    def _with_numbers(
        self, outcome: bool | None, wording: Wording, mask: int, read: Sequence[Reading]
    ) -> Reason:
        world = self.world
        shown = self._shown(wording, outcome) if wording.shown else None
        value = limit = distance = unit = period = None
        if shown is not None:
            value = shown.value(world)
            world.log = 0
            limit = shown.limit(world)
            read = world.figures_of(world.log) or read
            distance = _distance(value, limit)
            unit, period = shown.unit, shown.period
        values = self._measures(wording, value, limit, distance) if wording.blanks else {}
        figure = read[0].shown if read else NO_FIGURE
        named = (figure.parameter, figure.label, figure.since, figure.stale, figure.confidence)
        source = figure.source or wording.source
        facts = world.told_at(mask)
        sides = (limit, value, distance, unit, period)
        return Reason._make(
            (*wording.head, facts, *sides, *named, source, wording.text, values, wording.link)
        )

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

    def _shown(self, wording: Wording, outcome: bool | None) -> Shown | None:
        """The comparison to show: of several joined by `and`, the one that decides."""
        parts = wording.shown
        if len(parts) < 2:
            return parts[0] if parts else None
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
