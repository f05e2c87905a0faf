"""Server-side sessions: a random token in a cookie by path, its SHA-256 in a row we can end."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.security.tokens import new_token, token_hash

if TYPE_CHECKING:
    from starlette.responses import Response

    from service.settings import Settings

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
# Writing "seen" at each request would cost a commit a page; a minute's grain is enough.
SEEN_GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Door:
    """One way in: its cookie and path, how long a session rests and lasts, where to knock."""

    name: str
    cookie: str
    path: str
    idle: timedelta
    absolute: timedelta
    sign_in: str
    # Benefits and voice share no row: nobody can follow a person from one to the other.
    table: str = "sessions"


DOORS = {
    door.name: door
    for door in (
        # A draft has no name or reference at first: a short rest would lose it to its owner.
        Door(
            "benefits",
            "th_benefits",
            "/benefits/",
            timedelta(hours=1),
            timedelta(hours=12),
            "/benefits/return",
        ),
        Door(
            "status",
            "th_status",
            "/benefits/",
            timedelta(minutes=30),
            timedelta(hours=12),
            "/benefits/return",
        ),
        Door(
            "staff",
            "th_staff",
            "/staff/",
            timedelta(minutes=15),
            timedelta(hours=12),
            "/staff/sign-in",
        ),
        Door(
            "voice",
            "th_voice",
            "/voice/",
            timedelta(hours=1),
            timedelta(hours=12),
            "/voice/",
            "voice_sessions",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Session:
    """What a good cookie stands for. `role` and `agency` are the account's own at this moment."""

    token_hash: str
    door: str
    subject: UUID
    proof: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    role: str | None = None
    agency: str | None = None


async def open_session(door: str, subject: UUID, proof: str, now: datetime) -> tuple[str, Session]:
    """A new session under a new token. Open one at each sign-in or step up; never reuse a token."""
    token = new_token()
    session = Session(
        token_hash=token_hash(token),
        door=door,
        subject=subject,
        proof=proof,
        csrf=secrets.token_hex(16),
        created_at=now,
        seen_at=now,
        expires_at=now + DOORS[door].absolute,
    )
    await db.write(
        f"INSERT INTO {db.identifier(DOORS[door].table)}"
        " (token_hash, door, subject, proof, csrf, created_at, seen_at, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        session.token_hash,
        door,
        subject,
        proof,
        session.csrf,
        now,
        now,
        session.expires_at,
    )
    return token, session


# The account is read with the session, so a suspension or another role counts at once.
FIND_STAFF = (
    "SELECT s.token_hash, s.door, s.subject, s.proof, s.csrf, s.created_at, s.seen_at,"
    " s.expires_at, a.role, a.agency FROM sessions s JOIN staff_accounts a ON a.id = s.subject"
    " WHERE s.token_hash = ? AND s.door = ? AND s.expires_at > ? AND s.seen_at > ?"
    " AND a.active = TRUE"
)


async def find_session(token: str, door: str, now: datetime) -> Session | None:
    """The live session of a token at a door, or None; one read, and at most one write a minute."""
    if not TOKEN.fullmatch(token):
        return None
    rows = await db.fetch(
        FIND_STAFF if door == "staff" else _find_sql(door),
        token_hash(token),
        door,
        now,
        now - DOORS[door].idle,
    )
    if not rows:
        return None
    session = Session(**rows[0])
    if now - session.seen_at > SEEN_GRAIN:
        await db.execute(
            f"UPDATE {db.identifier(DOORS[door].table)} SET seen_at = ? WHERE token_hash = ?",
            now,
            session.token_hash,
        )
    return session


@lru_cache(len(DOORS))
def _find_sql(door: str) -> str:
    return (
        "SELECT token_hash, door, subject, proof, csrf, created_at, seen_at, expires_at"
        f" FROM {db.identifier(DOORS[door].table)}"
        " WHERE token_hash = ? AND door = ? AND expires_at > ? AND seen_at > ?"
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose session it was, and the token its forms carried."""

    subject: UUID
    csrf: str


async def ended_session(token: str, door: str) -> Ended | None:
    """The session a token was for, also after it ended by time."""
    if not TOKEN.fullmatch(token):
        return None
    row = await db.fetch_one(
        f"SELECT subject, csrf FROM {db.identifier(DOORS[door].table)}"
        " WHERE token_hash = ? AND door = ?",
        token_hash(token),
        door,
    )
    return None if row is None else Ended(row["subject"], row["csrf"])


async def was_shown(subject: UUID, door: str, csrf: str, now: datetime) -> bool:
    """Whether a form's token is of an earlier session of the same account, not signed out of."""
    rows = await db.fetch(
        f"SELECT token_hash FROM {db.identifier(DOORS[door].table)}"
        " WHERE subject = ? AND door = ? AND csrf = ? AND expires_at > ?",
        subject,
        door,
        csrf,
        now,
    )
    return bool(rows)


def rests_until(session: Session, now: datetime) -> datetime:
    """Until when a page may be left alone. "Seen" is written by the minute: that much less."""
    return min(now + DOORS[session.door].idle - SEEN_GRAIN, session.expires_at)


async def end_session(session: Session) -> None:
    """Log out: the token is worth nothing from now on, in every process."""
    await db.execute(
        f"DELETE FROM {db.identifier(DOORS[session.door].table)} WHERE token_hash = ?",
        session.token_hash,
    )


async def end_others(session: Session) -> None:
    """End the other sessions of the same subject at this door."""
    await db.write(
        f"DELETE FROM {db.identifier(DOORS[session.door].table)}"
        " WHERE subject = ? AND door = ? AND token_hash <> ?",
        session.subject,
        session.door,
        session.token_hash,
    )


async def end_all(subject: UUID, door: str | None = None) -> int:
    """End every session of an application or account, or those of one door; how many there were."""
    if door is None:
        return await db.execute("DELETE FROM sessions WHERE subject = ?", subject)
    return await db.execute(
        f"DELETE FROM {db.identifier(DOORS[door].table)} WHERE subject = ? AND door = ?",
        subject,
        door,
    )


def set_session_cookie(response: Response, door: str, token: str, settings: Settings) -> None:
    """A cookie for this browser session only, sent to its own door and nowhere else."""
    response.set_cookie(
        DOORS[door].cookie,
        token,
        path=DOORS[door].path,
        secure=settings.base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(response: Response, door: str, settings: Settings) -> None:
    """Take the cookie away, and what the browser kept of the pages."""
    response.delete_cookie(
        DOORS[door].cookie,
        path=DOORS[door].path,
        secure=settings.base_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
    response.headers["Clear-Site-Data"] = '"cache"'
