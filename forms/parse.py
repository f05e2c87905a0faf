"""What was sent from a page becomes a patch of facts, or errors beside their fields."""

from __future__ import annotations

from forms import grammars
from forms.asked import MOST_IN_A_NAME, Asked, FieldError, FieldErrors, Raw, Wrong
from forms.definition import Json
from forms.draft import Patch
from forms.flow import Flow
from forms.grammars import Refused
from forms.message import N_, Message
from forms.parsers import PARSERS
from forms.steps import Step


def parse_page(flow: Flow, step: Step, raw: Raw, locale: str) -> Patch | FieldErrors:
    """Read what was sent for a step. Fields the step does not ask are not looked at."""
    patch: dict[str, Json] = {}
    errors: list[FieldError] = []
    for live in flow.live(step):
        asked = Asked(live, flow, raw, locale)
        try:
            patch.update(PARSERS[live.question.kind](asked))
        except Wrong as wrong:
            errors.extend(wrong.errors)
    return FieldErrors(tuple(errors)) if errors else patch


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
    for live in flow.live(step):
        try:
            patch.update(PARSERS[live.question.kind](Asked(live, flow, raw, locale)))
        except Wrong:
            continue
    return {fact: value for fact, value in patch.items() if value is not None}
