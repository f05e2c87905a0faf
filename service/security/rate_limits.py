"""How often one may try: fixed windows, counted in the database that all processes share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service import db
from service.errors import TooMany, Unavailable
from service.gathering import RUSH, Gathering
from service.ids import time_ordered_id
from service.security.blind_index import blind_index

if TYPE_CHECKING:
    from service.services import Services

MINUTE, HOUR, DAY = 60, 3_600, 86_400
EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """`tries` in each window of `seconds`. Where the count cannot be kept, a check of who somebody
    is stays shut, and handing an application in stays open."""

    name: str
    tries: int
    seconds: int
    fails_open: bool = False


# One sign-in meets three limits: the account's, the network's and everybody's.
SIGN_IN_ACCOUNT = Limit("sign-in/account", 10, 15 * MINUTE)
SIGN_IN_NETWORK = Limit("sign-in/network", 30, 15 * MINUTE)
SIGN_IN_EVERYBODY = Limit("sign-in/everybody", 1_000, 5 * MINUTE)
# Wrong secrets. They close the secret's way in only, never the link's.
SECRET_REFERENCE = Limit("secret/reference", 5, 15 * MINUTE)
SECRET_REFERENCE_DAY = Limit("secret/reference-day", 20, DAY)
SECRET_NETWORK = Limit("secret/network", 30, HOUR)
SECRET_EVERYBODY = Limit("secret/everybody", 2_000, HOUR)
# Links sent by mail or text: each costs somebody else's inbox.
LINK_REFERENCE = Limit("link/reference", 3, HOUR)
LINK_NETWORK = Limit("link/network", 20, HOUR)
LINK_EVERYBODY = Limit("link/everybody", 2_000, HOUR)
LINK_OPENED_NETWORK = Limit("link-opened/network", 60, HOUR)
# Changes asked for after sending: each writes to the old contact.
CHANGE_ASKED = Limit("change/application", 10, DAY)
# Numbers for one visit that one worker makes at the desk.
GIVEN_ACCOUNT = Limit("given/account", 20, DAY)
# Beginning and sending: a library or a shelter is one network.
BEGIN_NETWORK = Limit("begin/network", 200, HOUR, fails_open=True)
SEND_NETWORK = Limit("send/network", 200, HOUR, fails_open=True)
# Only households so large that each one costs what a hundred usual ones do.
LARGE_SCREENING_NETWORK = Limit("screening/large", 60, HOUR, fails_open=True)
# The fewest answers behind each result cost some ten times what all of them do.
FEWEST_SCREENING_NETWORK = Limit("screening/fewest", 600, HOUR, fails_open=True)
# Notes about this service: a person reads each of them.
FEEDBACK_NETWORK = Limit("feedback/network", 40, HOUR)
FEEDBACK_EVERYBODY = Limit("feedback/everybody", 1_000, HOUR)
UNKNOWN_KEY = Limit("key/network", 60, 5 * MINUTE)

COUNT = """
INSERT INTO rate_limits (id, bucket, window_start, count) {tries}
ON CONFLICT (bucket, window_start) DO UPDATE SET count = rate_limits.count + excluded.count
RETURNING bucket, window_start, count
"""
# Arrays make one statement of any number of rows; SQLite has none, and plans in no time.
ARRAYS = COUNT.format(tries="SELECT * FROM unnest(?::uuid[], ?::text[], ?::bigint[], ?::int[])")

Try = tuple[str, int]


async def limit(services: Services, rule: Limit, identity: str, now: datetime) -> None:
    """Count one try. Raises TooMany with the seconds until the window ends."""
    start = window(rule, now)
    try:
        count = await _counting((bucket(services, rule, identity), start))
    except db.DatabaseUnavailable:
        if rule.fails_open:
            return
        raise Unavailable from None
    if count > rule.tries:
        raise TooMany(start + rule.seconds - int(now.timestamp()))


async def _count_all(tries: Sequence[Try]) -> Sequence[int]:
    """All of them in one commit: at a rush a commit for each would be most of the work. In the
    order of their buckets, so that two processes never wait for each other in a ring."""
    wanted = Counter(tries)
    rows = [(time_ordered_id(), *each, wanted[each]) for each in sorted(wanted)]
    if db.dialect() == "postgres":
        told = await db.fetch(ARRAYS, *(list(column) for column in zip(*rows, strict=True)))
    else:
        values = "VALUES " + ", ".join(["(?, ?, ?, ?)"] * len(rows))
        told = await db.fetch(COUNT.format(tries=values), *(one for row in rows for one in row))
    last = {(row["bucket"], row["window_start"]): row["count"] for row in told}
    before = {each: last[each] - number for each, number in wanted.items()}
    counts = []
    for each in tries:
        before[each] += 1
        counts.append(before[each])
    return counts


_counting: Gathering[Try, int] = Gathering(_count_all, RUSH)


async def forgive(services: Services, rule: Limit, identity: str, now: datetime) -> None:
    """Take back the tries of this window, after one that was right."""
    await db.execute(
        "DELETE FROM rate_limits WHERE bucket = ? AND window_start = ?",
        bucket(services, rule, identity),
        window(rule, now),
    )


async def unsay(services: Services, rule: Limit, identity: str, now: datetime) -> None:
    """Take back this one try, which was right, and leave those of others who share the count."""
    await db.execute(
        "UPDATE rate_limits SET count = count - 1 WHERE bucket = ? AND window_start = ?",
        bucket(services, rule, identity),
        window(rule, now),
    )


def window(rule: Limit, now: datetime) -> int:
    seconds = int(now.timestamp())
    return seconds - seconds % rule.seconds


def bucket(services: Services, rule: Limit, identity: str) -> str:
    """A keyed hash: nobody reads addresses or accounts out of the table."""
    return blind_index(services.keyring, "rate-limit", f"{rule.name}|{identity}")
