"""A ballot by pairs: two options at a time. Every answer so far travels in one field of the form,
a letter for each pair, and rests nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.protocol.pairs import asked_pairs, most_pairs, shown_pair
from service.i18n import _

if TYPE_CHECKING:
    from petitions.protocol.spec import VoteSpec
    from service.body import Form
    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

PICKS, AT, PICK, TO = "picks", "at", "pick", "to"  # names of fields
FIRST, OTHER, UNDECIDED = "a", "b", "x"
LONGEST_NUMBER = 3


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair. `chosen` is what was picked here before; `to` leads back to the whole ballot."""

    heading: str
    section: str
    question: str
    how: str
    number: int
    first: str
    other: str
    chosen: str
    token: str
    turn: int
    picks: str
    at: int
    to: str
    done: int
    total: int
    may_check: bool
    form_id: str = "pair"


@dataclass(frozen=True, slots=True)
class PairLine:
    """One answer in words, and which pair it was."""

    at: int
    better: str
    other: str
    decided: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What was picked so far, and which pair comes next; None: look at the whole ballot."""

    picks: str
    at: int | None


def picks_in(form: Form, spec: VoteSpec) -> str:
    """The answers so far; nothing for what no page of ours wrote."""
    picks = form.get(PICKS)
    good = len(picks) <= most_pairs(spec) and set(picks) <= {FIRST, OTHER, UNDECIDED}
    return picks if good else ""


def answers_in(picks: str, turn: int, spec: VoteSpec) -> list[list[str]]:
    """[better, other] for each pair that was decided, as a ballot holds them."""
    found = []
    for at, pick in enumerate(picks):
        pair = [spec.options[one].id for one in shown_pair(spec, turn, at)]
        if pick != UNDECIDED:
            found.append(pair if pick == FIRST else pair[::-1])
    return sorted(found)


def next_step(form: Form, spec: VoteSpec) -> Step:
    """What the pressed button leads to."""
    picks, pressed, pick = picks_in(form, spec), form.get("_action"), form.get(PICK)
    at = min(_number(form.get(AT), len(picks)), len(picks))
    if pressed == "check":
        return Step(picks, None)
    if pressed == "back":
        return Step(picks, max(at - 1, 0))
    if pressed.startswith("at-"):
        return Step(picks, min(_number(pressed.removeprefix("at-"), 0), len(picks)))
    if pick not in (FIRST, OTHER, UNDECIDED) or at >= most_pairs(spec):
        return Step(picks, at if at < most_pairs(spec) else None)
    picks = picks[:at] + pick + picks[at + 1 :]
    after = at + 1
    ended = after == len(picks) and after in (asked_pairs(spec), most_pairs(spec))
    return Step(picks, None if ended or form.get(TO) == "check" else after)


def _number(text: str, usual: int) -> int:
    good = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if good else usual


def pair_view(
    record: VoteRecord, step: Step, turn: int, token: str, to: str, words: Translator
) -> PairView:
    """The page of one pair."""
    spec, at = record.spec, step.at or 0
    first, other = (record.option(words.code, id) for id in _ids(spec, turn, at))
    asked = asked_pairs(spec)
    total = asked if at < asked else most_pairs(spec)
    return PairView(
        heading=words.gettext(_("Which of these two first?")),
        section=words.gettext(_("Pair {n} of {all}"), n=at + 1, all=total),
        question=record.question(words.code),
        how=words.gettext(_("There is no wrong answer. Nothing is recorded yet."))
        if not at
        else "",
        number=record.number or 0,
        first=first,
        other=other,
        chosen=_chosen(step.picks[at : at + 1], first, other, words),
        token=token,
        turn=turn,
        picks=step.picks,
        at=at,
        to=to,
        done=at,
        total=total,
        may_check=bool(step.picks),
    )


def _ids(spec: VoteSpec, turn: int, at: int) -> Sequence[str]:
    return [spec.options[one].id for one in shown_pair(spec, turn, at)]


def _chosen(pick: str, first: str, other: str, words: Translator) -> str:
    if not pick:
        return ""
    if pick == UNDECIDED:
        return words.gettext(_("You did not decide here before."))
    return words.gettext(
        _("You chose this before: {option}"), option=first if pick == "a" else other
    )


def pair_lines(record: VoteRecord, picks: str, turn: int, words: Translator) -> list[PairLine]:
    """The whole ballot, in the order in which the pairs were shown."""
    lines = []
    for at, pick in enumerate(picks):
        pair = [record.option(words.code, id) for id in _ids(record.spec, turn, at)]
        better, other = pair if pick != OTHER else pair[::-1]
        lines.append(PairLine(at, better, other, pick != UNDECIDED))
    return lines


def may_go_on(picks: str, spec: VoteSpec) -> bool:
    return len(picks) < most_pairs(spec)
