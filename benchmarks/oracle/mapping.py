"""Turns one made-up household into facts. It reads input fields alone, never an answer.

What the model fixes (everyone is a citizen, all buy and cook together, each benefit is taken up by
whoever may get it) is said here and never in the rules.
"""

from __future__ import annotations

from collections.abc import Container
from math import floor
from typing import Any, NamedTuple

from benchmarks.oracle.households import Json, money, names_of_people, part

INCOME_KINDS = {
    "employment": "wages",
    "self_employment": "self_employment",
    "social_security_retirement": "social_security_retirement",
    "social_security_disability": "social_security_disability",
    "ssi": "ssi",
    "unemployment": "unemployment",
    "pension": "pension",
    "child_support_received": "child_support_received",
    "interest": "interest",
}
SCHOOL_AGES = range(5, 18)
MOST_BILLS, MOST_COSTS, MOST_INCOME = 20_000, 50_000, 1_000_000
"""The largest amounts of one period that can be told, in dollars."""
MOST_MONTHS = 1500
INFANT_AGE = 1
BREASTFEEDING_MONTHS, POSTPARTUM_MONTHS = 12, 6


def facts_of(row: Json, receives: tuple[str, ...] = ()) -> dict[str, Any]:
    """The facts of one household, with the benefits it is taken to receive."""
    costs = part(row, "expenses")
    got = [*receives, *(["tanf"] if money(row, "tanf") else [])]
    births = _births(row)
    names = names_of_people(row)
    return {
        "people_complete": True,
        "household": {
            "lives_in_city": True,
            "county": "king",
            "tenure": _tenure(row),
            "occupied_home_6_months": _tenure(row) == "owner",
            "homeless": bool(row.get("is_homeless")),
            "rent": _yearly(money(costs, "rent")),
            "mortgage": _yearly(money(costs, "mortgage")),
            "property_tax": _yearly(money(costs, "real_estate_taxes")),
            "home_insurance": _yearly(money(costs, "homeowners_insurance")),
            "childcare_cost": _yearly(money(costs, "childcare")),
            "heating_paid": bool(costs.get("has_heating_cooling")),
            "electricity_bill": _yearly(money(costs, "electricity"), MOST_BILLS),
            "water_bill": _yearly(money(costs, "water"), MOST_BILLS),
            "phone_bill": _yearly(money(costs, "phone"), MOST_BILLS),
            "liquid_assets": _cents(money(part(row, "assets"), "bank_account")),
            "receives": got,
        },
        "people": [
            _person(row, place, name, births.get(place)) for place, name in enumerate(names)
        ],
    }


def with_pupils(facts: dict[str, Any], in_head_start: Container[str]) -> dict[str, Any]:
    """The same home where those children are in Head Start and eat there; if nobody goes to school
    then, as if the first person did.

    The model gives the tier of school meals to every household.
    """
    people = [
        {**one, "in_school": True, "receives": {**one["receives"], "head_start": True}}
        if one["id"] in in_head_start
        else one
        for one in facts["people"]
    ]
    if not any(one["in_school"] for one in people):
        people[0] = {**people[0], "in_school": True}
    return {**facts, "people": people}


def _tenure(row: Json) -> str:
    told = row.get("tenure")
    return told if told in ("renter", "owner") else "none"


def _cents(dollars: float) -> int:
    return round(dollars * 100)


def _yearly(dollars: float, most: int = MOST_COSTS) -> dict[str, Any]:
    """A yearly amount; one that is too large to be told so is told by the month."""
    if abs(dollars) <= most:
        return {"amount": _cents(dollars), "period": "year"}
    return {"amount": _cents(dollars / 12), "period": "month"}


class Birth(NamedTuple):
    """A birth not long ago: when, and the place of the infant among the members."""

    when: str
    infant: int


def _births(row: Json) -> dict[int, Birth]:
    """Who gave birth not long ago: one woman for each infant, as nothing says whose it is.

    A woman who breastfeeds comes first and takes the oldest infant; then each mother an infant
    under six months. One of her own tax household comes before others.
    """
    people = list(enumerate(row["members"]))
    infants = sorted(
        (each for each in people if each[1]["age"] < INFANT_AGE),
        key=lambda each: -float(each[1]["age"]),
    )
    found: dict[int, Birth] = {}
    for breastfeeding in (True, False):
        for own in (True, False):
            for place, woman in sorted(people, key=lambda one: one[1]["age"]):
                wanted = woman.get("is_breastfeeding") if breastfeeding else woman.get("is_mother")
                if not wanted or place in found:
                    continue
                for infant in infants:
                    at, child = infant
                    young = child["age"] * 12 < POSTPARTUM_MONTHS
                    same = child.get("tax_unit") == woman.get("tax_unit")
                    if same == own and (young or breastfeeding):
                        found[place] = Birth("under_6_months" if young else "6_to_12_months", at)
                        infants.remove(infant)
                        break
    return found


