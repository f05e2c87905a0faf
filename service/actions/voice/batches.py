"""Signatures found invalid together: previewed and counted, run in hundreds, stopped, taken back.

A person decides, the worker does it. Whoever sent the signatures sees no difference: their link
still says that it is counted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.voice.bursts import BAD, FINE, OPEN, PACE, SETTLED, WINDOW, WITHIN
from service.voice.steps import add_steps

if TYPE_CHECKING:
    from service.actor import Actor
    from service.services import Services

PREVIEWED, RUNNING, STOPPED, DONE = "previewed", "running", "stopped", "done"
UNDOING, UNDONE = "undoing", "undone"
AT_ONCE = 100
MOVED = _("Somebody changed this in the meantime. Look at it again.")
LONGEST_REASON = 200
MARKED = "marked"
# What a rule may go by: a burst's bucket, or the marks that bursts left.
BY = {**WITHIN, MARKED: "marked = ?"}
MEANT = {
    kind: (
        "from voice_signatures where petition = ? and state = 'confirmed'"
        f" and {condition} and confirmed_at <= ?"
    )
    for kind, condition in BY.items()
}
COUNT = {kind: f"select count(*) as n {meant}" for kind, meant in MEANT.items()}
NEXT = {
    kind: f"select id, petition, tier, area {meant} order by id limit ?"
    for kind, meant in MEANT.items()
}
UNMARK = {
    kind: f"update voice_signatures set marked = null where petition = ? and marked = ? and {each}"
    for kind, each in WITHIN.items()
    if kind != PACE
}
FIND = "select id, petition, rule, state, found, done from voice_batches where id = ?"
NEXT_BACK = """
select i.id as item, s.id, s.petition, s.tier, s.area, s.state
from voice_batch_items i join voice_signatures s on s.id = i.signature
where i.batch = ? and i.undone = false order by i.id limit ?
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which signatures. `kind` is one of BY; `value`: the bucket's hash, the mark, or for a pace
    the moment after which it began. Only what was confirmed up to `until` is meant, so that a run
    hits what was previewed. `burst`: the suspicion that led here."""

    kind: str
    value: str
    until: datetime
    burst: str = ""

    @property
    def found_by(self) -> tuple[object, datetime]:
        """The values that the rule's SQL asks for."""
        value = datetime.fromisoformat(self.value) if self.kind == PACE else self.value
        return value, self.until

    def to_json(self) -> str:
        told = {"kind": self.kind, "value": self.value, "until": self.until.isoformat()}
        return json.dumps({**told, "burst": self.burst})

    @classmethod
    def from_json(cls, text: str) -> Rule:
        told = json.loads(text)
        until = datetime.fromisoformat(told["until"])
        return cls(told["kind"], told["value"], until, told.get("burst", ""))


@dataclass(frozen=True, slots=True)
class Preview:
    """A batch that has not begun, and how many signatures it would take out."""

    batch: UUID
    found: int


async def preview(actor: Actor, petition: UUID, rule: Rule, reason: str, now: datetime) -> Preview:
    """Count what a rule means, and keep it for a decision. Raises Invalid."""
    if rule.kind not in BY:
        raise Invalid([Fault("/kind", "kind", _("Choose what the signatures have in common."))])
    check_reason(reason)
    batch = time_ordered_id()
    async with unit_of_work(actor, "voice.batch.previewed", batch, now) as work:
        rows = await db.fetch(COUNT[rule.kind], petition, *rule.found_by)
        found = int(rows[0]["n"])
        await db.execute(
            "insert into voice_batches"
            " (id, petition, rule, reason, found, done, state, made_by, made_at)"
            " values (?, ?, ?, ?, ?, 0, ?, ?, ?)",
            *(batch, petition, rule.to_json(), reason.strip(), found, PREVIEWED),
            *(actor.account or batch, now),
        )
        work.detail.update(petition=str(petition), kind=rule.kind, found=found)
    return Preview(batch, found)


def check_reason(reason: str) -> None:
    """Raises Invalid."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid([Fault("/reason", "reason", _("Say why, in up to 200 letters."))])


async def preview_burst(actor: Actor, burst: UUID, reason: str, now: datetime) -> Preview:
    """Count what this burst is made of. Nothing is taken out yet. Raises Invalid, NotFound."""
    row = await db.fetch_one("select * from voice_suspicions where id = ?", burst)
    if row is None:
        raise NotFound
    rule = Rule(row["kind"], row["bucket_hash"], now, str(burst))
    if rule.kind == PACE:
        began = (row["first_at"] - WINDOW).isoformat()
        rule = Rule(PACE, began, row["last_at"], str(burst))
    return await preview(actor, row["petition"], rule, reason, now)


async def run(actor: Actor, batch: UUID, now: datetime) -> None:
    """Have the worker do it, or go on after a stop. Raises Conflict, NotFound."""
    await _change(actor, batch, (PREVIEWED, STOPPED), RUNNING, now)


async def stop(actor: Actor, batch: UUID, now: datetime) -> None:
    """No more after the hundred that is on its way. What was done stays until it is taken back."""
    await _change(actor, batch, (RUNNING,), STOPPED, now)


async def undo(actor: Actor, batch: UUID, now: datetime) -> None:
    """Count the batch's signatures again. Raises Conflict, NotFound."""
    await _change(actor, batch, (DONE, STOPPED), UNDOING, now)


