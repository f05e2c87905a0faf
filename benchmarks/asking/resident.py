"""A resident who answers every page truly, from the whole household, and knows everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import process_time
from typing import Any

from forms import Draft, Flow, Kind, Place, Step, answer, draft_of, skip
from forms.parsers import NEW_INCOME, NEW_PERSON
from forms.steps import Live

CONTACT = {"name": "Person 1", "mail": "", "phone": "", "language": "en", "safe_to_write": False}
MOST_PAGES = 600
HELPS_WANTED = "form.helps_wanted"
# What is answered where the household says nothing: everyone asks, and there is nobody and nothing.
OTHERWISE: dict[str, Any] = {
    "form.applicants": "everyone",
    "form.children_with_income": [],
    "form.medical_payers": [],
    "form.child_support_payers": [],
    "form.parents": [],
    "form.partner": "none",
    "form.tax_return": "none",
    "form.pay_told": "same",
}


@dataclass
class Walk:
    """A way through a form: every page answered, in order; a list that comes back counts again."""

    flow: Flow
    pages: list[str] = field(default_factory=list)
    questions: int = 0
    """Questions on these pages; a page for everybody has one for each person."""
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Single facts and gates, each box by itself."""
    times: list[float] = field(default_factory=list)
    """CPU seconds from an answer to the page named next; the better of two tries."""


class Resident:
    """Answers pages out of a draft that holds everything; wants some kinds of help, or any."""

    def __init__(self, facts: dict[str, Any], wanted: Iterable[str] = ()) -> None:
        self.wanted = list(wanted)
        self.whole: Draft = draft_of(facts, CONTACT, ())

    def walks(self, flow: Flow) -> Walk:
        """Answer open pages, in the order in which the form leads, to its end."""
        return self.goes_on(Walk(flow), flow.first_open())

    def goes_on(self, walk: Walk, step: Step | None) -> Walk:
        """The same from a page on; what was left open behind is answered after."""
        while step is not None:
            assert len(walk.pages) < MOST_PAGES, walk.pages[-20:]
            walk.pages.append(step.key)
            walk.questions += len(walk.flow.shown(step))
            walk.told.update(self._facts_told(walk.flow, step))
            tries = []
            for _try in range(1 if walk.flow.planner is None else 2):
                began = process_time()
                following, leads = self.led_on(walk.flow, step)
                tries.append(process_time() - began)
            walk.flow, step = following, leads
            walk.times.append(min(tries))
        return walk

    def led_on(self, flow: Flow, step: Step) -> tuple[Flow, Step | None]:
        """The answer taken, and the page that comes next: behind it, or left open before."""
        following = self._answer(flow, step)
        leads = following.next_after(step)
        while leads is not None and following.answered(leads):
            leads = following.next_after(leads)
        return following, leads or following.first_open()

    def _facts_told(self, flow: Flow, step: Step) -> Iterable[tuple[str, str]]:
        lists = (Kind.ADD_PERSON, Kind.MORE_INCOME)
        for live in flow.shown(step):
            if live.question.kind in lists:
                continue
            for fact in live.facts:
                for member in _members(live, fact):
                    yield live.place.scope, member

    def _answer(self, flow: Flow, step: Step) -> Flow:
        patch: dict[str, Any] = {}
        for live in flow.shown(step):
            patch.update(live.in_patch(self._one(flow, live)))
        following = answer(flow, step, patch)
        if following.answered(step) or any(told is not None for told in patch.values()):
            return following
        # A question that came after these households were made up has no answer in them.
        return skip(flow, step, "dont_know", {}, "en")

    def _one(self, flow: Flow, live: Live) -> dict[str, Any]:
        question = live.question
        special: dict[Kind, Callable[[Flow, Live], dict[str, Any]]] = {
            Kind.ADD_PERSON: self._another_person,
            Kind.MORE_INCOME: self._another_income,
        }
        if question.kind in special:
            return special[question.kind](flow, live)
        place = self._place(flow, live.place)
        value = self.whole.value
        if question.kind is Kind.MANY and question.facts and question.receives:
            had = self.whole.members(question.facts[0], place)
            told = flow.draft.members(question.facts[0], live.place)
            own = {c.value: had.get(c.value, False) for c in live.choices}
            return {question.facts[0]: {**told, **own}}
        if question.facts == (HELPS_WANTED,):
            return {HELPS_WANTED: self.wanted}
        found = {fact: value(fact, place) for fact in live.facts}
        return {fact: OTHERWISE.get(fact) if told is None else told for fact, told in found.items()}

    def _place(self, flow: Flow, place: Place) -> Place:
        """The same income in the whole draft: of this kind, the first, second and so on."""
        if not place.income:
            return place
        kind = flow.draft.income(place)["kind"]
        mine = [i["id"] for i in flow.draft.incomes(place.person) if i["kind"] == kind]
        theirs = [i["id"] for i in self.whole.incomes(place.person) if i["kind"] == kind]
        return Place(place.person, theirs[mine.index(place.income)])

    def _another_person(self, flow: Flow, live: Live) -> dict[str, Any]:
        known = len(flow.draft.people)
        if known == len(self.whole.people):
            return {"people_complete": True}
        return {NEW_PERSON: self.whole.name(self.whole.people[known]), "people_complete": False}

    def _another_income(self, flow: Flow, live: Live) -> dict[str, Any]:
        person = live.place.person
        told = Counter(income["kind"] for income in flow.draft.incomes(person))
        left = Counter(income["kind"] for income in self.whole.incomes(person)) - told
        if not left:
            return {"person.incomes_complete": True}
        return {NEW_INCOME: next(iter(left)), "person.incomes_complete": False}


def _members(live: Live, fact: str) -> list[str]:
    if fact.endswith(".receives"):
        return [f"{fact}.{choice.value}" for choice in live.choices]
    return [fact]
