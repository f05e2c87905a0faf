"""Who works here: the accounts of the city or of one agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service import db
from service.actions.accounts import Account

if TYPE_CHECKING:
    from service.actions.accounts import Office

COLUMNS = "id, mail, name, role, agency, active"


async def all_accounts(office: Office) -> list[Account]:
    """Every account, the city's own first; for the command line."""
    rows = await db.fetch(f"select {COLUMNS} from staff_accounts order by created_at, id")
    found = [_account(office, row) for row in rows]
    return sorted(found, key=lambda each: (each.agency or "", each.role, each.mail))


async def colleagues(office: Office, agency: str) -> list[Account]:
    """The active accounts of one agency, by name."""
    rows = await db.fetch(
        f"select {COLUMNS} from staff_accounts where agency = ? and active = ?",
        agency,
        True,
    )
    return sorted((_account(office, row) for row in rows), key=lambda each: each.name.casefold())


def _account(office: Office, row: db.Row) -> Account:
    def opened(column: str) -> str:
        return office.keyring.open(
            row[column], table="staff_accounts", column=column, row_id=row["id"]
        ).decode()

    mail = opened("mail")
    name = opened("name") if row["name"] is not None else mail
    return Account(row["id"], mail, name, row["role"], row["agency"], row["active"])
