"""The public ledger, for people and for programs: asked, answered, promised, delivered."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse
from starlette.responses import Response as PlainResponse

from petitions.response import Owed
from service.actions.voice.answers import OUTCOMES
from service.body import Form, read_query
from service.errors import NotFound
from service.i18n import _
from service.queries.voice.ledger import Change, Entry, Kind, Stage, ledger
from service.referrals.csv_files import safe_cell
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator

PAGE = "/voice/ledger"
STAGES = {
    Stage.ASKED: _("Asked"),
    Stage.ANSWERED: _("Answered"),
    Stage.PROMISED: _("Promised"),
    Stage.DELIVERED: _("Delivered"),
}
KINDS = {Kind.PETITION: _("Petitions"), Kind.VOTE: _("Votes")}
ONE_OF = {Kind.PETITION: _("Petition"), Kind.VOTE: _("Vote")}
COLUMNS = (
    "kind",
    "number",
    "asked",
    "topic",
    "people",
    "reached_on",
    "stage",
    "outcome",
    "office",
    "answered_on",
    "owed",
    "due_on",
    "late",
    "promises",
    "changes",
)


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise in words."""

    text: str
    line: str
    note: str


@dataclass(frozen=True, slots=True)
class Card:
    """One line of the ledger. `steps` are the stages with whether each was reached."""

    href: str
    ask: str
    lang: str
    facts: str
    steps: Sequence[Mapping[str, str]]
    owed: str
    late: bool
    outcome: str
    promises: Sequence[Promise]
    changes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice above the list."""

    name: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger with what is looked for."""

    heading: str
    back: str
    filters: Sequence[Filter]
    topics: Sequence[Mapping[str, str]]
    topic: str
    kinds: Sequence[Mapping[str, str]]
    kind: str
    stage: str
    cards: Sequence[Card]
    late: int
    csv: str
    json: str


async def ledger_page(request: Request) -> Response:
    """Everything, or one stage, one topic, or what is late."""
    services, words = services_of(request), translator_of(request)
    query = read_query(request)
    stage, topic, kind = query.get("stage"), query.get("topic"), query.get("kind")
    found = await _found(request, query)
    filters = [("", words.gettext("All")), *((str(s), words.gettext(n)) for s, n in STAGES.items())]
    view = LedgerView(
        heading=words.gettext("What became of it"),
        back="/voice/",
        filters=[
            *(
                Filter(name, _address(stage=key, topic=topic, kind=kind), key == stage)
                for key, name in filters
            ),
            Filter(
                words.gettext("Late"),
                _address(stage="late", topic=topic, kind=kind),
                stage == "late",
            ),
        ],
        topics=[
            {"value": key, "label": words.gettext(name)}
            for key, name in services.voice.topics.items()
        ],
        topic=topic,
        kinds=[{"value": str(key), "label": words.gettext(name)} for key, name in KINDS.items()],
        kind=kind,
        stage=stage,
        cards=[card(each, words) for each in found],
        late=sum(each.clock.late for each in found),
        csv=_address(".csv", stage=stage, topic=topic, kind=kind),
        json=_address(".json", stage=stage, topic=topic, kind=kind),
    )
    return render(request, "voice/ledger.html", view)


