"""Pages of administrators: accounts, keys and addresses, legal holds. No case, and no answer."""

from __future__ import annotations

from starlette.routing import Route

from service.later import pages_of

page = pages_of(__name__)
POST = ["POST"]

routes: list[Route] = [
    Route("/staff/accounts", page("accounts.accounts"), name="staff.accounts"),
    Route("/staff/accounts", page("accounts.made"), methods=POST, name="staff.accounts.make"),
    Route("/staff/accounts/{id}", page("accounts.one"), name="staff.accounts.one"),
    Route(
        "/staff/accounts/{id}", page("accounts.changed"), methods=POST, name="staff.accounts.change"
    ),
    Route("/staff/keys", page("keys.keys"), name="staff.keys"),
    Route("/staff/keys", page("keys.changed"), methods=POST, name="staff.keys.change"),
    Route("/staff/holds", page("holds.holds"), name="staff.holds"),
    Route("/staff/holds", page("holds.changed"), methods=POST, name="staff.holds.change"),
]
