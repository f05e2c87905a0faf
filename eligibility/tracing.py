"""A world that notes which answers and figures are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from eligibility.household import Income, Person
from eligibility.parameters import Reading
from eligibility.spans import Span
from eligibility.world import FigureKey, PersonView, Root, World, received

AGE_CELLS = ("person.birth_date", "person.age", "person.age_months")
TIE_CELLS = ("person.ties", "person.tax_household", "person.tax_role")

PathsOf = Callable[[str], Iterable[str]]


class Bits(dict[str, int]):
    """The bits of each cell's answers, one for each path, given when it is first read."""

    def __init__(self, world: TracedWorld, paths: PathsOf) -> None:
        super().__init__()
        self.world = world
        self.paths = paths

    def __missing__(self, name: str) -> int:
        found = self[name] = self.world.mask(self.paths(name))
        return found


class TracedWorld(World):
    """A world for explanations: each answer and each figure has a bit, given when it is first
    read, and `log` holds the bits of what was read. Paths look like `people.p1.birth_date`."""

    def trace(self) -> TracedWorld:
        """Start noting reads; called once, after the world is laid out."""
        self.log = 0
        self.logs: dict[int, int] = {}
        self.placed: dict[str | FigureKey, int] = {}
        self.names: list[str | FigureKey] = []
        self.told = self.answers = 0
        self.answered: dict[str, Any] = {}
        self.lists: dict[int, list[str]] = {}
        self.readings: dict[int, list[Reading]] = {}
        self.gaps: dict[str, str | None] = {}
        rows = self.source.facts.get("people") or ()
        self.rows = {
            person.id: (person, row) for person, row in zip(self.source.people, rows, strict=True)
        }
        self.bits = Bits(self, self._household_paths)
        self.anyone.bits = Bits(self, self._anyone_paths)
        for view, person in zip(self.people, self.source.people, strict=True):
            view.bits = Bits(self, partial(self._person_paths, person))
            for index, income in enumerate(view.incomes):
                path = (f"people.{view.id}.incomes.{index}",)
                income.bits = Bits(self, partial(_always, path))
        self.any_income.bits = Bits(self, partial(_always, ()))
        return self

    def plain(self, roots: Mapping[str, Root]) -> World:
        """The same answers without tracing; what was found out so far is remembered."""
        lane = self.lane()
        lane.roots = roots
        lane.memo = dict(self.memo)
        return lane

    def more_people(self) -> int:
        """How many people may still be added to the list."""
        self.log |= self.bits["people_complete"]
        return super().more_people()

    def more_incomes(self, person: PersonView) -> int:
        """How many incomes of a person may still be added to the list."""
        self.log |= person.bits["person.incomes_complete"]
        return super().more_incomes(person)

    def mask(self, paths: Iterable[str]) -> int:
        """The bits of some paths, given in the order in which they are first read."""
        found, placed = 0, self.placed
        for path in paths:
            bit = placed.get(path)
            found |= self.bit(path) if bit is None else bit
        return found

    def bit(self, name: str | FigureKey) -> int:
        bit = self.placed.get(name)
        if bit is None:
            bit = self.placed[name] = 1 << len(self.names)
            self.names.append(name)
            if isinstance(name, str):
                self.answers |= bit
                told = self.answered[name] = self._told_json(name)
                if told is not None:
                    self.told |= bit
        return bit

    def path(self, bit: int) -> str:
        """The path of one answer's bit."""
        return str(self.names[bit.bit_length() - 1])

    def named(self, mask: int) -> list[str]:
        """The paths of some bits, in the order in which they were first read."""
        mask &= self.answers
        found = self.lists.get(mask)
        if found is None:
            found = self.lists[mask] = [str(name) for name in self._each(mask)]
        return found

    def told_at(self, mask: int) -> dict[str, Any]:
        """The answers of some bits as they were told, by path."""
        answered = self.answered
        return {path: answered[path] for path in self.named(mask)}

    def _each(self, mask: int) -> Iterable[str | FigureKey]:
        while mask:
            bit = mask & -mask
            yield self.names[bit.bit_length() - 1]
            mask ^= bit

    def reading(self, figure: FigureKey) -> Reading:
        """The figure on this day, noted as read."""
        bit = self.placed.get(figure)
        self.log |= self.bit(figure) if bit is None else bit
        return self.figures[figure]

    def figures_of(self, log: int) -> list[Reading]:
        """The figures among what was read, in order."""
        mask = log & ~self.answers
        found = self.readings.get(mask)
        if found is None:
            figures = self.figures
            found = self.readings[mask] = [
                figures[name] for name in self._each(mask) if not isinstance(name, str)
            ]
        return found

    def told_of(self, log: int) -> int:
        """The answers among what was read that were given at least in part."""
        return log & self.told

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
        found = []
        for path in self.named(log):
            if path not in self.gaps:
                self.gaps[path] = self._still_open(path)
            gap = self.gaps[path]
            if gap is not None:
                found.append(gap)
        return found

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

    def _still_open(self, path: str) -> str | None:
        """The path of what is still to be told there, or None if all is told exactly."""
        parts = path.split(".")
        if len(parts) == 4 and parts[2] == "incomes":
            missing = _open_part(self.rows[parts[1]][0].incomes[int(parts[3])])
            return f"{path}.{missing}" if missing else None
        told = self.answered[path]
        if told is None or (told is False and path.endswith("_complete")):
            return path
        if isinstance(told, dict) and ("between" in told or isinstance(told.get("amount"), dict)):
            return path
        partial_date = path.endswith("birth_date") and isinstance(told, str) and len(told) < 10
        return path if partial_date else None

    def _household_paths(self, name: str) -> tuple[str, ...]:
        if not name.startswith("household.receives."):
            return (name,)
        member = name.rpartition(".")[2]
        if not received(self.source, member):
            for person in self.source.people:
                if received(person, member):
                    return (f"people.{person.id}.receives.{member}",)
        return (name,)

    def _anyone_paths(self, name: str) -> tuple[str, ...]:
        if not name.startswith("person.receives."):
            return ()
        member = name.rpartition(".")[2]
        told = received(self.source, member)
        return (f"household.receives.{member}",) if told is False else ()

    def _person_paths(self, person: Person, name: str) -> tuple[str, ...]:
        base = f"people.{person.id}."
        if name in AGE_CELLS:
            told_months = person.birth is None and person.age_months is not None
            return (base + ("age_months" if told_months else "birth_date"),)
        if name in TIE_CELLS:
            return self._tie_paths(person, name)
        if name.startswith("person.receives."):
            member = name.rpartition(".")[2]
            if received(person, member) is None and received(self.source, member) is False:
                return (f"household.receives.{member}",)
        return (base + name.partition(".")[2],)

    def _tie_paths(self, person: Person, name: str) -> tuple[str, ...]:
        own = (f"people.{person.id}.ties",)
        if name != "person.tax_household" or (person.ties and person.ties.tax_household):
            return own
        namers = [
            f"people.{one.id}.ties"
            for one in self.source.people
            if one.ties and one.ties.tax_household == person.id
        ]
        return tuple(namers) or own


def _always(paths: tuple[str, ...], _: str) -> tuple[str, ...]:
    return paths


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
