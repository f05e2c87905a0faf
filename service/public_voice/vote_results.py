"""The result of a vote: who won by which rule, every step, who took part, how to check it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response as PlainResponse

from petitions.protocol.spec import FEWEST_SHOWN
from service.errors import NotFound
from service.i18n import _
from service.public_voice.vote_charts import Bar, Table, Teller, drawn
from service.public_voice.vote_words import COUNTED, METHODS, address, seats_words, vote_of
from service.public_voice.votes import LIST, file_links
from service.queries.voice.votes import OTHERS, is_published, published_file
from service.rendering import render, translator_of
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

TIERS = {
    "mail": _("Mail"),
    "phone": _("Text message"),
    "address": _("Letter to an address"),
    "in_person": _("Card from a city office"),
    "sign_in": _("City sign-in"),
}
REASONS_TITLE = _("Taken out before the count")


@dataclass(frozen=True, slots=True)
class ResultView:
    """Everything about a counted vote."""

    heading: str
    section: str
    number: int
    winners: str
    method: str
    how: str
    wins: str
    ballots: str
    notes: Sequence[str]
    bars: Sequence[Bar]
    tables: Sequence[Table]
    others: Sequence[tuple[str, str, bool]]
    people: Sequence[Table]
    few: bool
    removed: Sequence[str]
    files: Sequence[tuple[str, str]]
    spec_hash: str
    command: str
    back: str


async def result(request: Request) -> Response:
    """The page. Raises NotFound before the count."""
    record, words = await vote_of(request), translator_of(request)
    counted = record.result
    if counted is None:
        raise NotFound
    teller, shown = Teller(record, words), drawn(record, counted, words)
    final = json.loads(await published_file(record, "final.json"))
    won = counted["funded"] if "funded" in counted else counted["winners"]
    none = words.gettext("Nobody and nothing was chosen: there were no votes.")
    view = ResultView(
        heading=teller.names(won)
        if won and record.method != "schulze"
        else (words.gettext("First: {name}", name=teller.name(won[0])) if won else none),
        section=record.question(words.code),
        number=record.number or 0,
        winners=teller.names(won) if won else none,
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
        bars=shown.bars,
        tables=shown.tables,
        others=await _others(record, teller),
        people=_people(request, final["voters"], words),
        few=final["leaves"] < FEWEST_SHOWN,
        removed=_removed(final["removed"], words),
        files=await file_links(record, words),
        spec_hash=record.spec_hash or "",
        command=f"threshold verify-tally vote-{record.number}.zip --spec-hash {record.spec_hash}",
        back=address(record) if record.number else LIST,
    )
    return render(request, "voice/vote_result.html", view)


def _notes(counted: Mapping[str, Any], teller: Teller) -> list[str]:
    words, notes = teller.words, []
    if counted["blank"]:
        notes.append(
            words.ngettext("{n} of them is blank.", "{n} of them are blank.", counted["blank"])
        )
    if counted["exhausted"]:
        notes.append(
            words.gettext(
                "{number} named nobody who was still there at the end.",
                number=teller.number(counted["exhausted"]),
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


async def _others(record: VoteRecord, teller: Teller) -> list[tuple[str, str, bool]]:
    """What other ways to count would have chosen: their name, who, whether it is the same."""
    if not await is_published(record, OTHERS):
        return []
    found = json.loads(await published_file(record, OTHERS))
    return [
        (teller.words.gettext(METHODS[one["method"]]), teller.names(one["chosen"]), one["same"])
        for one in found["others"]
    ]


def _people(
    request: Request, voters: Mapping[str, Mapping[str, int]], words: Translator
) -> list[Table]:
    """Counts by how people showed who they are and by area; small ones stand together."""
    areas = services_of(request).voice.areas
    names = {
        "tier": {id: words.gettext(name) for id, name in TIERS.items()},
        "area": {id: words.gettext(name) for id, name in areas.items()}
        | {"none": words.gettext("Did not say")},
    }
    captions = {
        "tier": words.gettext("How voters showed who they are"),
        "area": words.gettext("Where voters live, as they said"),
    }
    tables = []
    for group, counts in voters.items():
        rows = [
            [
                words.gettext("All others together")
                if id == "rest"
                else names.get(group, {}).get(id, id),
                words.number(n),
            ]
            for id, n in counts.items()
        ]
        columns = [{"title": captions.get(group, group)}, {"title": words.gettext("Voters")}]
        columns[1] = {**columns[1], "number": "yes"}
        tables.append(Table(captions.get(group, group), columns, rows))
    return tables


def _removed(rows: Sequence[Sequence[str]], words: Translator) -> list[str]:
    from service.actions.voice.settling import REASONS

    counts: dict[str, int] = {}
    for _leaf, reason in rows:
        counts[reason] = counts.get(reason, 0) + 1
    return [
        words.ngettext("{why}: {n} ballot", "{why}: {n} ballots", n, why=words.gettext(REASONS[id]))
        for id, n in counts.items()
        if id in REASONS
    ]


async def result_csv(request: Request) -> Response:
    """Every step of the count as rows, for a spreadsheet."""
    record = await vote_of(request)
    counted = record.result
    if counted is None:
        raise NotFound
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["round", "option", "text", "votes", "event"])
    for one in counted["rounds"]:
        for id, votes, event in _csv_rows(one):
            text = record.option("en", id)
            # A spreadsheet must not take words for a formula.
            writer.writerow([one["round"], id, text.lstrip("=+-@\t"), votes, event])
    for first, row in counted.get("pairwise", {}).items():
        for other, votes in row.items():
            writer.writerow(["", first, f"over {other}", votes, "pair"])
    return PlainResponse(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="vote-{record.number}.csv"'},
    )


def _csv_rows(one: Mapping[str, Any]) -> list[tuple[str, float, str]]:
    if "project" in one:
        return [(one["project"], one["votes"], "funded" if one["funded"] else "not funded")]
    return [
        (
            id,
            votes,
            "elected" if id in one["elected"] else "excluded" if id == one.get("excluded") else "",
        )
        for id, votes in one["votes"].items()
    ]
