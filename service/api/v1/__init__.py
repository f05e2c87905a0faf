"""Version 1 of the interface for agencies, partners and anyone who reads public data."""

from __future__ import annotations

from starlette.routing import Route

from service.api.v1.operations import OPERATIONS

routes: list[Route] = [
    Route(each.path, each.endpoint, methods=[each.method], name=each.name) for each in OPERATIONS
]
