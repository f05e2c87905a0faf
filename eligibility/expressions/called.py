"""All that a rule's function can call; it reaches nothing else, not even Python's own."""

from __future__ import annotations

from typing import Any

from eligibility.expressions.writer import NOTHING
from eligibility.money import rounded
from eligibility.pay import turn
from eligibility.ratio import Exact, inverse
from eligibility.spans import Number, Span, ends, greatest, hull, least, span
from eligibility.world import PLACES, PersonView


def married(mine: Any, theirs: Any, me: str, them: str) -> bool | None:
    """Whether either of two people told that the other is their spouse. A told list of ties is
    whole; a marriage told by either side holds for both."""
    if mine is None and theirs is None:
        return None
    told = mine is not None and them in mine.spouses
    return told or (theirs is not None and me in theirs.spouses)


def parent(ties: Any, child: PersonView) -> bool | None:
    """Whether somebody with these ties is a parent."""
    return None if ties is None or child.index < 0 else child.id in ties.children


def is_more(low: Any, high: Any) -> bool | None:
    """Whether what lies between two amounts is more than nothing."""
    if ends(low)[0] > 0:
        return True
    return None if ends(high)[1] > 0 else False


def agreed(first: Any, second: Any) -> Any:
    """What both say, if they say the same."""
    return first if first == second else None


def place_of(place: int, size: Any) -> int:
    """Where a limit for a size is remembered; 0 for a size that is not known exactly."""
    return place + size if type(size) is int and 0 <= size < PLACES else 0


def widened(low: Exact, high: Exact, value: Any, times: int) -> tuple[Exact, Exact]:
    """The least and the most of a sum once something more may belong to it."""
    least_of_it, most = ends(value)
    if least_of_it < 0:
        low = low + least_of_it * times
    if most > 0:
        high = high + most * times
    return low, high


def prorated(value: Any, part: Any, of: Any) -> Any:
    """The part of a value that falls on some people of all, also where either is only known as
    a range."""
    part_low, part_high = ends(part)
    low, high = ends(of)
    if part_low == low and part_high == high and low == high:
        return value
    least_share = part_low * inverse(max(high, 1))
    most_share = part_high * inverse(max(low, 1))
    return value * span(min(least_share, 1), min(most_share, 1))


def furthest(largest: bool, sure: list[Any], perhaps: list[Any], default: Any) -> Number:
    """The largest or smallest of some numbers, and of others that may belong to them."""
    pick = max if largest else min
    low, high = ends(default)
    if sure:
        both = [ends(value) for value in sure]
        low, high = pick(one for one, _ in both), pick(one for _, one in both)
    result: Number = span(low, high)
    for value in perhaps:
        other_low, other_high = ends(value)
        if sure:
            other_low, other_high = pick(low, other_low), pick(high, other_high)
        result = hull(result, span(other_low, other_high))
    return result


CALLED: dict[str, Any] = {
    "__builtins__": {},
    "NOTHING": NOTHING,
    "Span": Span,
    "id": id,
    **{
        function.__name__: function
        for function in (
            *(agreed, furthest, greatest, hull, is_more, least, married, parent, place_of),
            *(prorated, rounded, span, turn, widened),
        )
    },
}
