"""Rows that several actions write: submissions, referrals, their events, and work for later."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from service import db
from service.ids import time_ordered_id
from service.referrals.states import State

if TYPE_CHECKING:
    from service.audit import Work
    from service.referrals.package import SealedReferral, SealedSubmission
    from service.services import Services

HINT, NOTICE = "referral_hint", "notice"
NOTICE_LANE = "notices"
SUBMISSION = """
insert into submissions
  (id, application_id, number, facts, screening, signature, request_hash, filed_at)
values (?, ?, ?, ?, ?, ?, ?, ?)
"""
REFERRAL_COLUMNS = (
    "id, application_id, program, agency, state, version, acknowledged_version, waiting,"
    " granted, urgent, filed_at, due_on, applicant_index"
)


async def insert_submission(
    application: UUID, number: int, sealed: SealedSubmission, request_hash: str, at: datetime
) -> None:
    """One immutable version of an application."""
    await db.write(
        SUBMISSION,
        sealed.id,
        application,
        number,
        sealed.facts,
        sealed.screening,
        sealed.signature,
        request_hash,
        at,
    )


async def insert_referrals(
    application: UUID, version: int, sealed: Sequence[SealedReferral], at: datetime
) -> None:
    """New referrals, queued, in one statement. A second one for a program is an IntegrityError."""
    values: list[object] = []
    for each in sealed:
        sent = each.sent
        values += [sent.id, application, sent.program, sent.agency, State.QUEUED, version, 0, True]
        values += [each.granted, each.urgent, at, sent.due_on, each.applicant_index]
    places = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(sealed))
    await db.write(f"insert into referrals ({REFERRAL_COLUMNS}) values {places}", *values)


async def insert_events(moves: Iterable[tuple[UUID, State, int]], at: datetime) -> None:
    """Note each move: (referral, the state it reached, its version).

    Two moves of one referral in one action are a microsecond apart, so that their order is told.
    """
    values: list[object] = []
    steps: Counter[UUID] = Counter()
    for referral, state, version in moves:
        moment = at + timedelta(microseconds=steps[referral])
        values += [time_ordered_id(), referral, state, version, moment]
        steps[referral] += 1
    if not values:
        return
    places = ", ".join(["(?, ?, ?, ?, ?)"] * (len(values) // 5))
    await db.write(
        f"insert into referral_events (id, referral_id, state, version, at) values {places}",
        *values,
    )


async def missing_rules(rules: Mapping[str, str]) -> dict[str, str]:
    """Those hashes (with their programs) whose rules are not stored yet."""
    rows = await db.fetch(
        f"select hash from rule_sets where hash in ({db.marks(list(rules))})",
        *rules,
    )
    stored = {row["hash"] for row in rows}
    return {digest: program for digest, program in rules.items() if digest not in stored}


async def insert_rules(services: Services, missing: Mapping[str, str], at: datetime) -> None:
    """Store rules once for each hash; another process may have been first."""
    for digest, program in missing.items():
        source = json.dumps(services.rules.source_of(digest), ensure_ascii=False, sort_keys=True)
        await db.write(
            "insert into rule_sets (hash, program, source, stored_at) values (?, ?, ?, ?)"
            " on conflict (hash) do nothing",
            digest,
            program,
            source,
            at,
        )


async def hinted_agencies(services: Services, agencies: Iterable[str]) -> dict[str, str]:
    """The outbox topic of each agency that is told of new cases; those that only pull are not."""
    wanted = list(dict.fromkeys(agencies))
    rows = await db.fetch(
        f"select agency from agency_endpoints where agency in ({db.marks(wanted)})",
        *wanted,
    )
    topics = {row["agency"]: HINT for row in rows}
    for agency in wanted:
        # An agency that left the city's file still has its cases, and gets no message of them.
        known = services.city.agencies.get(agency)
        if known is not None and known.channel in ("email", "filedrop", "demo"):
            topics[agency] = f"referral_{known.channel}"
    return topics


def tell_agencies(work: Work, topics: Mapping[str, str], subject: UUID, version: int) -> None:
    """One row an agency: there is something new to fetch, and nothing else."""
    for agency, topic in topics.items():
        work.later(
            topic, f"agency/{agency}", f"{topic}:{agency}:{subject}:{version}", {"agency": agency}
        )


def tell_resident(
    work: Work, application: UUID, kind: str, occasion: object, referral: UUID | None = None
) -> None:
    """A notice to the resident. `occasion` makes it one for each thing that happened."""
    payload = {"application": str(application), "kind": kind}
    if referral is not None:
        payload["referral"] = str(referral)
    work.later(NOTICE, NOTICE_LANE, f"notice:{kind}:{occasion}", payload)
