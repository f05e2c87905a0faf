"""A draft becomes the contract's facts: what was answered and still applies, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from forms.answer import INCOME_KINDS
from forms.answers import Seen
from forms.definition import Json, Kind, Question
from forms.draft import HOUSEHOLD, Place
from forms.flow import Flow
from forms.steps import Live, Step, live_incomes, places_of
from forms.stored import stored_choice
from forms.ties import ties_of

Known = dict[tuple[str, str], Json]
"""Values by (scope, fact): ("p2", "person.birth_date")."""

Sorted = dict[tuple[str, str], dict[str, Json]]
"""The same values by name, for each scope and entity: ("p2", "person"): {"birth_date": ...}."""


def sendable_facts(flow: Flow) -> dict[str, Json]:
    """The contract's facts of a draft, for screening and for sending.

    Answers that no step asks any more are left out. What follows from an answer without
    asking (no car, no rent) is put in. The result always parses as a household. It is worked out
    once for a flow and is the same object each time: whoever wants to change it copies it.
    A planner changes nothing of it: what it leaves out was not answered.
    """
    flow = flow.whole
    if not flow.told:
        flow.told.update(_gathered(flow))
    return flow.told


def _gathered(flow: Flow) -> dict[str, Json]:
    known: Sorted = {}
    implied: Known = {}
    told: Known = {}
    for step in flow.every_step:
        share = flow.share(step)
        if not share:
            share.update(implied=_implied(flow, step), told=_told(flow, step))
        implied |= share["implied"]
        told |= share["told"]
    for (scope, fact), value in {**implied, **told}.items():
        if fact == "person.receives" and isinstance(value, dict):
            # What nobody in the home gets is known besides what was told of this person.
            value = {**implied.get((scope, fact), {}), **value}
        entity, _, name = fact.partition(".")
        known.setdefault((scope, entity), {})[name] = value
    household = known.get((HOUSEHOLD, "household"), {})
    language = flow.draft.contact.get("language")
    if language and "household.language" in flow.needed:
        household["language"] = language
    return {
        "on": flow.on.isoformat(),
        "people_complete": flow.draft.facts.get("people_complete") is True,
        "household": household,
        "people": [_person(flow, known, person) for person in flow.draft.people],
    }


def wont_be_sent(flow: Flow) -> tuple[tuple[str, str], ...]:
    """Every (scope, fact) that is kept in the draft but no step asks: "won't be sent"."""
    asked = flow.whole.reachable
    return tuple(key for key in _stored(flow) if key not in asked)


def _stored(flow: Flow) -> Iterator[tuple[str, str]]:
    facts = flow.draft.facts
    yield from ((HOUSEHOLD, f"household.{name}") for name in facts["household"])
    for person in facts["people"]:
        own = (name for name in person if name not in ("id", "name", "incomes"))
        yield from ((person["id"], f"person.{name}") for name in own)
        for income in person.get("incomes") or ():
            named = (name for name in income if name not in ("id", "kind"))
            yield from ((income["id"], f"income.{name}") for name in named)


def _told(flow: Flow, step: Step) -> Known:
    known: Known = {}
    for live in flow.live(step):
        for fact in live.facts:
            value = flow.draft.value(fact, live.place)
            if value is not None and not fact.startswith(("form.", "contact.")):
                known[live.place.scope, fact] = _offered(live, fact, value)
    return known


def _offered(live: Live, fact: str, value: Json) -> Json:
    if fact.endswith(".receives") and isinstance(value, dict):
        offered = {choice.value for choice in live.choices}
        return {member: got for member, got in value.items() if member in offered}
    return value


def _person(flow: Flow, known: Sorted, person: str) -> dict[str, Json]:
    facts = known.get((person, "person"), {})
    if not isinstance(facts.get("incomes_complete"), bool):
        facts.pop("incomes_complete", None)
    found: dict[str, Json] = {"id": person, **facts}
    if name := flow.draft.name(person):
        found["name"] = name
    found["applies_for"] = sorted(_applies_for(flow, person))
    if (ties := ties_of(flow, person)) is not None:
        found["ties"] = ties
    if (incomes := _incomes(flow, known, person)) is not None:
        found["incomes"] = incomes
    return found


def _applies_for(flow: Flow, person: str) -> frozenset[str]:
    theirs = flow.programs_for(person)
    return theirs.intersection(flow.draft.chosen) if flow.draft.chosen else theirs


def _incomes(flow: Flow, known: Sorted, person: str) -> list[Json] | None:
    """The incomes of a person, kind by kind; None when nothing was said of them."""
    if (person, "form.income_kinds") not in flow.reachable:
        closed = known.get((person, "person"), {}).get("incomes_complete")
        return [] if closed is True else None
    if not isinstance(flow.draft.value(INCOME_KINDS, Place(person)), list):
        return None
    by_id = {income["id"]: income for income in flow.draft.incomes(person)}
    return [
        {"kind": by_id[income]["kind"], **known.get((income, "income"), {})}
        for income in live_incomes(flow.draft, person)
    ]


def _implied(flow: Flow, step: Step) -> Known:
    """What is known without asking, from answers and from who the people are."""
    known: Known = {}
    for question in step.page.questions:
        if question.tells_more and flow.worth_asking(question, step):
            for place in places_of(step, flow.draft):
                known.update(_implied_by(flow, question, step, place))
    return known


def _implied_by(flow: Flow, question: Question, step: Step, place: Place) -> Known:
    seen = flow.seen.from_place(place)
    match question.kind:
        case Kind.PEOPLE:
            return _of_people_not_named(flow, question)
        case Kind.MANY if question.facts == (INCOME_KINDS,):
            return _of_no_income(flow, step)
        case Kind.MANY if question.facts == ("person.receives",):
            return _of_household_receives(flow, question, step, place)
        case Kind.MANY if not question.facts:
            return _of_boxes(flow, question, seen)
        case Kind.CHOICE if question.implies:
            return _of_choice(flow, question, step, place)
    if question.otherwise and question.when is not None and question.when.ruled_out(seen):
        return {(seen.place.scope, fact): value for fact, value in question.otherwise.items()}
    return {}


def _of_people_not_named(flow: Flow, question: Question) -> Known:
    """Whoever was not named, and with `everyone_else` whoever could not be."""
    named = flow.draft.value(question.facts[0], Place())
    known: Known = {}
    for person in flow.draft.people:
        possible = question.people is None or question.people(flow.seen.at(person))
        unticked = isinstance(named, list) and person not in named and possible is not False
        if unticked or (possible is False and question.everyone_else):
            known |= {(person, fact): value for fact, value in question.otherwise.items()}
    return known


def _of_no_income(flow: Flow, step: Step) -> Known:
    none = flow.find(step.key) and flow.draft.value(INCOME_KINDS, step.place) == []
    return {(step.place.person, "person.incomes_complete"): True} if none else {}


def _of_household_receives(flow: Flow, question: Question, step: Step, place: Place) -> Known:
    """What nobody in the home gets, no person gets; one who lives alone gets what the home does."""
    told = flow.draft.members("household.receives", Place())
    alone = len(flow.draft.people) == 1
    asked = any(live.place == place for live in flow.live(step))
    own = flow.draft.members("person.receives", place) if asked else {}
    members = {}
    for choice in question.choices:
        got = told.get(choice.value)
        if got is False or (alone and got is True):
            members[choice.value] = got
    if not members or (asked and not own):
        return {(place.person, "person.receives"): members} if members else {}
    return {(place.person, "person.receives"): {**members, **own}}


def _of_boxes(flow: Flow, question: Question, seen: Seen) -> Known:
    """Boxes that were not offered because they cannot be true, and gates left unticked."""
    known: Known = {}
    for choice in question.choices:
        impossible = choice.when is not None and choice.when.ruled_out(seen)
        unticked = choice.fact.startswith("form.") and (
            flow.draft.value(choice.fact, seen.place) is False
        )
        if impossible and not choice.fact.startswith("form."):
            value = question.otherwise.get(choice.fact, False)
            known[seen.place.scope, choice.fact] = value
        if impossible or unticked:
            later = {f: question.otherwise[f] for f in choice.leads_to if f in question.otherwise}
            known |= {(seen.place.scope, fact): value for fact, value in later.items()}
    return known


def _of_choice(flow: Flow, question: Question, step: Step, place: Place) -> Known:
    lives = (x for x in flow.live(step) if x.question is question and x.place == place)
    live = next(lives, None)
    if live is None:
        return {}
    chosen = stored_choice(flow, live)
    implied = next((c.implies for c in live.choices if c.value == chosen), {})
    return {(place.scope, fact): value for fact, value in implied.items()}
