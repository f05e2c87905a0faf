"""File drop: cases as files in the agency's own folder, taken in when they are safely on disk."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from service.actions.referrals import MOST_AT_ONCE, Receipted, acknowledge, pull
from service.actor import Actor
from service.worker import Done, Outcome, Retry

if TYPE_CHECKING:
    from service.outbox import Claimed
    from service.services import Services

FOLDER = "filedrop"
LEASE = timedelta(minutes=5)


async def deliver(services: Services, row: Claimed) -> Outcome:
    """Write all that waits, then acknowledge it: the very pull and receipt of any other agency.

    A stop between the two writes the same cases again under the same names, so nothing is doubled.
    """
    agency = row.payload["agency"]
    actor = Actor("system", f"filedrop/{agency}", agency)
    folder = services.settings.storage / FOLDER / agency
    while True:
        pulled = await pull(services, actor, agency, MOST_AT_ONCE, LEASE, services.clock.now())
        if not pulled.count:
            return Done()
        cases = json.loads(pulled.body)["referrals"]
        try:
            await asyncio.to_thread(write_cases, folder, cases)
        except OSError as error:
            return Retry(f"the folder took no file: {type(error).__name__}")
        receipt = Receipted(
            pulled.lease,
            tuple(UUID(case["id"]) for case in cases),
            pulled.count,
            hashlib.sha256(pulled.body).hexdigest(),
        )
        await acknowledge(services, actor, agency, receipt, services.clock.now())


def write_cases(folder: Path, cases: list[dict[str, Any]]) -> None:
    """One file a case and version, each whole or not there at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for case in cases:
        name = f"{case['id']}-v{case['version']}.json"
        draft = folder / f".{name}.part"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(json.dumps(case, ensure_ascii=False, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / name)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
