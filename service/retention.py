"""Removing what is kept no longer: each table by the retention class of its columns.

A clock that jumped would empty the house. So nothing is removed until this job has seen a whole day
pass in steps of hours: every run leaves a mark, and a gap in the marks starts the day again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from service import db
from service.actor import Actor
from service.audit import unit_of_work

if TYPE_CHECKING:
    from service.services import Services

log = logging.getLogger("threshold.retention")

MARK = "retention.ran"
WATCHED = timedelta(hours=24)
WIDEST_STEP = timedelta(hours=3)

DRAFTS_KEPT = timedelta(days=60)
LEASES_KEPT = timedelta(days=30)
CASES_AT_ONCE = 100
DELIVERIES_KEPT = timedelta(days=90)
FORMS_KEPT = timedelta(hours=4)
LIMITS_KEPT = timedelta(days=2)
UNCONFIRMED_KEPT = timedelta(days=7)
SIGNERS_KEPT = timedelta(days=183)
AUDIT_KEPT = timedelta(days=7 * 365 + 2)
FEEDBACK_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` that `sql` removes once they are `kept` old; its parameter is that moment."""

    table: str
    sql: str
    kept: timedelta


NEVER_OPENED = "closes_at is null and state in ('sponsors', 'refused', 'withdrawn')"

RULES = (
    # A draft's session would open an application that is gone.
    Rule(
        "sessions",
        "delete from sessions where subject in"
        " (select id from applications where state = 'draft' and hold is null and updated_at < ?)",
        DRAFTS_KEPT,
    ),
    Rule(
        "applications",
        "delete from applications where state = 'draft' and hold is null and updated_at < ?",
        DRAFTS_KEPT,
    ),
    # Changes that were begun after sending and never sent.
    Rule(
        "applications",
        "update applications set draft = null"
        " where state <> 'draft' and draft is not null and hold is null and updated_at < ?",
        DRAFTS_KEPT,
    ),
    Rule("sessions", "delete from sessions where expires_at < ?", timedelta()),
    Rule("kept_forms", "delete from kept_forms where kept_at < ?", FORMS_KEPT),
    Rule("return_links", "delete from return_links where expires_at < ?", timedelta(days=1)),
    # A lease's items are the agency's receipts: they go with their case, and the lease after them.
    Rule(
        "leases",
        "delete from leases where expires_at < ?"
        " and not exists (select 1 from lease_items i where i.lease_id = leases.id)",
        LEASES_KEPT,
    ),
    Rule("feedback", "delete from feedback where given_at < ?", FEEDBACK_KEPT),
    Rule("outbox", "delete from outbox where state = 'sent' and done_at < ?", DELIVERIES_KEPT),
    Rule("voice_sessions", "delete from voice_sessions where expires_at < ?", timedelta()),
    Rule(
        "voice_outbox",
        "delete from voice_outbox where state = 'sent' and done_at < ?",
        DELIVERIES_KEPT,
    ),
    Rule(
        "voice_signatures",
        "delete from voice_signatures where state = 'pending' and asked_at < ?",
        UNCONFIRMED_KEPT,
    ),
    # Counts, tiers and areas stay; who it was goes, and with the key what could tell it again.
    Rule(
        "voice_signatures",
        "update voice_signatures set name = null, contact = null, link_hash = null,"
        " network_hash = null, domain_hash = null, follow = false, show_name = false"
        " where (contact is not null or name is not null)"
        " and petition in (select id from voice_petitions where closes_at < ?)",
        SIGNERS_KEPT,
    ),
    Rule(
        "voice_petitions",
        "update voice_petitions set author = null, author_name = '', person_key = null,"
        " author_link_hash = null, sponsor_link_hash = null"
        " where person_key is not null and closes_at < ?",
        SIGNERS_KEPT,
    ),
    # Never opened, so they never close: their author and sponsors go by when they were begun.
    Rule(
        "voice_signatures",
        "update voice_signatures set name = null, contact = null, link_hash = null,"
        " network_hash = null, domain_hash = null, follow = false, show_name = false"
        " where (contact is not null or name is not null) and petition in"
        f" (select id from voice_petitions where {NEVER_OPENED} and created_at < ?)",
        SIGNERS_KEPT,
    ),
    Rule(
        "voice_petitions",
        "update voice_petitions set author = null, author_name = '', person_key = null,"
        " author_link_hash = null, sponsor_link_hash = null"
        f" where person_key is not null and {NEVER_OPENED} and created_at < ?",
        SIGNERS_KEPT,
    ),
    Rule(
        "voice_petitions",
        "delete from voice_petitions where state = 'draft' and created_at < ?",
        DRAFTS_KEPT,
    ),
    Rule(
        "voice_paper_lines",
        "delete from voice_paper_lines where petition in"
        " (select id from voice_petitions where closes_at < ?)",
        SIGNERS_KEPT,
    ),
    # Answers nobody confirmed, and later what was typed beside what was published.
    Rule(
        "voice_replies",
        "delete from voice_replies where state = 'asked' and at < ?",
        UNCONFIRMED_KEPT,
    ),
    Rule(
        "voice_replies",
        "update voice_replies set words = null, person_hash = null"
        " where words is not null and state in ('published', 'refused') and question in"
        " (select id from voice_questions where state = 'published' and closes_at < ?)",
        SIGNERS_KEPT,
    ),
    Rule(
        "voice_questions",
        "update voice_questions set person_key = null"
        " where person_key is not null and state = 'published' and closes_at < ?",
        SIGNERS_KEPT,
    ),
    # The trustees' opening has destroyed both already; this is for a vote that was called off.
    Rule(
        "voice_roll",
        "delete from voice_roll where vote in"
        " (select id from voice_votes where state in ('counted', 'called_off') and closes_at < ?)",
        timedelta(days=1),
    ),
    Rule(
        "voice_homes",
        "delete from voice_homes where vote in"
        " (select id from voice_votes where state in ('counted', 'called_off') and closes_at < ?)",
        timedelta(days=1),
    ),
    Rule(
        "voice_box",
        "delete from voice_box where vote in"
        " (select id from voice_votes where state in ('counted', 'called_off') and closes_at < ?)",
        timedelta(days=1),
    ),
    # The links stay: they hold no more than a hash, and the chain goes on from them.
    Rule("audit_entries", "delete from audit_entries where at < ?", AUDIT_KEPT),
)


