"""Whom a sentence is about: "you" for the applicant, a first name for everybody else."""

from __future__ import annotations

from forms.definition import Wording
from forms.draft import APPLICANT, Place
from forms.flow import Flow
from forms.message import N_, Message


def say(flow: Flow, wording: Wording, place: Place) -> Message | None:
    """A sentence for whoever a place is about: "you" for the applicant, else by name."""
    if not wording:
        return None
    if not place.person or place.person == APPLICANT:
        return Message(wording.you or wording.other)
    if "{name}" not in wording.other:
        return Message(wording.other)
    return Message(wording.other, {"name": flow.draft.name(place.person)})


def said(flow: Flow, wording: Wording, place: Place) -> Message:
    """The sentence, or an empty one where nothing is said."""
    return say(flow, wording, place) or Message("")


def person_label(flow: Flow, person: str) -> Message:
    """ "You" for the applicant, else the name (which is never translated)."""
    if person == APPLICANT:
        return Message(N_("You"))
    return Message("{name}", {"name": flow.draft.name(person)})


def caption(flow: Flow, place: Place) -> Message | None:
    """The name of an income: where the job is, or what kind of money it is."""
    income = flow.draft.income(place)
    if isinstance(income.get("employer"), str):
        return Message(N_("Job: {employer}"), {"employer": income["employer"]})
    return kind_label(flow, str(income["kind"]))


def kind_label(flow: Flow, kind: str) -> Message | None:
    """The words for a kind of income, as the question bank has them."""
    for page in flow.form.pages:
        for question in page.questions:
            if "form.income_kinds" in question.facts:
                found = [c.label for c in question.choices if c.value == kind]
                return Message(found[0].you) if found else None
    return None
