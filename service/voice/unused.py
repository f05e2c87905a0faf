"""Whether nobody has ever asked a city anything, told without reading the modules of voice."""

from __future__ import annotations

from service import db


async def unused() -> bool:
    return not await db.fetch("select 1 as one from voice_petitions limit 1")
