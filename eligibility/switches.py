"""Turns single answers of a household off and on, to see what a result rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from eligibility.household import Household, Income, Person, Ties
from eligibility.tracing import TracedWorld
from eligibility.world import Blank, Root, World, received

Cells = dict[str, Any]


class Switch(NamedTuple):
    """Where one answer stands in the whole and in the bare world, told and not told."""

    whole: Cells
    bare: Cells
    told: Cells
    blank: Cells


class Switchboard:
    """Two worlds of one household: `whole`, with every answer but a few taken out, and `bare`,
    with none but a few put in. Answers are named by their bits in the traced world."""

    def __init__(self, traced: TracedWorld, roots: Mapping[str, Root]) -> None:
        self.traced = traced
        self.whole = traced.plain(roots)
        self.bare = World(
            _silent(traced.source, traced.blank),
            traced.blank,
            traced.figures,
            roots,
            traced.on,
        )
        self.bare.counted = traced.counted
        self.people = {view.id: view.index for view in traced.people}
        self._switches: dict[int, Switch | Callable[[World, int], None]] = {}
        self._members: dict[str, Callable[[World, int], None]] = {}
        self._ties: Callable[[World, int], None] | None = None

    def hide(self, bits: int) -> None:
        """Take answers out of the whole world."""
        for switch in self._found(bits):
            if isinstance(switch, Switch):
                switch.whole.update(switch.blank)
            else:
                switch(self.whole, ~bits)

    def give_back(self, bits: int) -> None:
        """Put them back: every answer is told again."""
        for switch in self._found(bits):
            if isinstance(switch, Switch):
                switch.whole.update(switch.told)
            else:
                switch(self.whole, -1)

    def put_in(self, bits: int, others: int = 0) -> None:
        """Tell the bare world these answers, where it is told the others already."""
        for switch in self._found(bits):
            if isinstance(switch, Switch):
                switch.bare.update(switch.told)
            else:
                switch(self.bare, bits | others)

    def take_out(self, bits: int, others: int = 0) -> None:
        """Take answers out of the bare world, so that only the others are told."""
        for switch in self._found(bits):
            if isinstance(switch, Switch):
                switch.bare.update(switch.blank)
            else:
                switch(self.bare, others)

    def _found(self, bits: int) -> Iterable[Switch | Callable[[World, int], None]]:
        """The switches of some answers. One that is for several answers comes once."""
        known = self._switches
        shared = set()
        while bits:
            bit = bits & -bits
            bits ^= bit
            found = known.get(bit)
            if found is None:
                found = known[bit] = self._switch(self.traced.path(bit))
            if not isinstance(found, Switch):
                if found in shared:
                    continue
                shared.add(found)
            yield found

    def _switch(self, path: str) -> Switch | Callable[[World, int], None]:
        parts = path.split(".")
        if "receives" in parts:
            return self._receiving(parts[-1])
        if parts[-1] == "ties" and parts[0] == "people":
            self._ties = self._ties or self._tied()
            return self._ties
        traced, bare, blank = self.traced, self.bare, self.traced.blank
        if parts[0] == "people_complete":
            return _switch(traced.top, bare.top, {path: None})
        if parts[0] == "household":
            return _switch(traced.household, bare.household, {path: blank.household.get(path)})
        index = self.people[parts[1]]
        ours, theirs = traced.people[index], bare.people[index]
        if parts[2] == "incomes":
            place = int(parts[3])
            return _switch(ours.incomes[place].cells, theirs.incomes[place].cells, blank.income)
        if parts[2] in ("birth_date", "age_months"):
            ages: Cells = {}
            bare.set_age(ages, None)
            return _switch(ours.cells, theirs.cells, ages)
        cell = f"person.{parts[2]}"
        return _switch(ours.cells, theirs.cells, {cell: blank.person.get(cell)})

    def _receiving(self, member: str) -> Callable[[World, int], None]:
        """Works out anew who receives something, from the answers that are visible."""
        if member not in self._members:
            source, bit = self.traced.source, self.traced.bit
            own = received(source, member), bit(f"household.receives.{member}")
            each = [
                (received(one, member), bit(f"people.{one.id}.receives.{member}"))
                for one in source.people
            ]
            self._members[member] = _receiver(member, own, each)
        return self._members[member]

    def _tied(self) -> Callable[[World, int], None]:
        source, bit = self.traced.source, self.traced.bit
        return _tier([(one.ties, bit(f"people.{one.id}.ties")) for one in source.people])


def _switch(whole: Cells, bare: Cells, blank: Cells) -> Switch:
    return Switch(whole, bare, {name: whole[name] for name in blank}, blank)


def _receiver(
    member: str, own: tuple[bool | None, int], each: list[tuple[bool | None, int]]
) -> Callable[[World, int], None]:
    name, home = f"person.receives.{member}", f"household.receives.{member}"

    def receive(world: World, visible: int) -> None:
        told = own[0] if visible & own[1] else None
        implied = False if told is False else None
        for view, (answer, bit) in zip(world.people, each, strict=True):
            theirs = answer if visible & bit else None
            view.cells[name] = implied if theirs is None else theirs
            told = True if theirs else told
        world.anyone.cells[name] = implied
        world.household[home] = told

    return receive


def _tier(each: list[tuple[Ties | None, int]]) -> Callable[[World, int], None]:
    def tie(world: World, visible: int) -> None:
        for view, (ties, bit) in zip(world.people, each, strict=True):
            world.set_ties(view.cells, ties if visible & bit else None)
        world.name_tax_households()

    return tie


def _silent(household: Household, blank: Blank) -> Household:
    """The same people and lists, of whom nothing is told."""
    people = tuple(
        Person(
            id=one.id,
            cells={},
            birth=None,
            age_months=None,
            ties=None,
            receives={},
            receives_closed=False,
            incomes=(Income(None, blank.pay),) * len(one.incomes),
            incomes_complete=None,
        )
        for one in household.people
    )
    return Household(household.on, {}, {}, False, people, None, {})
