"""A world that notes which answers and figures are read, and can hide answers one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from eligibility.household import Household, Income, Person
from eligibility.parameters import Reading
from eligibility.spans import Span
from eligibility.world import FigureKey, World, received

Undo = list[tuple[dict[str, Any], str, Any]]
Aside = list[tuple[Any, tuple[Any, int]]]
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


class Hidden(NamedTuple):
    """One hidden answer: its cells as they were, and the values that rested on it."""

    path: str
    mask: int
    undo: Undo
    aside: Aside


NOT_YET = Hidden("", 0, [], [])


class TracedWorld(World):
    """A world for explanations. Paths look like `people.p1.birth_date`."""

    def trace(self) -> TracedWorld:
        """Start noting reads; called once, after the world is laid out."""
        self.placed: dict[str | FigureKey, int] = {}
        self.names: list[str | FigureKey] = []
        self.told = self.answers = self.hidden_mask = 0
        self.hidden: dict[str, Hidden] = {}
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
        return self

    def mask(self, paths: Iterable[str]) -> int:
        """The bits of some paths, given in the order in which they are first read."""
        found = 0
        for path in paths:
            found |= self._bit(path)
        return found

    def _bit(self, name: str | FigureKey) -> int:
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
        self.log |= self._bit(figure)
        return super().reading(figure)

    def start(self) -> None:
        """Forget what was read so far."""
        self.log = 0

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
        """The answers among what was read that were given at least in part, and not hidden."""
        return log & self.told & ~self.hidden_mask

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
                return _member(self.source, parts[2])
            return _answered((self.source.facts.get("household") or {}).get(parts[1]))
        person, row = self.rows[parts[1]]
        if parts[2] == "receives":
            return _member(person, parts[3])
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
        hidden = frozenset(self.hidden)
        if received("household", self.source, member, hidden):
            return (name,)
        for person in self.source.people:
            if received(f"people.{person.id}", person, member, hidden):
                return (f"people.{person.id}.receives.{member}",)
        return (name,)

    def _anyone_paths(self, name: str) -> tuple[str, ...]:
        if not name.startswith("person.receives."):
            return ()
        member = name.rpartition(".")[2]
        told = received("household", self.source, member, frozenset(self.hidden))
        return (f"household.receives.{member}",) if told is False else ()

    def _person_paths(self, person: Person, name: str) -> tuple[str, ...]:
        base = f"people.{person.id}."
        if name in AGE_CELLS:
            told_months = person.birth is None and person.age_months is not None
            return (base + ("age_months" if told_months else "birth_date"),)
        if name in TIE_CELLS:
            return self._tie_paths(person, name)
        if name.startswith("person.receives."):
            member, hidden = name.rpartition(".")[2], frozenset(self.hidden)
            own = received(f"people.{person.id}", person, member, hidden)
            home = received("household", self.source, member, hidden)
            if own is None and home is False:
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

    def hide(self, path: str) -> Hidden:
        """Treat an answer as not given. Returns what `restore` needs."""
        self.hidden[path] = NOT_YET
        self.hidden_mask |= self._bit(path)
        undo: Undo = []
        parts = path.split(".")
        mask = self._bit(path)
        if "receives" in parts:
            mask = self._change_receives(parts[-1])
        elif parts[0] == "people_complete":
            _put(undo, self.top, path, None)
        elif parts[0] == "household":
            _put(undo, self.household, path, self.blank.household.get(path))
        else:
            self._hide_of_person(parts, undo)
        hidden = self.hidden[path] = Hidden(path, mask, undo, self._set_aside(mask))
        return hidden

    def restore_all(self) -> None:
        """Give every hidden answer back."""
        for hidden in reversed(tuple(self.hidden.values())):
            self.restore(hidden)

    def restore(self, hidden: Hidden) -> None:
        """Give a hidden answer back; the last one hidden first."""
        del self.hidden[hidden.path]
        self.hidden_mask &= ~self._bit(hidden.path)
        if ".receives." in hidden.path:
            self._change_receives(hidden.path.rpartition(".")[2])
        for cells, name, value in reversed(hidden.undo):
            cells[name] = value
        self._set_aside(hidden.mask)
        self.memo.update(hidden.aside)

    def _set_aside(self, mask: int) -> Aside:
        """Take out every remembered value that rests on one of these answers."""
        memo = self.memo
        found = [(place, kept) for place, kept in memo.items() if kept[1] & mask]
        for place, _ in found:
            del memo[place]
        return found

    def _change_receives(self, member: str) -> int:
        """Work out anew who receives something, and from whose answer that is known. Returns
        the bits of the answers it may rest on."""
        self.set_receives(frozenset(self.hidden), (member,))
        own, name = f"household.receives.{member}", f"person.receives.{member}"
        for bits in (self.bits, self.anyone.bits, *(one.bits for one in self.people)):
            bits.pop(own, None)
            bits.pop(name, None)
        return self.mask([own, *(f"people.{one.id}.receives.{member}" for one in self.people)])

    def _hide_of_person(self, parts: list[str], undo: Undo) -> None:
        view = next(one for one in self.people if one.id == parts[1])
        name = parts[2]
        if name == "incomes":
            cells = view.incomes[int(parts[3])].cells
            for cell, value in self.blank.income.items():
                _put(undo, cells, cell, value)
        elif name in ("birth_date", "age_months"):
            blank: dict[str, Any] = {}
            self.set_age(blank, None)
            for cell, value in blank.items():
                _put(undo, view.cells, cell, value)
        elif name == "ties":
            for one in self.people:
                if one is view or one.cells["person.tax_household"] == one.id:
                    _put(undo, one.cells, "person.tax_household", None)
            for cell in TIE_CELLS:
                _put(undo, view.cells, cell, None)
        else:
            cell = f"person.{name}"
            _put(undo, view.cells, cell, self.blank.person.get(cell))


def _always(paths: tuple[str, ...], _: str) -> tuple[str, ...]:
    return paths


def _put(undo: Undo, cells: dict[str, Any], name: str, value: Any) -> None:
    undo.append((cells, name, cells[name]))
    cells[name] = value


def _member(holder: Household | Person, member: str) -> bool | None:
    return holder.receives.get(member, False if holder.receives_closed else None)


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
