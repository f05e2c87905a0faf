"""Pages of auditors: the log, found by application, person or day, and whether it is whole."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
routes: list[Route] = [
    Route("/staff/audit", page("log.log_page"), name="staff.audit"),
    Route("/staff/audit", page("log.searched"), methods=["POST"], name="staff.audit.search"),
    Route("/staff/audit.csv", page("log.exported"), methods=["POST"], name="staff.audit.csv"),
]
