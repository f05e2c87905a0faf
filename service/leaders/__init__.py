"""Pages of leaders: totals that name nobody."""

from __future__ import annotations

from starlette.routing import Route

from service.leaders.handover import handover
from service.leaders.weekly import weekly_csv, weekly_page

routes: list[Route] = [
    Route("/staff/handover", handover, name="staff.handover"),
    Route("/staff/weekly", weekly_page, name="staff.weekly"),
    Route("/staff/weekly.csv", weekly_csv, name="staff.weekly.csv"),
]
