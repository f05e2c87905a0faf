"""Pages of leaders: totals that name nobody, and what people say of this service."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
routes: list[Route] = [
    Route("/staff/feedback", page("feedback.feedback"), name="staff.feedback"),
    Route(
        "/staff/feedback",
        page("feedback.removed"),
        methods=["POST"],
        name="staff.feedback.remove",
    ),
    Route("/staff/handover", page("handover.handover"), name="staff.handover"),
    Route("/staff/weekly", page("weekly.weekly_page"), name="staff.weekly"),
    Route("/staff/weekly.csv", page("weekly.weekly_csv"), name="staff.weekly.csv"),
]
