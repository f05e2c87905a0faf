"""Would another count change it: other methods on the same ballots, and the ballots drawn again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from petitions.results.otherwise import FIRST, HALFWAY, STRENGTH, chosen_of
from service.i18n import _
from service.public_voice.vote_charts import FULL
from service.public_voice.vote_words import METHODS
from service.queries.voice.votes import OTHERS, STABILITY, is_published, published_file

if TYPE_CHECKING:
    from service.public_voice.vote_charts import Teller
    from service.queries.voice.votes import VoteRecord

WAYS = {
    **METHODS,
    FIRST: _("First choices alone"),
    HALFWAY: _("Who gave more than half of the points"),
    STRENGTH: _("To be chosen over a strong one counts more (Bradley-Terry)"),
    "equal-shares": _("Equal shares"),
    "greedy": _("Most votes first"),
    "schulze": _("Each two options compared (Schulze)"),
    "irv": _("Instant runoff"),
}


@dataclass(frozen=True, slots=True)
class Other:
    """Another way to count and what it would have chosen."""

    way: str
    chosen: str
    same: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """An option and in how many draws it was chosen."""

    label: str
    words: str
    width: int
    won: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """`headline` answers the question in a word or two; `firmness` says what the draws gave."""

    headline: str
    others: Sequence[Other]
    firmness: str
    draws: Sequence[Drawn]


async def compared(record: VoteRecord, teller: Teller) -> Compared | None:
    """None where there is nothing to compare, as under 50 ballots."""
    others = [
        Other(
            teller.words.gettext(WAYS[one["method"]]),
            teller.names(one["chosen"]) if one["chosen"] else teller.words.gettext("Nothing"),
            one["same"],
        )
        for one in (await _file(record, OTHERS) or {"others": []})["others"]
    ]
    drawn = await _file(record, STABILITY)
    if not others and drawn is None:
        return None
    firm = drawn is None or 20 * drawn["same"] >= 19 * drawn["times"]
    return Compared(
        _headline(all(one.same for one in others), firm, teller),
        others,
        _firmness(record, drawn, teller) if drawn else "",
        _draws(record, drawn, teller) if drawn else [],
    )


async def _file(record: VoteRecord, name: str) -> dict[str, Any] | None:
    if not await is_published(record, name):
        return None
    found: dict[str, Any] = json.loads(await published_file(record, name))
    return found


def _headline(same: bool, firm: bool, teller: Teller) -> str:
    words = teller.words
    if same and firm:
        return words.gettext("No.")
    if same:
        return words.gettext("Not another way to count, but few ballots could.")
    return words.gettext("Yes, it could.") if firm else words.gettext("Yes. It was close.")


def _firmness(record: VoteRecord, drawn: dict[str, Any], teller: Teller) -> str:
    words, times, same = teller.words, drawn["times"], drawn["same"]
    single = len(chosen_of(record.result or {"winners": []}, record.spec)) == 1
    if record.method == "pairwise":
        said = _(
            "We drew the answers again at random {times} times. In {same} of them the same came out"
            " first."
        )
    elif single:
        said = _(
            "We drew the ballots again at random {times} times. In {same} of them the same option"
            " won."
        )
    else:
        said = _(
            "We drew the ballots again at random {times} times. In {same} of them the same options"
            " won."
        )
    return words.gettext(said, times=words.number(times), same=words.number(same))


def _draws(record: VoteRecord, drawn: dict[str, Any], teller: Teller) -> list[Drawn]:
    won = set(chosen_of(record.result or {"winners": []}, record.spec))
    rows = sorted(drawn["chosen"].items(), key=lambda row: (-row[1], row[0] not in won, row[0]))
    return [
        Drawn(
            teller.name(id),
            teller.words.gettext(
                "in {n} of {times}",
                n=teller.words.number(n),
                times=teller.words.number(drawn["times"]),
            ),
            round(FULL * n / drawn["times"]),
            id in won,
        )
        for id, n in rows
    ]
