"""Two processes that sign and count beside each other, both killed in the middle of it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from datetime import timedelta

from service import db
from service.clock import Clock
from service.voice.counting import recount
from service.voice.people import open_contact
from tests.service.voice.signers import Signers, new_petition

TOGETHER = 20


async def started(signers: Signers, name: str) -> Process:
    settings = signers.services.settings
    module = "tests.service.voice.signing_process"
    arguments = (settings.database_url, str(settings.storage), str(signers.petition), name)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=PIPE
    )


async def acknowledged(process: Process, least: int) -> set[str]:
    """The signatures that a process said are confirmed, until it is killed after so many."""
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _line in range(least)]
    process.kill()
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


async def test_killed_processes_lose_no_signature_and_count_none_twice(
    signers: Signers, ticking: Clock
) -> None:
    signers.petition = await new_petition(
        signers.services, ticking.now() + timedelta(days=30), threshold=10**6
    )
    both = [await started(signers, name) for name in ("ada", "bob")]
    said = set().union(*await asyncio.gather(*(acknowledged(each, TOGETHER) for each in both)))
    living = signers.at(ticking)
    counted = await living.counted()
    assert await living.three_counts() == (counted,) * 3
    assert await recount(living.services) == []
    assert counted >= len(said) >= 2 * TOGETHER
    assert said <= await confirmed(living)


async def confirmed(signers: Signers) -> set[str]:
    rows = await db.fetch(
        "select id, contact from voice_signatures where petition = ? and state = 'confirmed'",
        signers.petition,
    )
    ring = signers.services.keyring
    return {open_contact(ring, row["id"], row["contact"]).mail for row in rows}
