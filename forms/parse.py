"""What was sent from a page becomes a patch of facts, or errors beside their fields."""

from __future__ import annotations

from collections.abc import Sequence

from forms import grammars
from forms.asked import MOST_IN_A_NAME, Asked, FieldError, FieldErrors, Raw, Wrong
from forms.definition import Json, Kind
from forms.draft import Patch, is_hidden
from forms.flow import Flow
from forms.grammars import Refused
from forms.message import N_, Message
from forms.parsers import PARSERS
from forms.steps import Live, Step

BOXES = (Kind.MANY, Kind.PEOPLE)


def parse_page(flow: Flow, step: Step, raw: Raw, locale: str) -> Patch | FieldErrors:
    """Read what was sent for a step. Fields the step does not ask are not looked at."""
    patch: dict[str, Json] = {}
    errors: list[FieldError] = []
    for live in flow.shown(step):
        asked = Asked(live, flow, raw, locale)
        if left_as_it_was(flow, step, live, raw):
            continue
        try:
            patch.update(live.in_patch(PARSERS[live.question.kind](asked)))
        except Wrong as wrong:
            errors.extend(wrong.errors)
    return FieldErrors(tuple(errors)) if errors else patch


def left_as_it_was(flow: Flow, step: Step, live: Live, raw: Raw) -> bool:
    """Whether an answer given before was not touched, where a page asks several things.

    Either it is not shown and its fields were left empty, or the page that was sent had none.
    """
    if not flow.settled(live) or len(flow.live(step)) == 1:
        return False
    if live.together and is_hidden(flow.draft, step.key, live.place.person):
        return not any(value.strip() for sent in _sent_for(live, raw) for value in sent)
    # Boxes of which none is ticked send nothing.
    if step.key not in flow.draft.asked or live.question.kind in BOXES or _sent_for(live, raw):
        return False
    return any(_sent_for(other, raw) for other in flow.live(step))


def _sent_for(live: Live, raw: Raw) -> list[Sequence[str]]:
    return [sent for name, sent in raw.items() if f"{name}-".startswith(f"{live.name}-")]


def parse_first_name(field: str, typed: str) -> str | FieldErrors:
    """A first name typed apart from the list of people, to change one."""
    try:
        name = grammars.text(typed, MOST_IN_A_NAME)
    except Refused as refused:
        return FieldErrors((FieldError(field, refused.code, refused.message),))
    if not name:
        return FieldErrors((FieldError(field, "missing", Message(N_("Write their first name."))),))
    return name


def parse_filled(flow: Flow, step: Step, raw: Raw, locale: str) -> Patch:
    """What can be read of a page left by "I don't know": answers that stand, nothing else."""
    patch: dict[str, Json] = {}
    for live in flow.shown(step):
        if left_as_it_was(flow, step, live, raw):
            continue
        asked = Asked(live, flow, raw, locale)
        try:
            patch.update(live.in_patch(PARSERS[live.question.kind](asked)))
        except Wrong:
            continue
    return {fact: value for fact, value in patch.items() if value is not None}
