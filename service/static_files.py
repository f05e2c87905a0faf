"""Assets from memory: their address holds their hash, so a browser may keep them for ever."""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from service.errors import NotFound
from service.web import web_of

if TYPE_CHECKING:
    from starlette.requests import Request

FOR_EVER = "public, max-age=31536000, immutable"
packed = lru_cache(64)(gzip.compress)


async def asset(request: Request) -> Response:
    """One known file; there is no folder behind this address to wander through."""
    found = web_of(request).assets.by_path.get(request.path_params["path"])
    if found is None:
        raise NotFound
    headers = {
        "Cache-Control": FOR_EVER,
        "Content-Type": found.content_type,
        "Vary": "Accept-Encoding",
    }
    body = found.body
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = packed(body)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers)


routes = [Route("/static/{path:path}", asset, name="static")]
