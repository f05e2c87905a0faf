"""What would change it: which single answer, changed by how much, changes which result."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import isqrt
from typing import Any

from eligibility.determination import OUTCOMES, AmountRange, number_json
from eligibility.household import Household
from eligibility.rulebook import Rulebook
from eligibility.what_if_facts import AGES, JOINS, LEAVES, with_answer, with_person, without_person
from eligibility.what_if_levers import Lever, levers_at
from eligibility.what_if_world import ChangedWorld, Counted, Standing

NEAR, WIDEST = 100, 11
"""What turned unclear mostly settles within an eleventh: from four weeks to 52/12 are 8 percent."""
FAR = 4
"""So many times as much is as far as anybody wants to know of it."""
MOST_PROOFS = 400
"""So many intervals are looked at for one number and one result, then single values only."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer told otherwise, and the result it changes. `person` is whose result it is, `of`
    and `income` say whose answer. Money is in cents for its `period`, a birth date a date.
    `proved` says that no value in between changes this result; `counted` what the program makes
    of a pay in its own period."""

    program: str
    person: str | None
    fact: str
    of: str | None
    income: int | None
    start: Any
    to: Any
    period: str | None
    before: str
    amount_before: AmountRange | None
    after: str
    amount_after: AmountRange | None
    distance: int | None
    proved: bool
    counted: Counted | None = None

    def to_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "program": self.program,
            "person": self.person,
            "fact": self.fact,
            "of": self.of,
            "income": self.income,
            "from": _plain(self.start),
            "to": _plain(self.to),
            "period": self.period,
            "before": _result(self.before, self.amount_before),
            "after": _result(self.after, self.amount_after),
            "distance": self.distance,
            "proved": self.proved,
            "counted": _counted(self.counted),
        }


def what_if(
    household: Household,
    rules: Rulebook,
    on: date | None = None,
    programs: Iterable[str] | None = None,
) -> list[Change]:
    """Every single answer that changes a result when it alone is told otherwise.

    Numbers are moved both ways within the bounds of their fact, and the value given is the first
    at which the result is another: one cent, month or day nearer it is not. For a result that is
    settled now this is proved, by screening whole ranges at once, which is certain under every
    value in them. A result that is unclear now has no such proof: single values are tried, one,
    three, seven and so on away, and the nearest that differs is narrowed down (`proved` is off).
    Where a settled result turns unclear first, where it settles the other way is named as well,
    and found likewise.
    A yes or no and a choice are tried with each other answer. Somebody more or fewer in the home
    is tried as in `what_if_facts`. An answer that was not looked at for a result cannot change it
    alone, so it is not tried. Raises ValueError without a day, KeyError for an unknown program.
    """
    day = on or household.on
    if day is None:
        raise ValueError("a day is needed to screen on")
    return Search(household, rules, day, programs).changes()


def changed(facts: dict[str, Any], change: Change, rules: Rulebook, on: date) -> dict[str, Any]:
    """The facts with a change made, to screen them anew."""
    if change.fact == JOINS:
        return with_person(facts, change.to, rules.facts, on)[0]
    if change.fact == LEAVES:
        return without_person(facts, change.to)
    return with_answer(facts, change.fact, change.of, change.income, _plain(change.to))


class Search:
    """One household as things stand: its results, the answers that count, and what changes them."""

    def __init__(
        self, household: Household, rules: Rulebook, on: date, programs: Iterable[str] | None
    ) -> None:
        self.household = household
        self.rules = rules
        self.on = on
        self.world = ChangedWorld(household, rules, on)
        names = rules.programs if programs is None else programs
        chosen = [rules.programs[name] for name in names]
        self.order = {program.id: place for place, program in enumerate(chosen)}
        self.results: list[Standing] = []
        for program in chosen:
            people = [None] if program.unit == "household" else self.world.traced.people
            found = (self.world.standing(program, person) for person in people)
            self.results += [one for one in found if one is not None]
        self.world.remember()
        self.proofs = 0
        self.found: list[int] = []
        self.hints: dict[tuple[str, int, bool], list[int]] = {}

    def levers(self) -> list[Lever]:
        """Every answer that was looked at for a result and can be told otherwise."""
        read = 0
        for one in self.results:
            read |= one.read
        return [
            lever
            for path in self.world.traced.named(read)
            for lever in levers_at(path, self.household, self.rules.facts, self.on)
        ]

    def changes(self) -> list[Change]:
        """What changes a result, program by program."""
        found = [*self._people()]
        for lever in self.levers():
            bit = self.world.traced.bit(lever.path)
            readers = [one for one in self.results if one.read & bit]
            with self.world.moving(lever):
                found += self._moved(lever, readers)
        return sorted(found, key=lambda one: (self.order[one.program], _nearness(one)))

    def _moved(self, lever: Lever, readers: Sequence[Standing]) -> Iterator[Change]:
        if not lever.is_number:
            for value in lever.values:
                for one in readers:
                    outcome = self.world.chosen(lever, one, value)
                    if outcome is not one.outcome:
                        made = outcome, self.world.amount(one, outcome)
                        yield self._change(one, lever, value, made)
            return
        for near, far in ((lever.start - 1, lever.low), (lever.start + 1, lever.high)):
            if (near < lever.start) == (far <= near) and lever.low <= near <= lever.high:
                yield from self._towards(lever, readers, near, far)

    def _towards(
        self, lever: Lever, readers: Sequence[Standing], near: int, far: int
    ) -> Iterator[Change]:
        # The same answer of somebody else often changes a result at the same value.
        self.found = self.hints.setdefault((lever.fact, lever.start, far > near), [])
        for one in readers:
            self.proofs = 0
            found = self._nearest(lever, one, near, far)
            proved = one.walked and self.proofs < MOST_PROOFS
            if found is not None:
                if found not in self.found:
                    insort(self.found, found)
                made = self.world.made(lever, one, found)
                yield self._change(one, lever, found, made, proved)
                if made[0] is None and one.outcome is not None:
                    yield from self._further(lever, one, found, far)

    def _further(self, lever: Lever, one: Standing, found: int, far: int) -> Iterator[Change]:
        """Where a result that turned unclear first settles the other way."""
        value = self._settles(lever, one, found, far)
        if value is not None:
            insort(self.found, value)
            made = self.world.made(lever, one, value)
            yield self._change(one, lever, value, made, proved=False)

    def _settles(self, lever: Lever, one: Standing, found: int, far: int) -> int | None:
        """The nearest of some single values past `found` that gives the other settled result."""

        def settled(value: int) -> bool:
            return self.world.outcome(lever, one, value, value) is (not one.outcome)

        step = 1 if far > found else -1
        far = step * min(step * far, step * (found + step * FAR * abs(found)))
        if found == far or not settled(far):
            return None
        unclear, value, width = found, far, abs(found) // WIDEST + 1
        while (far - unclear) * step > width:
            probe = unclear + step * width
            if settled(probe):
                value = probe
                break
            unclear, width = probe, 4 * width
        while abs(value - unclear) > 1:
            middle = self._middle(lever, unclear + step, value, step)
            middle -= step if middle == value else 0
            if settled(middle):
                value = middle
            else:
                unclear = middle
        return value

    def _nearest(self, lever: Lever, one: Standing, near: int, far: int) -> int | None:
        if not one.walked:
            return self._tried(lever, one, near, far)
        if self._same(lever, one, near, far):
            return None
        sure = not self._same(lever, one, far, far)
        found = self._within(lever, one, near, far, sure)
        return self._tried(lever, one, near, far) if self.proofs >= MOST_PROOFS else found

    def _within(self, lever: Lever, one: Standing, near: int, far: int, sure: bool) -> int | None:
        """The value nearest to `near` that changes the result, halving what is not settled. `sure`
        says that `far` does; if not, it does not, but something before it might."""
        if near == far:
            return near if sure else None
        step = 1 if far > near else -1
        middle = self._middle(lever, near, far, step)
        if not self._same(lever, one, middle, middle):
            return self._within(lever, one, near, middle, True)
        if not self._same(lever, one, near, middle) and self.proofs < MOST_PROOFS:
            found = self._within(lever, one, near, middle, False)
            if found is not None:
                return found
        near = middle + step
        if not sure and (self._same(lever, one, near, far) or self.proofs >= MOST_PROOFS):
            return None
        return self._within(lever, one, near, far, sure)

    def _middle(self, lever: Lever, near: int, far: int, step: int) -> int:
        """Where to halve: beside a value that changes some other result; else between, by size
        as long as one end is many times as far away as the other."""
        low, high = min(near, far), max(near, far)
        inside = self.found[bisect_left(self.found, low) : bisect_right(self.found, high)]
        if inside:
            found: int = inside[len(inside) // 2]
            if found != near:
                return found - step
            if found != far:
                return found
        start: int = lever.start
        least, most = abs(near - start) + NEAR, abs(far - start)
        if most > 8 * least:
            return start + step * isqrt(least * most)
        return near + int((far - near) / 2)

    def _tried(self, lever: Lever, one: Standing, near: int, far: int) -> int | None:
        """The nearest of some single values that changes the result, narrowed down."""
        step = 1 if far >= near else -1
        same, distance = near - step, 1
        while True:
            value = near + step * (distance - 1)
            value = value if (far - value) * step >= 0 else far
            if not self._same(lever, one, value, value):
                break
            if value == far:
                return None
            same, distance = value, 4 * distance
        while abs(value - same) > 1:
            middle = self._middle(lever, same + step, value, step)
            if middle == value:
                middle -= step
            if self._same(lever, one, middle, middle):
                same = middle
            else:
                value = middle
        return value

    def _same(self, lever: Lever, one: Standing, first: int, last: int) -> bool:
        self.proofs += 1
        return self.world.outcome(lever, one, min(first, last), max(first, last)) is one.outcome

    def _change(
        self,
        one: Standing,
        lever: Lever,
        value: Any,
        made: tuple[bool | None, AmountRange | None],
        proved: bool = True,
    ) -> Change:
        start, distance, counted = lever.start, None, None
        if lever.is_number:
            distance = abs(value - start)
            counted = self.world.counted(one.program, lever, value)
        if lever.fact == "person.birth_date":
            start, value = date.fromordinal(start), date.fromordinal(value)
        return Change(
            one.program.id,
            one.person.id if one.person else None,
            lever.fact,
            lever.person,
            lever.income,
            start,
            value,
            lever.period,
            OUTCOMES[one.outcome],
            one.amount,
            OUTCOMES[made[0]],
            made[1],
            distance,
            proved,
            counted,
        )

    def _people(self) -> Iterator[Change]:
        """Somebody moves in or out. Only those who stay have results to compare."""
        facts = self.household.facts
        if len(self.household.people) < self.rules.facts.max_people:
            for who in AGES:
                more, _ = with_person(facts, who, self.rules.facts, self.on)
                yield from self._counted(more, JOINS, who)
        for person in self.household.people[1:]:
            yield from self._counted(without_person(facts, person.id), LEAVES, person.id)

    def _counted(self, facts: dict[str, Any], fact: str, who: str) -> Iterator[Change]:
        household = Household.from_facts(facts, self.rules.facts)
        other = ChangedWorld(household, self.rules, self.on)
        people = {view.id: view for view in other.world.people}
        for one in self.results:
            person = people.get(one.person.id) if one.person else None
            if one.person is not None and person is None:
                continue
            here = Standing(one.program, person, None, None, 0, False)
            outcome = other.result(here)
            if outcome is not one.outcome:
                yield Change(
                    one.program.id,
                    person.id if person else None,
                    fact,
                    who if fact == LEAVES else None,
                    None,
                    None,
                    who,
                    None,
                    OUTCOMES[one.outcome],
                    one.amount,
                    OUTCOMES[outcome],
                    other.amount(here, outcome),
                    1,
                    True,
                )


def _nearness(one: Change) -> tuple[str, str, int]:
    return one.fact, f"{one.of} {one.income}", one.distance or 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _result(outcome: str, amount: AmountRange | None) -> dict[str, Any]:
    return {"outcome": outcome, "amount": amount.to_json() if amount else None}


def _counted(one: Counted | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"from": number_json(one.start), "to": number_json(one.to), "period": one.period}
