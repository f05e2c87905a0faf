"""What was marked on a ballot: read from the form's fields, said in words, shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.protocol.spec import VoteSpec
from service.i18n import _
from service.public_voice.pairs import PICKS, answers_in, picks_in
from service.public_voice.vote_words import RANKED, ways_to_begin

if TYPE_CHECKING:
    from service.body import Form
    from service.i18n import Translator
    from service.queries.voice.votes import VoteRecord

TOKEN, TURN, CHOICE = "t", "turn", "choice"  # names of fields
LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """A mark that will not do: the field, and an English sentence."""

    name: str
    text: str
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A ballot as it was marked. `choice` is what would be sealed, where nothing is wrong."""

    choice: Sequence[object]
    problems: Sequence[Problem]


def fields_of(spec: VoteSpec) -> list[str]:
    """The names under which this vote's marks come."""
    if spec.method == "score":
        return [f"score-{option.id}" for option in spec.options]
    if spec.method in RANKED:
        return [f"rank-{option.id}" for option in spec.options]
    if spec.method == "pairwise":
        return [PICKS]
    return [CHOICE]


def depth_of(spec: VoteSpec) -> int:
    """How many may be ranked or chosen."""
    return min(spec.rank_depth or len(spec.options), len(spec.options))


def read_sheet(form: Form, spec: VoteSpec) -> Sheet:
    """Read the marks. Nothing marked is a blank ballot, which counts as one who took part."""
    if spec.method == "score":
        return _scores(form, spec)
    if spec.method in RANKED:
        return _ranks(form, spec)
    if spec.method == "pairwise":
        return Sheet(answers_in(picks_in(form, spec), turn_of(form, spec), spec), [])
    return _ticks(form, spec)


def _ticks(form: Form, spec: VoteSpec) -> Sheet:
    ids = {option.id for option in spec.options}
    chosen = sorted(set(form.all(CHOICE)))
    most = 1 if spec.method == "single" else depth_of(spec)
    if not set(chosen) <= ids:
        return Sheet([], [Problem(CHOICE, _("Choose from this list."), {})])
    if len(chosen) > most:
        return Sheet([], [Problem(CHOICE, _("Choose {n} at most."), {"n": most})])
    return Sheet(chosen, [])


def _scores(form: Form, spec: VoteSpec) -> Sheet:
    choice, problems = [], []
    for option in sorted(spec.options, key=lambda one: one.id):
        name = f"score-{option.id}"
        text = form.get(name).strip()
        points = _number(text)
        if not text:
            continue
        if points is None or points > spec.highest:
            problems.append(Problem(name, _("Give 0 to {n} points."), {"n": spec.highest}))
        else:
            choice.append([option.id, points])
    return Sheet(choice, problems)


def _ranks(form: Form, spec: VoteSpec) -> Sheet:
    """Places that were left out close up; one place for two options has to be cleared up."""
    taken: dict[int, list[str]] = {}
    problems = []
    for option in spec.options:
        name = f"rank-{option.id}"
        text = form.get(name).strip()
        place = _number(text)
        if not text:
            continue
        if place is None or not 1 <= place <= depth_of(spec):
            problems.append(Problem(name, _("Choose a place from the list."), {}))
        else:
            taken.setdefault(place, []).append(option.id)
    for place, ids in taken.items():
        if len(ids) > 1:
            text = _("Two options have place {n}. Give each its own.")
            problems.append(Problem(f"rank-{ids[1]}", text, {"n": place}))
    choice = [ids[0] for _place, ids in sorted(taken.items())]
    return Sheet([] if problems else choice, problems)


def _number(text: str) -> int | None:
    good = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if good else None


def marks(form: Form, spec: VoteSpec) -> dict[str, list[str]]:
    """What stands in each field, to show the sheet again."""
    return {name: form.all(name) for name in fields_of(spec)}


def hidden(form: Form, spec: VoteSpec) -> list[tuple[str, str]]:
    """The marks as fields of the next page: they travel with the form and rest nowhere."""
    names = [TOKEN, TURN, *fields_of(spec)]
    return [(name, value) for name in names for value in form.all(name)]


def said(choice: Sequence[object], record: VoteRecord, words: Translator) -> list[str]:
    """The choice in words, a line each."""
    if record.spec.method == "score":
        return [_points(row, record, words) for row in choice]
    names = [record.option(words.code, str(id)) for id in choice]
    if record.spec.method in RANKED:
        return [f"{place}. {name}" for place, name in enumerate(names, 1)]
    return names


def _points(row: object, record: VoteRecord, words: Translator) -> str:
    id, points = row if isinstance(row, list) else ("", 0)
    name = record.option(words.code, str(id))
    return words.ngettext("{option}: {n} point", "{option}: {n} points", points, option=name)


def cost_of(choice: Sequence[object], spec: VoteSpec) -> int:
    """What the ticked options cost together."""
    return sum(option.cost for option in spec.options if option.id in choice)


def turn_of(form: Form, spec: VoteSpec) -> int:
    """The rotation this person sees, from their own form."""
    number = _number(form.get(TURN).strip())
    return (number or 0) % ways_to_begin(spec)
