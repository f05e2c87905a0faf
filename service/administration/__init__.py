"""Pages of administrators: accounts, keys and addresses, legal holds. No case, and no answer."""

from __future__ import annotations

from starlette.routing import Route

from service.administration import accounts, holds, keys

POST = ["POST"]

routes: list[Route] = [
    Route("/staff/accounts", accounts.accounts, name="staff.accounts"),
    Route("/staff/accounts", accounts.made, methods=POST, name="staff.accounts.make"),
    Route("/staff/accounts/{id}", accounts.one, name="staff.accounts.one"),
    Route("/staff/accounts/{id}", accounts.changed, methods=POST, name="staff.accounts.change"),
    Route("/staff/keys", keys.keys, name="staff.keys"),
    Route("/staff/keys", keys.changed, methods=POST, name="staff.keys.change"),
    Route("/staff/holds", holds.holds, name="staff.holds"),
    Route("/staff/holds", holds.changed, methods=POST, name="staff.holds.change"),
]
