"""Steps: a form's pages laid out for the people and incomes of a household."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from forms.definition import Choice, Each, Form, Json, Page, Question
from forms.draft import Draft, Place


@dataclass(frozen=True, slots=True)
class Step:
    """One page for one person or income; its key is its address: "pay/p1/i1"."""

    page: Page
    place: Place
    key: str = field(init=False)

    def __post_init__(self) -> None:
        parts = (self.page.key, self.place.person, self.place.income)
        object.__setattr__(self, "key", "/".join(part for part in parts if part))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True, slots=True)
class Live:
    """A question as it is asked at one place now: only the choices and people that apply."""

    question: Question
    place: Place
    choices: tuple[Choice, ...]
    people: tuple[str, ...]
    together: bool = False
    """Whether others are asked the same on this page."""

    @property
    def name(self) -> str:
        """What its fields are named after."""
        own = self.question.id
        return f"{own}-{self.place.person}" if self.together else own

    def in_patch(self, patch: Mapping[str, Json]) -> dict[str, Json]:
        """Its answer as a part of the page's: where several are asked, with the person."""
        if not self.together:
            return dict(patch)
        return {f"{self.place.person}/{fact}": value for fact, value in patch.items()}

    @property
    def facts(self) -> frozenset[str]:
        """The facts this question can answer here."""
        if len(self.choices) == len(self.question.choices):
            return self.question.gives
        own = {choice.fact for choice in self.choices if choice.fact}
        sets = {fact for choice in self.choices for fact in choice.sets}
        return frozenset({*self.question.facts, *own, *sets})


def places_of(step: Step, draft: Draft) -> tuple[Place, ...]:
    """Where the questions of a step are asked: at its own place, or of each person."""
    return tuple(Place(person) for person in draft.people) if step.page.together else (step.place,)


def every_step(form: Form, draft: Draft) -> Iterator[Step]:
    """Every step there could be for these people and incomes, asked or not, in order."""
    for section in form.sections:
        for run in section.runs:
            if all(page.each is Each.HOUSEHOLD for page in run):
                yield from (Step(page, Place()) for page in run)
                continue
            for person in draft.people:
                yield from _of_person(run, draft, person)


def _of_person(run: tuple[Page, ...], draft: Draft, person: str) -> Iterator[Step]:
    """A run of pages for one person; its income pages come together, income by income."""
    left = list(run)
    while left:
        page = left.pop(0)
        if page.each is not Each.INCOME:
            yield Step(page, Place(person))
            continue
        together = [page]
        while left and left[0].each is Each.INCOME:
            together.append(left.pop(0))
        for income in live_incomes(draft, person):
            yield from (Step(each, Place(person, income)) for each in together)


def live_incomes(draft: Draft, person: str) -> tuple[str, ...]:
    """The incomes of a person whose kind is still ticked, in the order they were told."""
    kinds = draft.gate("income_kinds", Place(person))
    if not isinstance(kinds, list):
        return ()
    return tuple(income["id"] for income in draft.incomes(person) if income["kind"] in kinds)
