"""Forty made-up households answered by an independent model, mapped to our facts.

The mapping reads input fields only; `oracle` is for comparing. What the model fixes (everyone is a
citizen, buys and cooks together, take-up is complete) is said here and never in the rules.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "households.json"
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
ADULT_SCHOOL_AGE = 18


def load_households(path: Path = DATA) -> list[dict[str, Any]]:
    """The stored households."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["households"]
    return rows


def yearly(dollars: float) -> dict[str, Any]:
    """An amount of a year, in cents."""
    return {"amount": round(dollars * 100), "period": "year"}


def facts_of(row: dict[str, Any], receives: tuple[str, ...] = ()) -> dict[str, Any]:
    """The contract's facts of one household, with what it is taken to receive."""
    costs = row["expenses"]
    got = [*receives, *(["tanf"] if row["tanf"] else [])]
    return {
        "people_complete": True,
        "household": {
            "lives_in_city": True,
            "county": "king",
            "tenure": row["tenure"],
            "occupied_home_6_months": row["tenure"] == "owner",
            "homeless": row["is_homeless"],
            "rent": yearly(costs["rent"]),
            "mortgage": yearly(costs["mortgage"]),
            "property_tax": yearly(costs["real_estate_taxes"]),
            "home_insurance": yearly(costs["homeowners_insurance"]),
            "childcare_cost": yearly(costs["childcare"]),
            "heating_paid": costs["has_heating_cooling"],
            "electricity_bill": yearly(costs["electricity"]),
            "water_bill": yearly(costs["water"]),
            "phone_bill": yearly(costs["phone"]),
            "liquid_assets": round(row["assets"]["bank_account"] * 100),
            "receives": got,
        },
        "people": [_person(row, member) for member in row["members"]],
    }


def _person(row: dict[str, Any], member: dict[str, Any]) -> dict[str, Any]:
    months = round(member["age"] * 12)
    infants = [round(one["age"] * 12) for one in row["members"] if one["age"] < 1]
    birth = "none"
    if member["is_mother"] and infants:
        birth = "under_6_months" if min(infants) < 6 else "6_to_12_months"
    student = "half_time_or_more" if member["is_full_time_college_student"] else "no"
    return {
        "id": member["id"],
        "age_months": months,
        "ties": _ties(row, member),
        "pregnant": member["is_pregnant"],
        "expected_children": member["expected_children"],
        "recent_birth": birth,
        "breastfeeding": member["is_breastfeeding"],
        "disabled": member["is_disabled"],
        "retired_on_disability": member["is_disabled"],
        "veteran": False,
        "va_rating": 0,
        "college_student": student,
        "weekly_hours_worked": round(member["weekly_hours_worked"]),
        "work_study": False,
        "in_school": 5 <= member["age"] < ADULT_SCHOOL_AGE,
        "foster_child": False,
        "medical_expenses": yearly(member["medical_expenses"]),
        "child_support_paid": yearly(member["child_support_paid"]),
        "incomes_complete": True,
        "incomes": _incomes(row, member),
    }


def _ties(row: dict[str, Any], member: dict[str, Any]) -> list[dict[str, str]]:
    """Tax ties as given. Head and spouse are married; they are the parents of their children."""
    ties = [
        {"kind": "tax_household", "to": member["tax_unit"]},
        {"kind": "tax_role", "to": member["tax_role"]},
    ]
    for other in row["members"]:
        same = other["tax_unit"] == member["tax_unit"] and other is not member
        couple = {member["tax_role"], other["tax_role"]} == {"head", "spouse"}
        if same and couple:
            ties.append({"kind": "spouse", "to": other["id"]})
        if member["tax_role"] != "dependent" and same and other["relationship"] == "child":
            ties.append({"kind": "parent_of", "to": other["id"]})
    return ties


def _incomes(row: dict[str, Any], member: dict[str, Any]) -> list[dict[str, Any]]:
    # The model takes 50 % off self-employment money for SNAP and nothing for the others, as if the
    # figure were before costs of which none were told.
    found: list[dict[str, Any]] = [
        {"kind": kind, "period": "year", "amount": round(member["income"][name] * 100)}
        | ({"after_costs": False, "costs": 0} if kind == "self_employment" else {})
        for name, kind in INCOME_KINDS.items()
        if member["income"][name]
    ]
    if row["tanf"] and member["relationship"] == "head":
        found.append({"kind": "tanf", "period": "year", "amount": round(row["tanf"] * 100)})
    return found
