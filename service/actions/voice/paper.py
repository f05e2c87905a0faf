"""Signatures on paper: two people type each sheet, neither seeing what the other typed. Only lines
on which they agree count, each person once, however else they signed.

The person's id is that of their address and name, as with a letter; a line in a name that has
signed before, or in more names than may live at one address, is marked and does not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.people.addresses import canonical_address
from petitions.people.contacts import NotAContact
from service import db
from service.actions.voice.signing import slot_of
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.security.blind_index import normal_name
from service.voice.contacts import ADDRESS, Contact
from service.voice.keys import open_person_key, person_hash, signature_id
from service.voice.people import open_name, seal_name
from service.voice.steps import add_steps

if TYPE_CHECKING:
    from datetime import datetime

    from service.actor import Actor
    from service.services import Services

PAPER = "paper"
LINES = 12
ONCE, DIFFERS, COUNTED = "once", "differs", "counted"
DUPLICATE, FULL, UNCLEAR, EMPTY = "duplicate", "full", "unclear", "empty"
SHEET = re.compile(r"[A-Za-z0-9-]{1,32}")
LONGEST = 200
FIRST = {"table": "voice_paper_lines", "column": "first_typed"}
SECOND = {"table": "voice_paper_lines", "column": "second_typed"}
NO_SHEET = _("Write the number of the sheet in letters and digits.")
SAME_PERSON = _("Somebody else types this sheet the second time.")
TYPED_TWICE = _("Two people have typed this sheet.")
NOT_SIGNABLE = _("This petition takes no signatures now.")

ADD_LINE = """
insert into voice_paper_lines (id, petition, sheet, line, first_typed, first_by, state)
values (?, ?, ?, ?, ?, ?, 'once') on conflict (petition, sheet, line) do nothing
"""
LINES_OF = """
select id, line, first_typed, first_by, second_typed, second_by, state, signature
from voice_paper_lines where petition = ? and sheet = ? order by line
"""
SHEETS = """
select sheet, count(*) as lines, count(second_by) as twice,
  sum(case when state = 'counted' then 1 else 0 end) as counted,
  sum(case when state = 'differs' then 1 else 0 end) as differs
from voice_paper_lines where petition = ? group by sheet order by sheet limit 500
"""
# Who asked by mail or letter and never confirmed is confirmed by the paper.
SIGN = """
insert into voice_signatures (id, petition, person_hash, slot, state, kind, tier, area, name,
  show_name, follow, asked_at, confirmed_at)
values (?, ?, ?, ?, 'confirmed', 'signature', 'paper', ?, ?, false, false, ?, ?)
on conflict (petition, person_hash, slot) do update set
  state = 'confirmed', tier = 'paper', area = excluded.area, confirmed_at = excluded.confirmed_at
where voice_signatures.state = 'pending' returning id, petition, tier, area
"""


@dataclass(frozen=True, slots=True)
class Typed:
    """One line as somebody read it."""

    name: str = ""
    street: str = ""
    postcode: str = ""
    area: str = ""

    @property
    def address(self) -> str:
        return f"{self.street}\n{self.postcode}"

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.street or self.postcode)

    def told(self) -> dict[str, str]:
        """What is sealed."""
        return {
            "name": self.name,
            "street": self.street,
            "postcode": self.postcode,
            "area": self.area,
        }


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line with what both people typed, as far as they did."""

    id: UUID
    line: int
    first: Typed
    first_by: UUID
    second: Typed | None
    second_by: UUID | None
    state: str


async def lines_of(services: Services, petition: UUID, sheet: str) -> list[PaperLine]:
    """A sheet's lines; nobody has typed a sheet that has none."""
    rows = await db.fetch(LINES_OF, petition, sheet)
    return [_line(services, row) for row in rows]


async def sheets_of(petition: UUID) -> list[db.Row]:
    """Every sheet with how often it was typed, what counts of it and what differs."""
    return await db.fetch(SHEETS, petition)


def _line(services: Services, row: db.Row) -> PaperLine:
    def opened(sealed: bytes, place: dict[str, str]) -> Typed:
        return Typed(**services.keyring.open_json(bytes(sealed), **place, row_id=row["id"]))

    second = None if row["second_typed"] is None else opened(row["second_typed"], SECOND)
    first = opened(row["first_typed"], FIRST)
    by = row["second_by"]
    return PaperLine(row["id"], row["line"], first, row["first_by"], second, by, row["state"])


async def type_sheet(
    services: Services,
    actor: Actor,
    petition: UUID,
    sheet: str,
    typed: Sequence[Typed],
    now: datetime,
) -> None:
    """The first or the second reading of a sheet, told apart by whether one is there. After the
    second, lines that agree are counted. Raises Invalid and Conflict."""
    _check(services, sheet, typed)
    async with unit_of_work(actor, "voice.paper.typed", petition, now) as work:
        key = await _open(services, petition)
        found = await lines_of(services, petition, sheet)
        work.detail.update(sheet=sheet, time=2 if found else 1)
        if not found:
            await _keep_first(services, actor, petition, sheet, typed)
            return
        if any(line.second_by for line in found):
            raise Conflict("typed_twice", TYPED_TWICE)
        if found[0].first_by == actor.account:
            raise Conflict("same_person", SAME_PERSON)
        for line, second in zip(found, typed, strict=True):
            await _keep_second(services, actor, line.id, second)
            await _settle(services, petition, key, line.id, (line.first, second), now)


