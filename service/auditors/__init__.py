"""Pages of auditors: the log, found by application, person or day, and whether it is whole."""

from __future__ import annotations

from starlette.routing import Route

from service.auditors import log

routes: list[Route] = [
    Route("/staff/audit", log.log_page, name="staff.audit"),
    Route("/staff/audit", log.searched, methods=["POST"], name="staff.audit.search"),
    Route("/staff/audit.csv", log.exported, methods=["POST"], name="staff.audit.csv"),
]
