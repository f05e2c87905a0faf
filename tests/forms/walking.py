"""Builders for the form's tests: the demonstration city's form, programs' needs, and a walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from eligibility.facts import Vocabulary, load_vocabulary
from forms import (
    Draft,
    FieldErrors,
    Flow,
    Form,
    Needs,
    Place,
    Step,
    answer,
    load_form,
    needs_of,
    parse_page,
    skip,
    skips,
)

ROOT = Path(__file__).parents[2]
ON = date(2026, 11, 22)
Typed = Mapping[str, str | Sequence[str]]


@cache
def vocabulary() -> Vocabulary:
    found = load_vocabulary(ROOT / "eligibility" / "facts")
    ids = {"basic_food", "wic", "head_start", "working_connections", "utility_discount"}
    return found.with_programs(frozenset(ids | set(PROGRAM_FACTS)))


@cache
def city_form() -> Form:
    return load_form(ROOT / "forms" / "questions", ROOT / "cities" / "seattle", vocabulary())


MONEY = ("income.amount", "person.incomes_complete", "people_complete")
PROGRAM_FACTS: dict[str, tuple[str, ...]] = {
    "basic_food": (
        *MONEY,
        "person.age",
        "person.ties",
        "person.disabled",
        "person.pregnant",
        "person.college_student",
        "person.weekly_hours_worked",
        "person.work_study",
        "person.in_school",
        "person.child_support_paid",
        "person.medical_expenses",
        "household.rent",
        "household.mortgage",
        "household.property_tax",
        "household.home_insurance",
        "household.heating_paid",
        "household.electricity_bill",
        "household.water_bill",
        "household.phone_bill",
        "household.childcare_cost",
        "household.homeless",
    ),
    "wic": (
        *MONEY,
        "person.age",
        "person.pregnant",
        "person.expected_children",
        "person.recent_birth",
        "person.breastfeeding",
        "person.receives.apple_health",
        "household.receives.basic_food",
    ),
    "orca_lift": (
        *MONEY,
        "person.age",
        "household.receives.basic_food",
        "household.receives.wic",
        "person.receives.apple_health",
    ),
    "property_tax_exemption": (
        *MONEY,
        "person.age",
        "household.tenure",
        "household.occupied_home_6_months",
        "household.county",
        "person.retired_on_disability",
        "person.owns_home",
        "person.veteran",
        "person.va_rating",
    ),
    "utility_discount": (
        *MONEY,
        "person.age",
        "household.utility_account",
        "household.shared_meter",
        "household.lives_in_city",
        "person.medicare_premium",
        "person.medicare",
    ),
    "child_care_assistance": (
        *MONEY,
        "person.age",
        "person.ties",
        "person.needs_child_care",
        "person.in_approved_activity",
        "household.lives_in_city",
    ),
    "apple_health_adults": (*MONEY, "person.age", "person.ties", "person.pregnant"),
}
APPLY = ("household.address", "person.name", "household.language")
ASK_STATUS = ("basic_food", "apple_health_adults")


class AProgram:
    """A program as far as the form looks at it."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.status = "open"
        self.apply_facts: tuple[str, ...] = APPLY
        if id in ASK_STATUS:
            self.apply_facts = (*APPLY, "person.immigration")
        self.fields = (*PROGRAM_FACTS[id], *self.apply_facts)


def a_flow(draft: Draft | None = None, programs: Iterable[str] = PROGRAM_FACTS) -> Flow:
    """A flow for these programs, at the start unless a draft is given."""
    named = list(programs)
    needs: Needs = needs_of([AProgram(id) for id in named], PROGRAM_FACTS)
    return Flow(city_form(), needs, draft or Draft(), ON)


def raw(typed: Typed) -> dict[str, list[str]]:
    """Typed fields as a form sends them."""
    return {name: [v] if isinstance(v, str) else list(v) for name, v in typed.items()}


def give(flow: Flow, key: str, typed: Typed, locale: str = "en") -> Flow:
    """Answer one step; a page that finds errors fails the test and shows them."""
    step = flow.find(key)
    assert step is not None, (key, [s.key for s in flow.steps])
    patch = parse_page(flow, step, raw(typed), locale)
    assert not isinstance(patch, FieldErrors), (key, patch)
    return answer(flow, step, patch)


def walk(flow: Flow, answers: Mapping[str, Typed | list[Typed]]) -> tuple[Flow, list[str]]:
    """Go through the form as a resident does; a page without an answer is "I don't know".

    A list of answers is for a page that comes back until its list is closed.
    """
    left = {key: list(a) if isinstance(a, list) else [a] for key, a in answers.items()}
    seen: list[str] = []
    step: Step | None = flow.steps[0]
    while step is not None:
        seen.append(step.key)
        assert len(seen) < 200, seen
        if left.get(step.key):
            flow = give(flow, step.key, left[step.key].pop(0))
        else:
            assert "dont_know" in skips(flow, step), f"{step.key} needs an answer"
            flow = skip(flow, step, "dont_know", {}, "en")
        step = flow.next_after(step)
    assert not any(left.values()), {key: a for key, a in left.items() if a}
    return flow, seen


CONTACT: Typed = {
    "contact_name": "Luz Prado",
    "contact_language": "es",
    "contact_phone": "206-555-0100",
    "safe_to_write": "no",
}


def born(year: int, month: int | str = "", day: int | str = "", person: str = "p1") -> Typed:
    return {
        f"birth_date-{person}-year": str(year),
        f"birth_date-{person}-month": str(month),
        f"birth_date-{person}-day": str(day),
    }


def nobody_else() -> Typed:
    return {"people-more": "no"}


def one_more(name: str) -> Typed:
    return {"people-more": "yes", "people-name": name}


def value(flow: Flow, fact: str, person: str = "", income: str = "") -> object:
    found: object = flow.draft.value(fact, Place(person, income))
    return found
