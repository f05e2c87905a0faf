"""Petitions as everybody may read them: lists, one petition, and those that ask for the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.petition import State
from petitions.similar import Similar, folded
from service import db
from service.errors import NotFound
from service.gathering import Gathering, filled
from service.voice.people import open_name

if TYPE_CHECKING:
    from service.services import Services

ON_A_PAGE = 20
MOST_PAGES = 500
MOST_FOUND = 500
NAMES_SHOWN = 20
LONGEST_NUMBER = 10
# Open to be signed first, then what the city has to do with, then what is over.
SHOWN = (
    State.OPEN,
    State.AWAITING,
    State.ANSWERED,
    State.PROMISED,
    State.DELIVERED,
    State.CLOSED,
    State.MERGED,
)
# Suggested to somebody who begins one of their own.
SIGNABLE = (State.OPEN, State.AWAITING)
SORTS = {
    "new": "opened_at desc, id desc",
    "signed": "count desc, id desc",
    "closing": "closes_at asc, id asc",
}
COLUMNS = (
    "id, number, state, revision, language, ask, why, topic, area, author_name, threshold, count,"
    " opened_at, closes_at, threshold_at, answer_due_on, answered_at, merged_into"
)
PUBLIC = "opened_at is not null and state in ({states})"


@dataclass(frozen=True, slots=True)
class Listed:
    """A petition in a list."""

    id: UUID
    number: int
    state: State
    language: str
    ask: str
    why: str
    topic: str
    area: str
    author_name: str
    count: int
    threshold: int
    opened_at: datetime
    closes_at: datetime
    threshold_at: datetime | None
    answer_due_on: date | None
    answered_at: datetime | None
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to list. Empty means all; `page` counts from 1."""

    words: str = ""
    state: str = ""
    topic: str = ""
    area: str = ""
    sort: str = "new"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list."""

    items: Sequence[Listed]
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """What the city said."""

    text: str
    office: str
    outcome: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Promised:
    """What the city said it would do."""

    text: str
    owner: str
    due_on: date
    state: str
    note: str
    made_at: datetime
    settled_on: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A petition that was not opened, and the published reason. Its words may be kept back."""

    number: int | None
    language: str
    ask: str
    reason: str
    on: datetime


# ---- lists --------------------------------------------------------------------------------------


async def listed(services: Services, wanted: Wanted) -> Found:
    """A page of petitions. Words are looked for in the text without regard to case or accents."""
    where, values = _filters(wanted)
    if wanted.words.strip():
        ids = await _with_words(wanted.words)
        where, values = f"{where} and id in ({db.marks(ids)})", [*values, *ids]
    return await _page(where, values, wanted)


async def _page(where: str, values: Sequence[object], wanted: Wanted) -> Found:
    order = SORTS.get(wanted.sort, SORTS["new"])
    page = min(max(wanted.page, 1), MOST_PAGES)
    counted = await db.fetch_one(
        "select count(*) as total from voice_petitions where " + where, *values
    )
    rows = await db.fetch(
        f"select {COLUMNS} from voice_petitions where "
        + where
        + " order by "
        + order
        + " limit ? offset ?",
        *values,
        ON_A_PAGE + 1,
        (page - 1) * ON_A_PAGE,
    )
    total = counted["total"] if counted else 0
    return Found([_listed(row) for row in rows[:ON_A_PAGE]], total, len(rows) > ON_A_PAGE)


def _filters(wanted: Wanted) -> tuple[str, list[object]]:
    states = [wanted.state] if wanted.state in SHOWN else list(SHOWN)
    where, values = PUBLIC.format(states=db.marks(states)), [str(each) for each in states]
    for column, value in (("topic", wanted.topic), ("area", wanted.area)):
        if value:
            where, values = f"{where} and {db.identifier(column)} = ?", [*values, value]
    return where, list(values)


async def every_petition(after: int = 0, most: int = 100) -> list[Listed]:
    """Public petitions by number, for machines that read them all."""
    states = [str(each) for each in SHOWN]
    rows = await db.fetch(
        f"select {COLUMNS} from voice_petitions where opened_at is not null"
        f" and state in ({db.marks(states)}) and number > ? order by number limit ?",
        *states,
        after,
        most,
    )
    return [_listed(row) for row in rows]


async def refused(reason: str = "") -> list[Refused]:
    """Petitions that were not opened, the latest first, each with its settled reason."""
    rows = await db.fetch(
        "select p.number, p.language, p.ask, r.reason, r.settled_at from voice_petitions p"
        " join voice_reviews r on r.subject = p.id and r.settled_at = (select max(x.settled_at)"
        " from voice_reviews x where x.subject = p.id and x.state = 'confirmed' and x.reason <> '')"
        " where p.state = 'refused' and r.state = 'confirmed' and r.reason <> ''"
        " order by r.settled_at desc, p.id desc limit ?",
        MOST_FOUND,
    )
    found = [
        Refused(row["number"], row["language"], row["ask"], row["reason"], row["settled_at"])
        for row in rows
    ]
    return [each for each in found if not reason or each.reason == reason]


async def reason_of(petition: UUID) -> str:
    """The reason of the last settled refusal."""
    row = await db.fetch_one(
        "select reason from voice_reviews where subject = ? and state = 'confirmed'"
        " and reason <> '' order by settled_at desc, id desc limit 1",
        petition,
    )
    return str(row["reason"]) if row else ""


# ---- one petition -------------------------------------------------------------------------------


