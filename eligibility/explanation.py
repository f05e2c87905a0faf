"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from eligibility.determination import MET, Measure, Reason
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.fewest import Fewest, Settled
from eligibility.parameters import NoValue, Source
from eligibility.program import Program, Test
from eligibility.rulebook import Rulebook
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.switches import Switchboard
from eligibility.tracing import TracedWorld
from eligibility.witness import Chooser, Seen, Witness
from eligibility.wording import Shown, Wording
from eligibility.world import PersonView

NO_FIGURES = "We do not have this program's figures for that day."


@dataclass(frozen=True, slots=True)
class Why:
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
    read: dict[int, int] = field(default_factory=dict)
    why: Why | None = None


class Explainer:
    """Explains all results of one household. Equal tests are explained once."""

    def __init__(self, world: TracedWorld, rules: Rulebook) -> None:
        self.world = world
        self.rules = rules
        self.tests = rules.traced[0].tests
        self.wordings = rules.traced[2]
        self.reasons: dict[Any, Reason] = {}
        self.labels: dict[int, tuple[str, ...]] = {}
        self.readable: dict[str, int] = {}
        self.told_by: dict[int, int] = {}
        self.sources: dict[int, dict[str, str]] = {}

    def decide(self, result: Result) -> None:
        """Whether the tests of a program are met, and which of them decide."""
        program = result.program
        self.world.env[PERSON_SLOT] = result.person
        chooser = Chooser(self._look, lambda: self.world.told)
        fits = True if program.who is None else chooser.truth(program.who)
        result.concerned = fits is not False
        if fits is False or program.status_now == "closed":
            result.outcome = False
        else:
            met = chooser.truth(program.tests)
            result.outcome = met if met is False or fits else None
        if program.status_now == "closed":
            result.why = Why((_plain("status", "unmet", program.status_text, program),), (), ())
        else:
            result.witness = chooser.choose(program, result.outcome)
            result.read = {id(test): chooser.see(test)[1] for test, _ in result.witness}

    def _look(self, test: Test) -> Seen:
        self.world.log = 0
        return self.tests[id(test.rule)](self.world), self.world.log

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
        fewest = Fewest(self.world, board, self.rules.compiler)
        found = fewest.find([self._settled(result) for result in settled])
        for result, one in zip(settled, found, strict=True):
            if one.needed != one.read:
                self._choose_anew(result, one.needed, fewest)

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
        deciding = {id(test) for test, _ in result.witness}
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
        compiler = self.rules.compiler

        def look(test: Test) -> Seen:
            try:
                truth = compiler.tests[id(test.rule)](bare)
            except NoValue:
                truth = None
            return truth, needed & self._told_by(test)

        with fewest.alone(result.person, needed) as bare:
            result.witness = Chooser(look, lambda: -1).choose(result.program, result.outcome)

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
        settle: dict[str, None] = {}
        stale: dict[str, None] = {}
        reasons = []
        for test, mask in result.witness:
            log = result.read.get(id(test)) or self._look(test)[1]
            if outcome is None:
                settle.update(dict.fromkeys(world.open_at(log)))
            reasons.append(self._reason(result.program, test, outcome, mask, log))
            stale.update(dict.fromkeys(self._stale(log)))
        return Why(tuple(reasons), tuple(settle), tuple(stale))

    def _stale(self, log: int) -> tuple[str, ...]:
        """Labels of older figures among what was read."""
        found = self.labels.get(log)
        if found is None:
            read = self.world.figures_of(log)
            found = self.labels[log] = tuple(one.rows[-1].label for one in read if one.stale)
        return found

    def _reason(
        self, program: Program, test: Test, outcome: bool | None, mask: int, log: int
    ) -> Reason:
        """Why a test came out so. The same for everyone where it looks at no one in particular."""
        wording = self.wordings.of(program, test, outcome)
        person = self.world.env[PERSON_SLOT] if wording.personal else None
        key = (program.id, test.id, outcome, mask, person.index if person else None)
        found = self.reasons.get(key)
        if found is None:
            found = self.reasons[key] = self._make(test, outcome, wording, mask, log)
        return found

    def _make(
        self, test: Test, outcome: bool | None, wording: Wording, mask: int, log: int
    ) -> Reason:
        world = self.world
        shown = self._shown(wording, outcome)
        read = world.figures_of(log)
        value = limit = distance = None
        if shown is not None:
            value = shown.value(world)
            world.log = 0
            limit = shown.limit(world)
            read = [*world.figures_of(world.log), *read]
            distance = _distance(value, limit)
        reading = read[0] if read else None
        row = reading.rows[-1] if reading else None
        return Reason(
            test=test.id,
            outcome=MET[outcome],
            facts=world.told_at(mask),
            limit=limit,
            value=value,
            distance=distance,
            unit=shown.unit if shown else None,
            period=shown.period if shown else None,
            parameter=reading.parameter.id if reading else None,
            label=row.label if row else None,
            since=reading.since if reading else None,
            stale=bool(reading and reading.stale),
            confidence=reading.confidence if reading else None,
            source=self._source(row.source) if row else wording.source,
            text=wording.text,
            values=self._measures(wording, value, limit, distance),
            link=wording.link,
        )

    def _source(self, source: Source) -> dict[str, str]:
        found = self.sources.get(id(source))
        if found is None:
            found = self.sources[id(source)] = source.to_json()
        return found

    def _measures(
        self,
        wording: Wording,
        value: Number | None,
        limit: Number | None,
        distance: Number | None,
    ) -> dict[str, Measure]:
        own = {"value": value, "limit": limit, "distance": distance}
        return {
            name: Measure(closure(self.world) if closure else own[name], unit, period)
            for name, closure, unit, period in wording.blanks
        }

    def _shown(self, wording: Wording, outcome: bool | None) -> Shown | None:
        """The comparison to show: of several joined by `and`, the one that decides."""
        parts = wording.shown
        if len(parts) < 2:
            return parts[0] if parts else None
        fitting = [part for part in parts if part.holds(self.world) is outcome]
        return (fitting or parts)[0]


def _distance(value: Any, limit: Any) -> Number | None:
    """How far the value is from the limit, never below zero."""
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
