"""A small bar chart, drawn here as numbers for the template's SVG; its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 160
FOOT, HEAD = 24, 20
GAP = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place, its number in words, and what stands under it."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on a base line; a place without a number has none."""

    width: int
    height: int
    base: int
    bars: Sequence[Bar]


def chart(points: Sequence[tuple[str, int | None, str]]) -> Chart:
    """Bars for (label, number, number in words), from the left; the tallest fills the height."""
    room = WIDTH // max(len(points), 1)
    tallest = max((number or 0 for _label, number, _words in points), default=0) or 1
    base = HEIGHT - FOOT
    bars = []
    for place, (label, number, words) in enumerate(points):
        height = 0 if number is None else round((base - HEAD) * number / tallest)
        left = place * room + GAP // 2
        middle = left + (room - GAP) // 2
        bars.append(Bar(left, base - height, room - GAP, height, middle, words, label))
    return Chart(WIDTH, HEIGHT, base, bars)
