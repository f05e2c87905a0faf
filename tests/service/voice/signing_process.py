"""A process of its own in which many people sign and a follower counts, until it is killed.

python -m tests.service.voice.signing_process URL STORAGE PETITION NAME
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path
from uuid import UUID

from service import db
from service.actions.voice.own_signature import confirm
from service.clock import Clock
from service.services import load_services
from service.voice.counting import count_steps
from tests.service.voice.signers import Signers
from tests.support.databases import settings_for


async def sign_on(url: str, storage: Path, petition: UUID, name: str) -> None:
    settings = settings_for(url, storage)
    signers = Signers(load_services(settings, Clock()), petition)
    await db.open_database(settings)
    try:
        numbers = count()
        follower = asyncio.create_task(follow(signers))
        await asyncio.gather(*(one_by_one(signers, name, numbers) for _place in range(8)))
        await follower
    finally:
        await db.close_database()


async def one_by_one(signers: Signers, name: str, numbers: count[int]) -> None:
    for number in numbers:
        mail = f"{name}{number}@one.example.net"
        await signers.ask(mail, area=str(number % 3 + 1), network=f"10.0.0.{number % 250}")
        await confirm(signers.services, await signers.token_of(mail))
        sys.stdout.write(mail + "\n")
        sys.stdout.flush()


async def follow(signers: Signers) -> None:
    while True:
        await count_steps(signers.services)
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(sign_on(sys.argv[1], Path(sys.argv[2]), UUID(sys.argv[3]), sys.argv[4]))
