"""The bare server every figure stands beside: one Starlette route on the same uvicorn settings."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def hello(request: Request) -> PlainTextResponse:
    """The least a Starlette application can answer."""
    return PlainTextResponse("hello")


app = Starlette(routes=[Route("/", hello)])
