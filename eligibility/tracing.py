"""A world that notes which answers and figures are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from eligibility.household import Income, Person
from eligibility.parameters import Reading
from eligibility.spans import Span
from eligibility.world import FigureKey, Root, World, received

AGES = frozenset(("birth_date", "age", "age_months"))
TIES = frozenset(("ties", "tax_household", "tax_role"))

Found = Callable[[str], int]
Read = tuple[Any, Any]
"""The path of an answer with what was told, or a figure."""


class _OwnNames(dict[str, str | None]):
    """Under what name a cell of a person stands in their row; None where it is told elsewhere."""

    def __missing__(self, cell: str) -> str | None:
        own = cell[len("person.") :]
        elsewhere = own in AGES or own in TIES or "." in own
        found = self[cell] = None if elsewhere else own
        return found


OWN_NAMES = _OwnNames()


class Bits(dict[str, int]):
    """The bits of each cell's answers, one for each path, given when it is first read."""

    __slots__ = ("find",)

    def __init__(self, find: Found) -> None:
        self.find = find

    def __missing__(self, name: str) -> int:
        found = self[name] = self.find(name)
        return found


class PersonBits(dict[str, int]):
    """The same of one person; by far the most of all."""

    __slots__ = ("base", "person", "row", "world")

    def __init__(self, world: TracedWorld, person: Person, row: dict[str, Any]) -> None:
        self.world = world
        self.person = person
        self.row = row
        self.base = f"people.{person.id}."

    def __missing__(self, name: str) -> int:
        own = OWN_NAMES[name]
        if own is None:
            own = name[len("person.") :]
            found = self.world.of_person(self.person, self.row, self.base, own)
        else:
            told = self.row.get(own)
            if type(told) is dict and "unknown" in told:
                told = None
            found = self.world.placed_at(self.base + own, told)
        self[name] = found
        return found


