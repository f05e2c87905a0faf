"""The same request again gets the first answer again, through crashes and across processes.

The key's row is written in the very transaction of the work it answers. So there is no "running"
row that a crash could leave behind: either work and answer are both there, or neither is, and the
retry does the work. Two requests at once in one process wait for each other here; in two processes
the second meets the first at the unique index. Only a wait that grows too long answers 409.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from service import db
from service.errors import Conflict, Invalid, Malformed
from service.ids import time_ordered_id

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.requests import Request

    from service.services import Services

HEADER = "idempotency-key"
LONGEST_KEY = 255
WAIT_SECONDS = 10.0
TABLE, COLUMN = "idempotency_keys", "answer"
FIND = "SELECT id, body_hash, status, answer FROM idempotency_keys WHERE scope = ? AND key_hash = ?"
KEEP = (
    "INSERT INTO idempotency_keys"
    " (id, scope, key_hash, body_hash, status, answer, answered_at, about)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body of the first answer; `replayed` where it is not the first time."""

    status: int
    body: Any
    replayed: bool = False


class Record(Protocol):
    """Keeps an answer with the work; `about` is the application whose data it is kept with."""

    async def __call__(
        self, status: int, body: Mapping[str, Any], about: UUID | None = None
    ) -> None: ...


Work = Callable[[Record], Awaitable[None]]


def required_key(request: Request) -> str:
    """The Idempotency-Key header. Raises Malformed where it is missing, repeated or unreadable."""
    found = request.headers.getlist(HEADER)
    if not found:
        raise Malformed("idempotency_key_missing")
    key = found[0]
    if (
        len(found) > 1
        or not 0 < len(key) <= LONGEST_KEY
        or not key.isascii()
        or not key.isprintable()
    ):
        raise Malformed("idempotency_key_malformed")
    return key


@dataclass(slots=True)
class _Claim:
    """One running keyed request; the action calls it inside its transaction."""

    services: Services
    scope: str
    key_hash: str
    body_hash: str
    now: datetime
    answer: Answer | None = field(default=None)

    async def record(self, status: int, body: Mapping[str, Any], about: UUID | None = None) -> None:
        """Keep this answer with the work. Raises IntegrityError where another process was first,
        which takes this transaction back."""
        row_id = time_ordered_id()
        sealed = self.services.keyring.seal_json(
            dict(body), table=TABLE, column=COLUMN, row_id=row_id
        )
        await db.write(
            KEEP, row_id, self.scope, self.key_hash, self.body_hash, status, sealed, self.now, about
        )
        self.answer = Answer(status, dict(body))


# Requests of this process that are at work now. Not a truth: the unique index is.
_running: dict[tuple[str, str], asyncio.Future[None]] = {}


async def once(services: Services, scope: str, key: str, body: bytes, work: Work) -> Answer:
    """Do `work` for this key, or give the first answer again.

    `scope` is the caller and the route. `work(record)` runs one action, which calls
    `record(status, body)` as the last statement of its transaction. Raises Invalid
    (`idempotency_key_reused`) where the key came with another body, Conflict (`still_running`)
    where the first one takes too long; what `work` raises is not kept, so a corrected request may
    use the same key.
    """
    claim = _Claim(
        services,
        scope,
        hashlib.sha256(key.encode()).hexdigest(),
        hashlib.sha256(body).hexdigest(),
        services.clock.now(),
    )
    if (known := await first_answer(claim)) is not None:
        return known
    place = (scope, claim.key_hash)
    while (running := _running.get(place)) is not None:
        await wait_for(running)
        if (known := await first_answer(claim)) is not None:
            return known
    done = _running[place] = asyncio.get_running_loop().create_future()
    try:
        return await first_time(claim, work)
    finally:
        _running.pop(place, None)
        done.set_result(None)


async def first_time(claim: _Claim, work: Work) -> Answer:
    try:
        await work(claim.record)
    except db.IntegrityError:
        # Never read the message of an integrity error: ask again.
        if (known := await first_answer(claim)) is not None:
            return known
        raise
    if claim.answer is None:
        raise RuntimeError("keyed work ended without recording its answer in its transaction")
    return claim.answer


async def first_answer(claim: _Claim) -> Answer | None:
    """The kept answer of this key, if there is one."""
    row = await db.fetch_one(FIND, claim.scope, claim.key_hash)
    if row is None:
        return None
    if row["body_hash"] != claim.body_hash:
        raise Invalid(code="idempotency_key_reused")
    body = claim.services.keyring.open_json(
        row["answer"], table=TABLE, column=COLUMN, row_id=UUID(str(row["id"]))
    )
    return Answer(row["status"], body, replayed=True)


async def wait_for(running: asyncio.Future[None]) -> None:
    try:
        await asyncio.wait_for(asyncio.shield(running), WAIT_SECONDS)
    except TimeoutError:
        raise Conflict("still_running", retry_after=1) from None
