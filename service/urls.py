"""Every URL, grouped by audience; each package lists its own routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import (
    administration,
    auditors,
    caseworker,
    health,
    leaders,
    public,
    public_voice,
    resident,
    static_files,
    voice_desk,
)
from service.api import v1

if TYPE_CHECKING:
    from starlette.routing import Route

routes: list[Route] = [
    *resident.routes,  # /benefits/…: the form, sending, status
    *v1.routes,  # /api/v1/… and /openapi.json: agencies, partners, machines
    *caseworker.routes,  # /staff/…: sign-in, queue, cases
    *administration.routes,  # /staff/accounts, /staff/keys, /staff/holds
    *auditors.routes,  # /staff/audit…: the log
    *leaders.routes,  # /staff/weekly…: totals
    *voice_desk.routes,  # /staff/voice…: petitions, questions and votes in order
    *public.routes,  # /, /programs, /privacy, /language
    *public_voice.routes,  # /voice/…: petitions
    *static_files.routes,
    *health.routes,
]
