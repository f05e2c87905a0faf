"""Staff accounts: made, given a password, signed in to, changed and closed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.security.blind_index import blind_index, blind_indexes, normal_mail
from service.security.sessions import end_all, open_session

if TYPE_CHECKING:
    from service.city import City
    from service.security.keyring import Keyring
    from service.security.passwords import Passwords

AGENCY_ROLES = frozenset({"caseworker", "supervisor"})
CITY_ROLES = frozenset({"moderator", "leader", "officer", "auditor", "admin"})
ROLES = AGENCY_ROLES | CITY_ROLES
DOOR = "staff"
PASSWORD_KEPT_BY = {"table": "staff_accounts", "column": "password_hash"}
# NIST SP 800-63B-4: a password that stands alone has 15 letters; long ones are taken whole.
SHORTEST, LONGEST = 15, 200
# A password made by somebody else has no letters that are read wrongly, and ends by itself.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
ONE_TIME_LENGTH = 20
ONE_TIME_KEPT = timedelta(hours=24)
SAFE_MAIL = 254
INSERT = """
insert into staff_accounts
  (id, mail, mail_index, name, password_hash, password_until, role, agency, active, created_at)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (mail_index) do nothing
"""
KNOWN = "id, mail, role, agency, active, password_hash, password_until"
OWN = _("This is your own account. Another administrator can change it.")
TOO_SHORT = _("Choose a password of at least {n} letters.")
TOO_EASY = _("That password is easy to guess. Choose another one.")


class Office(Protocol):
    """The part of the services that accounts need; the command line loads no more than this."""

    @property
    def city(self) -> City: ...

    @property
    def keyring(self) -> Keyring: ...

    @property
    def passwords(self) -> Passwords: ...


@dataclass(frozen=True, slots=True)
class Account:
    """One account as the lists show it. `second`: it has an authenticator app. A mail that no
    key opens any more is empty."""

    id: UUID
    mail: str
    name: str
    role: str
    agency: str | None
    active: bool
    second: bool = False


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose mail and password are right. `once`: it may only choose a password."""

    account: UUID
    role: str
    agency: str | None
    once: bool

    @property
    def actor(self) -> Actor:
        return Actor(self.role, str(self.account), self.agency, self.account)


def one_time_password() -> str:
    """About 98 random bits in groups of five, easy to read out."""
    letters = "".join(secrets.choice(LETTERS) for _each in range(ONE_TIME_LENGTH))
    return "-".join(letters[start : start + 5] for start in range(0, ONE_TIME_LENGTH, 5))


async def create_account(
    office: Office,
    actor: Actor,
    mail: str,
    role: str,
    agency: str | None,
    password: str,
    now: datetime,
    *,
    name: str = "",
    until: datetime | None = None,
) -> UUID:
    """A new account; with `until` its password only opens the choice of another one.

    Raises Invalid for a role and agency that do not go together or a mail that is none, and
    Conflict(`account_exists`) for a mail that has an account.
    """
    check_place(office, role, agency)
    plain = mail.strip()
    if "@" not in plain or len(plain) > SAFE_MAIL or not plain.isprintable() or " " in plain:
        raise Invalid([Fault("/mail", "mail", "Give a mail address.")])
    account, keyring = time_ordered_id(), office.keyring
    hashed = await office.passwords.hash(password, row_id=account, **PASSWORD_KEPT_BY)

    def seal(column: str, text: str) -> bytes:
        return keyring.seal(text.encode(), table="staff_accounts", column=column, row_id=account)

    async with unit_of_work(actor, "account.created", account, now, agency=agency) as work:
        added = await db.execute(
            INSERT,
            account,
            seal("mail", plain),
            blind_index(keyring, "mail", normal_mail(plain)),
            seal("name", name) if name else None,
            hashed,
            until,
            role,
            agency,
            True,
            now,
        )
        if added != 1:
            raise Conflict("account_exists", "This mail has an account.")
        work.detail["role"] = role
    return account


async def prove(office: Office, mail: str, password: str, now: datetime) -> Proven | None:
    """The account of a right mail and password; None for anything else, in the same time."""
    row = await _by_mail(office, mail)
    stored = row["password_hash"] if row is not None and row["active"] else None
    right = await office.passwords.verify(
        stored, password, row_id=row["id"] if row is not None else None, **PASSWORD_KEPT_BY
    )
    if not right or row is None:
        return None
    until = row["password_until"]
    if until is not None and until <= now:
        return None
    return Proven(row["id"], row["role"], row["agency"], until is not None)


async def sign_in(proven: Proven, now: datetime) -> str:
    """Open a session for an account that needs no second step; its token."""
    async with unit_of_work(proven.actor, "account.signed_in", proven.account, now):
        token, _session = await open_session(DOOR, proven.account, "password", now)
    return token


async def choose_password(
    office: Office, proven: Proven, mail: str, chosen: str, now: datetime
) -> None:
    """Make this the account's own password and end every session that stood on the old one.

    Raises Invalid for one that is too short or easy to guess.
    """
    check_password(chosen, mail)
    action = "account.password_chosen"
    await _set_password(office, proven.actor, proven.account, chosen, None, now, action)


