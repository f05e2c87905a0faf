"""The second step of a sign-in: an authenticator app, and recovery codes for a lost one."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.actions.accounts import DOOR, LETTERS, Proven, by_id
from service.audit import unit_of_work
from service.errors import Conflict
from service.i18n import _
from service.security.keyring import SealBroken
from service.security.sessions import end_all, open_session
from service.security.tokens import token_hash
from service.security.totp import matching_step, new_secret

if TYPE_CHECKING:
    from service.actions.accounts import Office
    from service.actor import Actor

# Ten codes of about 79 random bits: long enough that a plain hash of them gives nothing away.
CODES, CODE_LENGTH = 10, 16
# How long a right password stays good for the second step.
HALF_LIFE = timedelta(minutes=5)
HALF = {"table": "sign_in", "column": "half", "row_id": "second-step"}
ALREADY = _("This account has an authenticator app already.")


@dataclass(frozen=True, slots=True)
class Factor:
    """An account's app. `confirmed`: a code of it was typed once, so sign-in asks for one."""

    secret: bytes
    step: int
    confirmed: bool


async def factor_of(office: Office, account: UUID) -> Factor | None:
    """The app of an account, offered or in use. Raises SealBroken where no key opens it: then
    nobody gets in by leaving it out."""
    row = await db.fetch_one(
        "select secret, step, confirmed_at from second_factors where account = ?", account
    )
    if row is None:
        return None
    secret = office.keyring.open(
        row["secret"], table="second_factors", column="secret", row_id=account
    )
    return Factor(secret, row["step"], row["confirmed_at"] is not None)


async def offer(office: Office, actor: Actor, account: UUID, now: datetime) -> bytes:
    """A secret for somebody's app: the one that is offered already, so that a page that is loaded
    twice does not undo what was typed in. Raises Conflict(`has_factor`)."""
    held = await factor_of(office, account)
    if held is None:
        secret = new_secret()
        sealed = office.keyring.seal(
            secret, table="second_factors", column="secret", row_id=account
        )
        async with unit_of_work(actor, "second_factor.offered", account, now):
            await db.execute(
                "insert into second_factors (account, secret, step, created_at)"
                " values (?, ?, 0, ?) on conflict (account) do nothing",
                account,
                sealed,
                now,
            )
        held = await factor_of(office, account)
    if held is None or held.confirmed:
        raise Conflict("has_factor", ALREADY)
    return held.secret


async def confirm(
    office: Office, actor: Actor, account: UUID, typed: str, now: datetime, true_time: datetime
) -> list[str] | None:
    """Put the offered app in use with its first code: the recovery codes, to be shown once. None
    where the code is not right."""
    held = await factor_of(office, account)
    if held is None or held.confirmed:
        return None
    step = matching_step(held.secret, typed, true_time, held.step)
    if step is None:
        return None
    codes = new_codes()
    async with unit_of_work(actor, "second_factor.set", account, now):
        changed = await db.execute(
            "update second_factors set confirmed_at = ?, step = ?"
            " where account = ? and confirmed_at is null",
            now,
            step,
            account,
        )
        if changed != 1:
            raise Conflict("has_factor", ALREADY)
        await _keep_codes(account, codes)
    return codes


async def sign_in_with_code(
    office: Office, proven: Proven, typed: str, now: datetime, true_time: datetime
) -> str | None:
    """Open a session for a right password and a right code; its token. None for a code that is
    wrong, was used before, or is older than one that was."""
    held = await factor_of(office, proven.account)
    if held is None or not held.confirmed:
        return None
    work = unit_of_work(proven.actor, "account.signed_in", proven.account, now)
    try:
        async with work as noted:
            noted.detail["second"] = await _spend(held, proven.account, typed, now, true_time)
            token, _session = await open_session(DOOR, proven.account, "second", now)
    except _NotRight:
        return None
    return token


