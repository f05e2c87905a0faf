"""Where law and the model differ: each difference is told by a predicate on inputs, never by an id.

docs/oracle.md says for each who is right and by which source. A difference counts only if the two
answers differ the way it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.oracle.households import Json, money, part
from benchmarks.oracle.mapping import INCOME_KINDS, SCHOOL_AGES, role_of, unit_of

FIRST_PERSON, EACH_MORE = 15_650, 5_500
"""The poverty line of 2025, by which all households of the file are asked."""
LINE_BEFORE_APRIL = 15_060, 5_380
"""That of 2024, by which the state's chart for Basic Food still goes in February."""
MONTHS = 12
STATE_FOOD_SHARE = 200
MEAL_SHARES = (130, 185)
HEALTH_SHARES = (138, 215, 317)
OUTSIDE_TAX = ("ssi", "child_support_received")
SOCIAL_SECURITY = ("social_security_retirement", "social_security_disability")
PROPERTY_INCOME = tuple(kind for kind in INCOME_KINDS if kind not in OUTSIDE_TAX)
HALF_OF_WORK_TAX = 0.07064775
PROPERTY_LIMIT = 84_000
"""King County, tax years 2024 to 2026."""
MEDICARE_PREMIUM = 2_220
"""Part B in 2025, a year."""
OLD, GROWN = 65, 19
CHILD_OF_ONE_PARENT = 12
STUDENT_AGES = range(18, 50)


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


def _after_birth(asked: Asked) -> bool:
    """A woman with an infant, not pregnant: law covers twelve months after the birth."""
    mother = asked.member.get("is_mother") or asked.member.get("is_breastfeeding")
    infant = any(one["age"] < 1 for one in asked.household["members"])
    return bool(asked.ours and mother and infant and not asked.member.get("is_pregnant"))


def _after_birth_at_home(asked: Asked) -> bool:
    members = asked.household["members"]
    return any(_after_birth(replace(asked, member=one)) for one in members)


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


def _food_income(members: list[Json]) -> float:
    """As Basic Food counts it: half of what own work brings and no loss, no pay of pupils, less
    child support that is paid."""
    found = 0.0
    for one in members:
        income = {kind: money(part(one, "income"), kind) for kind in INCOME_KINDS}
        own = max(0.0, income.pop("self_employment")) / 2
        pupil = int(one["age"]) in SCHOOL_AGES
        work = 0.0 if pupil else own + income["employment"]
        others = sum(income.values()) - income["employment"]
        found += work + others - money(one, "child_support_paid")
    return found


def _is_student(one: Json) -> bool:
    return bool(one.get("is_full_time_college_student")) and int(one["age"]) in STUDENT_AGES


def _state_food_chart(asked: Asked) -> bool:
    """Income between 200% of the line and the chart, which is rounded to the dollar: of all, or of
    all but the students, who may not count."""
    members = asked.household["members"]
    for counted in (members, [one for one in members if not _is_student(one)]):
        monthly = (_food_income(counted) + money(asked.household, "tanf")) / MONTHS
        for first, each in ((FIRST_PERSON, EACH_MORE), LINE_BEFORE_APRIL):
            exact = STATE_FOOD_SHARE * (first + each * (len(counted) - 1)) / 100 / MONTHS
            if min(exact, round(exact)) < monthly <= max(exact, round(exact)):
                return True
    return False


def _student_beside_children(asked: Asked) -> bool:
    """A student in a home with young children. The model lets any head or spouse of the home care
    for any child and counts them all as its parents; law asks who does, a dependent mother too."""
    members = asked.household["members"]
    heads = {unit_of(one) for one in members if role_of(one) != "dependent"}
    students = [one for one in members if _is_student(one)]
    young = any(one["age"] < CHILD_OF_ONE_PARENT for one in members)
    mothers = any(role_of(one) == "dependent" and one.get("is_mother") for one in students)
    return young and (mothers or (bool(students) and len(heads) > 1))


def _unborn_child(asked: Asked) -> bool:
    """Someone else in the tax household is pregnant: law counts the unborn child for all in it."""
    unit, members = unit_of(asked.member), asked.household["members"]
    expecting = any(one.get("is_pregnant") and unit_of(one) == unit for one in members)
    return expecting and not asked.member.get("is_pregnant")


def _grown_dependent(asked: Asked) -> bool:
    """A grown dependent in the tax household as told: the model drops that household where its head
    need not file, and with it everybody over 18."""
    unit, members = unit_of(asked.member), asked.household["members"]
    return any(
        one["age"] >= GROWN and unit_of(one) == unit and role_of(one) == "dependent"
        for one in members
    )


def _no_family_of_its_own(one: Json, members: list[Json]) -> bool:
    """An adult whose own tax household has no children, in a home with those of another."""
    unit = unit_of(one)
    children = {unit_of(each) for each in members if each["age"] < GROWN}
    return one["age"] >= GROWN and bool(children) and unit not in children


