"""Results and reasons as the text of JSON, letter for letter that of their `to_json`.

An answer over HTTP holds a hundred reasons. Most of what they say is the same for everybody and is
there already (`reason_pieces.py`); no value in between is made for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eligibility.determination import AmountRange, Reason
from eligibility.json_text import fields, json_of, number_text, quoted, told_text
from eligibility.parameters import Reading
from eligibility.reason_pieces import NO_UNIT, NOT_A_FIGURE
from eligibility.reasons import Compared, Reasons, Why
from eligibility.standing import Standing
from eligibility.telling import Words
from eligibility.tracing import TracedWorld
from eligibility.wording import Shown, Wording
from eligibility.world import PersonView


class ReasonTexts(Reasons):
    """Makes them. The answers a reason rests on are put into words once for each set of them."""

    def __init__(self, world: TracedWorld) -> None:
        super().__init__(world)
        self.told = Told(world)
        self.answers: dict[int, str] = {0: ""}

    def plain(self, wording: Wording, mask: int) -> str:
        pieces, answers = wording.pieces, self.answers.get(mask)
        if answers is None:
            answers = self._answers(mask)
        return f"{pieces.head}{answers}{pieces.rest}"

    def numbered(
        self,
        wording: Wording,
        mask: int,
        sides: Compared,
        shown: Shown | None,
        read: Sequence[Reading],
        values: Sequence[Any],
    ) -> str:
        pieces, answers = wording.pieces, self.answers.get(mask)
        if answers is None:
            answers = self._answers(mask)
        unit = NO_UNIT if shown is None else shown.told
        told, source = read[0].pieces if read else NOT_A_FIGURE
        limit, value, distance = map(number_text, sides)
        start = (
            f'{pieces.head}{answers}}},"limit":{limit},"value":{value},"distance":{distance}'
            f"{unit}{told}{source or pieces.source},"
        )
        if not values:
            return f"{start}{pieces.end}"
        sentence, measures = self._filled(wording, sides, values)
        return f'{start}"text":"{sentence}"{pieces.template},"values":{{{measures}}}{pieces.link}'

    def given(self, reason: Reason) -> str:
        return json_of(reason.to_json())

    def determination(
        self,
        standing: Standing,
        person: PersonView | None,
        outcome: bool | None,
        concerned: bool,
        amount: AmountRange | None,
        why: Why,
    ) -> str:
        pieces, (reasons, settle, stale) = standing.pieces, why
        end = pieces.settled
        if settle or stale:
            end = f"{pieces.not_checked}{fields(would_settle=settle, stale=stale)}{pieces.rules}"
        return (
            f"{pieces.first}{'null' if person is None else quoted(person.id)}"
            f"{pieces.outcomes[outcome, concerned]}{'null' if amount is None else _worth(amount)},"
            f'"because":[{",".join(reasons)}{end}'
        )

    def left_out(self, standing: Standing, person: PersonView, wording: Wording, mask: int) -> str:
        pieces = standing.pieces
        return (
            f"{pieces.first}{quoted(person.id)}{pieces.left_out}{self.plain(wording, mask)}"
            f"{pieces.settled}"
        )

    def _filled(self, wording: Wording, sides: Compared, values: Sequence[Any]) -> tuple[str, str]:
        """The whole sentence, and the numbers in it by themselves."""
        pieces = wording.pieces
        words = Words(wording.head[1], sides.value, sides.limit)
        sentence, measures = pieces.start, {}
        for (name, unit, after, measure, measured), value in zip(
            pieces.blanks, values, strict=True
        ):
            sentence += words.of(name, value, unit) + after
            measures[name] = f"{measure}{number_text(value)}{measured}"
        return sentence, ",".join(measures.values())

    def _answers(self, mask: int) -> str:
        """The answers of some bits, each after its path."""
        told, left, found = self.told, mask, []
        while left:
            bit = left & -left
            found.append(told[bit])
            left ^= bit
        text = self.answers[mask] = ",".join(found)
        return text


def _worth(amount: AmountRange) -> str:
    low, high = number_text(amount.low), number_text(amount.high)
    about = "true" if amount.about else "false"
    return f'{{"low":{low},"high":{high},"period":{json_of(amount.period)},"about":{about}}}'


class Told(dict[int, str]):
    """Each answer after its path, as it was told."""

    def __init__(self, world: TracedWorld) -> None:
        super().__init__()
        self.reads = world.reads

    def __missing__(self, bit: int) -> str:
        path, told = self.reads[bit]
        found = self[bit] = f"{quoted(path)}:{told_text(told)}"
        return found