class TracedWorld(World):
    """A world for explanations: each answer and each figure has a bit, given when it is first
    read, and `log` holds the bits of what was read. Paths look like `people.p1.birth_date`."""

    def trace(self) -> TracedWorld:
        """Start noting reads; called once, after the world is laid out."""
        self.log = 0
        self.logs: dict[int, int] = {}
        self.placed: dict[str | FigureKey, int] = {}
        self.reads: dict[int, Read] = {}
        self.told = self.figured = self.exact = 0
        self.telling: dict[int, dict[str, Any]] = {}
        self.lists: dict[int, list[str]] = {}
        self.readings: dict[int, list[Reading]] = {}
        self.on_lines: dict[int, int] = {}
        self.gaps: dict[int, str] = {}
        self.opened: dict[int, list[str]] = {}
        rows = self.source.facts.get("people") or ()
        self.rows = {
            person.id: (person, row) for person, row in zip(self.source.people, rows, strict=True)
        }
        self.bits: Mapping[str, int] = Bits(self._of_household)
        self.anyone.bits = Bits(self._of_anyone)
        for view, (person, row) in zip(self.people, self.rows.values(), strict=True):
            view.bits = PersonBits(self, person, row)
            for index, income in enumerate(view.incomes):
                path = f"people.{view.id}.incomes.{index}"
                income.bits = Bits(partial(self._always, path, row["incomes"][index] or None))
        self.any_incomes[0].bits = Bits(_nothing)
        return self

    def forget(self) -> None:
        """Let go of what is no longer read. The bits know their world, so without this only
        Python's search for circles would free it."""
        self.bits = {}
        for view in (*self.people, self.anyone):
            view.bits = {}
            for income in view.incomes:
                income.bits = {}
        self.any_incomes[0].bits = {}

    def plain(self, roots: Mapping[str, Root]) -> World:
        """The same answers without tracing; what was found out so far is remembered."""
        lane = self.lane()
        lane.roots = roots
        lane.memo = dict(self.memo)
        return lane

    def mask(self, paths: Iterable[str]) -> int:
        """The bits of some paths, given in the order in which they are first read."""
        found = 0
        for path in paths:
            found |= self.bit(path)
        return found

    def bit(self, path: str) -> int:
        """The bit of an answer."""
        bit = self.placed.get(path)
        return self.placed_at(path, self._told_json(path)) if bit is None else bit

    def placed_at(self, path: str, told: Any) -> int:
        """The bit of an answer, with what was told."""
        bit = self.placed.get(path)
        if bit is None:
            bit = self.placed[path] = 1 << len(self.placed)
            self.reads[bit] = path, told
            if told is not None:
                self.told |= bit
        return bit

    def path(self, bit: int) -> str:
        """The path of one answer's bit."""
        return str(self.reads[bit][0])

    def named(self, mask: int) -> list[str]:
        """The paths of some bits, in the order in which they were first read."""
        mask &= ~self.figured
        found = self.lists.get(mask)
        if found is None:
            found = self.lists[mask] = [path for path, _ in self._each(mask)]
        return found

    def told_at(self, mask: int) -> dict[str, Any]:
        """The answers of some bits as they were told, by path."""
        told = self.telling.get(mask)
        if told is None:
            told = self.telling[mask] = dict(self._each(mask))
        return told

    def _each(self, mask: int) -> list[Read]:
        """The answers and figures of some bits."""
        reads, found = self.reads, []
        while mask:
            bit = mask & -mask
            found.append(reads[bit])
            mask ^= bit
        return found

    def figure_bits(self, figures: Iterable[FigureKey]) -> int:
        """The bits of some figures."""
        found, placed = 0, self.placed
        for figure in figures:
            bit = placed.get(figure)
            if bit is None:
                bit = placed[figure] = 1 << len(placed)
                self.reads[bit] = figure, None
                self.figured |= bit
            found |= bit
        return found

    def figures_of(self, log: int) -> list[Reading]:
        """The figures among what was read, in order."""
        mask = log & self.figured
        found = self.readings.get(mask)
        if found is None:
            figures: Any = self.figures
            found = self.readings[mask] = [figures[name] for name, _ in self._each(mask)]
        return found

    def told_of_fact(self, fact: str) -> int:
        """The told answers to one fact, of everybody it is asked of."""
        entity, _, name = fact.partition(".")
        if entity == "people_complete":
            paths = [entity]
        elif entity == "household":
            paths = [fact]
        elif name == "incomes":
            paths = [
                f"people.{view.id}.incomes.{index}"
                for view in self.people
                for index in range(len(view.incomes))
            ]
        else:
            paths = [f"people.{view.id}.{name}" for view in self.people]
        return self.mask(paths) & self.told

    def open_at(self, log: int) -> list[str]:
        """The answers among what was read that were not given, or not exactly."""
        mask = log & ~(self.figured | self.exact)
        found = self.opened.get(mask)
        if found is None:
            found = self.opened[mask] = []
            while mask:
                bit = mask & -mask
                gap = self.gaps.get(bit) or self._gap(bit)
                if gap is not None:
                    found.append(gap)
                mask ^= bit
        return found

    def _gap(self, bit: int) -> str | None:
        """What is still to be told of an answer, looked at for the first time."""
        gap = self._still_open(*self.reads[bit])
        if gap is None:
            self.exact |= bit
        else:
            self.gaps[bit] = gap
        return gap

    def _told_json(self, path: str) -> Any:
        """The answer at a path as it was told, or None where nothing was told."""
        parts = path.split(".")
        if parts[0] == "people_complete":
            return self.source.people_complete
        if parts[0] == "household":
            if parts[1] == "receives":
                return received(self.source, parts[2])
            return _answered((self.source.facts.get("household") or {}).get(parts[1]))
        person, row = self.rows[parts[1]]
        if parts[2] == "receives":
            return received(person, parts[3])
        if parts[2] == "incomes":
            return row["incomes"][int(parts[3])] or None
        return _answered(row.get(parts[2]))

    def _still_open(self, path: str, told: Any) -> str | None:
        """The path of what is still to be told there, or None if all is told exactly."""
        parts = path.split(".")
        if len(parts) == 4 and parts[2] == "incomes":
            missing = _open_part(self.rows[parts[1]][0].incomes[int(parts[3])])
            return f"{path}.{missing}" if missing else None
        if told is None or (told is False and path.endswith("_complete")):
            return path
        if isinstance(told, dict) and ("between" in told or isinstance(told.get("amount"), dict)):
            return path
        partial_date = path.endswith("birth_date") and isinstance(told, str) and len(told) < 10
        return path if partial_date else None

    def _of_household(self, name: str) -> int:
        if name.startswith("household.receives."):
            member = name.rpartition(".")[2]
            told = received(self.source, member)
            if not told:
                for person in self.source.people:
                    if received(person, member):
                        return self.placed_at(f"people.{person.id}.receives.{member}", True)
            return self.placed_at(name, told)
        if name == "people_complete":
            return self.placed_at(name, self.source.people_complete)
        home = self.source.facts.get("household") or {}
        return self.placed_at(name, _answered(home.get(name[len("household.") :])))

    def _of_anyone(self, name: str) -> int:
        if not name.startswith("person.receives."):
            return 0
        member = name.rpartition(".")[2]
        told = received(self.source, member)
        return self.placed_at(f"household.receives.{member}", told) if told is False else 0

    def of_person(self, person: Person, row: dict[str, Any], base: str, own: str) -> int:
        """The bits of an age, of ties or of a benefit of one person."""
        if own in AGES:
            told_months = person.birth is None and person.age_months is not None
            own = "age_months" if told_months else "birth_date"
        elif own in TIES:
            return self._of_ties(person, row, base, own)
        else:
            member = own[len("receives.") :]
            told = received(person, member)
            if told is None and received(self.source, member) is False:
                return self.placed_at(f"household.receives.{member}", False)
            return self.placed_at(base + own, told)
        return self.placed_at(base + own, _answered(row.get(own)))

    def _of_ties(self, person: Person, row: dict[str, Any], base: str, own: str) -> int:
        mine = person.ties and person.ties.tax_household
        namers = 0
        if own == "tax_household" and not mine:
            for one in self.source.people:
                if one.ties and one.ties.tax_household == person.id:
                    namers |= self.bit(f"people.{one.id}.ties")
        return namers or self.placed_at(base + "ties", _answered(row.get("ties")))

    def _always(self, path: str, told: Any, _: str) -> int:
        return self.placed_at(path, told)


def _nothing(_: str) -> int:
    return 0


def _answered(told: Any) -> Any:
    return None if isinstance(told, dict) and "unknown" in told else told


def _open_part(income: Income) -> str | None:
    pay = income.pay
    if income.kind is None:
        return "kind"
    if not pay.told or any(isinstance(amount, Span) for amount in pay.amounts):
        return "amount"
    if pay.period is None:
        return "period"
    if pay.self_employed and pay.after_costs is None:
        return "after_costs"
    return "costs" if pay.self_employed and isinstance(pay.costs, Span) else None
