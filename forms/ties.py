"""Couples, parents and tax returns, as each person's ties."""

from __future__ import annotations

from forms.definition import Json
from forms.draft import APPLICANT, Place
from forms.flow import Flow

NOBODY = "none"


def ties_of(flow: Flow, person: str) -> list[dict[str, str]] | None:
    """A person's ties, complete; None while something about them is not known.

    A list of ties closes it for the rules: who is not in it is no spouse and no child. So
    half an answer is no answer.
    """
    spouse, children = _spouse(flow, person), _children(flow, person)
    if spouse is None or children is None:
        return None
    ties = [{"kind": "spouse", "to": spouse}] if spouse != NOBODY else []
    ties += [{"kind": "parent_of", "to": child} for child in children]
    return ties + _taxes(flow, person)


def _asked(flow: Flow, gate: str, person: str) -> bool:
    return (person, f"form.{gate}") in flow.reachable


def _gate(flow: Flow, gate: str, person: str) -> Json:
    return flow.draft.value(f"form.{gate}", Place(person))


def _spouse(flow: Flow, person: str) -> str | None:
    """The partner's id, "none", or None for not known."""
    if "person.ties" not in flow.needed or flow.draft.facts.get("people_complete") is not True:
        return None
    for other in flow.draft.people:
        if other != person and _asked(flow, "partner", other):
            named = _gate(flow, "partner", other)
            if named == person:
                return other
    if not _asked(flow, "partner", person):
        return _not_named(flow, person)
    named = _gate(flow, "partner", person)
    if not isinstance(named, str):
        return None
    return _not_named(flow, person) if named == NOBODY else named


def _not_named(flow: Flow, person: str) -> str | None:
    """ "none" once everybody listed before has said who their partner is."""
    before = flow.draft.people[: flow.draft.people.index(person)]
    for other in before:
        if _asked(flow, "partner", other) and not isinstance(_gate(flow, "partner", other), str):
            return None
    return NOBODY


def _children(flow: Flow, person: str) -> list[str] | None:
    """The ids of a person's children; None while a possible child's parents are not known."""
    found = []
    for child in flow.draft.people:
        if child == person or not _asked(flow, "parents", child):
            continue
        parents = _gate(flow, "parents", child)
        if not isinstance(parents, list):
            return None
        if person in parents:
            found.append(child)
    return found


def _taxes(flow: Flow, person: str) -> list[dict[str, str]]:
    """Whose tax return a person is on, and as what; nothing while it is not known."""
    filer = _filer(flow, person)
    if filer is None:
        return []
    role = "dependent"
    if filer == person:
        role = "head"
    elif _spouse(flow, person) == filer:
        role = "spouse"
    return [{"kind": "tax_household", "to": filer}, {"kind": "tax_role", "to": role}]


def _filer(flow: Flow, person: str) -> str | None:
    if len(flow.draft.people) == 1:
        return person
    together = flow.draft.value("form.one_tax_return", Place())
    if together is True:
        return APPLICANT
    named = _gate(flow, "tax_return", person) if together is False else None
    if not isinstance(named, str):
        return None
    return person if named == NOBODY else named
