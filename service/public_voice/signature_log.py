"""The public log of signatures, for whoever counts again: heads, leaves, a petition's steps."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, StreamingResponse

from service.body import read_query
from service.queries.voice import petitions as asking
from service.voice.signature_log import every_step, heads, steps_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

# A day of them.
MOST_HEADS = 1_440
DIGITS = 18


async def log_heads(request: Request) -> Response:
    """The latest signed heads; `before` a size, those before it."""
    told = read_query(request).get("before")
    before = int(told) if told.isascii() and told.isdigit() and len(told) <= DIGITS else None
    return JSONResponse({"heads": await heads(MOST_HEADS, before)})


async def log_leaves(_request: Request) -> Response:
    """The hash of every step, a line each, in their order; sent while they are read."""

    async def lines() -> AsyncIterator[bytes]:
        async for part in every_step():
            yield "".join(f"{step.leaf.hex()}\n" for step in part).encode()

    return StreamingResponse(lines(), media_type="text/plain; charset=utf-8")


async def petition_log(request: Request) -> Response:
    """What the leaves of one petition are made of: the sum of its steps is its count."""
    item = await asking.at_address(request.path_params["number"])

    async def lines() -> AsyncIterator[bytes]:
        yield b"petition,step,mark\r\n"
        async for part in steps_of(item.id):
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerows((step.petition, step.step, step.mark) for step in part)
            yield out.getvalue().encode()

    return StreamingResponse(
        lines(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="petition-{item.number}.csv"'},
    )
