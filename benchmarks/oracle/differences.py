"""Where law and the model differ: each difference is told by a predicate on inputs, never by an id.

docs/oracle.md says for each who is right and by which source. A difference counts only if the two
answers differ the way it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.oracle.households import Json, money, part
from benchmarks.oracle.mapping import INCOME_KINDS, role_of, unit_of

FIRST_PERSON, EACH_MORE = 15_650, 5_500
"""The poverty line of 2025, by which all households of the file are asked."""
MONTHS = 12
STATE_FOOD_SHARE = 200
MEAL_SHARES = (130, 185)
HEALTH_SHARES = (138, 215, 317)
OUTSIDE_TAX = ("ssi", "child_support_received")
SOCIAL_SECURITY = ("social_security_retirement", "social_security_disability")
HEAD_START_INCOME = ("employment", "self_employment", "unemployment", "pension")
HEAD_START_AGES = range(3, 6)
PROPERTY_INCOME = tuple(kind for kind in INCOME_KINDS if kind not in OUTSIDE_TAX)
PROPERTY_LIMIT = 84_000
"""King County, tax years 2024 to 2026."""
OLD, GROWN = 65, 19


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer that differs: of whom, and what both say."""

    answer: str
    household: Json
    member: Json
    ours: Any
    theirs: Any


def line(size: int) -> int:
    """The poverty line of 2025, a year."""
    return FIRST_PERSON + EACH_MORE * (size - 1)


def _income(members: list[Json], kinds: tuple[str, ...]) -> float:
    return sum(money(part(one, "income"), kind) for one in members for kind in kinds)


def _everything(row: Json) -> float:
    return _income(row["members"], tuple(INCOME_KINDS)) + money(row, "tanf")


