"""A petition's own way: written step by step, confirmed by its author's mail, opened, closed.

Everything about its words and state is guarded by `revision`; signatures are elsewhere.
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.petition import MOVES, State
from service import db, outbox
from service.errors import Conflict, NotFound
from service.ids import time_ordered_id
from service.security.sessions import open_session
from service.security.tokens import new_token, token_hash
from service.voice.keys import new_person_key
from service.voice.mail import to_author
from service.voice.moving import add_event
from service.voice.people import Reached, open_author, seal_author

if TYPE_CHECKING:
    from datetime import datetime

    from service.services import Services

DOOR, PROOF = "voice", "author"
MAIL_WINDOW = 900
# After the grace for confirmations, time for the count to take in the last of them.
COUNTED_BY = timedelta(minutes=1)
# A number is given once; who comes second to the same number tries the next.
NUMBER_TRIES = 5
# Where the worker stood still, what was confirmed in time is counted first: it may be the last
# signature that was missing.
UNCOUNTED = (
    "select 1 from voice_signature_steps s where s.petition = voice_petitions.id and s.id >"
    " coalesce((select position from voice_cursors where name = 'signatures'), 0)"
)
COLUMNS = (
    "id, number, state, revision, language, ask, why, topic, area, author, author_name,"
    " sponsors_needed, sponsors, threshold, count, submitted_at, opened_at, closes_at,"
    " threshold_at, answer_due_on, merged_into"
)
WORDS = ("ask", "why", "topic", "area")


@dataclass(frozen=True, slots=True)
class OwnPetition:
    """A petition as its author has it. `author` is None until they told who they are."""

    id: UUID
    number: int | None
    state: State
    revision: int
    language: str
    ask: str
    why: str
    topic: str
    area: str
    author: Reached | None
    name_shown: bool
    sponsors_needed: int
    sponsors: int
    threshold: int
    count: int
    closes_at: datetime | None

    @property
    def complete(self) -> bool:
        """Nothing is missing before it can be sent."""
        told = all((self.ask, self.why, self.topic, self.area))
        return told and self.author is not None and bool(self.author.mail)


# ---- writing ------------------------------------------------------------------------------------


async def start_draft(services: Services, language: str, now: datetime) -> str:
    """An empty draft under a new session; gives the session's token."""
    petition = time_ordered_id()
    await db.execute(
        "insert into voice_petitions (id, state, revision, language, ask, why, topic, area,"
        " author_name, person_key, sponsors_needed, sponsors, threshold, count, created_at)"
        " values (?, 'draft', 0, ?, '', '', '', '', '', ?, ?, 0, 0, 0, ?)",
        petition,
        language,
        new_person_key(services.keyring, petition),
        services.voice.sponsors_needed,
        now,
    )
    token, _session = await open_session(DOOR, petition, PROOF, now)
    return token


async def read_draft(services: Services, petition: UUID) -> OwnPetition | None:
    """The draft of a session; None once it was sent, or was never there."""
    row = await db.fetch_one(
        f"select {COLUMNS} from voice_petitions where id = ? and state = 'draft'", petition
    )
    return None if row is None else _own(services, row)


async def save_words(draft: OwnPetition, words: Mapping[str, str]) -> None:
    """Keep some of the words of a draft, or of a petition its author mends after a refusal.
    Raises Conflict when it moved on meanwhile."""
    new = {name: words.get(name, getattr(draft, name)) for name in (*WORDS, "language")}
    changed = await db.execute(
        "update voice_petitions set ask = ?, why = ?, topic = ?, area = ?, language = ?,"
        " revision = revision + 1 where id = ? and revision = ? and state = ?",
        *new.values(),
        draft.id,
        draft.revision,
        draft.state,
    )
    _moved(changed)


async def save_author(
    services: Services, draft: OwnPetition, author: Reached, *, show_name: bool
) -> None:
    """Who writes. Their link stays the same however often this is saved."""
    token = draft.author.token if draft.author else new_token()
    changed = await db.execute(
        "update voice_petitions set author = ?, author_name = ?, author_link_hash = ?,"
        " sponsor_link_hash = ?, revision = revision + 1"
        " where id = ? and revision = ? and state = 'draft'",
        seal_author(services.keyring, draft.id, replace(author, token=token)),
        author.name if show_name else "",
        token_hash(token),
        token_hash(sponsor_token(token)),
        draft.id,
        draft.revision,
    )
    _moved(changed)


async def send_author_link(draft: OwnPetition, now: datetime) -> None:
    """Write to the author. Nothing goes on before they press the button behind the link."""
    if not draft.complete:
        raise Conflict("not_complete")
    key = f"author:{draft.id}:{int(now.timestamp()) // MAIL_WINDOW}"
    async with db.transaction() as transaction:
        outbox.add(transaction, [to_author("author_link", draft.id, key, now)])


async def throw_away(petition: UUID) -> bool:
    """Nothing of a draft stays."""
    async with db.transaction():
        await db.execute("delete from voice_sessions where subject = ?", petition)
        gone = await db.execute(
            "delete from voice_petitions where id = ? and state = 'draft'", petition
        )
    return gone == 1


def sponsor_token(author_token: str) -> str:
    """The token of the sponsors' link, made from the author's: who has the one to share cannot
    find the other."""
    made = sha256(f"threshold/1/sponsors|{author_token}".encode()).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


# ---- by the author's link -----------------------------------------------------------------------


async def by_author(services: Services, token: str) -> OwnPetition:
    """The petition this link belongs to. Raises NotFound."""
    return await _by_link(services, "author_link_hash", token)


async def by_sponsors_link(services: Services, token: str) -> OwnPetition:
    """The petition that looks for people to stand behind it. Raises NotFound."""
    return await _by_link(services, "sponsor_link_hash", token)