async def mend_line(
    services: Services, actor: Actor, petition: UUID, line: UUID, typed: Typed, now: datetime
) -> None:
    """One of the two who typed has looked at the paper again. Raises NotFound and Conflict."""
    _check(services, "again", [typed])
    async with unit_of_work(actor, "voice.paper.mended", petition, now) as work:
        key = await _open(services, petition)
        rows = await db.fetch(
            "select id, line, first_typed, first_by, second_typed, second_by, state, signature"
            " from voice_paper_lines where id = ? and petition = ? and state = 'differs'",
            line,
            petition,
        )
        known = _line(services, rows[0]) if rows else None
        if known is None or known.second is None:
            raise NotFound
        work.detail.update(line=known.line)
        if actor.account == known.first_by:
            sealed = services.keyring.seal_json(typed.told(), **FIRST, row_id=line)
            await db.execute(
                "update voice_paper_lines set first_typed = ? where id = ?", sealed, line
            )
            both = typed, known.second
        elif actor.account == known.second_by:
            await _keep_second(services, actor, line, typed)
            both = known.first, typed
        else:
            raise NotFound
        await _settle(services, petition, key, line, both, now)


def _check(services: Services, sheet: str, typed: Sequence[Typed]) -> None:
    if not SHEET.fullmatch(sheet):
        raise Invalid([Fault("/sheet", "sheet", NO_SHEET)])
    for at, line in enumerate(typed, 1):
        if any(len(text) > LONGEST for text in line.told().values()) or (
            line.area and line.area not in services.voice.areas
        ):
            raise Invalid([Fault(f"/lines/{at}", "line", _("Look at this line again."))])


async def _open(services: Services, petition: UUID) -> bytes:
    """The petition's key while it takes signatures, with the same grace as a mail that was slow."""
    ended = services.clock.later_sql(db.dialect(), -services.voice.grace)
    rows = await db.fetch(
        "select person_key from voice_petitions where id = ? and closes_at > "
        + ended
        + " and state in ('open', 'awaiting', 'closed') and person_key is not null",
        petition,
    )
    if not rows:
        raise Conflict("closed", NOT_SIGNABLE)
    return open_person_key(services.keyring, petition, rows[0]["person_key"])


async def _keep_first(
    services: Services, actor: Actor, petition: UUID, sheet: str, typed: Sequence[Typed]
) -> None:
    for at, line in enumerate(typed, 1):
        id = time_ordered_id()
        sealed = services.keyring.seal_json(line.told(), **FIRST, row_id=id)
        added = await db.execute(ADD_LINE, id, petition, sheet, at, sealed, actor.account)
        if not added:  # somebody else began the same sheet at the same moment
            raise Conflict("typed_twice", TYPED_TWICE)


async def _keep_second(services: Services, actor: Actor, line: UUID, typed: Typed) -> None:
    await db.execute(
        "update voice_paper_lines set second_typed = ?, second_by = ? where id = ?",
        services.keyring.seal_json(typed.told(), **SECOND, row_id=line),
        actor.account,
        line,
    )


async def _settle(
    services: Services,
    petition: UUID,
    key: bytes,
    line: UUID,
    both: tuple[Typed, Typed],
    now: datetime,
) -> None:
    state, signature = await _outcome(services, petition, key, both, now)
    await db.execute(
        "update voice_paper_lines set state = ?, signature = ? where id = ?", state, signature, line
    )


async def _outcome(
    services: Services, petition: UUID, key: bytes, both: tuple[Typed, Typed], now: datetime
) -> tuple[str, UUID | None]:
    first, second = both
    if first.is_empty and second.is_empty:
        return EMPTY, None
    if not _agree(first, second):
        return DIFFERS, None
    canonical = _canonical(first)
    if canonical is None or not normal_name(first.name):
        return UNCLEAR, None
    person = person_hash(key, petition, Contact(ADDRESS, canonical, ""))
    slot = await slot_of(services, petition, person, first.name, ADDRESS)
    id = signature_id(person, slot)
    there = await db.fetch_one("select name, state from voice_signatures where id = ?", id)
    if there is not None and not _is_named(services, id, there, first.name):
        return FULL, None
    name = seal_name(services.keyring, id, first.name.strip())
    counted = await db.fetch(SIGN, id, petition, person, slot, first.area, name, now, now)
    await add_steps(services.clock, counted, 1)
    return (COUNTED, id) if counted else (DUPLICATE, None)


def _is_named(services: Services, id: UUID, row: db.Row, name: str) -> bool:
    """Whether this place at the address is of this very person. A name that was taken back is told
    to nobody any more, so its place is nobody else's either."""
    known: Any = row["name"]
    return known is not None and normal_name(open_name(services.keyring, id, known)) == normal_name(
        name
    )


def _agree(first: Typed, second: Typed) -> bool:
    """The same person and place, however each of the two wrote them."""
    if normal_name(first.name) != normal_name(second.name) or first.area != second.area:
        return False
    one, other = _canonical(first), _canonical(second)
    return (
        one == other if one or other else normal_name(first.address) == normal_name(second.address)
    )


def _canonical(typed: Typed) -> str | None:
    try:
        return canonical_address(typed.address)
    except NotAContact:
        return None
