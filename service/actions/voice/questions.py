"""Open questions: asked of everybody, answered in free words, read by people before anybody sees
them, grouped into themes by people with a machine's suggestions, and published with counts."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.results.release import release
from petitions.written import tag_of, without_tricks
from service import db, outbox
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid, NotFound
from service.i18n import _
from service.ids import time_ordered_id
from service.queries.voice.questions import THEMES_TOLD
from service.queries.voice.released import stored_release
from service.security.rate_limits import HOUR, Limit, limit
from service.voice.contacts import MAIL, read_contact
from service.voice.keys import QUESTIONS, new_person_key, open_person_key, person_hash
from service.voice.mail import to_address
from service.voice.moving import add_event

if TYPE_CHECKING:
    from service.actor import Actor
    from service.security.keyring import Keyring
    from service.services import Services

LINK = "/voice/questions/confirm/{token}"
WORDS = {"table": "voice_replies", "column": "words"}
LONGEST_PROMPT, LONGEST_REPLY, LONGEST_TITLE = 200, 1_000, 120
MAC_BYTES = 16
PUBLISHED, REFUSED = "published", "refused"
EMPTY = _("Write something here.")
TOO_LONG = _("This is longer than there is room for.")
PAST = _("Choose a day to come.")
NOT_OPEN = _("This question takes no answers now.")
MOVED = _("Somebody changed this in the meantime. Look at it again.")
UNNAMED = _("Give each group with answers a name first.")
TAKEN_OUT = "[…]"
INSERT = """
insert into voice_replies (id, question, state, language, words, shown, at)
values (?, ?, ?, ?, ?, '', ?)
"""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was typed; without a mail address it is anonymous."""

    text: str
    language: str
    mail: str = ""


# ---- asking -------------------------------------------------------------------------------------


ASKED = "select id from voice_questions where prompt = ? and closes_at = ? and state = 'open'"


async def make_question(
    services: Services, actor: Actor, prompt: Mapping[str, str], closes_at: datetime, now: datetime
) -> UUID:
    """A question in the city's languages, open from now on. The very same one again, as by a second
    tap, is that one. Raises Invalid."""
    words = {code: text.strip() for code, text in prompt.items() if text.strip()}
    if not words or any(len(text) > LONGEST_PROMPT for text in words.values()):
        raise Invalid([Fault("/prompt", "prompt", TOO_LONG if words else EMPTY)])
    told = json.dumps(words, ensure_ascii=False, sort_keys=True)
    if same := await db.fetch_one(ASKED, told, closes_at):
        known: UUID = same["id"]
        return known
    question = time_ordered_id()
    async with unit_of_work(actor, "question.opened", question, now):
        await db.execute(
            "insert into voice_questions"
            " (id, number, state, person_key, prompt, opens_at, closes_at, created_at) values"
            " (?, (select coalesce(max(number), 0) + 1 from voice_questions), 'open', ?, ?, ?, ?,"
            " ?)",
            question,
            new_person_key(services.keyring, question, QUESTIONS),
            told,
            now,
            closes_at,
            now,
        )
    return question


async def publish(actor: Actor, question: UUID, now: datetime) -> None:
    """The themes with their counts, for everybody; answers are not taken any more."""
    async with unit_of_work(actor, "question.published", question, now):
        unnamed = await db.fetch_one(
            "select t.id from voice_themes t where t.question = ? and t.title = '' and exists"
            " (select 1 from voice_replies r where r.theme = t.id)",
            question,
        )
        if unnamed is not None:
            raise Conflict("unnamed", UNNAMED)
        changed = await db.execute(
            "update voice_questions set state = 'published' where id = ? and state = 'open'",
            question,
        )
        if changed != 1:
            raise Conflict("moved_on", MOVED)
        await _tell_counts(question, now)


async def _tell_counts(question: UUID, now: datetime) -> None:
    """How many answers each theme has, small ones together; told once, so that no later change
    says more of them."""
    counts = Counter({"": 0})
    for row in await db.fetch(
        "select theme, count(*) as n from voice_replies where question = ?"
        " and state in ('published', 'redacted') group by theme",
        question,
    ):
        counts[str(row["theme"] or "")] += row["n"]
    detail = stored_release(release(counts))
    await add_event(question, THEMES_TOLD, now, once=True, public=False, detail=detail)


# ---- answering ----------------------------------------------------------------------------------