async def remove(
    actor: Actor, account: UUID, now: datetime, *, keep_sessions: bool = False
) -> bool:
    """Take the app and its recovery codes away; whether there was one in use."""
    async with unit_of_work(actor, "second_factor.removed", account, now) as work:
        rows = await db.fetch("select confirmed_at from second_factors where account = ?", account)
        await db.execute("delete from second_factors where account = ?", account)
        await db.execute("delete from recovery_codes where account = ?", account)
        if not keep_sessions:
            work.detail["sessions"] = await end_all(account, DOOR)
    return any(row["confirmed_at"] is not None for row in rows)


async def check(
    office: Office, actor: Actor, account: UUID, typed: str, now: datetime, true_time: datetime
) -> bool:
    """Whether somebody who is signed in holds the app now; the code is spent by it."""
    held = await factor_of(office, account)
    if held is None or not held.confirmed:
        return False
    try:
        async with unit_of_work(actor, "second_factor.checked", account, now) as noted:
            noted.detail["second"] = await _spend(held, account, typed, now, true_time)
    except _NotRight:
        return False
    return True


async def renew_codes(actor: Actor, account: UUID, now: datetime) -> list[str]:
    """Ten new recovery codes in place of the old ones, to be shown once."""
    codes = new_codes()
    async with unit_of_work(actor, "recovery_codes.made", account, now):
        await db.execute("delete from recovery_codes where account = ?", account)
        await _keep_codes(account, codes)
    return codes


async def codes_left(account: UUID) -> int:
    row = await db.fetch_one(
        "select count(*) as total from recovery_codes where account = ? and used_at is null",
        account,
    )
    return int(row["total"]) if row else 0


def new_codes() -> list[str]:
    return ["-".join(_letters(4) for _group in range(CODE_LENGTH // 4)) for _code in range(CODES)]


def make_half(office: Office, proven: Proven, password_hash: str, now: datetime) -> str:
    """What the page between password and code carries: whose password was right, and when. Sealed,
    and worth nothing once the password is another one."""
    told = {"account": str(proven.account), "mark": _mark(password_hash), "at": now.timestamp()}
    sealed = office.keyring.seal(json.dumps(told).encode(), **HALF)
    return base64.urlsafe_b64encode(sealed).decode()


async def read_half(office: Office, text: str, now: datetime) -> Proven | None:
    """The account whose password was right a short while ago, if it still is one."""
    try:
        told = json.loads(office.keyring.open(base64.urlsafe_b64decode(text), **HALF))
    except (SealBroken, ValueError):
        return None
    age = now.timestamp() - told["at"]
    row = await by_id(UUID(told["account"]))
    if row is None or not row["active"] or not 0 <= age <= HALF_LIFE.total_seconds():
        return None
    if told["mark"] != _mark(row["password_hash"]) or row["password_until"] is not None:
        return None
    return Proven(row["id"], row["role"], row["agency"], once=False)


class _NotRight(Exception):
    """The code is not right: leave the unit of work without a trace."""


async def _spend(
    held: Factor, account: UUID, typed: str, now: datetime, true_time: datetime
) -> str:
    """Use up a code of the app, or a recovery code; which it was. Raises _NotRight."""
    step = matching_step(held.secret, typed, true_time, held.step)
    if step is not None:
        # Two requests with one code at the same moment: the database lets one through.
        spent = await db.execute(
            "update second_factors set step = ? where account = ? and step < ?"
            " and confirmed_at is not null",
            step,
            account,
            step,
        )
        if spent == 1:
            return "app"
    plain = "".join(letter for letter in typed.casefold() if letter.isalnum())
    if len(plain) == CODE_LENGTH:
        spent = await db.execute(
            "update recovery_codes set used_at = ?"
            " where code_hash = ? and account = ? and used_at is null",
            now,
            token_hash(plain),
            account,
        )
        if spent == 1:
            return "recovery"
    raise _NotRight


async def _keep_codes(account: UUID, codes: list[str]) -> None:
    await db.execute_many(
        "insert into recovery_codes (code_hash, account) values (?, ?)",
        [(token_hash(code.replace("-", "")), account) for code in codes],
    )


def _letters(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _each in range(count))


def _mark(password_hash: str) -> str:
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]
