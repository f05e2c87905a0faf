"""Stored facts as the choices and boxes they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from forms.asked import NONE
from forms.definition import Choice, Json
from forms.flow import Flow
from forms.steps import Live


def stored_choice(flow: Flow, live: Live) -> str:
    """Which choice the draft's facts stand for; empty when none was made."""
    question = live.question
    if question.facts:
        stored = flow.draft.value(question.facts[0], live.place)
        return stored if isinstance(stored, str) else ""
    for choice in question.choices:
        facts = {fact for each in question.choices for fact in each.sets}
        if all(flow.draft.value(f, live.place) == choice.sets.get(f) for f in facts):
            return choice.value
    return ""


def stored_ticks(flow: Flow, live: Live) -> tuple[str, ...]:
    """Which boxes the draft's answer ticks; ("none",) when it was answered with none."""
    question = live.question
    if not question.facts:
        told = {c.value: flow.draft.value(c.fact, live.place) for c in live.choices}
        known = {v: value for v, value in told.items() if not _marked(value)}
        ticked = tuple(c.value for c in live.choices if c.value in known and _is_on(c, known))
    elif question.facts[0].endswith(".receives"):
        known = dict(flow.draft.members(question.facts[0], live.place))
        ticked = tuple(c.value for c in live.choices if known.get(c.value) is True)
    else:
        stored = flow.draft.value(question.facts[0], live.place)
        known = {"": stored} if isinstance(stored, list) else {}
        ticked = tuple(stored) if isinstance(stored, list) else ()
    answered = known and all(value is not None and not _marked(value) for value in known.values())
    return ticked or ((NONE,) if answered else ())


def _is_on(choice: Choice, known: Mapping[str, Json]) -> bool:
    return bool(known[choice.value] == choice.sets.get(choice.fact, True))


def _marked(value: Json) -> bool:
    return isinstance(value, dict) and "unknown" in value