async def _change(actor: Actor, batch: UUID, when: tuple[str, ...], to: str, now: datetime) -> None:
    async with unit_of_work(actor, f"voice.batch.{to}", batch, now) as work:
        row = await db.fetch_one(FIND, batch)
        if row is None:
            raise NotFound
        changed = await db.execute(
            f"update voice_batches set state = ? where id = ? and state in ({db.marks(when)})",
            to,
            batch,
            *when,
        )
        if not changed:
            raise Conflict("moved_on", MOVED)
        work.detail.update(petition=str(row["petition"]), done=row["done"])


async def judge(
    actor: Actor, burst: UUID, verdict: str, now: datetime, *, seen: str = OPEN
) -> None:
    """`fine` takes the marks away again; `bad` leaves them for a batch. `seen` is how it stood
    before the one who judges. Raises Conflict, NotFound."""
    if verdict not in (FINE, BAD):
        raise NotFound
    async with unit_of_work(actor, f"voice.burst.{verdict}", burst, now) as work:
        rows = await db.fetch(
            "update voice_suspicions set state = ?, judged_by = ? where id = ? and state = ?"
            " returning petition, kind, bucket_hash",
            verdict,
            actor.account,
            burst,
            seen,
        )
        if not rows:
            raise Conflict("moved_on", MOVED)
        kind = rows[0]["kind"]
        if verdict == FINE and kind in UNMARK:
            await db.execute(UNMARK[kind], rows[0]["petition"], kind, rows[0]["bucket_hash"])
        work.detail.update(petition=str(rows[0]["petition"]))


# ---- the worker's part --------------------------------------------------------------------------


async def work_off(_services: Services) -> int:
    """Go on with every batch that runs, a hundred to a transaction; says how many rows changed."""
    changed = 0
    for row in await db.fetch(
        "select id, state from voice_batches where state in ('running', 'undoing') order by id"
    ):
        one_hundred = _take_out if row["state"] == RUNNING else _put_back
        while done := await one_hundred(_services, row["id"]):
            changed += done
    return changed


async def _take_out(services: Services, batch: UUID) -> int:
    async with db.transaction():
        row = await _held(batch, RUNNING)
        if row is None:
            return 0
        rule = Rule.from_json(row["rule"])
        meant = await db.fetch(NEXT[rule.kind], row["petition"], *rule.found_by, AT_ONCE)
        if not meant:
            await _end(batch, DONE, rule, SETTLED)
            return 0
        now = services.clock.now()
        gone = await db.fetch(
            f"update voice_signatures set state = 'invalid', ended_at = ?"
            f" where id in ({db.marks(meant)}) and state = 'confirmed'"
            " returning id, petition, tier, area",
            now,
            *(each["id"] for each in meant),
        )
        await db.execute_many(
            "insert into voice_batch_items (id, batch, signature, undone) values (?, ?, ?, ?)"
            " on conflict (batch, signature) do update set undone = false",
            [(time_ordered_id(), batch, each["id"], False) for each in gone],
        )
        await add_steps(services.clock, gone, -1)
        await db.execute("update voice_batches set done = done + ? where id = ?", len(gone), batch)
    return len(meant)


async def _put_back(services: Services, batch: UUID) -> int:
    async with db.transaction():
        row = await _held(batch, UNDOING)
        if row is None:
            return 0
        items = await db.fetch(NEXT_BACK, batch, AT_ONCE)
        if not items:
            await _end(batch, UNDONE, Rule.from_json(row["rule"]), OPEN)
            return 0
        back = await db.fetch(
            f"update voice_signatures set state = 'confirmed', ended_at = null, marked = null"
            f" where id in ({db.marks(items)}) and state = 'invalid'"
            " returning id, petition, tier, area",
            *(each["id"] for each in items),
        )
        await db.execute(
            f"update voice_batch_items set undone = true where id in ({db.marks(items)})",
            *(each["item"] for each in items),
        )
        await add_steps(services.clock, back, 1)
        await db.execute("update voice_batches set done = done - ? where id = ?", len(items), batch)
    return len(items)


async def _end(batch: UUID, state: str, rule: Rule, burst: str) -> None:
    """The batch has come to its end; its burst is settled, or waits to be judged again."""
    await db.execute("update voice_batches set state = ? where id = ?", state, batch)
    if rule.burst:
        await db.execute(
            "update voice_suspicions set state = ? where id = ? and state <> ?",
            burst,
            UUID(rule.burst),
            FINE,
        )


async def _held(batch: UUID, state: str) -> db.Row | None:
    """The batch, if it still runs; held, so that two workers take turns."""
    lock = " for update" if db.dialect() == "postgres" else ""
    row = await db.fetch_one(
        f"select petition, rule, state from voice_batches where id = ?{lock}", batch
    )
    return row if row is not None and row["state"] == state else None
