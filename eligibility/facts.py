"""The closed vocabulary: every fact a resident can be asked, with its type and its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from eligibility.documents import Items, Node, Table, read_document
from eligibility.reading import Reader


class FactType(StrEnum):
    """What kind of value a fact holds."""

    BOOL = "bool"
    INTEGER = "integer"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    TEXT = "text"
    ADDRESS = "address"
    PROGRAMS = "programs"
    TIES = "ties"
    INCOMES = "incomes"
    AMOUNTS = "amounts"
    DATES = "dates"


ENTITIES = ("household", "person", "income", "top")
SENSITIVITIES = ("public", "internal", "personal", "sensitive", "secret")
RETENTIONS = ("draft", "case", "contact")
TOLD_PERIODS = ("week", "two_weeks", "half_month", "month", "year")
"""Periods money can be told in; a program converts them its own way."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `id` is `entity.name`, such as `household.rent` (bounds in cents for money).
    `why`, `called` and `beside` are English sentences for people, and message ids."""

    id: str
    entity: str
    name: str
    type: FactType
    unit: str | None
    period: str | None
    bounds: tuple[int, int] | None
    choices: tuple[str, ...]
    only_applicants: bool
    sensitivity: str
    retention: str
    why: str
    called: str
    beside: str


@dataclass(frozen=True)
class Vocabulary:
    """All facts by id, the benefits one can receive, and the limits of lists."""

    facts: dict[str, Fact]
    benefits: dict[str, str]
    max_people: int
    max_incomes: int
    program_ids: frozenset[str] = field(default_factory=frozenset)
    stored: Mapping[str, Any] | None = None

    def __contains__(self, fact_id: object) -> bool:
        return fact_id in self.facts

    def __getitem__(self, fact_id: str) -> Fact:
        return self.facts[fact_id]

    def of(self, entity: str) -> dict[str, Fact]:
        """The facts of one entity, by their short name."""
        return self._by_entity.get(entity, {})

    def named_by(self, path: str) -> Fact | None:
        """The fact of an id, also of a member of it such as `household.receives.wic`."""
        return self.facts.get(".".join(path.split(".")[:2]))

    def receivable(self) -> frozenset[str]:
        """Everything that `receives` may name: programs here, and benefits elsewhere."""
        return self._receivable

    @cached_property
    def _by_entity(self) -> dict[str, dict[str, Fact]]:
        found: dict[str, dict[str, Fact]] = {}
        for fact in self.facts.values():
            found.setdefault(fact.entity, {})[fact.name] = fact
        return found

    @cached_property
    def _receivable(self) -> frozenset[str]:
        return self.program_ids | frozenset(self.benefits)

    def with_programs(self, ids: frozenset[str]) -> Vocabulary:
        """The same words, once it is known which programs there are."""
        return replace(self, program_ids=ids)

    def canonical(self, ids: Iterable[str]) -> Any:
        """What a stored rule text keeps of the facts it reads: enough to read it again when this
        vocabulary has other words. What was read from such a text is kept as it was."""
        if self.stored is not None:
            return self.stored
        wanted = set(ids)
        members = sorted(one.rpartition(".")[2] for one in wanted if ".receives." in one)
        wanted = {".".join(one.split(".")[:2]) for one in wanted}
        if "person.incomes" in wanted:
            wanted |= {one for one, fact in self.facts.items() if fact.entity == "income"}
        found = {one: _kept(self.facts[one]) for one in sorted(wanted & set(self.facts))}
        return {**found, "receives": sorted({*members} & set(self.benefits))}

    def as_stored(self, stored: Mapping[str, Any]) -> Vocabulary:
        """This vocabulary with the facts of a stored rule text as they were then."""
        facts, benefits = dict(self.facts), dict(self.benefits)
        for name in stored.get("receives", ()):
            benefits.setdefault(name, name)
        for one, kept in stored.items():
            if one != "receives":
                facts[one] = _as_kept(one, kept, self.facts.get(one))
        return replace(self, facts=facts, benefits=benefits, stored=stored)

    def told(self, facts: Any) -> Any:
        """Of answers, those the stored text knows: no other can matter to its rules, and another
        may have a name by now that nothing here has."""
        if self.stored is None or not isinstance(facts, dict):
            return facts
        kept = {name: facts[name] for name in ("on", "people_complete") if name in facts}
        if "household" in facts:
            kept["household"] = self._part(facts["household"], "household")
        if "people" in facts:
            kept["people"] = [
                {"id": one["id"], **self._part(one, "person")} for one in facts["people"]
            ]
        return kept

    def _part(self, told: Mapping[str, Any], entity: str) -> dict[str, Any]:
        stored = self.stored or {}
        part = {name: value for name, value in told.items() if f"{entity}.{name}" in stored}
        if "receives" in part:
            part["receives"] = self._receives(part["receives"])
        return part

    def _receives(self, told: Any) -> Any:
        known = self.receivable()
        if isinstance(told, list):
            return [one for one in told if one in known]
        return {one: value for one, value in told.items() if one in known or one == "unknown"}


def _kept(fact: Fact) -> dict[str, Any]:
    kept = {"type": str(fact.type), "bounds": list(fact.bounds or ())}
    more = {"unit": fact.unit, "period": fact.period, "choices": list(fact.choices)}
    return {**kept, **{name: value for name, value in more.items() if value}}


def _as_kept(one: str, kept: Mapping[str, Any], today: Fact | None) -> Fact:
    """A fact as a stored text has it. Older texts say less, so the rest is today's."""
    entity, _, name = one.rpartition(".")
    bounds = kept["bounds"]
    plain = Fact(
        *(one, entity or "top", name, FactType(kept["type"]), None, None, None, ()),
        only_applicants=False,
        sensitivity="sensitive",
        retention="case",
        why="",
        called=one,
        beside=one,
    )
    return replace(
        today or plain,
        type=FactType(kept["type"]),
        bounds=(bounds[0], bounds[1]) if bounds else None,
        unit=kept.get("unit", today.unit if today else None),
        period=kept.get("period", today.period if today else None),
        choices=tuple(kept.get("choices", today.choices if today else ())),
    )