async def reply(
    services: Services, question: UUID, said: Said, network: str, now: datetime
) -> None:
    """Take an answer. With a mail address it counts once its owner presses the button behind the
    link, in place of what they said before; the page says the same either way. Raises Invalid,
    Conflict and TooMany."""
    text = without_tricks(said.text).strip()
    if not text or len(text) > LONGEST_REPLY:
        raise Invalid([Fault("/text", "text", TOO_LONG if text else EMPTY)])
    key, title = await _open(services, question, said.language)
    tries = Limit("voice-reply/network", services.voice.limits["reply"], HOUR)
    await limit(services, tries, network, now)
    row, person, mails = time_ordered_id(), "", []
    if said.mail.strip():
        contact = read_contact(services, MAIL, str(question), said.mail)
        person = person_hash(key, question, contact)
        link = LINK.format(token=token_of(services.keyring, row))
        mails.append(
            to_address(
                *("question", contact.given, said.language, link, f"question:{row}", now),
                title=title,
            )
        )
    told = {"text": text, "person": person}
    sealed = services.keyring.seal_json(told, **WORDS, row_id=row)
    async with db.transaction() as transaction:
        await db.execute(
            INSERT,
            *(row, question, "asked" if person else "pending", tag_of(text, said.language)),
            *(sealed, now),
        )
        outbox.add(transaction, mails)


async def confirm(services: Services, token: str) -> None:
    """The owner of the address says it was them. Again changes nothing. Raises NotFound."""
    row_id = read_token(services.keyring, token)
    async with db.transaction():
        row = await db.fetch_one("select * from voice_replies where id = ?", row_id)
        if row is None:
            raise NotFound
        if row["state"] != "asked":
            return
        await _open(services, row["question"], row["language"])
        person = services.keyring.open_json(bytes(row["words"]), **WORDS, row_id=row_id)["person"]
        await db.execute(
            "delete from voice_replies where question = ? and person_hash = ?",
            row["question"],
            person,
        )
        await db.execute(
            "update voice_replies set state = 'pending', person_hash = ? where id = ?",
            person,
            row_id,
        )


async def _open(services: Services, question: UUID, language: str) -> tuple[bytes, str]:
    """The question's key and words, while it is open by the database's clock."""
    row = await db.fetch_one(
        "select person_key, prompt from voice_questions where id = ? and state = 'open'"
        f" and closes_at > {db.now_sql(services.clock)}",
        question,
    )
    if row is None:
        raise Conflict("not_open", NOT_OPEN)
    prompt = json.loads(row["prompt"])
    title = prompt.get(language) or next(iter(prompt.values()))
    return open_person_key(services.keyring, question, row["person_key"], QUESTIONS), title


def token_of(keyring: Keyring, row: UUID) -> str:
    return _token(keyring.derive("voice/reply")[0], row)


def read_token(keyring: Keyring, token: str) -> UUID:
    """The answer a link belongs to. Raises NotFound."""
    try:
        row = UUID(bytes=base64.urlsafe_b64decode(token + "==")[:16])
    except (ValueError, binascii.Error):
        raise NotFound from None
    if not any(hmac.compare_digest(_token(k, row), token) for k in keyring.derive("voice/reply")):
        raise NotFound
    return row


def _token(key: bytes, row: UUID) -> str:
    proof = hmac.new(key, row.bytes, sha256).digest()[:MAC_BYTES]
    return base64.urlsafe_b64encode(row.bytes + proof).decode().rstrip("=")


# ---- reading ------------------------------------------------------------------------------------


async def judge(
    services: Services, actor: Actor, question: UUID, verdicts: Mapping[UUID, str], now: datetime
) -> int:
    """Pass or refuse answers, many at a time. What was judged meanwhile by somebody else stays.
    Gives how many were judged now."""
    done = 0
    async with unit_of_work(actor, "question.judged", question, now) as work:
        ids = list(verdicts)
        rows = await db.fetch(
            "select id, words from voice_replies where question = ? and state = 'pending'"
            f" and id in ({db.marks(ids)})",
            question,
            *ids,
        )
        for row in rows:
            told = services.keyring.open_json(bytes(row["words"]), **WORDS, row_id=row["id"])
            verdict = verdicts[row["id"]]
            shown = told["text"] if verdict == PUBLISHED else ""
            done += await db.execute(
                "update voice_replies set state = ?, shown = ? where id = ? and state = 'pending'",
                verdict,
                shown,
                row["id"],
            )
        work.detail["judged"] = done
    return done


async def redact(
    services: Services, actor: Actor, reply_id: UUID, passages: Sequence[str], now: datetime
) -> None:
    """Publish an answer without some of its words; the whole of it is gone for good."""
    async with unit_of_work(actor, "question.redacted", reply_id, now):
        row = await db.fetch_one(
            "select words from voice_replies where id = ? and state in ('pending', 'published')",
            reply_id,
        )
        if row is None or row["words"] is None:  # what was typed is kept no longer
            raise Conflict("moved_on", MOVED)
        told = services.keyring.open_json(bytes(row["words"]), **WORDS, row_id=reply_id)
        text = told["text"]
        for passage in sorted((one.strip() for one in passages), key=len, reverse=True):
            text = text.replace(passage, TAKEN_OUT) if passage else text
        if text == told["text"]:
            raise Invalid([Fault("/passages", "passages", EMPTY)])
        sealed = services.keyring.seal_json({**told, "text": text}, **WORDS, row_id=reply_id)
        await db.execute(
            "update voice_replies set state = 'redacted', shown = ?, words = ? where id = ?",
            text,
            sealed,
            reply_id,
        )