def _printed_meal_line(asked: Asked) -> bool:
    """Income between the exact share and the line as printed, rounded up to the dollar."""
    income = _everything(asked.household)
    for share in MEAL_SHARES:
        exact = share * line(len(asked.household["members"])) / 100
        if exact < income <= -(-exact // 1):
            return True
    return False


def _head_start_child(asked: Asked) -> bool:
    """A child of Head Start age in a family that is within it by income or SSI: the model takes
    every pupil of the family as free by that, law only the child in Head Start."""
    members = asked.household["members"]
    within = _income(members, HEAD_START_INCOME) <= line(len(members))
    within = within or _income(members, ("ssi",)) > 0
    young = any(int(one["age"]) in HEAD_START_AGES for one in members)
    return asked.theirs == "FREE" and young and within


def _after_birth(asked: Asked) -> bool:
    """A woman with an infant, not pregnant: law covers twelve months after the birth."""
    mother = asked.member.get("is_mother") or asked.member.get("is_breastfeeding")
    infant = any(one["age"] < 1 for one in asked.household["members"])
    return bool(asked.ours and mother and infant and not asked.member.get("is_pregnant"))


def _by_disability(one: Json) -> bool:
    """Someone of 65 or with a disability, without SSI."""
    may = one["age"] >= OLD or bool(one.get("is_disabled"))
    return may and not money(part(one, "income"), "ssi")


def _other_health_rules(asked: Asked) -> bool:
    return bool(asked.theirs) and _by_disability(asked.member)


def _other_health_rules_at_home(asked: Asked) -> bool:
    return bool(asked.theirs) and any(map(_by_disability, asked.household["members"]))


def _health_chart(asked: Asked) -> bool:
    """Income between the model's monthly limit, the exact share up to the dollar, and the chart."""
    unit = unit_of(asked.member)
    family = [one for one in asked.household["members"] if unit_of(one) == unit]
    kinds = tuple(kind for kind in INCOME_KINDS if kind not in OUTSIDE_TAX)
    income = _income([one for one in family if role_of(one) != "dependent"], kinds) / MONTHS
    expected = sum(
        max(1, one.get("expected_children") or 0) for one in family if one.get("is_pregnant")
    )
    year = line(len(family) + int(expected))
    for share in HEALTH_SHARES:
        exact = year * share / 100 / MONTHS
        chart = max(exact, int(-(-year // MONTHS) * share / 100 + 0.5))
        model = -(-round(exact, 2) // 1)
        if min(chart, model) < income <= max(chart, model):
            return True
    return False


def _health_chart_at_home(asked: Asked) -> bool:
    members = asked.household["members"]
    return any(_health_chart(replace(asked, member=one)) for one in members)


def _pay_of_a_dependent(asked: Asked) -> bool:
    """A dependent with money that is taxed: the model leaves it out for Lifeline."""
    kinds = tuple(kind for kind in INCOME_KINDS if kind not in OUTSIDE_TAX)
    dependents = [one for one in asked.household["members"] if role_of(one) == "dependent"]
    return bool(asked.theirs) and _income(dependents, kinds) > 0


def _state_food_chart(asked: Asked) -> bool:
    """Income between 200% of the line and the chart, which is rounded to the dollar."""
    exact = STATE_FOOD_SHARE * line(len(asked.household["members"])) / 100 / MONTHS
    monthly = _everything(asked.household) / MONTHS
    return min(exact, round(exact)) < monthly <= max(exact, round(exact))


def _unborn_child(asked: Asked) -> bool:
    """Someone else in the tax household is pregnant: law counts the unborn child for all in it."""
    unit, members = unit_of(asked.member), asked.household["members"]
    expecting = any(one.get("is_pregnant") and unit_of(one) == unit for one in members)
    return expecting and not asked.member.get("is_pregnant")


def _no_family_of_its_own(one: Json, members: list[Json]) -> bool:
    """An adult whose own tax household has no children, in a home with those of another."""
    unit = unit_of(one)
    children = {unit_of(each) for each in members if each["age"] < GROWN}
    return one["age"] >= GROWN and bool(children) and unit not in children


def _children_of_others(asked: Asked) -> bool:
    """The model counts the children of the home as those of an adult who need not file."""
    members = asked.household["members"]
    people = [asked.member] if asked.member else members
    return bool(asked.theirs) and any(_no_family_of_its_own(one, members) for one in people)


def _owners(row: Json) -> list[Json]:
    """Whom the model takes for the owners: head and spouse of the first tax household."""
    first = unit_of(row["members"][0])
    return [one for one in row["members"] if unit_of(one) == first and role_of(one) != "dependent"]


def _who_owns(asked: Asked) -> bool:
    """Grown people in the home besides the couple: nothing says which of them owns it."""
    grown = [one for one in asked.household["members"] if one["age"] >= GROWN]
    return len(grown) > len(_owners(asked.household))


def _care_costs(asked: Asked) -> bool:
    """Income over the limit by less than medical costs, all of which the model takes off."""
    owners = _owners(asked.household)
    income = _income(owners, PROPERTY_INCOME)
    costs = sum(money(one, "medical_expenses") for one in asked.household["members"])
    return bool(asked.theirs) and PROPERTY_LIMIT < income <= PROPERTY_LIMIT + costs


def _ssi_of_owners(asked: Asked) -> bool:
    """Owners over the limit with their SSI and within it without."""
    owners = _owners(asked.household)
    income = _income(owners, PROPERTY_INCOME)
    return bool(asked.theirs) and income <= PROPERTY_LIMIT < income + _income(owners, ("ssi",))


@dataclass(frozen=True, slots=True)
class Difference:
    """A named difference, the answers it can be about, and its predicate."""

    name: str
    answers: tuple[str, ...]
    holds: Callable[[Asked], bool]


HEALTH_ANSWERS = ("apple_health_adult", "apple_health_child", "chip")
DIFFERENCES = (
    Difference("printed_meal_line", ("school_meals",), _printed_meal_line),
    Difference("head_start_child", ("school_meals",), _head_start_child),
    Difference("after_birth", ("apple_health_adult",), _after_birth),
    Difference("other_health_rules", ("apple_health_adult",), _other_health_rules),
    Difference("other_health_rules", ("lifeline",), _other_health_rules_at_home),
    Difference("health_chart", (*HEALTH_ANSWERS, "wic"), _health_chart),
    Difference("health_chart", ("lifeline",), _health_chart_at_home),
    Difference("ssi_of_owners", ("property_tax",), _ssi_of_owners),
    Difference("unborn_child", HEALTH_ANSWERS, _unborn_child),
    Difference("children_of_others", ("apple_health_adult", "lifeline"), _children_of_others),
    Difference("who_owns", ("property_tax",), _who_owns),
    Difference("care_costs", ("property_tax",), _care_costs),
    Difference("pay_of_a_dependent", ("lifeline",), _pay_of_a_dependent),
    Difference("state_food_chart", ("snap_eligible", "snap_amount"), _state_food_chart),
)


def named(asked: Asked) -> str | None:
    """The difference between law and model that explains this, if one does."""
    for difference in DIFFERENCES:
        if asked.answer in difference.answers and difference.holds(asked):
            return difference.name
    return None
