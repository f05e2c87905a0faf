"""What of a reason's JSON is always the same: made once for each wording and figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from eligibility.json_text import fields, quoted, unquoted

if TYPE_CHECKING:
    from eligibility.parameters import ShownFigure
    from eligibility.wording import Wording

NO_UNIT = fields(unit=None, period=None)


class FigurePieces(NamedTuple):
    """What a reason tells of the figure it rests on, and where that figure stands."""

    told: str
    source: str


class BlankPieces(NamedTuple):
    """One placeholder: what follows it in the sentence, and what stands around its number where
    the numbers are given by themselves."""

    name: str
    unit: str
    after: str
    measure: str
    measured: str


class WordingPieces(NamedTuple):
    """A reason without numbers is `head`, its answers and `rest`. Of the others `head` comes
    before the answers and, where its sentence has no blanks, `end` after the source."""

    head: str
    rest: str
    end: str
    source: str
    start: str
    blanks: tuple[BlankPieces, ...]
    template: str
    link: str


def pieces_of(wording: Wording) -> WordingPieces:
    """The pieces of the reasons of one test and outcome."""
    test, outcome = wording.head
    source, template = fields(source=wording.source), fields(template=wording.text)
    link = fields(link=wording.link) + "}"
    numbers = fields(limit=None, value=None, distance=None) + NO_UNIT + NOT_A_FIGURE.told
    text = fields(text=wording.text)
    end = f"{text}{template}{fields(values={})}{link}"
    start, *parts = wording.parts
    return WordingPieces(
        head=f'{{"test":{quoted(test)},"outcome":{quoted(outcome)},"facts":{{',
        rest=f"}}{numbers}{source}{end}",
        end=end[1:],
        source=source,
        start=unquoted(start),
        blanks=tuple(
            BlankPieces(
                blank.name,
                blank.unit,
                unquoted(after),
                f'{quoted(blank.name)}:{{"amount":',
                fields(unit=blank.unit, period=blank.period) + "}",
            )
            for blank, after in zip(wording.blanks, parts, strict=True)
        ),
        template=template,
        link=link,
    )


def figure_pieces(shown: ShownFigure) -> FigurePieces:
    """The pieces of a figure."""
    since = shown.since.isoformat() if shown.since else None
    told = fields(
        parameter=shown.parameter,
        label=shown.label,
        since=since,
        stale=shown.stale,
        confidence=shown.confidence,
    )
    return FigurePieces(told, fields(source=shown.source))


NOT_A_FIGURE = FigurePieces(
    fields(parameter=None, label=None, since=None, stale=False, confidence=None), ""
)
