"""Why: the smallest tests and facts that force a result, and what would settle an unclear one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eligibility.determination import MET, Measure, Reason
from eligibility.expressions.compile import Closure, Compiler
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.parameters import NoValue
from eligibility.program import Group, Program, Test
from eligibility.spans import Number, Span, ends, is_open, span
from eligibility.tracing import Hidden, TracedWorld
from eligibility.wording import Shown, Wording, Wordings
from eligibility.world import PersonView

NO_FIGURES = "We do not have this program's figures for that day."

Witness = list[tuple[Test, int]]
"""Tests with the bits of the answers each rests on."""


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of one determination, and what is still to be told."""

    reasons: tuple[Reason, ...]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]


class Explainer:
    """Explains determinations in one traced world. Equal tests are explained once."""

    def __init__(
        self,
        world: TracedWorld,
        compiler: Compiler,
        roots: Mapping[str, Closure],
        wordings: Wordings,
        minimal: bool,
    ) -> None:
        self.world = world
        self.roots = roots
        self.had_choice = False
        self.minimal = minimal
        self.compiler = compiler
        self.wordings = wordings
        self.known: dict[Any, int] = {}
        self.reasons: dict[Any, Reason] = {}
        self.seen: dict[int, tuple[bool | None, int]] = {}
        self.labels: dict[int, tuple[str, ...]] = {}
        self.kept = 0

    def outcome(self, program: Program) -> bool | None:
        """Whether the tests of a program are met, for the person now decided on."""
        self.seen.clear()
        fits = True if program.who is None else self._truth(program.who)
        if fits is False or program.status_now == "closed":
            return False
        met = self._truth(program.tests)
        return met if met is False or fits else None

    def explain(self, program: Program, person: PersonView | None, outcome: bool | None) -> Why:
        """The reasons for an outcome that screening found."""
        self.world.env[PERSON_SLOT] = person
        if program.status_now == "closed":
            return Why((_plain("status", "unmet", program.status_text, program),), (), ())
        self.kept, self.had_choice = 0, False
        chosen = self._chosen(program, outcome)
        if outcome is None:
            return self._unclear(program, [test for test, _ in chosen])
        chosen = self._tightened(chosen, outcome)
        if self.minimal and (self.had_choice or len(chosen) > 1):
            chosen = self._settled_by_less(program, chosen, outcome)
        stale: dict[str, None] = {}
        reasons = []
        for test, mask in chosen:
            log = self._seen(test)[1]
            reasons.append(self._reason(program, test, outcome, mask, log))
            stale.update(dict.fromkeys(self._stale(log)))
        return Why(tuple(reasons), (), tuple(stale))

    def _chosen(self, program: Program, outcome: bool | None) -> Witness:
        who = program.who
        if who is None:
            return self._witness(program.tests, outcome)
        fits = self._truth(who)
        if outcome is None:
            open_tests = [] if fits is True else self._witness(who, None)
            still = fits is not False and self._truth(program.tests) is None
            return open_tests + (self._witness(program.tests, None) if still else [])
        if outcome is False:
            self.had_choice = self.minimal and fits is False and self._unmet_too(program)
            return self._witness(who if fits is False else program.tests, False)
        return self._witness(who, True) + self._witness(program.tests, True)

    def _unmet_too(self, program: Program) -> bool:
        """Whether the tests would be unmet anyway; never, where their figures are not there."""
        env = self.world.env
        try:
            return self._truth(program.tests) is False
        except NoValue:
            self.world.env = env
            return False

    def _tightened(self, chosen: Witness, outcome: bool) -> Witness:
        """Once more, now that it is known which answers the other tests need anyway."""
        if len(chosen) < 2 or not self.minimal:
            return chosen
        masks = [mask for _, mask in chosen]
        for index, (test, mask) in enumerate(chosen):
            others = 0
            for other, found in enumerate(masks):
                others |= found if other != index else 0
            if self.world.told_of(self._seen(test)[1]) & others & ~mask:
                self.kept = others
                masks[index] = self._facts(test, outcome)
        return [(test, mask) for (test, _), mask in zip(chosen, masks, strict=True)]

    def _settled_by_less(self, program: Program, chosen: Witness, outcome: bool) -> Witness:
        """Tests can lean on each other: see if the result holds with still fewer answers, and
        if so choose the tests anew among what is left. Then each answer left is needed."""
        world, root = self.world, self.roots[program.id]
        needed = 0
        for _, mask in chosen:
            needed |= mask
        hidden: list[Hidden] = []
        while others := world.told_of(self._read_by(root)) & ~needed:
            hidden += [world.hide(path) for path in world.named(others)]
        dropped = False
        for path in world.named(needed):
            gone = self._without(path, root, outcome, needed, 0)
            hidden += gone
            dropped = dropped or bool(gone)
        if dropped:
            self.kept, self.known = 0, {}
            chosen = self._tightened(self._chosen(program, outcome), outcome)
            self.known = {}
        for one in reversed(hidden):
            world.restore(one)
        return chosen

    def _read_by(self, closure: Closure) -> int:
        """The bits of all answers and figures a closure reads."""
        self.world.start()
        closure(self.world)
        return self.world.log

    def _seen(self, node: Test | Group) -> tuple[bool | None, int]:
        """Whether a test or group holds, and what its tests read. Kept until the next program or
        person, unless answers are being hidden meanwhile."""
        found = self.seen.get(id(node))
        if found is None:
            found = self._look(node)
            if not self.minimal:
                self.seen[id(node)] = found
        return found

    def _look(self, node: Test | Group) -> tuple[bool | None, int]:
        if isinstance(node, Test):
            self.world.log = 0
            return self.compiler.tests[id(node.rule)](self.world), self.world.log
        settling = node.kind == "any"
        result: bool | None = not settling
        log = 0
        for member in node.members:
            answer, read = self._seen(member)
            log |= read
            if answer is settling:
                result = settling
            elif answer is None and result is not settling:
                result = None
        return result, log

    def _truth(self, node: Test | Group) -> bool | None:
        return self._seen(node)[0]

    def _witness(self, node: Test | Group, outcome: bool | None) -> Witness:
        """The tests that force an outcome: one where one is enough, all where all are needed;
        for an unclear one, all that are still open."""
        if isinstance(node, Test):
            mask = 0 if outcome is None else self._facts(node, outcome)
            self.kept |= mask
            return [(node, mask)]
        fitting = [member for member in node.members if self._truth(member) is outcome]
        if outcome is not None and (node.kind == "any") is outcome:
            self.had_choice = self.had_choice or len(fitting) > 1
            return self._witness(min(fitting, key=self._effort), outcome)
        # A plain test first: what it rests on is known when a choice comes up elsewhere.
        ordered = sorted(fitting, key=lambda member: isinstance(member, Group))
        found = {id(member): self._witness(member, outcome) for member in ordered}
        return [test for member in fitting for test in found[id(member)]]

    def _effort(self, member: Test | Group) -> int:
        """How many answers a member rests on beyond those that are needed anyway."""
        return (self.world.told_of(self._seen(member)[1]) & ~self.kept).bit_count()

    def _facts(self, test: Test, outcome: bool) -> int:
        """The fewest answers that force a test: drop each in turn and see if it still holds.
        Answers that are needed anyway are preferred."""
        needed = self.world.told_of(self._seen(test)[1])
        if not self.minimal:
            return needed
        rule = test.rule
        person = self.world.env[PERSON_SLOT] if PERSON_SLOT in rule.free else None
        key = (id(rule), person.index if person else None, self.kept & needed)
        if key not in self.known:
            closure = self.compiler.remembering(rule)
            self.known[key] = self._fewest(closure, outcome, needed)
        return self.known[key]

    def _fewest(self, closure: Closure, outcome: bool, needed: int) -> int:
        world = self.world
        gone: list[Hidden] = []
        for path in (*world.named(needed & ~self.kept), *world.named(needed & self.kept)):
            dropped = self._without(path, closure, outcome, needed, self.kept)
            if dropped:
                gone += dropped
                needed = world.told_of(world.log)
        for hidden in reversed(gone):
            world.restore(hidden)
        return needed

    def _without(
        self, path: str, closure: Closure, outcome: bool, needed: int, kept: int
    ) -> list[Hidden]:
        """Hide one answer, and others that would only be read in its place. Returns what was
        hidden if the outcome still holds; otherwise everything is given back."""
        world = self.world
        hidden = [world.hide(path)]
        while True:
            world.start()
            if closure(world) is not outcome:
                break
            new = world.told_of(world.log) & ~needed & ~kept
            if not new:
                return hidden
            hidden += [world.hide(other) for other in world.named(new)]
        for one in reversed(hidden):
            world.restore(one)
        return []

    def _unclear(self, program: Program, tests: list[Test]) -> Why:
        world = self.world
        settle: dict[str, None] = {}
        stale: dict[str, None] = {}
        reasons = []
        for test in tests:
            log = self._seen(test)[1]
            told = world.told_of(log)
            settle.update(dict.fromkeys(world.open_at(log)))
            reasons.append(self._reason(program, test, None, told, log))
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
            world.start()
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
            confidence=max(row.confidence for row in reading.rows) if reading else None,
            source=row.source.to_json() if row else wording.source,
            text=wording.text,
            values=self._measures(wording, value, limit, distance),
            link=wording.link,
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


def without_figures(program: Program, error: NoValue) -> Why:
    """Why nothing can be said: the day is before the first figure."""
    return Why((_plain("figures", "unclear", NO_FIGURES, program),), (), ())
