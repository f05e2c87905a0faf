"""Version 1 of the interface for agencies, partners and anyone who reads public data."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]
BASE = "/api/v1"

# `operations` describes each of them.
routes: list[Route] = [
    Route(f"{BASE}/programs", page("programs.programs"), name="api.programs"),
    Route(f"{BASE}/petitions", page("petitions.petitions"), name="api.petitions"),
    Route(f"{BASE}/petitions.csv", page("petitions.petitions_csv"), name="api.petitions.csv"),
    Route(f"{BASE}/petitions/{{number}}", page("petitions.petition"), name="api.petition"),
    Route(f"{BASE}/screenings", page("programs.screenings"), methods=POST, name="api.screenings"),
    Route(
        f"{BASE}/applications", page("applications.create"), methods=POST, name="api.applications"
    ),
    Route(
        f"{BASE}/applications/{{reference}}/amendments",
        page("applications.amend"),
        methods=POST,
        name="api.amendments",
    ),
    Route(
        f"{BASE}/referrals/pull", page("referrals.pull"), methods=POST, name="api.referrals.pull"
    ),
    Route(f"{BASE}/referrals/ack", page("referrals.ack"), methods=POST, name="api.referrals.ack"),
    Route(f"{BASE}/referrals/new.csv", page("decisions.new_cases_csv"), name="api.referrals.csv"),
    Route(
        f"{BASE}/referrals/withdrawn", page("referrals.withdrawn"), name="api.referrals.withdrawn"
    ),
    Route(f"{BASE}/referrals/{{id}}", page("referrals.show"), name="api.referral"),
    Route(
        f"{BASE}/referrals/{{id}}/reasons", page("referrals.reasons"), name="api.referral.reasons"
    ),
    Route(
        f"{BASE}/referrals/{{id}}/decision",
        page("referrals.decision"),
        methods=POST,
        name="api.referral.decision",
    ),
    Route(
        f"{BASE}/referrals/{{id}}/requests",
        page("referrals.ask"),
        methods=POST,
        name="api.referral.requests",
    ),
    Route(f"{BASE}/decisions", page("decisions.batch"), methods=POST, name="api.decisions"),
    Route(f"{BASE}/webhook", page("webhook.show"), name="api.webhook"),
    Route(f"{BASE}/webhook", page("webhook.put"), methods=["PUT"], name="api.webhook.set"),
    Route(f"{BASE}/webhook", page("webhook.delete"), methods=["DELETE"], name="api.webhook.remove"),
    Route("/openapi.json", page("operations.openapi"), name="api.openapi"),
]
