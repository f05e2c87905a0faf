"""One bar a program as an SVG picture: every figure stands beside its bar in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

WIDTH, LEFT, BAR, ROW, TOP = 960, 330, 400, 40, 96
LIKELY_COLOR, UNCLEAR_COLOR, REST_COLOR, INK = "#1f5f8b", "#8fb8d6", "#e6e6e6", "#1b1b1b"


class Bar(NamedTuple):
    """One program: how many of those asked are likely and unclear, now and before a change."""

    name: str
    asked: int
    likely: int
    unclear: int
    before: int | None


def chart(title: str, note: str, bars: Sequence[Bar]) -> str:
    """The picture as text. It has a title and a description for those who cannot see it."""
    height = TOP + ROW * len(bars) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' role="img" aria-labelledby="title what" font-family="system-ui, sans-serif">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="what">{escape(" ".join(_told(bar) for bar in bars))}</desc>',
        _hatching(),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 30, title, size=20),
        _text(16, 54, note),
        *_legend(any(bar.before is not None for bar in bars)),
        *(_row(bar, TOP + ROW * place) for place, bar in enumerate(bars)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _told(bar: Bar) -> str:
    before = "" if bar.before is None else f" (before: {bar.before:,})"
    return f"{bar.name}: {bar.likely:,} likely{before}, {bar.unclear:,} unclear, of {bar.asked:,}."


def _hatching() -> str:
    # Stripes, so that unclear is told from likely without color.
    return (
        '<defs><pattern id="stripes" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{UNCLEAR_COLOR}"/>'
        f'<rect width="2" height="6" fill="{LIKELY_COLOR}"/></pattern></defs>'
    )


def _legend(changed: bool) -> list[str]:
    marks = [(LIKELY_COLOR, "likely"), ("url(#stripes)", "unclear"), (REST_COLOR, "unlikely")]
    parts = []
    for place, (fill, word) in enumerate(marks):
        x = LEFT + place * 110
        parts.append(f'<rect x="{x}" y="66" width="16" height="16" fill="{fill}"/>')
        parts.append(_text(x + 22, 79, word))
    if changed:
        x = LEFT + len(marks) * 110
        parts.append(f'<rect x="{x + 6}" y="64" width="3" height="20" fill="{INK}"/>')
        parts.append(_text(x + 22, 79, "likely before"))
    return parts


def _row(bar: Bar, y: int) -> str:
    of = max(bar.asked, 1)
    likely, unclear = BAR * bar.likely / of, BAR * bar.unclear / of
    figures = f"{bar.likely:,} likely, {bar.unclear:,} unclear"
    parts = [
        _text(LEFT - 10, y + 19, bar.name, end=True),
        f'<rect x="{LEFT}" y="{y + 4}" width="{BAR}" height="22" fill="{REST_COLOR}"/>',
        f'<rect x="{LEFT}" y="{y + 4}" width="{likely:.1f}" height="22" fill="{LIKELY_COLOR}"/>',
        f'<rect x="{LEFT + likely:.1f}" y="{y + 4}" width="{unclear:.1f}" height="22"',
        ' fill="url(#stripes)"/>',
        _text(LEFT + BAR + 10, y + 19, figures, size=13),
    ]
    if bar.before is not None:
        x = LEFT + BAR * bar.before / of
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="3" height="30" fill="{INK}"/>')
    return "".join(parts)


def _text(x: float, y: float, text: str, size: int = 15, end: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{INK}"{anchor}>{escape(text)}</text>'