def _children_of_others(asked: Asked) -> bool:
    """The model counts the children of the home, and their money, as those of an adult who need
    not file."""
    members = asked.household["members"]
    people = [asked.member] if asked.answer == "apple_health_adult" else members
    if not any(_no_family_of_its_own(one, members) for one in people):
        return False
    children = [one for one in members if one["age"] < GROWN]
    return bool(asked.theirs) or _income(children, tuple(INCOME_KINDS)) > 0


def _owners(row: Json) -> list[Json]:
    """Whom the model takes for the owners: head and spouse of the first tax household."""
    first = unit_of(row["members"][0])
    return [one for one in row["members"] if unit_of(one) == first and role_of(one) != "dependent"]


def _income_of_owners(owners: list[Json]) -> float:
    """As on a tax return, where half of the tax on own work comes off."""
    gains = sum(max(0.0, money(part(one, "income"), "self_employment")) for one in owners)
    return _income(owners, PROPERTY_INCOME) - HALF_OF_WORK_TAX * gains


def _care_costs(asked: Asked) -> bool:
    """Income over the limit by less than medical costs, all of which the model takes off."""
    owners = _owners(asked.household)
    income = _income_of_owners(owners)
    costs = sum(money(one, "medical_expenses") for one in asked.household["members"])
    return bool(asked.theirs) and PROPERTY_LIMIT < income <= PROPERTY_LIMIT + costs


def _medicare_premium(asked: Asked) -> bool:
    """Income over the limit by less than what owners of 65 pay for Medicare, which no input tells:
    the model makes it up and takes it off."""
    owners = _owners(asked.household)
    premiums = MEDICARE_PREMIUM * sum(one["age"] >= OLD for one in owners)
    income = _income_of_owners(owners)
    return bool(asked.theirs) and PROPERTY_LIMIT < income <= PROPERTY_LIMIT + premiums


def _losses_added_back(asked: Asked) -> bool:
    """Owners within the limit only if a loss from own work is taken off."""
    owners = _owners(asked.household)
    losses = sum(min(0.0, money(part(one, "income"), "self_employment")) for one in owners)
    income = _income_of_owners(owners)
    return bool(asked.theirs) and income <= PROPERTY_LIMIT < income - losses


def _no_tax_to_lower(asked: Asked) -> bool:
    """An owner who pays no property tax: the model lowers only what is paid."""
    costs = part(asked.household, "expenses")
    return bool(asked.ours) and not asked.theirs and not money(costs, "real_estate_taxes")


def _ssi_of_owners(asked: Asked) -> bool:
    """Owners over the limit with their SSI and within it without."""
    owners = _owners(asked.household)
    income = _income_of_owners(owners)
    return bool(asked.theirs) and income <= PROPERTY_LIMIT < income + _income(owners, ("ssi",))


@dataclass(frozen=True, slots=True)
class Difference:
    """A named difference, the answers it can be about, and its predicate."""

    name: str
    answers: tuple[str, ...]
    holds: Callable[[Asked], bool]


FOOD_ANSWERS = ("snap_eligible", "snap_amount")
BY_FOOD = ("wic", "school_meals", "head_start", "early_head_start", "lifeline")
"""What Basic Food opens, so that a difference in it is one in these too."""
BY_HEALTH = ("lifeline", "wic")
HEALTH_ANSWERS = ("apple_health_adult", "apple_health_child", "chip")
DIFFERENCES = (
    Difference("printed_meal_line", ("school_meals",), _printed_meal_line),
    Difference("after_birth", ("apple_health_adult",), _after_birth),
    Difference("after_birth", BY_HEALTH, _after_birth_at_home),
    Difference("other_health_rules", ("apple_health_adult",), _other_health_rules),
    Difference("other_health_rules", ("lifeline",), _other_health_rules_at_home),
    Difference("health_chart", (*HEALTH_ANSWERS, "wic"), _health_chart),
    Difference("health_chart", ("lifeline",), _health_chart_at_home),
    Difference("ssi_of_owners", ("property_tax",), _ssi_of_owners),
    Difference("unborn_child", HEALTH_ANSWERS, _unborn_child),
    Difference("children_of_others", ("apple_health_adult", *BY_HEALTH), _children_of_others),
    Difference("grown_dependent", ("apple_health_adult",), _grown_dependent),
    Difference("losses_added_back", ("property_tax",), _losses_added_back),
    Difference("no_tax_to_lower", ("property_tax",), _no_tax_to_lower),
    Difference("care_costs", ("property_tax",), _care_costs),
    Difference("medicare_premium", ("property_tax",), _medicare_premium),
    Difference("pay_of_a_dependent", ("lifeline",), _pay_of_a_dependent),
    Difference("state_food_chart", (*FOOD_ANSWERS, *BY_FOOD), _state_food_chart),
    Difference("student_beside_children", (*FOOD_ANSWERS, *BY_FOOD), _student_beside_children),
)


def named(asked: Asked) -> str | None:
    """The difference between law and model that explains this, if one does."""
    for difference in DIFFERENCES:
        if asked.answer in difference.answers and difference.holds(asked):
            return difference.name
    return None
