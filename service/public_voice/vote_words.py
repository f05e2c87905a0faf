"""How a vote's method, state and rule are said in plain words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.protocol.pairs import turns
from petitions.protocol.spec import Option, VoteSpec
from service.errors import NotFound
from service.i18n import _
from service.queries.voice.votes import VoteRecord, vote_by_number
from service.web import now_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from service.i18n import Translator

RANKED = ("irv", "stv", "schulze")
MOST_DIGITS = 6
METHODS = {
    "single": _("One choice"),
    "approval": _("As many as you like"),
    "score": _("Points"),
    "irv": _("Ranking, one wins (instant runoff)"),
    "stv": _("Ranking, several win (STV)"),
    "schulze": _("Ranking, all in order (Schulze)"),
    "greedy": _("Budget, most votes first"),
    "equal-shares": _("Budget, equal shares"),
    "pairwise": _("Two at a time"),
}
COUNTED = {
    "single": _("You choose one. The option with most votes wins."),
    "approval": _("You tick all that you like. The options with most ticks win."),
    "score": _("You give points. We add them up. The options with most points win."),
    "irv": _(
        "You put options in order. If no option has more than half, the last one is taken out and"
        " its ballots move to their next choice. This goes on until one has more than half."
    ),
    "stv": _(
        "You put options in order. An option that has enough ballots is chosen, and what it has"
        " too many moves to the next choice. If none has enough, the last one is taken out and its"
        " ballots move on."
    ),
    "schulze": _(
        "You put options in order. For each two options we count how many people like one more."
        " The order follows from all these pairs."
    ),
    "greedy": _(
        "You tick all that you like. We start with the option that has most ticks and pay for each"
        " one that still fits in the sum."
    ),
    "equal-shares": _(
        "You tick all that you like. Each voter gets an equal part of the sum. An option is paid"
        " for when the people who ticked it have enough together. So each group gets its share."
    ),
    "pairwise": _(
        "You see two options at a time and choose one. From all answers we work out how often each"
        " option is chosen over each other one. Those that are chosen most often win."
    ),
}
MARKS = {
    "single": _("Choose one"),
    "approval": _("Tick all that you like"),
    "score": _("Give points"),
    "greedy": _("Tick all that you like"),
    "equal-shares": _("Tick all that you like"),
}
STATES = {
    "open": ("sent", _("Open for votes")),
    "disputed": ("their_turn", _("Closed. Look for your ballot")),
    "reduced": ("their_turn", _("Waiting to be counted")),
    "counted": ("approved", _("Counted")),
    "called_off": ("closed", _("Called off")),
}
IDENTIFIERS = {
    "mail": _("One voice for each mail address."),
    "phone": _("One voice for each telephone number."),
    "address": _("One voice for each name at an address. A letter goes there."),
    "in_person": _("One voice for each card from a city office."),
    "sign_in": _("One voice for each person with a city sign-in."),
}
# Of a vote by pairs no ballot is published whole.
APART = _(
    "After the count two auditors publish each answer alone, in no order. So your answers do not"
    " stand side by side."
)
MODES = {
    "open": _("After the count all ballots are published without names. Anyone can count again."),
    "quiet": _(
        "After the count two auditors publish what the ballots say, in no order. Nobody can show"
        " how they voted."
    ),
}


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One option as a ballot or a list has it."""

    value: str
    label: str
    hint: str | None = None
    cost: int = 0


async def vote_of(request: Request) -> VoteRecord:
    """The vote of the address. Raises NotFound for anything that is no number of one."""
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise NotFound
    return await vote_by_number(int(text))


def address(record: VoteRecord, more: str = "") -> str:
    return f"/voice/votes/{record.number}{more}"


def a_turn(spec: VoteSpec) -> int:
    """Where the list of options begins this time. Stored nowhere."""
    return secrets.randbelow(len(spec.options))


def ways_to_begin(spec: VoteSpec) -> int:
    """How many ballots of this vote there are, the one beginning here and the other there."""
    return turns(spec) if spec.method == "pairwise" else len(spec.options)


def mode_words(spec: VoteSpec, words: Translator) -> str:
    """What is published after the count."""
    apart = spec.mode == "quiet" and spec.method == "pairwise"
    return words.gettext(APART if apart else MODES[spec.mode])


def turned(spec: VoteSpec, turn: int) -> Sequence[Option]:
    """The options in one of n rotations."""
    at = turn % len(spec.options)
    return (*spec.options[at:], *spec.options[:at])


def shown_options(
    record: VoteRecord, options: Sequence[Option], words: Translator
) -> list[ShownOption]:
    return [
        ShownOption(
            one.id,
            record.option(words.code, one.id),
            words.gettext("It costs {amount}.", amount=words.amount(one.cost * 100))
            if one.cost
            else None,
            one.cost,
        )
        for one in options
    ]


def state_of(record: VoteRecord, words: Translator, request: Request) -> tuple[str, str]:
    """The look of the tag and its words. Past its time an open vote is closing."""
    kind, text = STATES[record.state]
    over = record.closes_at is not None and record.closes_at <= now_of(request)
    if record.state == "open" and over:
        kind, text = "their_turn", _("Closing now")
    return kind, words.gettext(text)


def seats_words(spec: VoteSpec, words: Translator) -> str:
    """How many win, or what there is to spend."""
    if spec.budget:
        return words.gettext("There is {amount} to spend.", amount=words.amount(spec.budget * 100))
    if spec.method == "schulze":
        return ""
    return words.ngettext("{n} option wins.", "{n} options win.", spec.seats)
