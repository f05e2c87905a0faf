"""What the moderators' desk shows: the queue, one petition whole, what is like it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.petition import State
from petitions.similar import Similar
from service import db
from service.errors import NotFound
from service.queries.accounts import names_of

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services

ON_A_PAGE = 50
COMPARED = 2_000
PROPOSED = (
    "(select 1 from voice_reviews r where r.subject = p.id and r.subject_kind = 'petition'"
    " and r.state = 'proposed')"
)
VIEWS = {
    "waiting": f"p.state = 'moderation' and not exists {PROPOSED}",
    "second": f"p.state = 'moderation' and exists {PROPOSED}",
    "refused": "p.state = 'refused'",
    "running": "p.state in ('open', 'awaiting', 'answered', 'promised', 'delivered', 'closed',"
    " 'merged')",
    "hidden": "p.state = 'hidden'",
}
# The queue is worked from its oldest end; what is over is looked for from its newest.
ORDERS = {
    "waiting": "p.submitted_at, p.id",
    "second": "p.submitted_at, p.id",
    "hidden": "p.submitted_at, p.id",
}
NEWEST = "p.submitted_at desc, p.id desc"
LINE = "p.id, p.number, p.state, p.ask, p.language, p.topic, p.submitted_at, p.count"
LIST = "select {line}, {held} as held_by from voice_petitions p where {view} order by {order}"
# Whom a petition under judgment may be like: all that is on its way or was answered.
OTHERS = """
select id, number, state, ask, language, count from voice_petitions
where id <> ? and state in ('moderation', 'open', 'awaiting', 'closed', 'answered', 'promised',
  'delivered') order by created_at desc, id desc limit ?
"""
REVIEWS = """
select id, verdict, reason, state, first_by, second_by, at, settled_at from voice_reviews
where subject = ? and subject_kind = 'petition' order by id
"""
MERGES = """
select m.id, m.state, m.source, m.target, m.asked_at, m.source_agreed_at, m.target_agreed_at,
  m.done_at, m.undone_at, p.id as other, p.ask, p.number
from voice_merges m join voice_petitions p
  on p.id = case when m.source = ? then m.target else m.source end
where m.source = ? or m.target = ? order by m.id
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One petition of a list. `held_by` is the account that has it in hand just now."""

    id: UUID
    number: int | None
    state: State
    ask: str
    language: str
    topic: str
    submitted_at: datetime | None
    count: int
    held_by: UUID | None
    holder: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A petition that asks for much the same, the nearest first."""

    id: UUID
    number: int | None
    state: State
    ask: str
    language: str
    count: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One review of a petition."""

    id: UUID
    verdict: str
    reason: str
    state: str
    first_by: UUID
    first: str
    second: str
    at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Joining:
    """One merge with another petition. `into`: this one goes into the other."""

    id: UUID
    state: str
    into: bool
    other: UUID
    number: int | None
    ask: str
    asked_at: datetime
    source_agreed: bool
    target_agreed: bool


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A petition under review, with all that bears on it."""

    line: Line
    revision: int
    why: str
    area: str
    author_name: str
    sponsors: int
    threshold: int
    alike: Sequence[Alike]
    reviews: Sequence[Judged]
    merges: Sequence[Joining]
    events: Sequence[tuple[str, datetime, Mapping[str, Any]]]

    @property
    def proposed(self) -> Judged | None:
        return next((each for each in self.reviews if each.state == "proposed"), None)


async def counts() -> dict[str, int]:
    """How many petitions each view has."""
    sums = ", ".join(
        f"count(case when {condition} then 1 end) as {db.identifier(f'in_{view}')}"
        for view, condition in VIEWS.items()
    )
    row = await db.fetch_one(f"select {sums} from voice_petitions p")
    return {view: (row or {})[f"in_{view}"] for view in VIEWS}