def _person(row: Json, place: int, name: str, birth: Birth | None) -> dict[str, Any]:
    member = row["members"][place]
    student = "half_time_or_more" if member.get("is_full_time_college_student") else "no"
    return {
        "id": name,
        "age_months": min(MOST_MONTHS, round(member["age"] * 12)),
        "ties": _ties(row, place, birth),
        "pregnant": bool(member.get("is_pregnant")),
        "expected_children": round(money(member, "expected_children")),
        "recent_birth": birth.when if birth else "none",
        "breastfeeding": bool(member.get("is_breastfeeding")),
        "disabled": bool(member.get("is_disabled")),
        "retired_on_disability": bool(member.get("is_disabled")) and role_of(member) != "dependent",
        "owns_home": _owns_home(row, member),
        "veteran": False,
        "va_rating": 0,
        "college_student": student,
        "weekly_hours_worked": floor(money(member, "weekly_hours_worked")),
        "work_study": False,
        "in_school": int(member["age"]) in SCHOOL_AGES,
        "foster_child": False,
        # The household gets TANF as one, so each person in it does.
        "receives": {"tanf": money(row, "tanf") > 0},
        "medical_expenses": _yearly(money(member, "medical_expenses")),
        "child_support_paid": _yearly(money(member, "child_support_paid")),
        "incomes_complete": True,
        "incomes": _incomes(row, place),
    }


def _owns_home(row: Json, member: Json) -> bool:
    """Nothing says whose a home is: the model takes head and spouse of the first tax household."""
    first = unit_of(row["members"][0])
    return _tenure(row) == "owner" and unit_of(member) == first and role_of(member) != "dependent"


def _ties(row: Json, place: int, birth: Birth | None) -> list[dict[str, str]]:
    """Tax ties as told. Head and spouse are married, and parents of their household's children.
    A woman who gave birth is the infant's mother, whoever claims it."""
    members, names = row["members"], names_of_people(row)
    member = members[place]
    unit, role = unit_of(member), role_of(member)
    label = f"t{[unit_of(one) for one in members].index(unit) + 1}"
    ties = [{"kind": "tax_household", "to": label}, {"kind": "tax_role", "to": role}]
    for other, name in zip(members, names, strict=True):
        if other is member or unit_of(other) != unit:
            continue
        if {role, role_of(other)} == {"head", "spouse"}:
            ties.append({"kind": "spouse", "to": name})
        if role != "dependent" and other.get("relationship") == "child":
            ties.append({"kind": "parent_of", "to": name})
    if birth and {"kind": "parent_of", "to": names[birth.infant]} not in ties:
        ties.append({"kind": "parent_of", "to": names[birth.infant]})
    return ties


def unit_of(member: Json) -> str:
    """The tax household told, or one for all."""
    return str(member.get("tax_unit") or "t1")


def role_of(member: Json) -> str:
    """The part in it told; a head if none was."""
    told = member.get("tax_role")
    return told if told in ("head", "spouse", "dependent") else "head"


def _incomes(row: Json, place: int) -> list[dict[str, Any]]:
    # The model takes half off self-employment money for Basic Food and nothing for the others, as
    # if the figure were before costs of which none were told.
    member = row["members"][place]
    told = part(member, "income")
    found: list[dict[str, Any]] = [
        {"kind": kind, **_yearly(_earned(told, name), MOST_INCOME)}
        | ({"after_costs": False, "costs": 0} if kind == "self_employment" else {})
        for name, kind in INCOME_KINDS.items()
        if _earned(told, name)
    ]
    heads = [n for n, one in enumerate(row["members"]) if one.get("relationship") == "head"]
    if money(row, "tanf") and place == (heads or [0])[0]:
        found.append({"kind": "tanf", **_yearly(money(row, "tanf"), MOST_INCOME)})
    return found


def _earned(told: Json, name: str) -> float:
    """Only own work can lose money."""
    amount = money(told, name)
    return amount if name == "self_employment" else max(0.0, amount)