async def ledger_csv(request: Request) -> Response:
    """The same rows for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in await _found(request, read_query(request)):
        row = plain(each)
        row["promises"] = "; ".join(
            f"{one['owner']}: {one['text']} ({one['due_on']})" for one in row["promises"]
        )
        row["changes"] = "; ".join(
            " ".join(str(value) for value in one.values() if value) for one in row["changes"]
        )
        writer.writerow([safe_cell(row[column]) for column in COLUMNS])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="ledger.csv"'},
    )


async def ledger_json(request: Request) -> Response:
    """The same rows for programs."""
    found = await _found(request, read_query(request))
    return JSONResponse({"entries": [plain(each) for each in found]})


async def _found(request: Request, query: Form) -> list[Entry]:
    services = services_of(request)
    stage, topic, kind = query.get("stage"), query.get("topic"), query.get("kind")
    if stage not in ("", "late", *Stage) or (topic and topic not in services.voice.topics):
        raise NotFound
    if kind not in ("", *Kind):
        raise NotFound
    today = services.city.calendar.day_of(now_of(request))
    late = stage == "late"
    return await ledger(
        services,
        today,
        stage="" if late else stage,
        topic=topic,
        kind=kind,
        late=late,
        language=translator_of(request).code,
    )


def _address(suffix: str = "", **wanted: str) -> str:
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{PAGE}{suffix}?{query}" if query else f"{PAGE}{suffix}"


def plain(entry: Entry) -> dict[str, Any]:
    """One line as data, its days as ISO 8601."""
    said, clock = entry.said, entry.clock
    return {
        "kind": str(entry.kind),
        "number": entry.number,
        "asked": entry.ask,
        "topic": entry.topic,
        "people": entry.count,
        "reached_on": entry.reached_on and entry.reached_on.isoformat(),
        "stage": str(entry.stage),
        "outcome": said.outcome if said else None,
        "office": said.office if said else None,
        "answered_on": said.at.date().isoformat() if said else None,
        "owed": None if clock.owed is Owed.NOTHING else str(clock.owed),
        "due_on": clock.due and clock.due.isoformat(),
        "late": clock.late,
        "promises": [
            {
                "text": each.text,
                "owner": each.owner,
                "due_on": each.due_on.isoformat(),
                "delivered_on": each.settled_on and each.settled_on.isoformat(),
                "late": each.late,
                "note": each.note,
            }
            for each in entry.promises
        ],
        "changes": [
            {
                "what": each.kind,
                "on": each.on.isoformat(),
                "was_due_on": each.was_due and each.was_due.isoformat(),
                "due_on": each.due and each.due.isoformat(),
            }
            for each in entry.changes
        ],
    }


def card(entry: Entry, words: Translator) -> Card:
    """One line in words."""
    reached = list(STAGES)[: list(STAGES).index(entry.stage) + 1]
    return Card(
        href=address_of_entry(entry),
        ask=entry.ask,
        lang=entry.language,
        facts=" · ".join(_facts(entry, words)),
        steps=[
            {
                "name": words.gettext(name),
                "state": words.gettext("done") if stage in reached else words.gettext("not yet"),
                "done": "yes" if stage in reached else "",
            }
            for stage, name in STAGES.items()
        ],
        owed=owed(entry, words),
        late=entry.clock.late,
        outcome=words.gettext(OUTCOMES[entry.said.outcome]) if entry.said else "",
        promises=[
            Promise(each.text, promise_line(each, words), each.note) for each in entry.promises
        ],
        changes=[change_line(each, words) for each in entry.changes],
    )


def change_line(each: Change, words: Translator) -> str:
    """What was said otherwise, and when: the first day of a promise stays to be read."""
    day = words.date(each.on)
    if each.kind == "corrected":
        return words.gettext("{day}: the city corrected its answer.", day=day)
    if each.kind == "reopened":
        return words.gettext("{day}: a promise was not done after all.", day=day)
    if each.was_due is None or each.due is None or each.was_due == each.due:
        return words.gettext("{day}: the city changed the words of a promise.", day=day)
    return words.gettext(
        "{day}: a promise for {first} was moved to {second}.",
        day=day,
        first=words.date(each.was_due),
        second=words.date(each.due),
    )


def address_of_entry(entry: Entry) -> str:
    """Its public page."""
    if entry.kind is Kind.VOTE:
        return f"/voice/votes/{entry.number}/result"
    return f"/voice/petitions/{entry.number}"


def _facts(entry: Entry, words: Translator) -> list[str]:
    """How many stand behind it, and since when an answer is owed."""
    if entry.kind is Kind.VOTE:
        facts = [words.ngettext("{n} person voted", "{n} people voted", entry.count)]
        since = words.gettext("counted on {day}", day=words.date(entry.reached_on or date.min))
        return [*facts, since]
    facts = [words.ngettext("{n} signature", "{n} signatures", entry.count)]
    if entry.reached_on:
        facts.append(words.gettext("enough on {day}", day=words.date(entry.reached_on)))
    return facts


def owed(entry: Entry, words: Translator) -> str:
    """What the city owes next, and whether it is late. The days alone say so."""
    clock = entry.clock
    if clock.due is None or clock.days is None:
        return ""
    day = words.date(clock.due)
    if clock.late:
        days = words.ngettext("{n} day", "{n} days", -clock.days)
        if clock.owed is Owed.ANSWER:
            return words.gettext(
                "The answer was due on {day}. It is {days} late.", day=day, days=days
            )
        return words.gettext("This was promised for {day}. It is {days} late.", day=day, days=days)
    if clock.owed is Owed.ANSWER:
        return words.gettext("The city answers by {day}.", day=day)
    return words.gettext("Promised for {day}.", day=day)


def promise_line(each: Any, words: Translator) -> str:
    """Owner, day and how it stands."""
    if each.delivered and each.settled_on:
        return words.gettext(
            "{owner} · done on {day}", owner=each.owner, day=words.date(each.settled_on)
        )
    day = words.date(each.due_on)
    if each.late:
        return words.gettext("{owner} · was due on {day}, late", owner=each.owner, day=day)
    return words.gettext("{owner} · by {day}", owner=each.owner, day=day)
