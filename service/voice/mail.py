"""What voice writes to people, and the handlers that write it: through voice's own outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from service import db, many_rows, outbox
from service.gathering import Gathering
from service.i18n import Languages
from service.mail_text import plain_mail
from service.notices.mail import send
from service.voice import links
from service.voice.mail_words import WORDINGS, body_of, subject_of
from service.voice.people import open_author, open_contact, open_name
from service.worker import Done, GiveUp, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from service.i18n import Language
    from service.mail_text import PlainMail
    from service.services import Services
    from service.worker import Handler

MAIL, TEXT, LETTER, TELL = "voice_mail", "voice_text", "voice_letter", "voice_tell"
LANE = "voice-mail"
FOLDER = "voice-mail"
TOLD_AT_ONCE = 200
WEEK = 7 * 24 * 3600

# A signature, and how often its link was asked for before: of this spelling, and of all. Those
# rows stay for three months.
ASKED = {
    "place": "int4",
    "signature": "uuid",
    "first": "varchar",
    "past": "varchar",
    "spelling": "varchar",
    "key": "varchar",
}
FIND_SIGNATURES = """
select given.place, s.id, s.state, s.kind, s.follow, s.contact, s.name, p.id as petition, p.number,
  p.ask, p.language,
  (select count(*) from voice_outbox o where o.key >= given.first and o.key < given.past) as in_all,
  (select count(*) from voice_outbox o where o.key >= given.spelling and o.key < given.key)
    as of_spelling
from given join voice_signatures s on s.id = given.signature
  join voice_petitions p on p.id = s.petition
"""
FIND_PETITION = "select id, number, ask, language, author from voice_petitions where id = ?"
FOLLOWERS = """
select id from voice_signatures
where petition = ? and state = 'confirmed' and follow = true and contact is not null and id > ?
order by id limit ?
"""


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody is reached. An address that others type again and again hears of one signature
    once in `window` seconds, and so often: in one spelling, and in all."""

    topic: str
    lane: str
    window: int
    of_one_spelling: int
    in_all: int


