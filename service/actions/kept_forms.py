"""What staff had typed when their session ended: kept sealed, for hours, for their own account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.body import LETS_IN
from service.ids import time_ordered_id
from service.retention import FORMS_KEPT

if TYPE_CHECKING:
    from service.services import Services

MOST_FORMS = 5
# Two texts of 5,000 letters and what stands around them; more is no form of ours.
LONGEST = 60_000
PUT = """
insert into kept_forms (id, account, path, typed, kept_at) values (?, ?, ?, ?, ?)
on conflict (account, path) do update
  set id = excluded.id, typed = excluded.typed, kept_at = excluded.kept_at
"""
ONLY_NEWEST = """
delete from kept_forms where account = ? and id not in
  (select id from kept_forms where account = ? order by kept_at desc, id desc limit ?)
"""
FIND = """
select id, path, typed, kept_at from kept_forms
where account = ? and kept_at > ? order by kept_at desc, id desc
"""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeptForm:
    """One form as it was sent after the session had ended: where to, and what was in it."""

    path: str
    pairs: Pairs
    kept_at: datetime


async def keep(services: Services, account: UUID, path: str, pairs: Pairs, now: datetime) -> None:
    """Keep a form for an account; a later one to the same address takes its place."""
    kept = [[name, value] for name, value in pairs if name != "_csrf"]
    if any(name in LETS_IN for name, _value in kept) or not any(v.strip() for _n, v in kept):
        return
    if sum(len(name) + len(value) for name, value in kept) > LONGEST:
        return
    row = time_ordered_id()
    sealed = services.keyring.seal_json(kept, table="kept_forms", column="typed", row_id=row)
    async with unit_of_work(Actor.SYSTEM, "form.kept", account, now):
        await db.execute(PUT, row, account, path, sealed, now)
        await db.execute(ONLY_NEWEST, account, account, MOST_FORMS)


async def kept_for(services: Services, account: UUID, now: datetime) -> list[KeptForm]:
    """What is kept for an account, the newest first."""
    found = []
    for row in await db.fetch(FIND, account, now - FORMS_KEPT):
        pairs = services.keyring.open_json(
            row["typed"], table="kept_forms", column="typed", row_id=row["id"]
        )
        typed = [(str(name), str(value)) for name, value in pairs]
        found.append(KeptForm(row["path"], typed, row["kept_at"]))
    return found


async def is_kept(account: UUID, now: datetime) -> bool:
    """Whether anything is kept for an account."""
    return bool(await db.fetch(FIND, account, now - FORMS_KEPT))


async def forget(account: UUID, path: str, now: datetime) -> None:
    """The form was sent after all, or is not wanted any more."""
    if await db.fetch("select id from kept_forms where account = ? and path = ?", account, path):
        async with unit_of_work(Actor.SYSTEM, "form.forgotten", account, now):
            await db.execute("delete from kept_forms where account = ? and path = ?", account, path)