# Closed: nothing open, nothing an agency has still to fetch, nothing that happened since.
CLOSED_CASES = """
select a.id from applications a
where a.state <> 'draft' and a.hold is null and a.updated_at < ?
  and not exists (
    select 1 from referrals r where r.application_id = a.id
    and (r.waiting = true or r.state not in ('approved', 'denied', 'withdrawn')))
  and not exists (
    select 1 from referral_events e join referrals r on r.id = e.referral_id
    where r.application_id = a.id and e.at >= ?)
  and not exists (
    select 1 from objections o join referrals r on r.id = o.referral_id
    where r.application_id = a.id and (o.state = 'open' or o.made_at >= ? or o.answered_at >= ?))
order by a.updated_at, a.id limit ?
"""


async def run(services: Services) -> dict[str, int]:
    """One round: leave a mark, and remove what is due when the day before was whole. Says how many
    rows of which table went."""
    now = services.clock.now()
    trusted = await clock_is_trusted(now)
    removed: dict[str, int] = {}
    async with unit_of_work(Actor.SYSTEM, MARK, "database", now) as work:
        if trusted:
            for rule in RULES:
                count = await db.execute(rule.sql, now - rule.kept)
                removed[rule.table] = removed.get(rule.table, 0) + count
            removed["rate_limits"] = await _forget_limits(now)
        work.detail["removed"] = {table: count for table, count in removed.items() if count}
        work.detail["trusted"] = trusted
    if trusted:
        removed["cases"] = await forget_cases(now, services.city.case_months)
    else:
        log.info("retention waits until it has seen a whole day pass")
    return removed


async def forget_cases(now: datetime, months: int) -> int:
    """Remove applications that closed long ago with all that hangs on them, a few at a time; says
    how many. What the audit log says of them stays: ids, codes and counts."""
    before, forgotten = months_before(now, months), 0
    due = (*[before] * 4, CASES_AT_ONCE)
    while await db.fetch(CLOSED_CASES, *due):  # no write lock when there is nothing to do
        async with unit_of_work(Actor.SYSTEM, "retention.cases", "database", now) as work:
            ids = [row["id"] for row in await db.fetch(CLOSED_CASES, *due)]
            listed = db.marks(ids)
            await db.execute(f"delete from sessions where subject in ({listed})", *ids)
            await db.execute(f"delete from idempotency_keys where about in ({listed})", *ids)
            # Everything else of a case refers to its application and goes with it.
            forgotten += await db.execute(f"delete from applications where id in ({listed})", *ids)
            work.detail.update(applications=len(ids), months=months)
    return forgotten


def months_before(now: datetime, months: int) -> datetime:
    """The same moment so many months ago; a day that month lacks counts on into the next."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    first = now.replace(year=year, month=month + 1, day=1)
    return first + timedelta(days=now.day - 1)


async def clock_is_trusted(now: datetime) -> bool:
    """Whether marks stand at most three hours apart all through the last day."""
    rows = await db.fetch(
        "select at from audit_entries where action = ? and at > ? order by at",
        MARK,
        now - WATCHED - WIDEST_STEP,
    )
    marks = [row["at"] for row in rows if row["at"] <= now]
    times = [now - WATCHED, *(mark for mark in marks if mark > now - WATCHED), now]
    started = any(mark <= now - WATCHED for mark in marks)
    return started and all(later - earlier <= WIDEST_STEP for earlier, later in pairwise(times))


async def _forget_limits(now: datetime) -> int:
    oldest = int((now - LIMITS_KEPT).timestamp())
    return await db.execute("delete from rate_limits where window_start < ?", oldest)