async def listed(services: Services, view: str, page: int) -> list[Line]:
    """A page of a view, and one line more where there is a next page. Raises NotFound."""
    if view not in VIEWS or page < 1:
        raise NotFound
    sql = LIST.format(
        line=LINE, held=_holder(services), view=VIEWS[view], order=ORDERS.get(view, NEWEST)
    )
    rows = await db.fetch(f"{sql} limit ? offset ?", ON_A_PAGE + 1, (page - 1) * ON_A_PAGE)
    return await _lines(services, rows)


async def on_desk(services: Services, petition: UUID) -> OnDesk:
    """One petition whole, apart from who its author is: a judgment needs no address. Raises
    NotFound for what was never sent."""
    now = db.now_sql(services.clock)
    row = await db.fetch_one(
        f"select p.*, case when p.locked_until > {now} then p.locked_by end as held"
        " from voice_petitions p"
        " where p.id = ? and p.state not in ('draft', 'sponsors')",
        petition,
    )
    if row is None:
        raise NotFound
    [line] = await _lines(services, [{**row, "held_by": row["held"]}])
    events = await db.fetch(
        "select kind, at, detail from voice_events where subject = ? and kind <> 'released'"
        " order by id",
        petition,
    )
    return OnDesk(
        line,
        row["revision"],
        row["why"],
        row["area"],
        row["author_name"],
        row["sponsors"],
        row["threshold"],
        await alike(petition, row["ask"]),
        await _reviews(services, petition),
        await _merges(petition),
        [(each["kind"], each["at"], json.loads(each["detail"])) for each in events],
    )


async def is_there(petition: UUID) -> bool:
    """Whether it ever came to the desk."""
    row = await db.fetch_one(
        "select 1 as one from voice_petitions where id = ? and state not in ('draft', 'sponsors')",
        petition,
    )
    return row is not None


async def alike(petition: UUID, ask: str) -> list[Alike]:
    """Up to five petitions that ask for much the same, in any language of the city."""
    # The newest are compared; of those equally near the oldest comes first.
    rows = {row["id"]: row for row in reversed(await db.fetch(OTHERS, petition, COMPARED))}
    near = Similar.of({key: row["ask"] for key, row in rows.items()}).nearest(ask)
    found = (rows[key] for key, _nearness in near)
    return [
        Alike(r["id"], r["number"], State(r["state"]), r["ask"], r["language"], r["count"])
        for r in found
    ]


async def _reviews(services: Services, petition: UUID) -> list[Judged]:
    rows = await db.fetch(REVIEWS, petition)
    people = [str(row[who]) for row in rows for who in ("first_by", "second_by") if row[who]]
    names = await names_of(services, people)
    return [
        Judged(
            row["id"],
            row["verdict"],
            row["reason"],
            row["state"],
            row["first_by"],
            names.get(str(row["first_by"]), ""),
            names.get(str(row["second_by"]), ""),
            row["at"],
            row["settled_at"],
        )
        for row in rows
    ]


async def _merges(petition: UUID) -> list[Joining]:
    return [
        Joining(
            row["id"],
            row["state"],
            row["source"] == petition,
            row["other"],
            row["number"],
            row["ask"],
            row["asked_at"],
            row["source_agreed_at"] is not None,
            row["target_agreed_at"] is not None,
        )
        for row in await db.fetch(MERGES, petition, petition, petition)
    ]


def _holder(services: Services) -> str:
    return f"case when p.locked_until > {db.now_sql(services.clock)} then p.locked_by end"


async def _lines(services: Services, rows: Sequence[db.Row]) -> list[Line]:
    holders = {row["held_by"]: as_uuid(row["held_by"]) for row in rows if row["held_by"]}
    names = await names_of(services, [str(one) for one in holders.values()])
    found = []
    for row in rows:
        held = holders.get(row["held_by"])
        found.append(
            Line(
                row["id"],
                row["number"],
                State(row["state"]),
                row["ask"],
                row["language"],
                row["topic"],
                row["submitted_at"],
                row["count"],
                held,
                names.get(str(held), "") if held else "",
            )
        )
    return found


def as_uuid(value: Any) -> UUID:
    """What comes out of an expression is text on SQLite."""
    return value if isinstance(value, UUID) else UUID(str(value))
