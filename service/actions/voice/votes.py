"""A vote until its close: opened with its rule frozen, words mended, turnout, closed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.publishing import Files, publish_closing, publish_opening
from petitions.protocol.sealing import leaf
from petitions.protocol.spec import Option, VoteSpec, tie_commitment
from service import db
from service.actions.voice.vote_drafts import (
    BUDGETS,
    CHANGED,
    SEVERAL,
    Draft,
    depth_of,
    faults_of,
    option_ids,
)
from service.actor import Actor
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid
from service.i18n import _
from service.ids import time_ordered_id
from service.queries.voice.votes import WORDS_KIND, VoteRecord, vote_by_id
from service.voice.mixing import forget_old_copies, hold_vote, mix, mix_due
from service.voice.vote_keys import (
    VoteKey,
    destroy_key,
    destroy_tie_secret,
    make_key,
    make_tie_secret,
    read_key,
)

if TYPE_CHECKING:
    from service.services import Services

TURNOUT_STEP = 20
NOT_OPEN = _("This vote is not open.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A vote that was just opened. The hash is what people hold on to."""

    vote: UUID
    number: int
    spec_hash: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The list of ballots is fixed."""

    vote: UUID
    leaves: int
    dispute_until: datetime


# ---- opening ------------------------------------------------------------------------------------


async def open_vote(
    services: Services, actor: Actor, vote: UUID, revision: int, now: datetime
) -> Opened:
    """Freeze the rule and take ballots from now on. The keys are made first: a vote that is open
    has them. Raises Invalid or Conflict, and then nothing stays."""
    record = await vote_by_id(vote)
    if record.state != "draft" or record.revision != revision:
        raise Conflict("newer_version", CHANGED)
    draft = Draft.parse(record.spec_text)
    faults = list(faults_of(draft, now))
    if draft.identifier not in services.voice.tiers:
        text = _("This city has not switched this way to be one person on.")
        faults.append(Fault("/identifier", "not_switched_on", text))
    if faults:
        raise Invalid(faults)
    try:
        key = make_key(services.settings, vote)
        secret = make_tie_secret(services.settings, vote)
    except FileExistsError:  # somebody is opening it at this moment, or did and was stopped
        raise Conflict("newer_version", CHANGED) from None
    try:
        spec = frozen(record.id, draft, key, tie_commitment(secret), now)
        number = await _open(actor, record, draft, spec, now)
    except BaseException:
        destroy_key(services.settings, vote)
        destroy_tie_secret(services.settings, vote)
        raise
    return Opened(vote, number, spec.hash)


def frozen(vote: UUID, draft: Draft, key: VoteKey, commitment: str, now: datetime) -> VoteSpec:
    """The rule as it is hashed. Raises Invalid for what no vote can be."""
    try:
        return VoteSpec(
            vote=str(vote),
            question=draft.question["en"].strip(),
            options=tuple(
                Option(id, option.words["en"].strip(), option.cost)
                for id, option in zip(option_ids(draft), draft.options, strict=True)
            ),
            method=draft.method,
            mode=draft.mode,
            identifier=draft.identifier,
            tier=draft.tier,
            electorate=draft.electorate.strip(),
            opens_at=written(now),
            closes_at=written(datetime.fromisoformat(draft.closes_at)),
            trustee_key=draft.trustee_key,
            signing_key=key.signing.public_key().public_bytes_raw().hex(),
            tie_commitment=commitment,
            seats=draft.seats if draft.method in SEVERAL else 1,
            completion=draft.completion if draft.method == "equal-shares" else "none",
            budget=draft.budget if draft.method in BUDGETS else 0,
            rank_depth=depth_of(draft),
            highest=draft.highest,
            dispute_hours=draft.dispute_hours,
            pairs=min(draft.pairs, depth_of(draft)) if draft.method == "pairwise" else 0,
        )
    except NotWhatItSays as refused:
        raise Invalid([Fault("/options", "spec", str(refused))]) from None


def written(moment: datetime) -> str:
    """As the published files write times."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


async def _open(
    actor: Actor, record: VoteRecord, draft: Draft, spec: VoteSpec, now: datetime
) -> int:
    text = spec.text().decode()
    async with unit_of_work(actor, "vote.opened", record.id, now) as work:
        rows = await db.fetch(
            "update voice_votes set state = 'open', revision = revision + 1, spec = ?,"
            " spec_hash = ?, opens_at = ?, closes_at = ?,"
            " number = (select coalesce(max(number), 0) + 1 from voice_votes)"
            " where id = ? and state = 'draft' and revision = ? returning number",
            text,
            spec.hash,
            now,
            datetime.fromisoformat(spec.closes_at.replace("Z", "+00:00")),
            record.id,
            record.revision,
        )
        if not rows:
            raise Conflict("newer_version", CHANGED)
        await publish(record.id, publish_opening(spec), now)
        for language, key, words in _translations(draft, spec):
            await note(record.id, WORDS_KIND, now, _word(language, key, "", words))
        work.detail["spec"] = spec.hash
    return int(rows[0]["number"])


def _translations(draft: Draft, spec: VoteSpec) -> Iterable[tuple[str, str, str]]:
    for language, words in draft.question.items():
        if language != "en" and words.strip():
            yield language, "question", words.strip()
    for option, written in zip(spec.options, draft.options, strict=True):
        for language, words in written.words.items():
            if language != "en" and words.strip():
                yield language, f"option:{option.id}", words.strip()


def _word(language: str, key: str, before: str, after: str) -> dict[str, str]:
    return {"language": language, "key": key, "before": before, "after": after}


