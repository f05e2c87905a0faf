"""What an answer leaves as it was: most steps of a form, worked out once and carried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from forms.definition import Each, Form, Json, Kind, Page, Question
from forms.draft import Draft
from forms.steps import Live

WHO_ASKS = frozenset({"form.applicants", "form.applicants_named", "form.helps"})
"""Gates that say who applies for what, and so who is asked what only applicants are asked."""

INCOME_LISTS = frozenset({"person.incomes", "form.income_kinds"})
"""They say which incomes there are, and so which steps."""

EVERYBODY = ""
Changes: TypeAlias = dict[str, set[str]]
"""By fact or gate, the ids of the people it changed of, or EVERYBODY."""

Gone: TypeAlias = Callable[[str], bool]

Share: TypeAlias = dict[str, dict[tuple[str, str], Json]]
"""What a step gives to the facts: "told" and "implied", each by (scope, fact)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was worked out of each step so far, by its key."""

    possible: dict[str, tuple[Live, ...]] = field(default_factory=dict)
    live: dict[str, tuple[Live, ...]] = field(default_factory=dict)
    reached: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    shares: dict[str, Share] = field(default_factory=dict)

    def without(self, gone: Gone, same_interest: bool) -> Kept:
        """The same but for these steps; what is possible is so whatever help is wanted."""
        keys = {key for key in {*self.possible, *self.live} if gone(key)}
        possible = {key: value for key, value in self.possible.items() if key not in keys}
        if not same_interest:
            return Kept(possible)
        return Kept(
            possible,
            {key: value for key, value in self.live.items() if key not in keys},
            {key: value for key, value in self.reached.items() if key not in keys},
            {key: value for key, value in self.shares.items() if key not in keys},
        )


def changed(old: Draft, new: Draft) -> Changes | None:
    """The facts and gates that differ, and of whom; None when everything may."""
    if old.people != new.people:
        return None
    found: Changes = {}
    if old.facts.get("people_complete") != new.facts.get("people_complete"):
        found["people_complete"] = {EVERYBODY}
    for name in _differ(old.facts["household"], new.facts["household"]):
        found[f"household.{name}"] = {EVERYBODY}
    owners: dict[str, str] = {}
    for before, after in zip(old.facts["people"], new.facts["people"], strict=True):
        for told in (before, after):
            owners |= {each["id"]: told["id"] for each in (told, *(told.get("incomes") or ()))}
        for name in () if before is after else _of_person(before, after):
            found.setdefault(name, set()).add(after["id"])
    for scope in {*old.typed, *new.typed}:
        for name in _differ(old.typed.get(scope, {}), new.typed.get(scope, {})):
            found.setdefault(f"form.{name}", set()).add(owners.get(scope, EVERYBODY))
    return found


def same_interest(old: Draft, new: Draft) -> bool:
    """Whether the same programs are asked for."""
    return (old.wanted, old.chosen, old.only) == (new.wanted, new.chosen, new.only)


def _of_person(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    for name in _differ(before, after):
        yield f"person.{name}"
        if name == "incomes":
            told = {income["id"]: income for income in before.get("incomes") or ()}
            for income in after.get("incomes") or ():
                own = _differ(told.get(income["id"], {}), income)
                yield from (f"income.{each}" for each in own)


def _differ(one: Mapping[str, Json], other: Mapping[str, Json]) -> list[str]:
    if one is other:
        return []
    return [name for name in {*one, *other} if one.get(name) != other.get(name)]


@dataclass(frozen=True, slots=True)
class _Looks:
    """The facts and gates a page looks at: of whom it is about, and of everybody."""

    own: frozenset[str]
    at_all: frozenset[str]


@lru_cache(maxsize=8)
def _looks(form: Form) -> dict[str, _Looks]:
    return {page.key: _of_page(page) for page in form.pages}


def _of_page(page: Page) -> _Looks:
    own: set[str] = set()
    at_all: set[str] = set()
    for question in page.questions:
        for each in (page.when, question.when, *(c.when for c in question.choices)):
            own |= each.names if each else set()
            at_all |= each.names_of_all if each else set()
        at_all |= question.people.names if question.people else set()
        at_all |= set(question.facts) if question.kind is Kind.PARTNER else set()
        at_all |= WHO_ASKS if question.only_applicants else set()
        own |= {*question.gives, *question.receives, *_home_list(question)}
    if page.each is Each.HOUSEHOLD:
        return _Looks(frozenset(), frozenset(own | at_all))
    return _Looks(frozenset(own), frozenset(at_all))


def _home_list(question: Question) -> tuple[str, ...]:
    """What the home gets says something of each person's list as well."""
    return ("household.receives",) if "person.receives" in question.receives else ()


def touched(form: Form, changes: Changes) -> Gone:
    """Whether a step, by its key, looks at one of these changes."""
    everywhere: set[str] = set()
    people: dict[str, set[str]] = {}
    for page, looks in _looks(form).items():
        for name, whose in changes.items():
            if name in looks.at_all or (name in looks.own and EVERYBODY in whose):
                everywhere.add(page)
            elif name in looks.own:
                people.setdefault(page, set()).update(whose)

    def gone(key: str) -> bool:
        page, _, rest = key.partition("/")
        return page in everywhere or rest.partition("/")[0] in people.get(page, ())

    return gone