async def one(number: int) -> Listed:
    """A petition by its number. Raises NotFound for one that was never opened or is taken back."""
    states = [str(each) for each in SHOWN]
    row = await db.fetch_one(
        f"select {COLUMNS} from voice_petitions where number = ? and opened_at is not null"
        f" and state in ({db.marks(states)})",
        number,
        *states,
    )
    if row is None:
        raise NotFound
    return _listed(row)


async def at_address(number: str) -> Listed:
    """The petition whose number stands in an address. Raises NotFound for what is no number."""
    return await one(_number(number))


async def id_at(number: str) -> UUID:
    """Which petition it is, and no more. Raises NotFound as `at_address` does."""
    found = await _naming(_number(number))
    if found is None:
        raise NotFound
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER) or text[0] == "0":
        raise NotFound
    return int(text)


async def _name_all(numbers: Sequence[int]) -> Sequence[UUID | None]:
    """One look for all who ask at the same time."""
    wanted, states = filled(sorted(set(numbers))), [str(each) for each in SHOWN]
    rows = await db.fetch(
        f"select id, number from voice_petitions where number in ({db.marks(wanted)})"
        f" and opened_at is not null and state in ({db.marks(states)})",
        *wanted,
        *states,
    )
    found = {row["number"]: row["id"] for row in rows}
    return [found.get(number) for number in numbers]


_naming: Gathering[int, UUID | None] = Gathering(_name_all)


async def number_of(petition: UUID | None) -> int | None:
    """The address of another petition, such as the one this was joined with."""
    if petition is None:
        return None
    row = await db.fetch_one("select number from voice_petitions where id = ?", petition)
    return None if row is None else row["number"]


async def joined_at(petition: UUID) -> datetime | None:
    """When the last signature of a petition had gone over to the one it was joined with."""
    row = await db.fetch_one(
        "select done_at from voice_merges where source = ? and state = 'done' order by id desc",
        petition,
    )
    return None if row is None else row["done_at"]


async def joined_with(petition: UUID) -> int | None:
    """Where a petition that was joined with another goes on; None for any other petition."""
    row = await db.fetch_one(
        "select t.number from voice_petitions p join voice_petitions t on t.id = p.merged_into"
        " where p.id = ? and p.state = 'merged'",
        petition,
    )
    return None if row is None else row["number"]


async def answers(petition: UUID) -> list[Answered]:
    """The city's answers, the latest first; the first one is what holds."""
    rows = await db.fetch(
        "select text, office, outcome, at from voice_answers where subject = ?"
        " order by at desc, id desc",
        petition,
    )
    return [Answered(**row) for row in rows]


async def promises(petition: UUID) -> list[Promised]:
    """The city's promises in the order they were made. One that was corrected is told by the
    ledger; here stands what took its place."""
    rows = await db.fetch(
        "select text, owner, due_on, state, note, made_at, settled_on from voice_promises"
        " where subject = ? and state <> 'replaced' order by made_at, id",
        petition,
    )
    return [Promised(**row) for row in rows]


async def shared_names(services: Services, petition: UUID) -> list[str]:
    """The latest signers who let their name be shown."""
    rows = await db.fetch(
        "select id, name from voice_signatures where petition = ? and state = 'confirmed'"
        " and show_name = true and name is not null and via is null"
        " order by confirmed_at desc, id limit ?",
        petition,
        NAMES_SHOWN,
    )
    names = (open_name(services.keyring, row["id"], row["name"]) for row in rows)
    return [name for name in names if name]


# ---- those that ask for the same ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Texts:
    """All public texts of an opened database as they stood at `stamp`. Not a truth: the stamp is
    asked for each time."""

    of: object
    stamp: tuple[int, ...]
    folded: Mapping[UUID, str]
    index: Similar[UUID]


_held: list[_Texts] = []


async def similar(text: str, most: int = 5) -> list[Listed]:
    """Petitions that can be signed now and ask for much the same, in whichever language."""
    texts = await _texts()
    near = texts.index.nearest(text, most * 4)
    ids = [key for key, _nearness in near]
    signable = [str(each) for each in SIGNABLE]
    rows = await db.fetch(
        f"select {COLUMNS} from voice_petitions where id in ({db.marks(ids)})"
        f" and state in ({db.marks(signable)})",
        *ids,
        *signable,
    )
    found = {row["id"]: _listed(row) for row in rows}
    return [found[key] for key in ids if key in found][:most]


async def _with_words(words: str) -> list[UUID]:
    """Petitions with every one of these words, or parts of words, in them."""
    wanted = folded(words).split()[:10]
    texts = await _texts()
    found = [key for key, text in texts.folded.items() if all(word in text for word in wanted)]
    return found[-MOST_FOUND:]


async def _texts() -> _Texts:
    """The texts, read again when any petition changed its words or its state."""
    states = [str(each) for each in SHOWN]
    where = PUBLIC.format(states=db.marks(states))
    [row] = await db.fetch(
        "select count(*) as n, coalesce(sum(number), 0) as numbers,"
        " coalesce(sum(revision), 0) as moves from voice_petitions where " + where,
        *states,
    )
    stamp = (int(row["n"]), int(row["numbers"]), int(row["moves"]))
    for held in _held:
        if held.of is db.opened() and held.stamp == stamp:
            return held
    rows = await db.fetch(
        "select id, ask, why from voice_petitions where " + where + " order by number", *states
    )
    texts = {row["id"]: f"{row['ask']} {row['ask']} {row['why']}" for row in rows}
    folds = {key: folded(text) for key, text in texts.items()}
    made = _Texts(db.opened(), stamp, folds, Similar.of(texts))
    _held[:] = [made]
    return made


def _listed(row: db.Row) -> Listed:
    return Listed(
        **{name: row[name] for name in Listed.__slots__ if name != "state"},
        state=State(row["state"]),
    )
