"""Passwords and residents' secrets: Argon2id, and the hash itself sealed by the key ring.

Sealing is the pepper: a stolen database gives nothing to guess against, and unlike a pepper mixed
into the hash it can be changed with the other keys.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from service.security.keyring import Keyring

T = TypeVar("T")
# More at once would let a burst of sign-ins take all memory and both cores.
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. `nobody` is a hash of the same cost, checked when there is no such
    account."""

    memory_kib: int
    passes: int
    nobody: str


# OWASP's second choice for Argon2id: 19 MiB, two passes, one lane.
OWASP = Cost(
    memory_kib=19 * 1024,
    passes=2,
    nobody="$argon2id$v=19$m=19456,t=2,p=1$0ZEtn80VaGJBzqnxt9966g"
    "$CaCxBHwWtvIUu90lzCQGJM/D21lPgif9EFCKPt7Pivw",
)


class Passwords:
    """Makes and checks hashes off the event loop, at most two at a time."""

    def __init__(self, keyring: Keyring, cost: Cost = OWASP) -> None:
        self._keyring = keyring
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1
        )
        self._nobody = cost.nobody
        # A semaphore belongs to one event loop.
        self._gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            WeakKeyDictionary()
        )

    async def hash(self, text: str, *, table: str, column: str, row_id: UUID) -> str:
        """What is stored for this row; it verifies in no other."""
        made = await self._in_turn(self._hasher.hash, text)
        sealed = self._keyring.seal(made.encode(), table=table, column=column, row_id=row_id)
        return base64.b64encode(sealed).decode()

    async def verify(
        self, stored: str | None, text: str, *, table: str, column: str, row_id: UUID | None
    ) -> bool:
        """Whether `text` is the password. With nothing stored it takes as long and says no, so
        that the time tells nobody which accounts exist."""
        known = None
        if stored is not None and row_id is not None:
            known = self._opened(stored, table, column, row_id)
        matches = await self._in_turn(self._matches, known or self._nobody, text)
        return matches and known is not None

    def _opened(self, stored: str, table: str, column: str, row_id: UUID) -> str | None:
        try:
            sealed = base64.b64decode(stored, validate=True)
            return self._keyring.open(sealed, table=table, column=column, row_id=row_id).decode()
        except (SealBroken, binascii.Error, ValueError):
            return None

    def _matches(self, known: str, text: str) -> bool:
        try:
            return self._hasher.verify(known, text)
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    async def _in_turn(self, work: Callable[..., T], *args: str) -> T:
        loop = asyncio.get_running_loop()
        gate = self._gates.setdefault(loop, asyncio.Semaphore(AT_ONCE))
        async with gate:
            return await asyncio.to_thread(work, *args)