async def reset_password(
    office: Office, actor: Actor, whose: str | UUID, password: str, now: datetime
) -> None:
    """Put a one-time password in place of the old one. Raises NotFound without an account."""
    row = await find_account(office, whose)
    until = now + ONE_TIME_KEPT
    await _set_password(office, actor, row["id"], password, until, now, "account.password_reset")


async def close_account(office: Office, actor: Actor, whose: str | UUID, now: datetime) -> int:
    """Suspend an account and end its sessions; how many there were. Raises NotFound, and
    Conflict(`own_account`) for one's own."""
    row = await find_account(office, whose)
    _not_ones_own(actor, row["id"])
    async with unit_of_work(actor, "account.closed", row["id"], now, agency=row["agency"]):
        await db.execute("update staff_accounts set active = ? where id = ?", False, row["id"])
        await db.execute("update referrals set assigned_to = null where assigned_to = ?", row["id"])
        return await end_all(row["id"], DOOR)


async def open_account(office: Office, actor: Actor, whose: str | UUID, now: datetime) -> None:
    """Let a closed account in again, with the password it had. Raises NotFound, and Invalid where
    its agency is no longer one of the city's."""
    row = await find_account(office, whose)
    check_place(office, row["role"], row["agency"])
    async with unit_of_work(actor, "account.opened", row["id"], now, agency=row["agency"]):
        await db.execute("update staff_accounts set active = ? where id = ?", True, row["id"])


async def change_role(
    office: Office, actor: Actor, whose: str | UUID, role: str, agency: str | None, now: datetime
) -> int:
    """Give an account another role or agency; its sessions end. Raises NotFound and Invalid, and
    Conflict(`own_account`) for one's own: somebody must stay to undo it."""
    check_place(office, role, agency)
    row = await find_account(office, whose)
    _not_ones_own(actor, row["id"])
    async with unit_of_work(actor, "account.role_changed", row["id"], now, agency=agency) as work:
        await db.execute(
            "update staff_accounts set role = ?, agency = ? where id = ?", role, agency, row["id"]
        )
        if agency != row["agency"]:
            await db.execute(
                "update referrals set assigned_to = null where assigned_to = ?", row["id"]
            )
        work.detail["role"] = role
        return await end_all(row["id"], DOOR)


def check_place(office: Office, role: str, agency: str | None) -> None:
    """Raises Invalid unless the role belongs to an agency and has a known one, or to the city."""
    if role not in ROLES:
        words = f"The roles are {', '.join(sorted(ROLES))}."
        raise Invalid([Fault("/role", "unknown_role", words)])
    if role in AGENCY_ROLES and agency not in office.city.agencies:
        known = ", ".join(sorted(office.city.agencies))
        raise Invalid([Fault("/agency", "unknown_agency", f"The agencies are {known}.")])
    if role in CITY_ROLES and agency is not None:
        raise Invalid([Fault("/agency", "no_agency", f"A {role} belongs to no agency.")])


def check_password(chosen: str, mail: str) -> None:
    """Length counts, and what anybody would try first is refused; nothing else is asked."""
    if not SHORTEST <= len(chosen) <= LONGEST:
        raise Invalid([Fault("/password", "length", TOO_SHORT)])
    plain = "".join(letter for letter in chosen.casefold() if letter.isalnum())
    name = "".join(letter for letter in mail.partition("@")[0].casefold() if letter.isalnum())
    told = plain.replace(name, "") if len(name) > 3 else plain
    for word in ("password", "threshold", "welcome", "caseworker", "qwertyuiop", "1234567890"):
        told = told.replace(word, "")
    if len(set(plain)) < 6 or len(told) < SHORTEST // 2:
        raise Invalid([Fault("/password", "easy", TOO_EASY)])


async def _set_password(
    office: Office,
    actor: Actor,
    account: UUID,
    password: str,
    until: datetime | None,
    now: datetime,
    action: str,
) -> None:
    hashed = await office.passwords.hash(password, row_id=account, **PASSWORD_KEPT_BY)
    async with unit_of_work(actor, action, account, now):
        await db.execute(
            "update staff_accounts set password_hash = ?, password_until = ? where id = ?",
            hashed,
            until,
            account,
        )
        # A secret that was only offered may have been seen by whoever had the old password.
        await db.execute(
            "delete from second_factors where account = ? and confirmed_at is null", account
        )
        await end_all(account, DOOR)


def _not_ones_own(actor: Actor, account: UUID) -> None:
    if actor.account == account:
        raise Conflict("own_account", OWN)


async def find_account(office: Office, whose: str | UUID) -> db.Row:
    """The row behind a mail address or an id. Raises NotFound."""
    row = await (by_id(whose) if isinstance(whose, UUID) else _by_mail(office, whose))
    if row is None:
        raise NotFound
    return row


async def by_id(account: UUID) -> db.Row | None:
    return await db.fetch_one(f"select {KNOWN} from staff_accounts where id = ?", account)


async def _by_mail(office: Office, mail: str) -> db.Row | None:
    """The account of a mail address, under whichever key of the ring it was stored."""
    indexes = blind_indexes(office.keyring, "mail", normal_mail(mail[:SAFE_MAIL]))
    return await db.fetch_one(
        f"select {KNOWN} from staff_accounts where mail_index in ({db.marks(indexes)})",
        *indexes,
    )
