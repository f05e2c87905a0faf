"""The closed vocabulary: every fact a resident can be asked, with its type and its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
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
    """One fact. `id` is `entity.name`, such as `household.rent` (bounds in cents for money)."""

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


@dataclass(frozen=True)
class Vocabulary:
    """All facts by id, the benefits one can receive, and the limits of lists."""

    facts: dict[str, Fact]
    benefits: dict[str, str]
    max_people: int
    max_incomes: int
    program_ids: frozenset[str] = field(default_factory=frozenset)

    def __contains__(self, fact_id: object) -> bool:
        return fact_id in self.facts

    def __getitem__(self, fact_id: str) -> Fact:
        return self.facts[fact_id]

    def of(self, entity: str) -> dict[str, Fact]:
        """The facts of one entity, by their short name."""
        return {fact.name: fact for fact in self.facts.values() if fact.entity == entity}

    def receivable(self) -> frozenset[str]:
        """Everything that `receives` may name: programs here, and benefits elsewhere."""
        return self.program_ids | frozenset(self.benefits)

    def with_programs(self, ids: frozenset[str]) -> Vocabulary:
        """The same words, once it is known which programs there are."""
        return replace(self, program_ids=ids)

    def canonical(self, ids: frozenset[str]) -> dict[str, Any]:
        """What a stored rule text keeps of the facts it reads."""
        return {
            fact_id: {"type": str(fact.type), "bounds": list(fact.bounds or ())}
            for fact_id, fact in sorted(self.facts.items())
            if fact_id in ids
        }


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
)


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
    table = reader.table(node, FACT_KEYS, ("type", "sensitivity", "retention", "why"))
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
