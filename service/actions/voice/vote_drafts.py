"""What an officer writes before a vote opens, checked and kept."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from petitions.protocol.pairs import pairs_of
from service import db
from service.audit import unit_of_work
from service.errors import Conflict, Fault, Invalid
from service.i18n import _
from service.ids import time_ordered_id

if TYPE_CHECKING:
    from uuid import UUID

    from service.actor import Actor

MOST_OPTIONS, MOST_IN_PAIRS, LONGEST_TEXT = 60, 100, 300
BUDGETS = ("greedy", "equal-shares")
SEVERAL = ("approval", "score", "stv", "pairwise")
# How many pairs may be asked, and how many times as many somebody may answer who goes on.
MOST_ASKED, GOING_ON = 30, 3
CHANGED = _("This vote changed in the meantime. Look at it again.")


@dataclass(frozen=True, slots=True)
class DraftOption:
    """One option with its words by language; a cost only where a budget is voted on."""

    words: Mapping[str, str]
    cost: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer writes before opening. `question` and each option have words by language,
    "en" always; `closes_at` is RFC 3339."""

    question: Mapping[str, str]
    options: Sequence[DraftOption]
    method: str
    closes_at: str
    mode: str = "quiet"
    identifier: str = "mail"
    tier: str = "mail"
    electorate: str = ""
    trustee_key: str = ""
    seats: int = 1
    completion: str = "none"
    budget: int = 0
    rank_depth: int = 0
    highest: int = 5
    dispute_hours: int = 72
    pairs: int = 0

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def parse(cls, text: str) -> Draft:
        found = json.loads(text)
        options = [DraftOption(**option) for option in found.pop("options")]
        return cls(options=options, **found)


async def save_draft(
    actor: Actor, draft: Draft, now: datetime, vote: UUID | None = None, revision: int = 0
) -> UUID:
    """Keep a draft, new or changed. Raises Invalid with everything that will not do, Conflict where
    somebody else changed it since `revision`."""
    faults = list(faults_of(draft, now))
    if faults:
        raise Invalid(faults)
    id = vote or time_ordered_id()
    async with unit_of_work(actor, "vote.drafted", id, now):
        if vote is None:
            await db.execute(
                "insert into voice_votes (id, state, revision, method, spec, turnout, made_by,"
                " created_at) values (?, 'draft', 1, ?, ?, 0, ?, ?)",
                id,
                draft.method,
                draft.text(),
                actor.account,
                now,
            )
        else:
            changed = await db.execute(
                "update voice_votes set method = ?, spec = ?, revision = revision + 1"
                " where id = ? and state = 'draft' and revision = ?",
                draft.method,
                draft.text(),
                id,
                revision,
            )
            if changed != 1:
                raise Conflict("newer_version", CHANGED)
    return id


def faults_of(draft: Draft, now: datetime) -> Iterable[Fault]:
    """What keeps a draft from being opened, field by field."""
    if not draft.question.get("en", "").strip():
        yield Fault("/question", "missing", _("Write the question."))
    options = [option.words.get("en", "").strip() for option in draft.options]
    most = MOST_IN_PAIRS if draft.method == "pairwise" else MOST_OPTIONS
    if not 2 <= len(options) <= most or not all(options):
        yield Fault("/options", "options", _("Write two options or more, one on each line."))
    elif len({text.casefold() for text in options}) < len(options):
        yield Fault("/options", "repeated", _("Two options say the same."))
    texts = [*draft.question.values(), *(w for o in draft.options for w in o.words.values())]
    if any(len(text) > LONGEST_TEXT for text in texts):
        yield Fault("/options", "too_long", _("The question or an option is too long."))
    yield from _number_faults(draft)
    closes = _moment(draft.closes_at)
    if closes is None or closes <= now:
        yield Fault("/closes", "past", _("Choose a day after today."))
    if not re.fullmatch(r"[0-9a-f]{64}", draft.trustee_key):
        yield Fault("/trustee_key", "key", _("Give the trustees’ public key: 64 letters a-f, 0-9."))


def _number_faults(draft: Draft) -> Iterable[Fault]:
    budget = draft.method in BUDGETS
    if budget and (draft.budget < 1 or any(option.cost < 1 for option in draft.options)):
        text = _("A budget vote needs a sum, and a cost for each option.")
        yield Fault("/budget", "budget", text)
    if draft.method in SEVERAL and not 1 <= draft.seats < max(len(draft.options), 2):
        yield Fault("/seats", "seats", _("Say how many options win: fewer than there are."))
    if draft.method == "pairwise" and not 1 <= draft.pairs <= MOST_ASKED:
        yield Fault("/pairs", "pairs", _("Say how many pairs everybody is asked: 1 to 30."))
    if draft.rank_depth < 0 or not 1 <= draft.highest <= 10 or draft.dispute_hours < 1:
        yield Fault("/rank_depth", "number", _("A number is out of range."))


def depth_of(draft: Draft) -> int:
    """How many may be ranked or chosen, 0 for all; of pairs how many may be answered."""
    if draft.method != "pairwise":
        return draft.rank_depth
    every = pairs_of(len(draft.options))
    return min(max(draft.rank_depth or GOING_ON * draft.pairs, draft.pairs), every)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def option_ids(draft: Draft) -> list[str]:
    """Short readable ids, each its own: they stand in the published ballots."""
    found: list[str] = []
    for option in draft.options:
        plain = unicodedata.normalize("NFKD", option.words["en"]).encode("ascii", "ignore").decode()
        base = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:24].strip("-") or "option"
        id, again = base, 2
        while id in found:
            id, again = f"{base}-{again}", again + 1
        found.append(id)
    return found