async def _by_link(services: Services, column: str, token: str) -> OwnPetition:
    row = await db.fetch_one(
        f"select {COLUMNS} from voice_petitions where {db.identifier(column)} = ?",
        token_hash(token),
    )
    if row is None:
        raise NotFound
    return _own(services, row)


async def confirm_author(services: Services, token: str, now: datetime) -> OwnPetition:
    """The author has the mail box: now others can stand behind it. Again changes nothing."""
    own = await by_author(services, token)
    if own.state is State.DRAFT:
        if not own.complete:
            raise Conflict("not_complete")
        await _move(
            own,
            State.SPONSORS,
            now,
            "began",
            public=False,
            values={"threshold": services.voice.threshold_of(own.topic)},
        )
        await _give_number(own.id)
        # The page goes on by the link, so nothing is left behind on a shared machine.
        await db.execute("delete from voice_sessions where subject = ?", own.id)
    return await by_author(services, token)


async def _give_number(petition: UUID) -> None:
    """The number in its address. Without one (all tries met another's) opening gives it."""
    for _try in range(NUMBER_TRIES):
        with contextlib.suppress(db.IntegrityError):
            await db.execute(
                "update voice_petitions set number ="
                " (select coalesce(max(number), 0) + 1 from voice_petitions)"
                " where id = ? and number is null",
                petition,
            )
            return


async def write_again(services: Services, token: str, now: datetime) -> str:
    """A draft whose author comes back by the link: a session to go on with."""
    own = await by_author(services, token)
    if own.state is not State.DRAFT:
        raise Conflict("sent")
    session, _made = await open_session(DOOR, own.id, PROOF, now)
    return session


async def send_again(
    services: Services, token: str, words: Mapping[str, str], now: datetime
) -> None:
    """After a refusal: mended words go to the moderators once more."""
    own = await by_author(services, token)
    if own.state is not State.REFUSED:
        raise Conflict("not_refused")
    new: dict[str, object] = {name: words.get(name, getattr(own, name)) for name in ("ask", "why")}
    new["submitted_at"] = now
    await _move(own, State.MODERATION, now, "sent_again", public=False, values=new)


async def retire(services: Services, token: str, now: datetime) -> None:
    """The author takes the petition back: nobody can sign it any more."""
    own = await by_author(services, token)
    if own.state is State.DRAFT:
        await throw_away(own.id)
        return
    if State.WITHDRAWN not in MOVES[own.state]:
        raise Conflict("too_late")
    await _move(own, State.WITHDRAWN, now, "withdrawn", public=own.state is State.OPEN)


# ---- opening and closing ------------------------------------------------------------------------


async def open_petition(services: Services, petition: UUID, now: datetime) -> list[outbox.NewRow]:
    """Open it for signatures, inside the caller's unit of work; gives the mails to be sent with
    it. Raises Conflict where it does not wait for that."""
    opened = await db.fetch(
        "update voice_petitions set state = 'open', revision = revision + 1, opened_at = ?,"
        " closes_at = ?, number = coalesce(number,"
        " (select coalesce(max(number), 0) + 1 from voice_petitions)), locked_by = null,"
        " locked_until = null where id = ? and state in ('moderation', 'refused')"
        " returning revision",
        now,
        now + services.voice.open_for,
        petition,
    )
    if not opened:
        raise Conflict("not_waiting")
    await add_event(petition, "opened", now, once=True)
    return [to_author("opened", petition, f"opened:{petition}:{opened[0]['revision']}", now)]


async def close_due(services: Services) -> int:
    """Close what is over by the database's clock, once those who asked to sign in time have had
    their hours to confirm; and what never found enough people to stand behind it."""
    now = services.clock.now()
    grace = services.voice.grace + COUNTED_BY
    over = services.clock.later_sql(db.dialect(), -grace)
    lapsed = services.clock.later_sql(db.dialect(), -services.voice.open_for)
    async with db.transaction():
        closed = await db.fetch(
            "update voice_petitions set state = 'closed', revision = revision + 1 where"
            " (state = 'open' and closes_at <= "
            + over
            + f" and not exists ({UNCOUNTED})) or (state = 'sponsors' and created_at <= "
            + lapsed
            + ") returning id, opened_at"
        )
        for row in closed:
            public = row["opened_at"] is not None
            await add_event(row["id"], "closed", now, once=True, public=public)
    return len(closed)


async def _move(
    own: OwnPetition,
    to: State,
    now: datetime,
    kind: str,
    *,
    public: bool = True,
    values: Mapping[str, object] | None = None,
) -> None:
    """One step of the petition's way and its event, together or not at all."""
    changes = dict(values or {})
    also = db.identifiers(changes, " = ?, ", "") if changes else ""
    async with db.transaction():
        changed = await db.execute(
            f"update voice_petitions set {also}state = ?, revision = revision + 1"
            " where id = ? and revision = ?",
            *changes.values(),
            to,
            own.id,
            own.revision,
        )
        _moved(changed)
        await add_event(own.id, kind, now, public=public)


def _moved(changed: int) -> None:
    if changed != 1:
        raise Conflict("moved_on")


def _own(services: Services, row: db.Row) -> OwnPetition:
    sealed = row["author"]
    return OwnPetition(
        id=row["id"],
        number=row["number"],
        state=State(row["state"]),
        revision=row["revision"],
        language=row["language"],
        ask=row["ask"],
        why=row["why"],
        topic=row["topic"],
        area=row["area"],
        author=None if sealed is None else open_author(services.keyring, row["id"], sealed),
        name_shown=bool(row["author_name"]),
        sponsors_needed=row["sponsors_needed"],
        sponsors=row["sponsors"],
        threshold=row["threshold"],
        count=row["count"],
        closes_at=row["closes_at"],
    )