FACT_KEYS = (
    "type",
    "unit",
    "period",
    "bounds",
    "choices",
    "only_applicants",
    "sensitivity",
    "retention",
    "why",
    "called",
    "beside",
)
FACT_NEEDS = ("type", "sensitivity", "retention", "why", "called")


def load_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary in a folder of YAML files. Raises RulesError with all that is wrong."""
    reader = Reader()
    facts: dict[str, Fact] = {}
    benefits: dict[str, str] = {}
    limits = {"people": 40, "incomes": 20}
    for path in sorted(folder.glob("*.yaml")):
        keys = ("entity", "facts", "limits", "benefits")
        table = reader.table(read_document(path), keys, ("entity", "facts"))
        entity = reader.choice(table.entries.get("entity"), ENTITIES, "household")
        for name, node in reader.named(table.entries.get("facts", table)).items():
            fact = _read_fact(reader, entity, name, node)
            facts[fact.id] = fact
        if "limits" in table.entries:
            for name, node in reader.named(table.entries["limits"]).items():
                limits[name] = reader.whole(node)
        if "benefits" in table.entries:
            for name, node in reader.named(table.entries["benefits"]).items():
                benefits[name] = reader.text(node)
    reader.stop_if_any()
    return Vocabulary(facts, benefits, limits["people"], limits["incomes"])


def _read_fact(reader: Reader, entity: str, name: str, node: Node) -> Fact:
    table = reader.table(node, FACT_KEYS, FACT_NEEDS)
    get = table.entries.get
    kind = FactType(reader.choice(get("type"), list(FactType), "text"))
    return Fact(
        id=name if entity == "top" else f"{entity}.{name}",
        entity=entity,
        name=name,
        type=kind,
        unit=reader.text(get("unit")) or None,
        period=reader.text(get("period")) or None,
        bounds=_read_bounds(reader, table, kind),
        choices=reader.texts(get("choices")),
        only_applicants=reader.flag(get("only_applicants")),
        sensitivity=reader.choice(get("sensitivity"), SENSITIVITIES, "sensitive"),
        retention=reader.choice(get("retention"), RETENTIONS, "case"),
        why=reader.text(get("why")),
        called=reader.text(get("called")),
        beside=reader.text(get("beside"), reader.text(get("called"))),
    )


def _read_bounds(reader: Reader, table: Table, kind: FactType) -> tuple[int, int] | None:
    node = table.entries.get("bounds")
    numeric = kind in (FactType.INTEGER, FactType.MONEY, FactType.AMOUNTS)
    if not isinstance(node, Items) or len(node.items) != 2:
        if numeric:
            reader.add(table.place, "bounds", "A number needs bounds such as [0, 50000].")
        return None
    low, high = (reader.whole(item) for item in node.items)
    scale = 100 if kind in (FactType.MONEY, FactType.AMOUNTS) else 1
    return low * scale, high * scale
