"""The result of a vote: who won by which rule, every step, who took part, how to check it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petitions.protocol.spec import FEWEST_SHOWN
from petitions.results.otherwise import chosen_of
from service.actions.voice.answers import OUTCOMES
from service.actions.voice.settling import REASONS
from service.errors import NotFound
from service.public_voice.ledger import owed, promise_line
from service.public_voice.vote_charts import Bar, Table, Teller, drawn
from service.public_voice.vote_compared import Compared, compared
from service.public_voice.vote_people import People, people_of
from service.public_voice.vote_strips import Strips, strips_of
from service.public_voice.vote_words import COUNTED, METHODS, address, seats_words, vote_of
from service.public_voice.votes import LIST, file_links
from service.queries.voice.ledger import entry_of
from service.queries.voice.votes import published_file
from service.rendering import render, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.voice.ledger import Entry
    from service.queries.voice.votes import VoteRecord


# A heading that names more than so many is no heading.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """What was promised, as the city wrote it, and by whom and when in the reader's words."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class CityAnswer:
    """What the city said to it, and each promise with owner and day."""

    outcome: str
    text: str
    office: str
    promises: Sequence[PromiseLine]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The count in words and drawings: what a page, a print and an export tell alike."""

    question: str
    winners: str
    method: str
    how: str
    wins: str
    ballots: str
    notes: Sequence[str]
    closed: str
    bars: Sequence[Bar]
    strips: Strips | None
    tables: Sequence[Table]
    compared: Compared | None
    people: People
    few: bool
    removed: Sequence[str]
    answer: CityAnswer | None
    owed: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """Everything about a counted vote."""

    heading: str
    section: str
    number: int
    outcome: Outcome
    files: Sequence[tuple[str, str]]
    command: str
    back: str


async def result(request: Request) -> Response:
    """The page. Raises NotFound before the count."""
    record, words = await vote_of(request), translator_of(request)
    found = await outcome_of(request, record)
    view = ResultView(
        heading=found.winners,
        section=found.question,
        number=record.number or 0,
        outcome=found,
        files=await file_links(record, words),
        command=f"threshold verify-tally vote-{record.number}.zip --spec-hash {record.spec_hash}",
        back=address(record) if record.number else LIST,
    )
    return render(request, "voice/vote_result.html", view)


async def outcome_of(request: Request, record: VoteRecord) -> Outcome:
    """Raises NotFound before the count."""
    services, words, counted = services_of(request), translator_of(request), record.result
    if counted is None:
        raise NotFound
    teller, shown = Teller(record, words), drawn(record, counted, words)
    final = json.loads(await published_file(record, "final.json"))
    today = services.city.calendar.day_of(now_of(request))
    entry = await entry_of(services, record.id, today, words.code)
    return Outcome(
        question=record.question(words.code),
        winners=_winners(record, counted, teller),
        method=words.gettext(METHODS[record.method]),
        how=words.gettext(COUNTED[record.method]),
        wins=seats_words(record.spec, words),
        ballots=words.ngettext(
            "{number} ballot",
            "{number} ballots",
            counted["ballots"],
            number=words.number(counted["ballots"]),
        ),
        notes=_notes(counted, teller),
        closed=words.date(record.closes_at) if record.closes_at else "",
        bars=shown.bars,
        strips=strips_of(record.spec, counted, teller),
        tables=shown.tables,
        compared=await compared(record, teller),
        people=people_of(services, final["voters"], words),
        few=final["leaves"] < FEWEST_SHOWN,
        removed=_removed(final["removed"], words),
        answer=city_answer(entry, words),
        owed=owed(entry, words) if entry else "",
    )


def _winners(record: VoteRecord, counted: Mapping[str, Any], teller: Teller) -> str:
    chosen = chosen_of(counted, record.spec)
    if not chosen:
        return teller.words.gettext("Nobody and nothing was chosen: there were no votes.")
    if record.method == "schulze":
        return teller.words.gettext("First: {name}", name=teller.name(chosen[0]))
    if len(chosen) > MOST_NAMED:
        return teller.words.ngettext(
            "{n} of {all} was chosen",
            "{n} of {all} were chosen",
            len(chosen),
            all=teller.words.number(len(record.spec.options)),
        )
    return teller.names(chosen)


def city_answer(entry: Entry | None, words: Translator) -> CityAnswer | None:
    if entry is None or entry.said is None:
        return None
    said = entry.said
    promises = [PromiseLine(each.text, promise_line(each, words)) for each in entry.promises]
    return CityAnswer(words.gettext(OUTCOMES[said.outcome]), said.text, said.office, promises)


def _notes(counted: Mapping[str, Any], teller: Teller) -> list[str]:
    words, notes = teller.words, []
    if counted["blank"]:
        notes.append(
            words.ngettext("{n} of them is blank.", "{n} of them are blank.", counted["blank"])
        )
    if "scores" in counted:
        answers = sum(sum(row.values()) for row in counted["pairwise"].values())
        notes.append(
            words.ngettext(
                "People chose {number} time.",
                "People chose {number} times.",
                answers,
                number=words.number(answers),
            )
        )
    if counted["exhausted"]:
        notes.append(
            words.gettext(
                "{number} named nobody who was still there at the end.",
                number=words.number(round(counted["exhausted"])),
            )
        )
    if "spent" in counted:
        notes.append(
            words.gettext(
                "{spent} of {budget} is spent.",
                spent=words.amount(round(counted["spent"] * 100)),
                budget=words.amount(round(counted["budget"] * 100)),
            )
        )
    tied = counted.get("tied") or []
    if tied and isinstance(tied[0], str):
        notes.append(words.gettext("The draw decided between {names}.", names=teller.names(tied)))
    return notes


def _removed(rows: Sequence[Sequence[str]], words: Translator) -> list[str]:
    counts: dict[str, int] = {}
    for _leaf, reason in rows:
        counts[reason] = counts.get(reason, 0) + 1
    return [
        words.ngettext("{why}: {n} ballot", "{why}: {n} ballots", n, why=words.gettext(REASONS[id]))
        for id, n in counts.items()
        if id in REASONS
    ]