async def publish(vote: UUID, files: Files, now: datetime) -> None:
    """Inside a unit of work. A file that is published stays as it is."""
    for name, body in files.items():
        await db.execute(
            "insert into voice_publications (id, vote, name, body, at) values (?, ?, ?, ?, ?)",
            time_ordered_id(),
            vote,
            name,
            body.decode(),
            now,
        )


async def note(vote: UUID, kind: str, now: datetime, detail: Mapping[str, Any]) -> None:
    """Inside a unit of work: something about the vote that anyone may read."""
    await db.execute(
        "insert into voice_events (id, subject, kind, at, public, detail)"
        " values (?, ?, ?, ?, true, ?)",
        time_ordered_id(),
        vote,
        kind,
        now,
        json.dumps(dict(detail), ensure_ascii=False, sort_keys=True),
    )


async def mend_words(
    actor: Actor, vote: UUID, language: str, key: str, words: str, now: datetime
) -> None:
    """Mend a typing error after the opening, in public. The frozen rule keeps what it said. Raises
    Invalid for words that say something else."""
    record = await vote_by_id(vote)
    if record.state not in ("open", "disputed", "reduced"):
        raise Conflict("not_open", NOT_OPEN)
    keys = ["question", *(f"option:{one.id}" for one in record.spec.options)]
    if key not in keys:
        raise Invalid([Fault("/key", "key", _("Choose what to mend."))])
    before = (
        record.question(language)
        if key == "question"
        else record.option(language, key.removeprefix("option:"))
    )
    after = " ".join(words.split())
    if not is_typing_error(before, after):
        text = _("Only a typing error can be mended: a few letters, no other words.")
        raise Invalid([Fault("/words", "not_a_typing_error", text)])
    async with unit_of_work(actor, "vote.words_mended", vote, now, detail={"key": key}):
        await note(vote, WORDS_KIND, now, _word(language, key, before, after))


def is_typing_error(before: str, after: str) -> bool:
    """At most two letters changed in each word, no number changed, and no word more or less."""
    old, new = before.split(), after.split()
    if len(old) != len(new) or before == after:
        return False
    return all(a == b or _near(a.casefold(), b.casefold()) for a, b in zip(old, new, strict=True))


def _near(a: str, b: str) -> bool:
    if any(one.isdigit() for one in a + b) or min(len(a), len(b)) < 4:
        return a == b
    row = list(range(len(b) + 1))
    for at, letter in enumerate(a, 1):
        last, row[0] = row[0], at
        for place, other in enumerate(b, 1):
            step = min(row[place] + 1, row[place - 1] + 1, last + (letter != other))
            last, row[place] = row[place], step
    return row[-1] <= 2


# ---- turnout and close --------------------------------------------------------------------------


async def close_vote(services: Services, vote: UUID, now: datetime) -> Closed:
    """Fix the list of ballots, once the database's clock is past the time. Nobody can close it
    earlier: the time is part of the rule. Raises Conflict."""
    record = await vote_by_id(vote)
    if record.state != "open":
        raise Conflict("not_open", NOT_OPEN)
    spec, key = record.spec, read_key(services.settings, vote)
    clock, hours = services.clock, timedelta(hours=spec.dispute_hours)
    until = clock.later_sql(db.dialect(), hours)
    async with unit_of_work(Actor.SYSTEM, "vote.closed", vote, now) as work:
        await hold_vote(vote, alone=True)
        rows = await db.fetch(
            f"update voice_votes set state = 'disputed', dispute_until = {until},"
            f" turnout = (select count(*) from voice_roll where vote = ?), turnout_on = ?"
            f" where id = ? and state = 'open' and closes_at <= {db.now_sql(clock)}"
            f" returning dispute_until, turnout",
            vote,
            now.date(),
            vote,
        )
        if not rows:
            raise Conflict("too_early", _("This vote is open until its closing time."))
        await mix(vote)
        box = await db.fetch("select sealed from voice_box where vote = ? order by s_hash", vote)
        leaves = sorted(leaf(bytes(row["sealed"])) for row in box)
        files = publish_closing(spec, leaves, written(now), key.signing)
        await publish(vote, files, now)
        work.detail["leaves"] = len(leaves)
    await forget_old_copies()
    return Closed(vote, len(leaves), rows[0]["dispute_until"])


async def publish_turnout(services: Services, now: datetime) -> None:
    """Once a day and vote, and only in steps: one more voter never shows."""
    day = services.city.calendar.day_of(now)
    rows = await db.fetch(
        "select v.id, v.turnout, count(r.p_hash) as voted from voice_votes v"
        " join voice_roll r on r.vote = v.id where v.state = 'open'"
        " and (v.turnout_on is null or v.turnout_on < ?) group by v.id, v.turnout",
        day,
    )
    for row in rows:
        step = row["voted"] - row["voted"] % TURNOUT_STEP
        if step > row["turnout"]:
            await db.execute(
                "update voice_votes set turnout = ?, turnout_on = ? where id = ?"
                " and state = 'open'",
                step,
                day,
                row["id"],
            )


async def tend(services: Services) -> None:
    """What comes round by the clock: mixing, turnout, and closing what is due."""
    now = services.clock.now()
    await mix_due()
    await publish_turnout(services, now)
    due = await db.fetch(
        f"select id from voice_votes where state = 'open'"
        f" and closes_at <= {db.now_sql(services.clock)}"
    )
    for row in due:
        await close_vote(services, row["id"], now)
