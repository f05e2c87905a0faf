"""A count as rows of bars, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petitions.protocol.spec import VoteSpec
from service.public_voice.vote_words import RANKED

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

FULL = 1000  # the width of a whole bar, in the drawing's own units


@dataclass(frozen=True, slots=True)
class Bar:
    """One option: `own` is what it began with, `more` what moved to it later; both as widths."""

    label: str
    words: str
    own: int
    more: int
    won: bool


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: Sequence[Mapping[str, object]]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A result as it is shown."""

    bars: Sequence[Bar]
    tables: Sequence[Table]


class Teller:
    """Names and numbers of one result in one language."""

    def __init__(self, record: VoteRecord, words: Translator) -> None:
        self.record = record
        self.words = words

    def name(self, id: str) -> str:
        return self.record.option(self.words.code, id)

    def names(self, ids: Sequence[str]) -> str:
        return self.words.list([self.name(id) for id in ids])

    def number(self, value: float) -> str:
        """Parts of votes come from surpluses; two decimals are enough to read."""
        whole = float(value).is_integer()
        return self.words.number(int(value)) if whole else f"{value:,.2f}"


def drawn(record: VoteRecord, result: Mapping[str, Any], words: Translator) -> Drawn:
    """Bars and tables of a count, by its method."""
    spec, teller = record.spec, Teller(record, words)
    if spec.budget:
        return _budget(spec, result, teller)
    if spec.method == "schulze":
        return _order(result, teller)
    if spec.method in RANKED:
        return _transfers(result, teller)
    if spec.method == "pairwise":
        return _pairs(spec, result, teller)
    return _totals(spec, result, teller)


def _bars(
    rows: Sequence[tuple[str, float, float, bool]], teller: Teller, words_of: Mapping[str, str]
) -> list[Bar]:
    """(id, own, more, won), the tallest bar as long as the drawing."""
    most = max((own + more for _id, own, more, _won in rows), default=0) or 1
    return [
        Bar(
            teller.name(id),
            words_of[id],
            round(FULL * own / most),
            round(FULL * more / most),
            won,
        )
        for id, own, more, won in rows
    ]


