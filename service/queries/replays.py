"""Stored determinations made again, from the rules, the day and the facts that are stored."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from eligibility import FactErrors, Household, RulesError, rules_from_source, screen
from service import db
from service.actor import Actor
from service.audit import record_read
from service.errors import NotFound
from service.security.blind_index import blind_indexes
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from eligibility import Determination, Rulebook
    from service.services import Services

BATCH = 100
# What must come out the same. Reasons are not stored: they follow from the rest.
COMPARED = ("program", "person", "outcome", "status", "apply", "amount", "rules")
STORED = "select id, application_id, number, facts, screening, filed_at from submissions"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One submission made again. `differs` names each program that comes out otherwise, or that
    cannot be made again, with what is the matter."""

    application: UUID
    version: int
    on: date
    determinations: Sequence[Determination]
    rules: Mapping[str, Rulebook]
    differs: Mapping[str, str]


@dataclass(slots=True)
class Shelf:
    """Rules by their hash, read once each."""

    services: Services
    books: dict[str, Rulebook | None] = field(default_factory=dict)

    async def book(self, digest: str, program: str) -> Rulebook | None:
        """The rules as they stood; None where they are not stored or not readable any more."""
        if digest not in self.books:
            self.books[digest] = await self._read(digest, program)
        return self.books[digest]

    async def _read(self, digest: str, program: str) -> Rulebook | None:
        row = await db.fetch_one("select source from rule_sets where hash = ?", digest)
        if row is None:
            return None
        try:
            source = json.loads(row["source"], object_pairs_hook=_sizes_in_order)
            book = rules_from_source(source, self.services.rules.facts)
        except RulesError:
            return None
        # The text must still be the one that was named, and mean what it meant then.
        return book if book.hash_of(program) == digest else None


async def replay_reference(
    services: Services, reference: str, version: int | None, *, explain: bool
) -> Replayed:
    """One application's version, the newest by default; noted as a read. Raises NotFound."""
    indexes = blind_indexes(services.keyring, "reference", reference)
    chosen = " and number = ?" if version is not None else ""
    rows = await db.fetch(
        f"{STORED} where application_id in (select id from applications"
        f" where reference_index in ({db.marks(indexes)})){chosen} order by number desc limit 1",
        *indexes,
        *(() if version is None else (version,)),
    )
    if not rows:
        raise NotFound
    await record_read(
        Actor.SYSTEM, "application.replayed", rows[0]["application_id"], services.clock.now()
    )
    return await _replay(Shelf(services), rows[0], explain=explain)


async def replay_all(services: Services) -> AsyncIterator[Replayed]:
    """Every submission there is, the oldest first."""
    shelf, after = Shelf(services), UUID(int=0)
    while rows := await db.fetch(f"{STORED} where id > ? order by id limit ?", after, BATCH):
        for row in rows:
            yield await _replay(shelf, row, explain=False)
        after = rows[-1]["id"]


async def _replay(shelf: Shelf, row: db.Row, *, explain: bool) -> Replayed:
    services = shelf.services
    on = services.city.calendar.day_of(row["filed_at"])
    made: list[Determination] = []
    rules: dict[str, Rulebook] = {}
    differs: dict[str, str] = {}
    try:
        stored = _opened(services, row, "screening")
        facts = _opened(services, row, "facts")
    except SealBroken:
        differs["*"] = "the stored answers open under no key"
        stored, facts = [], {}
    for program, then in _by_program(stored).items():
        book = await shelf.book(then[0]["rules"], program)
        if book is None:
            differs[program] = "its rules are not stored, or this version reads them otherwise"
            continue
        try:
            household = Household.from_facts(book.facts.told(facts), book.facts)
        except FactErrors:
            differs[program] = "the stored facts cannot be read any more"
            continue
        now = screen(household, book, on, [program], explain, minimal=explain)
        if _compared(each.to_json() for each in now) != _compared(then):
            differs[program] = "it comes out otherwise"
        rules[program] = book
        made += now
    return Replayed(row["application_id"], row["number"], on, made, rules, differs)


def _sizes_in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A stored text has its keys in the order of letters, 1, 10, 2; a table by size counts up."""
    sizes = [pair for pair in pairs if pair[0].isdecimal()]
    others = [pair for pair in pairs if not pair[0].isdecimal()]
    return dict(sorted(sizes, key=lambda pair: int(pair[0])) + others)


def _opened(services: Services, row: db.Row, column: str) -> Any:
    return services.keyring.open_json(
        row[column], table="submissions", column=column, row_id=row["id"]
    )


def _by_program(stored: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for each in stored:
        found.setdefault(each["program"], []).append(each)
    return found


def _compared(determinations: Any) -> list[list[Any]]:
    """What is compared, as JSON holds it, in a fixed order of people."""
    rows = [json.loads(json.dumps([each[key] for key in COMPARED])) for each in determinations]
    return sorted(rows, key=lambda row: str(row[1]))
