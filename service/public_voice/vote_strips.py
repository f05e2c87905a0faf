"""A count step by step as strips: each is one whole, cut into parts, with its words above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petitions.protocol.spec import VoteSpec
from service.public_voice.vote_charts import FULL, Teller, step_words
from service.public_voice.vote_words import RANKED

if TYPE_CHECKING:
    from service.i18n import Translator

WON, NEXT, REST, OUT = "won", "next", "rest", "out"
LEVELS = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a strip: where it begins, how wide it is, and its look (see votes.css)."""

    x: int
    width: int
    look: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip. `mark` is where a line stands across it, such as half of the ballots."""

    label: str
    words: str
    parts: Sequence[Part]
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Strips:
    """A title, what each look means, and the strips."""

    title: str
    legend: Sequence[tuple[str, str]]
    strips: Sequence[Strip]


def strips_of(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Strips | None:
    """The rounds of a ranking, what a budget went to, or how scores lie; None for other counts."""
    if not result["rounds"]:
        return None
    if spec.budget:
        return _spent(result, teller)
    if spec.method in RANKED:
        return _rounds(spec, result, teller)
    return _scores(spec, result, teller) if spec.method == "score" else None


def cut(amounts: Sequence[tuple[float, str]], whole: float) -> list[Part]:
    """The amounts side by side; what is missing to the whole stays empty."""
    parts, so_far = [], 0.0
    for amount, look in amounts:
        begin = round(FULL * so_far / whole)
        so_far += amount
        width = round(FULL * so_far / whole) - begin
        if width > 0:
            parts.append(Part(begin, width, look))
    return parts


def _rounds(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Strips:
    """Those who won first, then the others by how far they came; last the ballots that count for
    nobody any more. For one winner a line stands at half of those that still count."""
    words, rounds, winners = teller.words, result["rounds"], list(result["winners"])
    whole = (result["ballots"] - result["blank"]) or 1
    lasted = {id: at for at, one in enumerate(rounds) for id in one["votes"]}
    best = {id: max(one["votes"].get(id, 0) for one in rounds) for id in lasted}
    others = sorted(
        (id for id in lasted if id not in winners), key=lambda id: (-lasted[id], -best[id])
    )
    looks = dict.fromkeys(others, REST) | dict.fromkeys(others[:1], NEXT)
    looks |= dict.fromkeys(winners, WON)
    strips = []
    for one in rounds:
        amounts = [(one["votes"].get(id, 0), looks[id]) for id in (*winners, *others)]
        still = whole - one["exhausted"]
        strips.append(
            Strip(
                words.gettext("Round {n}", n=one["round"]),
                step_words(one, teller),
                cut([*amounts, (one["exhausted"], OUT)], whole),
                round(FULL * still / 2 / whole) if spec.method == "irv" else None,
            )
        )
    return Strips(words.gettext("Round by round"), _legend(winners, others, words, teller), strips)


def _legend(
    winners: Sequence[str], others: Sequence[str], words: Translator, teller: Teller
) -> list[tuple[str, str]]:
    legend = [(WON, teller.names(winners))]
    if others:
        legend.append((NEXT, teller.name(others[0])))
    if others[1:]:
        legend.append((REST, words.gettext("All other options")))
    return [*legend, (OUT, words.gettext("Ballots with no choice left"))]


def _spent(result: Mapping[str, Any], teller: Teller) -> Strips:
    """One strip for the sum, cut where one project ends and the next begins."""
    words, whole = teller.words, result["budget"] or 1
    bought = [one for one in result["rounds"] if one["funded"]]
    looks = [WON if at % 2 == 0 else NEXT for at in range(len(bought))]
    parts = cut([(one["cost"], look) for one, look in zip(bought, looks, strict=True)], whole)
    left = words.amount(round((result["budget"] - result["spent"]) * 100))
    names = [
        words.gettext(
            "{name} ({cost})",
            name=teller.name(one["project"]),
            cost=words.amount(one["cost"] * 100),
        )
        for one in bought
    ]
    strip = Strip(
        words.amount(round(result["budget"] * 100)),
        words.gettext(
            "From the start: {names}. Left over: {left}.", names=words.list(names), left=left
        )
        if names
        else words.gettext("Nothing was paid for."),
        parts,
    )
    return Strips(words.gettext("Where the sum goes"), [], [strip])


def _scores(spec: VoteSpec, result: Mapping[str, Any], teller: Teller) -> Strips:
    """For each option how many gave it which score: a middling sum may hide two camps."""
    words, votes = teller.words, result["rounds"][0]["votes"]
    strips = []
    for id in sorted(votes, key=lambda one: -votes[one]):
        given = result["given"][id]
        scored = sum(given) or 1
        amounts = [(n, f"level{_level(spec, score)}") for score, n in enumerate(given)]
        high, low = sum(given[-(-2 * spec.highest // 3) :]), sum(given[: spec.highest // 3 + 1])
        said = words.gettext(
            "{high} gave many points, {low} few or none",
            high=words.percent(high / scored),
            low=words.percent(low / scored),
        )
        strips.append(Strip(teller.name(id), said, cut(amounts, scored)))
    legend = [
        (f"level{_level(spec, score)}", words.ngettext("{n} point", "{n} points", score))
        for score in (0, spec.highest)
    ]
    return Strips(words.gettext("How the points lie"), legend, strips)


def _level(spec: VoteSpec, score: int) -> int:
    return LEVELS * score // spec.highest
