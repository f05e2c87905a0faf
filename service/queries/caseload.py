"""An agency's cases as a list: by due date, filtered, found by name or reference; and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service import db
from service.audit import record_read
from service.errors import NotFound
from service.security.access import as_id
from service.security.blind_index import blind_indexes, normal_name
from service.security.keyring import SealBroken
from service.security.references import parse_reference
from service.unturned import unturned

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

PAGE = 50
MOST_FOUND = 50
MOST_IN_A_FILE = 500
# Every case that still needs the office, by what it needs. `{soon}` is a day, given as a value.
OPEN = (
    "state in ('queued', 'offered', 'acknowledged', 'in_review', 'information_requested',"
    " 'reopened', 'waitlisted')"
)
VIEWS = {
    "open": OPEN,
    "new": f"{OPEN} and waiting = true",
    "mine": f"{OPEN} and assigned_to = ?",
    "resident": "state = 'information_requested'",
    "soon": f"{OPEN} and state <> 'waitlisted' and (urgent = true or due_on <= ?)",
    "closed": "state in ('approved', 'denied', 'withdrawn')",
}
AFTER = "and (due_on, id) > (?, ?)"
COLUMNS = (
    "id, program, state, version, acknowledged_version, waiting, urgent, filed_at, due_on,"
    " assigned_to, granted"
)
LIST = """
select {columns} from referrals where id in (
  select id from referrals where agency = ? and {where} {after} order by due_on, id limit ?)
order by due_on, id
"""
COUNTS = """
select sum(case when waiting = true then 1 else 0 end) as new_count,
  sum(case when assigned_to = ? then 1 else 0 end) as mine_count,
  sum(case when state = 'information_requested' then 1 else 0 end) as resident_count,
  sum(case when state <> 'waitlisted' and (urgent = true or due_on <= ?) then 1 else 0 end)
    as soon_count,
  count(*) as open_count
from referrals where agency = ? and {where}
"""
BY_NAME = """
select {columns} from referrals where agency = ? and applicant_index in ({indexes})
order by due_on desc, id limit ?
"""
BY_REFERENCE = """
select {columns} from referrals where agency = ? and application_id in
  (select id from applications where reference_index in ({indexes}))
order by due_on desc, id limit ?
"""
WAITING = """
select {columns} from referrals where agency = ? and waiting = true and lease is null
order by due_on, filed_at, id limit ?
"""
# What the office took in, as it stands now, and has not decided.
UNDECIDED = f"""
select {{columns}} from referrals where agency = ? and {OPEN} and acknowledged_version = version
order by due_on, id limit ?
"""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a list. `granted` is what the agency received."""

    id: UUID
    program: str
    state: str
    version: int
    waiting: bool
    amended: bool
    urgent: bool
    filed_at: datetime
    due_on: date
    assigned_to: UUID | None
    granted: dict[str, Any]

    @property
    def readable(self) -> bool:
        return bool(self.granted.get("readable", True))

    @property
    def name(self) -> str:
        return str(self.granted["contact"]["name"])

    @property
    def reference(self) -> str:
        return str(self.granted["reference"])


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of a list begins: after this case."""

    due_on: date
    id: UUID

    def __str__(self) -> str:
        return f"{self.due_on.isoformat()}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """The cursor in an address; None for none. Raises NotFound for what is no cursor."""
        if not text:
            return None
        day, _dot, case = text.partition(".")
        try:
            return cls(date.fromisoformat(day), as_id(case))
        except ValueError:
            raise NotFound from None


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list, and the cursor of the next one."""

    cases: Sequence[CaseLine]
    next: Cursor | None


async def list_cases(
    services: Services, actor: Actor, view: str, soon: date, after: Cursor | None
) -> Listed:
    """A page of the agency's cases of one view, the first due first; noted as a read."""
    own: dict[str, list[object]] = {"mine": [actor.account], "soon": [soon]}
    values: list[object] = [actor.agency, *own.get(view, [])]
    if after is not None:
        values += [after.due_on, after.id]
    sql = LIST.format(columns=COLUMNS, where=VIEWS[view], after=AFTER if after else "")
    rows = await db.fetch(sql, *values, PAGE + 1)
    await record_read(actor, "cases.listed", actor.agency or "", services.clock.now())
    cases = [_line(services, row) for row in rows[:PAGE]]
    last = cases[-1] if len(rows) > PAGE else None
    return Listed(cases, Cursor(last.due_on, last.id) if last else None)


async def count_cases(actor: Actor, soon: date) -> dict[str, int]:
    """How many open cases each view holds."""
    row = await db.fetch_one(COUNTS.format(where=OPEN), actor.account, soon, actor.agency)
    counts = row or {}
    return {view: int(counts.get(f"{view}_count") or 0) for view in VIEWS if view != "closed"}


async def find_cases(services: Services, actor: Actor, words: str) -> list[CaseLine]:
    """The agency's own cases under a reference or an applicant's whole name, at most fifty."""
    keyring = services.keyring
    plain = parse_reference(words, services.city.reference_prefix)
    if plain is not None:
        indexes, sql = blind_indexes(keyring, "reference", plain), BY_REFERENCE
    else:
        indexes, sql = blind_indexes(keyring, "name", normal_name(words)), BY_NAME
    statement = sql.format(columns=COLUMNS, indexes=db.marks(indexes))
    rows = await db.fetch(statement, actor.agency, *indexes, MOST_FOUND)
    await record_read(actor, "cases.searched", actor.agency or "", services.clock.now())
    return [_line(services, row) for row in rows]


async def waiting_cases(services: Services, actor: Actor) -> list[CaseLine]:
    """What the agency has not taken in and nobody is fetching; for its files. Noted as a read."""
    rows = await db.fetch(WAITING.format(columns=COLUMNS), actor.agency, MOST_IN_A_FILE)
    await record_read(actor, "cases.exported", actor.agency or "", services.clock.now())
    lines = (_line(services, row) for row in rows)
    return [line for line in lines if line.readable]


async def waiting_ids(actor: Actor) -> list[UUID]:
    """The ids of the same cases; no personal data."""
    rows = await db.fetch(WAITING.format(columns="id"), actor.agency, MOST_IN_A_FILE)
    return [row["id"] for row in rows]


async def undecided_cases(services: Services, actor: Actor) -> list[CaseLine]:
    """What the agency has taken in and not decided; for its file. Noted as a read."""
    rows = await db.fetch(UNDECIDED.format(columns=COLUMNS), actor.agency, MOST_IN_A_FILE)
    await record_read(actor, "cases.exported", actor.agency or "", services.clock.now())
    lines = (_line(services, row) for row in rows)
    return [line for line in lines if line.readable]


async def has_undecided(actor: Actor) -> bool:
    """Whether there is any such case."""
    return bool(await db.fetch(UNDECIDED.format(columns="id"), actor.agency, 1))


def _line(services: Services, row: db.Row) -> CaseLine:
    """A line of the list. A case that no key opens stays in it, so that somebody sees it: one
    broken value must not take the office's whole list away."""
    try:
        granted = services.keyring.open_json(
            row["granted"], table="referrals", column="granted", row_id=row["id"]
        )
    except SealBroken:
        granted = {"contact": {"name": "?"}, "reference": "", "readable": False}
    return CaseLine(
        id=row["id"],
        program=row["program"],
        state=row["state"],
        version=row["version"],
        waiting=row["waiting"],
        amended=0 < row["acknowledged_version"] < row["version"],
        urgent=row["urgent"],
        filed_at=row["filed_at"],
        due_on=row["due_on"],
        assigned_to=row["assigned_to"],
        granted=unturned(granted),
    )
