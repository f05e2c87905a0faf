"""Somebody joins a home of which was told already what is true for the people in it."""

from __future__ import annotations

from dataclasses import replace

from forms.definition import Form, Json, Question
from forms.draft import ANSWERED, APPLICANT, HOUSEHOLD, Draft, Place
from forms.flow import Flow

HOME, EACH = "situations", "about"
CAME_LATER = "came_later"
NOT_SO = (False, "none", "no")


def joined(flow: Flow, draft: Draft, person: str) -> Draft:
    """The draft in which this person is asked for themselves, and the home is not asked again.

    What somebody who lived alone told of themselves is what is true for the home so far.
    """
    home, each = _page_of(flow.form, HOME), _page_of(flow.form, EACH)
    if home is None or each is None or not {home[0], each[0]} & set(draft.asked):
        return draft
    gates = dict(draft.typed.get(HOUSEHOLD, {}))
    if home[0] not in draft.asked:
        for choice in home[1].choices:
            gate = choice.fact.removeprefix("form.")
            gates.setdefault(gate, _so_for_applicant(flow, each[1], choice.leads_to[0]))
    own = {**draft.typed.get(person, {}), CAME_LATER: True}
    known = {name: value for name, value in gates.items() if value is not None}
    typed = {**draft.typed, HOUSEHOLD: known, person: own}
    return replace(draft, typed=typed, asked={home[0]: ANSWERED, **draft.asked})


def _page_of(form: Form, question: str) -> tuple[str, Question] | None:
    found = ((p.key, q) for p in form.pages for q in p.questions if q.id == question)
    return next(found, None)


def _so_for_applicant(flow: Flow, about: Question, fact: str) -> Json:
    """Whether a fact is so for the one who lived alone; None when it was not told."""
    box = next(choice for choice in about.choices if fact in (choice.fact, *choice.leads_to))
    value = flow.draft.value(box.fact, Place(APPLICANT))
    if value is None and box.when is not None and box.when.ruled_out(flow.seen.at(APPLICANT)):
        return False
    return value if value is None or isinstance(value, dict) else value not in NOT_SO
