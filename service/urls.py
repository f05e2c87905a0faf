"""Every URL, grouped by audience; each package lists its own routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import caseworker, health, leaders, public, resident, static_files
from service.api import v1

if TYPE_CHECKING:
    from starlette.routing import Route

routes: list[Route] = [
    *resident.routes,  # /benefits/…: the form, sending, status
    *v1.routes,  # /api/v1/… and /openapi.json: agencies, partners, machines
    *caseworker.routes,  # /staff/…: sign-in, queue, cases
    *leaders.routes,  # /staff/weekly…: totals
    *public.routes,  # /, /programs, /privacy, /language
    *static_files.routes,
    *health.routes,
]