WAYS = {
    "mail": Way(MAIL, LANE, 900, 5, 40),
    "phone": Way(TEXT, "voice-text", 900, 3, 10),
    "address": Way(LETTER, "voice-letter", WEEK, 2, 6),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: to whom, in which language, of which kind, and what its words name."""

    to: str
    language: str
    kind: str
    words: Mapping[str, str]


# ---- putting a mail in the outbox ---------------------------------------------------------------


def to_signer(kind: str, signature: UUID, key: str, now: datetime) -> outbox.NewRow:
    """News to the one who signed. Whether they want it still is asked when it is written."""
    return _row(MAIL, key, {"kind": kind, "signature": str(signature)}, now)


def to_asker(signature: UUID, contact: str, to: str, now: datetime) -> outbox.NewRow:
    """The link that confirms, to the spelling of the address that was typed now: another one may
    have been typed first by somebody who wishes them ill. Once in a while for each spelling."""
    way = WAYS[contact]
    spelling = hashlib.sha256(f"{signature}|{to}".encode()).hexdigest()[:12]
    window = int(now.timestamp()) // way.window
    key = f"sign:{signature}:{spelling}:{window}"
    payload = {"kind": "confirm", "signature": str(signature), "to": to}
    return _row(way.topic, key, payload, now, way.lane)


def to_author(kind: str, petition: UUID, key: str, now: datetime, **words: str) -> outbox.NewRow:
    """To a petition's author, with the link to their own page. `words` fill the mail's names:
    `letter` for a refusal, `other` for the title of a petition to be merged with, `link` for
    another path of ours than the author's own page."""
    payload = {"kind": kind, "petition": str(petition), "words": words}
    return _row(MAIL, key, payload, now)


def to_address(
    kind: str,
    to: str,
    language: str,
    link: str,
    key: str,
    now: datetime,
    *,
    contact: str = "mail",
    **words: str,
) -> outbox.NewRow:
    """To an address that stands in no row. `link` is a path of ours. Nothing of it is kept once the
    row is removed."""
    payload = {"kind": kind, "to": to, "language": language, "link": link, "words": words}
    return _row(WAYS[contact].topic, key, payload, now, WAYS[contact].lane)


def to_followers(kind: str, petition: UUID, event: UUID, now: datetime) -> outbox.NewRow:
    """To everyone who signed and wants to hear of it, and to the author: each once for the event,
    however often this is tried."""
    payload = {"kind": kind, "petition": str(petition), "event": str(event), "after": ""}
    return _row(TELL, f"tell:{event}", payload, now)


def _row(
    topic: str, key: str, payload: Mapping[str, Any], now: datetime, lane: str = LANE
) -> outbox.NewRow:
    return outbox.new_row(topic, lane, key, payload, now, now, outbox.VOICE)


# ---- writing it ---------------------------------------------------------------------------------


async def deliver(services: Services, row: outbox.Claimed) -> Outcome:
    """Write one mail, or nothing where nobody is there to be told."""
    if row.payload["kind"] not in WORDINGS:
        return GiveUp("there is no such mail")
    letter = await letter_of(services, row.payload, row.key)
    if letter is None or not letter.to:
        return Done()
    return await send(services.settings, compose(services, letter, row), row.key, FOLDER)


async def letter_of(services: Services, payload: Mapping[str, Any], key: str) -> Letter | None:
    if "signature" in payload:
        return await _signers_letter(services, payload, key)
    if "petition" in payload:
        return await _authors_letter(services, payload)
    link = services.settings.base_url + payload["link"]
    words = {"link": link, "stop": "", **payload["words"]}
    return Letter(payload["to"], payload["language"], payload["kind"], words)


async def _signers_letter(
    services: Services, payload: Mapping[str, Any], key: str
) -> Letter | None:
    kind, signature = payload["kind"], UUID(payload["signature"])
    row = await _reading((signature, key))
    if row is None or row["contact"] is None:
        return None
    contact = open_contact(services.keyring, signature, row["contact"])
    base = services.settings.base_url
    own = base + links.SIGNATURE.format(token=contact.token)
    if kind == "confirm":
        way = WAYS[contact.kind]
        if row["of_spelling"] >= way.of_one_spelling or row["in_all"] > way.in_all:
            return None
        name = open_name(services.keyring, signature, row["name"])
        # Whoever asks learns nothing from our page; the owner of the address learns it here.
        if row["state"] in ("confirmed", "invalid"):
            words = {**_words(services, row, own, ""), "name": name}
            return Letter(payload["to"], contact.language, "signed_already", words)
        kind = "sponsor" if row["kind"] == "sponsor" else "confirm"
        words = {**_words(services, row, own, ""), "name": name}
        return Letter(payload["to"], contact.language, kind, words)
    if row["state"] != "confirmed" or not row["follow"]:
        return None
    return Letter(contact.mail, contact.language, kind, _words(services, row, None, own))


async def _read_all(asked: Sequence[tuple[UUID, str]]) -> Sequence[db.Row | None]:
    """The signatures that mails are written about at the same time, in one look."""
    rows = [
        (at, signature, f"sign:{signature}:", f"sign:{signature};", f"{_without_time(key)}:", key)
        for at, (signature, key) in enumerate(asked)
    ]
    given, values = many_rows.given(ASKED, rows)
    found = {row["place"]: row for row in await db.fetch(given + FIND_SIGNATURES, *values)}
    return [found.get(at) for at in range(len(asked))]


def _without_time(key: str) -> str:
    return key.rpartition(":")[0]


_reading: Gathering[tuple[UUID, str], db.Row | None] = Gathering(_read_all)


async def _authors_letter(services: Services, payload: Mapping[str, Any]) -> Letter | None:
    petition = UUID(payload["petition"])
    row = await db.fetch_one(FIND_PETITION, petition)
    if row is None or row["author"] is None:
        return None
    author = open_author(services.keyring, petition, row["author"])
    own = services.settings.base_url + links.AUTHOR.format(token=author.token)
    words = {**_words(services, row, own, ""), **payload["words"]}
    if words["link"].startswith("/"):
        words["link"] = services.settings.base_url + words["link"]
    return Letter(author.mail, author.language, payload["kind"], words)


def _words(services: Services, row: db.Row, link: str | None, stop: str) -> dict[str, str]:
    page = services.settings.base_url + links.PETITION.format(number=row["number"] or "")
    return {"title": row["ask"], "link": link or page, "stop": stop}


def compose(services: Services, letter: Letter, row: outbox.Claimed) -> PlainMail:
    """The mail. The same row always has the same message id, so a second copy is known as such."""
    city = services.city
    spoken = languages_of(city.languages, city.time_zone)
    offered = {language.code for language in city.languages}
    known = letter.language if letter.language in offered else city.languages[0].code
    words = spoken[known]
    host = urlsplit(services.settings.base_url).hostname
    headers = {
        "From": f"no-reply@{host}",
        "To": letter.to,
        "Subject": subject_of(letter.kind, words),
        "Message-ID": f"<{row.id}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": words.code,
    }
    if letter.words["stop"]:
        headers["List-Unsubscribe"] = f"<{letter.words['stop']}>"
    return plain_mail(headers, body_of(letter.kind, letter.words, city.service_name, words))


@lru_cache(4)
def languages_of(offered: tuple[Language, ...], zone: str) -> Languages:
    """The catalogues, read once a process."""
    return Languages.load(offered, zone)


# ---- telling very many --------------------------------------------------------------------------


async def tell(services: Services, row: outbox.Claimed) -> Outcome:
    """The next few hundred followers get a row each, and this one comes again for those after
    them. A try that is repeated adds nothing: every row has its key."""
    payload, now = row.payload, services.clock.now()
    petition, event, kind = UUID(payload["petition"]), payload["event"], payload["kind"]
    after = UUID(payload["after"]) if payload["after"] else UUID(int=0)
    found = await db.fetch(FOLLOWERS, petition, after, TOLD_AT_ONCE)
    rows = [to_signer(kind, each["id"], f"{event}:{each['id']}", now) for each in found]
    if not payload["after"]:
        rows.append(to_author(kind, petition, f"{event}:author", now))
    if len(found) == TOLD_AT_ONCE:
        last = str(found[-1]["id"])
        rows.append(_row(TELL, f"tell:{event}:{last}", {**payload, "after": last}, now))
    async with db.transaction() as transaction:
        await outbox.add_many(transaction, outbox.VOICE, rows)
    return Done()


HANDLERS: Mapping[str, Handler] = {MAIL: deliver, TELL: tell}
