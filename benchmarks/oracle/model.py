"""Asks the model itself about random households; for the environment the model is installed in.

`MODEL_PYTHON -m benchmarks.oracle.model --seed 11 --count 2500 > FILE` writes a file for
`python -m benchmarks.oracle`; with `--odd` the households are made to be difficult. It needs
policyengine-us and nothing of this project's own packages.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.oracle.households import USUAL_MONTHS, Json
from benchmarks.oracle.made_up import made_up
from benchmarks.oracle.odd import odd

YEAR = "2025"
FREE, REDUCED = 1.3, 1.85
INCOMES = {
    "employment": "employment_income",
    "self_employment": "self_employment_income",
    "social_security_retirement": "social_security_retirement",
    "social_security_disability": "social_security_disability",
    "ssi": "ssi",
    "unemployment": "unemployment_compensation",
    "pension": "taxable_private_pension_income",
    "child_support_received": "child_support_received",
    "interest": "taxable_interest_income",
}
OF_PERSON = {
    "medicaid_eligible": "is_medicaid_eligible",
    "chip_eligible": "is_chip_eligible",
    "head_start_eligible": "is_head_start_eligible",
    "early_head_start_eligible": "is_early_head_start_eligible",
}
FLAGS = ("is_pregnant", "is_mother", "is_breastfeeding", "is_disabled")
ROLES = ("head", "spouse", "dependent")


def every_month(value: Any) -> dict[str, Any]:
    """The value in each month of the year."""
    return {f"{YEAR}-{month:02d}": value for month in range(1, 13)}


def person_of(member: Json) -> dict[str, Any]:
    """One person as the model wants it. Premiums, the state's supplement to SSI and work rules are
    fixed: none, none and met."""
    yearly: dict[str, Any] = {name: member[name] for name in FLAGS}
    yearly |= {theirs: member["income"][ours] for ours, theirs in INCOMES.items()}
    yearly |= {f"is_tax_unit_{role}": member["tax_role"] == role for role in ROLES}
    yearly |= {
        "age": member["age"],
        "current_pregnancies": member["expected_children"],
        "is_full_time_college_student": member["is_full_time_college_student"],
        "weekly_hours_worked_before_lsr": member["weekly_hours_worked"],
        "other_medical_expenses": member["medical_expenses"],
        "child_support_expense": member["child_support_paid"],
        "health_insurance_premiums": 0,
        "medical_expense_health_insurance_premiums": 0,
    }
    monthly = {
        "meets_snap_abawd_work_requirements": True,
        "meets_snap_general_work_requirements": True,
        "is_wic_at_nutritional_risk": True,
        "wa_ssp": 0,
    }
    return {name: {YEAR: value} for name, value in yearly.items()} | {
        name: every_month(value) for name, value in monthly.items()
    }


class Situation:
    """All households in one simulation; each answer comes in the order they were added."""

    def __init__(self, rows: Iterable[Json]) -> None:
        self.rows = list(rows)
        kinds = ("people", "households", "tax_units", "spm_units", "families", "marital_units")
        self.entities: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
        self.owners: list[tuple[str, str]] = []
        self.tax_units: list[str] = []
        for row in self.rows:
            self._add(row)

    def _add(self, row: Json) -> None:
        name = row["id"]
        ids = [f"{name}_{member['id']}" for member in row["members"]]
        for member, person in zip(row["members"], ids, strict=True):
            self._add_person(name, member, person)
        self.entities["people"][ids[0]] |= {
            "rent": {YEAR: row["expenses"]["rent"]},
            "real_estate_taxes": {YEAR: row["expenses"]["real_estate_taxes"]},
            "bank_account_assets": {YEAR: row["assets"]["bank_account"]},
        }
        self.entities["families"][f"{name}_f"] = {"members": ids}
        self.entities["spm_units"][f"{name}_s"] = {"members": ids} | costs_of(row)
        self.entities["households"][f"{name}_h"] = {
            "members": ids,
            "state_code": {YEAR: "WA"},
            "county_str": {YEAR: "KING_COUNTY_WA"},
            "is_homeless": {YEAR: row["is_homeless"]},
        }

    def _add_person(self, home: str, member: Json, person: str) -> None:
        self.owners.append((home, member["id"]))
        self.entities["people"][person] = person_of(member)
        units, marriages = self.entities["tax_units"], self.entities["marital_units"]
        unit = units.setdefault(f"{home}_{member['tax_unit']}", {"members": []})
        self.tax_units += [] if unit["members"] else [home]
        unit["members"].append(person)
        couple = member["tax_unit"] if member["tax_role"] != "dependent" else member["id"]
        marriages.setdefault(f"{home}_{couple}_m", {"members": []})["members"].append(person)


def costs_of(row: Json) -> dict[str, Any]:
    """What the household pays and gets together."""
    costs = row["expenses"]
    yearly = {
        "tanf": row["tanf"],
        "mortgage_payments": costs["mortgage"],
        "homeowners_insurance": costs["homeowners_insurance"],
        "childcare_expenses": costs["childcare"],
        "has_heating_cooling_expense": costs["has_heating_cooling"],
        "pre_subsidy_electricity_expense": costs["electricity"],
        "water_expense": costs["water"],
        "has_phone_expense": costs["phone"] > 0,
        "phone_cost": costs["phone"],
    }
    return {name: {YEAR: value} for name, value in yearly.items()}


def answers_of(situation: Situation, ask: Callable[[str, str], Any]) -> dict[str, dict[str, Any]]:
    """Every answer by household. `ask` gives one variable in one period for all at once."""
    found: dict[str, dict[str, Any]] = {row["id"]: {"snap": {}} for row in situation.rows}
    homes = list(found)
    for month in USUAL_MONTHS:
        each = zip(homes, ask("is_snap_eligible", month), ask("snap", month), strict=True)
        for home, eligible, snap in each:
            found[home]["snap"][month] = {"is_snap_eligible": bool(eligible), "snap": float(snap)}
    meals = zip(
        homes,
        ask("school_meal_fpg_ratio", YEAR),
        ask("meets_school_meal_categorical_eligibility", YEAR),
        strict=True,
    )
    for home, ratio, categorical in meals:
        free = categorical > 0 or ratio <= ratio.dtype.type(FREE)
        tier = "FREE" if free else "REDUCED" if ratio <= ratio.dtype.type(REDUCED) else "PAID"
        found[home]["school_meal_federal_tier"] = tier
    for home, lifeline, line in zip(
        homes, ask("is_lifeline_eligible", YEAR), ask("spm_unit_fpg", YEAR), strict=True
    ):
        found[home] |= {"lifeline_eligible": bool(lifeline), "fpg": float(line)}
    for home, exempt in zip(situation.tax_units, ask("wa_pte_eligible", YEAR), strict=True):
        before = found[home].get("property_tax_exemption_eligible", False)
        found[home]["property_tax_exemption_eligible"] = before or bool(exempt)
    columns = {ours: ask(theirs, YEAR) for ours, theirs in OF_PERSON.items()}
    columns["wic_eligible"] = ask("is_wic_eligible", USUAL_MONTHS[-1])
    for place, (home, person) in enumerate(situation.owners):
        row = {"id": person} | {name: bool(column[place]) for name, column in columns.items()}
        found[home].setdefault("members", []).append(row)
    return found


def main() -> None:
    """Write households with the model's answers to standard output."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oracle.model", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--odd", action="store_true", help="households made to be difficult")
    given = parser.parse_args()
    # It is in an environment of its own, so no check of types can know it.
    model = importlib.import_module("policyengine_us")
    situation = Situation((odd if given.odd else made_up)(given.seed, given.count))
    simulation = model.Simulation(situation=situation.entities)
    answers = answers_of(situation, simulation.calculate)
    rows = [{**row, "oracle": answers[row["id"]]} for row in situation.rows]
    json.dump({"snap_months": USUAL_MONTHS, "seed": given.seed, "households": rows}, sys.stdout)


if __name__ == "__main__":
    main()