def _totals(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Drawn:
    words, votes = teller.words, result["rounds"][0]["votes"]
    winners = set(result["winners"])
    ranked = sorted(votes.items(), key=lambda row: -row[1])
    said = {
        id: words.ngettext("{number} point", "{number} points", int(n), number=teller.number(n))
        if spec.method == "score"
        else words.ngettext("{number} vote", "{number} votes", int(n), number=teller.number(n))
        for id, n in ranked
    }
    rows = [(id, float(n), 0.0, id in winners) for id, n in ranked]
    unit = words.gettext("Points") if spec.method == "score" else words.gettext("Votes")
    columns: list[Mapping[str, object]] = [{"title": words.gettext("Option")}]
    columns.append({"title": unit, "number": True})
    cells = [[teller.name(id), teller.number(n)] for id, n in ranked]
    if spec.method == "score":
        columns += [{"title": str(n), "number": True} for n in range(spec.highest + 1)]
        cells = [
            [*cell, *(teller.number(n) for n in result["given"][id])]
            for cell, (id, _n) in zip(cells, ranked, strict=True)
        ]
    return Drawn(_bars(rows, teller, said), [Table(words.gettext("The count"), columns, cells)])


def _transfers(result: Mapping[str, Any], teller: Teller) -> Drawn:
    """How far each option came: what it began with, and what moved to it."""
    words, rounds = teller.words, result["rounds"]
    winners = list(result["winners"])
    first: dict[str, float] = dict(rounds[0]["votes"]) if rounds else {}
    last: dict[str, float] = {}
    for one in rounds:
        for id, votes in one["votes"].items():
            last[id] = max(votes, last.get(id, 0))
    order = sorted(first, key=lambda id: (id not in winners, -last[id]))
    said = {
        id: words.gettext(
            "{first} first choices, then {more} more",
            first=words.number(round(first[id])),
            more=words.number(round(last[id] - first[id])),
        )
        for id in order
    }
    rows = [(id, first[id], last[id] - first[id], id in winners) for id in order]
    heads: list[Mapping[str, object]] = [{"title": words.gettext("Option")}]
    heads += [
        {"title": words.gettext("Round {n}", n=one["round"]), "number": True} for one in rounds
    ]
    cells = [
        [
            teller.name(id),
            *(teller.number(one["votes"][id]) if id in one["votes"] else "–" for one in rounds),
        ]
        for id in order
    ]
    exhausted = [teller.number(one["exhausted"]) for one in rounds]
    cells.append([words.gettext("Ballots with no choice left"), *exhausted])
    what = [[words.gettext("Round {n}", n=one["round"]), step_words(one, teller)] for one in rounds]
    steps = Table(
        words.gettext("What happened in each round"),
        [{"title": words.gettext("Round")}, {"title": words.gettext("What happened")}],
        what,
    )
    count = Table(words.gettext("Votes in each round"), heads, cells)
    return Drawn(_bars(rows, teller, said), [count, steps])


def step_words(one: Mapping[str, Any], teller: Teller) -> str:
    """What happened in one round."""
    words, parts = teller.words, []
    if one["elected"]:
        parts.append(words.gettext("Chosen: {names}.", names=teller.names(one["elected"])))
    if one["surplus_of"]:
        name = teller.name(one["surplus_of"])
        parts.append(words.gettext("What {name} had too many moved on.", name=name))
    if one["excluded"]:
        name = teller.name(one["excluded"])
        parts.append(words.gettext("{name} was last; its ballots moved on.", name=name))
    if one.get("tied"):
        names = teller.names(one["tied"])
        parts.append(words.gettext("The draw decided between {names}.", names=names))
    return " ".join(parts) or words.gettext("Nothing changed.")


def _order(result: Mapping[str, Any], teller: Teller) -> Drawn:
    """The order, and for each two options how many put one above the other."""
    words, order, pairs = teller.words, result["winners"], result["pairwise"]
    beaten = {
        id: sum(pairs[id][other] > pairs[other][id] for other in order if other != id)
        for id in order
    }
    said = {
        id: words.ngettext("beats {n} other option", "beats {n} other options", beaten[id])
        for id in order
    }
    rows = [(id, float(beaten[id]), 0.0, at == 0) for at, id in enumerate(order)]
    heads: list[Mapping[str, object]] = [{"title": words.gettext("More people want")}]
    heads += [{"title": teller.name(id), "number": True} for id in order]
    cells = [
        [teller.name(id), *("–" if id == o else teller.number(pairs[id][o]) for o in order)]
        for id in order
    ]
    table = Table(words.gettext("The row above the column"), heads, cells)
    return Drawn(_bars(rows, teller, said), [table])


def _pairs(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Drawn:
    """How often each is chosen over the others; of few ballots only the order."""
    words, order, pairs = teller.words, result["winners"], result.get("pairwise", {})
    heads: list[Mapping[str, object]] = [{"title": words.gettext("Option")}]
    if not pairs:
        place: Mapping[str, object] = {"title": words.gettext("Place"), "number": True}
        cells = [[teller.name(id), words.number(at)] for at, id in enumerate(order, 1)]
        return Drawn([], [Table(words.gettext("The order"), [*heads, place], cells)])
    scores, won = result["scores"], set(order[: spec.seats])
    shares = {id: words.percent(scores[id]) for id in order}
    said = {id: words.gettext("chosen {part} of the time", part=shares[id]) for id in order}
    bars = [Bar(teller.name(id), said[id], round(FULL * scores[id]), 0, id in won) for id in order]
    titles = (
        words.gettext("Chosen"),
        words.gettext("Times chosen"),
        words.gettext("Times not chosen"),
        words.gettext("Ahead of so many others"),
    )
    cells = []
    for id in order:
        others = [other for other in pairs if other != id]
        wins = sum(pairs[id][other] for other in others)
        losses = sum(pairs[other][id] for other in others)
        ahead = sum(pairs[id][other] > pairs[other][id] for other in others)
        cells.append([teller.name(id), shares[id], *map(teller.number, (wins, losses, ahead))])
    heads += [{"title": title, "number": True} for title in titles]
    return Drawn(bars, [Table(words.gettext("The count"), heads, cells)])


def _budget(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Drawn:
    """Each purchase, with its votes as the bar; what was never bought comes last."""
    words = teller.words
    said, rows, cells = {}, [], []
    for one in result["rounds"]:
        id, votes = one["project"], one["votes"]
        paid = words.gettext("paid for") if one["funded"] else words.gettext("not paid for")
        cost = words.amount(int(one["cost"]) * 100)
        said[id] = words.ngettext(
            "{number} vote, {cost}, {paid}",
            "{number} votes, {cost}, {paid}",
            votes,
            number=teller.number(votes),
            cost=cost,
            paid=paid,
        )
        rows.append((id, float(votes), 0.0, bool(one["funded"])))
        left = words.amount(round(one["left"] * 100))
        cells.append([teller.name(id), teller.number(votes), cost, paid, left])
    for option in spec.options:
        if option.id not in said:
            cost = words.amount(option.cost * 100)
            said[option.id] = words.gettext("{cost}, not paid for", cost=cost)
            rows.append((option.id, 0.0, 0.0, False))
    titles = (_title(words), words.gettext("Votes"), words.gettext("Cost"))
    columns: list[Mapping[str, object]] = [{"title": titles[0]}]
    columns += [{"title": title, "number": True} for title in titles[1:]]
    columns += [
        {"title": words.gettext("Paid for")},
        {"title": words.gettext("Left after it"), "number": True},
    ]
    return Drawn(
        _bars(rows, teller, said), [Table(words.gettext("In the order counted"), columns, cells)]
    )


def _title(words: Translator) -> str:
    return words.gettext("Option")
