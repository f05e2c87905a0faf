"""Who works here: the accounts of the city or of one agency."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.accounts import Account
from service.security.keyring import SealBroken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.actions.accounts import Office

LIST = """
select a.id, a.mail, a.name, a.role, a.agency, a.active, f.confirmed_at
from staff_accounts a left join second_factors f on f.account = a.id
"""


async def all_accounts(office: Office) -> list[Account]:
    """Every account, the city's own first."""
    rows = await db.fetch(f"{LIST} order by a.created_at, a.id")
    found = [_account(office, row) for row in rows]
    return sorted(found, key=lambda each: (each.agency or "", each.role, each.mail))


async def one_account(office: Office, account: UUID) -> Account | None:
    """One account by its id."""
    row = await db.fetch_one(f"{LIST} where a.id = ?", account)
    return None if row is None else _account(office, row)


async def colleagues(office: Office, agency: str) -> list[Account]:
    """The active accounts of one agency, by name."""
    rows = await db.fetch(f"{LIST} where a.agency = ? and a.active = ?", agency, True)
    found = [_account(office, row) for row in rows]
    return sorted(found, key=lambda each: (each.name.casefold(), each.id))


def _account(office: Office, row: db.Row) -> Account:
    mail = _opened(office, row, "mail")
    name = _opened(office, row, "name") or mail or str(row["id"])[:8]
    second = row["confirmed_at"] is not None
    return Account(row["id"], mail, name, row["role"], row["agency"], row["active"], second)


def _opened(office: Office, row: db.Row, column: str) -> str:
    """The words; empty where there are none, or where no key opens them: one broken value must not
    take the whole list away."""
    if row[column] is None:
        return ""
    try:
        return office.keyring.open(
            row[column], table="staff_accounts", column=column, row_id=row["id"]
        ).decode()
    except SealBroken:
        return ""


async def names_of(office: Office, accounts: Iterable[str]) -> dict[str, str]:
    """The names behind ids of the audit log; an id that is no account's has none."""
    ids = list(dict.fromkeys(each for each in map(_as_uuid, accounts) if each is not None))
    rows = await db.fetch(f"{LIST} where a.id in ({db.marks(ids)})", *ids)
    return {str(row["id"]): _account(office, row).name for row in rows}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
