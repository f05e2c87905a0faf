"""Random households of the kinds in the files of the model, to try what no file holds."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from benchmarks.oracle.mapping import INCOME_KINDS

ASSETS = (0, 400, 1200, 2000, 2999, 3001, 4499, 4501, 9000, 40000)
KINDS = (
    "two_parent",
    "single_parent",
    "single",
    "couple",
    "roommates_adult_child",
    "three_generation",
    "elderly_couple",
    "elderly_single",
    "disabled",
    "student",
    "large",
    "edge",
)
LINES = {
    "snap_gross_130pct_month": 130,
    "snap_bbce_gross_200pct_month": 200,
    "wic_reduced_meals_185pct_year": 185,
    "lifeline_135pct_year": 135,
    "medicaid_adult_138pct_year": 138,
    "medicaid_child_215pct_year": 215,
    "chip_317pct_year": 317,
    "head_start_100pct_year": 100,
    "free_meals_130pct_year": 130,
}
FIRST_PERSON, EACH_MORE = 15_650, 5_500
EDGE_AGES = (34, 32, 7, 4, 10, 2, 13, 0.75, 16)
MONTHS = 12


def made_up(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Households in the format of the file, without answers; a seed always gives the same."""
    for number in range(count):
        random = Random(f"{seed}/{number}")  # made-up households, no secrets
        yield _Maker(random).household(number)


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.kind = ""

    def household(self, number: int) -> dict[str, Any]:
        self.kind = self.random.choice(KINDS)
        edge, members = self._edge() if self.kind == "edge" else (None, self._people())
        owner = edge is None and self.random.random() < 0.3
        housing = self.random.randrange(2400, 33000, 12)
        childcare = any(one["age"] < 13 for one in members) and self.random.random() < 0.4
        return {
            "id": f"made-{number:05d}",
            "kind": self.kind,
            "edge": edge,
            "state": "WA",
            "county": "KING_COUNTY_WA",
            "is_homeless": edge is None and self.random.random() < 0.05,
            "tenure": "owner" if owner else "renter",
            "tanf": self._tanf(members) if edge is None else 0,
            "expenses": {
                "rent": 0 if owner else housing,
                "mortgage": housing if owner and self.random.random() < 0.7 else 0,
                "real_estate_taxes": self.random.randrange(2000, 8000, 12) if owner else 0,
                "homeowners_insurance": self.random.randrange(400, 1500, 12) if owner else 0,
                "childcare": self.random.randrange(600, 18000, 12) if childcare else 0,
                "has_heating_cooling": self.random.random() < 0.7,
                "electricity": self._perhaps(0.6, 300, 2200),
                "water": self._perhaps(0.5, 300, 1600),
                "phone": self._perhaps(0.7, 300, 1300),
            },
            "assets": {"bank_account": self.random.choice(ASSETS)},
            "members": members,
        }

    def _perhaps(self, chance: float, low: int, high: int) -> int:
        return self.random.randrange(low, high, 12) if self.random.random() < chance else 0

    def _tanf(self, members: list[dict[str, Any]]) -> int:
        families = any(one["relationship"] == "child" for one in members)
        return self._perhaps(0.08, 1200, 9000) if families else 0

    def _edge(self) -> tuple[str, list[dict[str, Any]]]:
        size = self.random.randint(1, len(EDGE_AGES))
        name = self.random.choice(list(LINES))
        line = LINES[name] * (FIRST_PERSON + EACH_MORE * (size - 1))
        by_month = name.endswith("month")
        exact = line // (100 * MONTHS) * MONTHS if by_month else line // 100
        step = self.random.choice((-1, 0, 1, 2))
        pay = exact + step * (MONTHS if by_month else 1)
        members = []
        for place, age in enumerate(EDGE_AGES[:size]):
            role = ("head", "spouse")[place] if place < 2 else "dependent"
            relationship = ("head", "spouse")[place] if place < 2 else "child"
            members.append(nobody(place, age, relationship, "t1", role))
        members[0]["income"]["employment"] = pay
        members[0]["weekly_hours_worked"] = 40
        return f"{name}{step:+d}", members

    def _people(self) -> list[dict[str, Any]]:
        pick, kind = self.random.randint, self.kind
        old = kind in ("elderly_single", "elderly_couple")
        age = pick(60, 90) if old else pick(19, 29) if kind == "student" else pick(20, 62)
        people = [nobody(0, age, "head", "t1", "head")]
        if kind in ("two_parent", "couple", "elderly_couple", "large") or (
            kind == "three_generation" and pick(0, 1)
        ):
            partner = max(19, age + pick(-6, 6))
            people.append(nobody(1, partner, "spouse", "t1", "spouse"))
        children = {"large": pick(5, 8), "student": pick(0, 2) // 2}.get(kind, pick(1, 3))
        if kind in ("single", "couple", "elderly_single", "elderly_couple", "disabled"):
            children = 0
        if kind == "roommates_adult_child":
            children = pick(0, 1)
        for _ in range(children):
            young = self.random.choice((0.25, 0.75, 1, 2, 3, 4, 5, *range(6, 18)))
            people.append(nobody(len(people), young, "child", "t1", "dependent"))
        if kind == "roommates_adult_child":
            people.append(nobody(len(people), pick(19, 30), "adult_child", "t2", "head"))
        if kind == "three_generation":
            people.append(nobody(len(people), pick(62, 90), "parent_of_head", "t2", "head"))
        for one in people:
            self._tell(one)
        self._mothers(people)
        return people

    def _tell(self, one: dict[str, Any]) -> None:
        chance, income = self.random.random, one["income"]
        if one["age"] < 18:
            one["is_disabled"] = chance() < 0.04
            if one["is_disabled"] and chance() < 0.5:
                income["ssi"] = self.random.choice((5040, 6000, 11604))
            if one["age"] >= 15 and chance() < 0.25:
                income["employment"] = self.random.randrange(1200, 18000, 12)
                one["weekly_hours_worked"] = 10
            return
        old = one["age"] >= 62
        one["is_full_time_college_student"] = self.kind == "student" or chance() < 0.03
        one["is_disabled"] = self.kind == "disabled" or (not old and chance() < 0.08)
        if chance() < (0.25 if old else 0.75):
            income["employment"] = self.random.randrange(2400, 130000, 12)
            one["weekly_hours_worked"] = self.random.choice((10, 15, 20, 25, 30, 40))
        elif chance() < 0.25:
            income["self_employment"] = self.random.randrange(-12000, 60000, 12)
            one["weekly_hours_worked"] = self.random.choice((15, 25, 40))
        if old and chance() < 0.7:
            income["social_security_retirement"] = self.random.randrange(6000, 34000, 12)
        if old and chance() < 0.4:
            income["pension"] = self.random.randrange(1200, 40000, 12)
        if one["is_disabled"] or one["age"] >= 65:
            told = self.random.choice(("ssi", "ssdi", "none", "none"))
            if told == "ssi":
                income["ssi"] = self.random.choice((5040, 6000, 11604))
            elif told == "ssdi" and one["is_disabled"]:
                income["social_security_disability"] = self.random.randrange(7200, 24000, 12)
            one["medical_expenses"] = self._perhaps(0.6, 0, 4000)
        if not old and chance() < 0.1:
            income["unemployment"] = self.random.randrange(2400, 32000, 12)
        if chance() < 0.15:
            income["interest"] = self.random.randrange(12, 400, 12)
        if self.kind in ("single_parent", "student") and chance() < 0.3:
            income["child_support_received"] = self.random.randrange(1200, 9000, 12)
        one["child_support_paid"] = self._perhaps(0.04, 1200, 9000)

    def _mothers(self, people: list[dict[str, Any]]) -> None:
        women = [one for one in people if 18 <= one["age"] <= 46 and one["tax_unit"] == "t1"]
        if not women:
            return
        woman = self.random.choice(women)
        if any(one["age"] < 1 for one in people):
            woman["is_mother"] = True
            woman["is_breastfeeding"] = self.random.random() < 0.4
        elif self.random.random() < 0.12:
            woman["is_pregnant"] = True
            woman["expected_children"] = self.random.choice((1, 1, 1, 2))


def nobody(place: int, age: float, relationship: str, unit: str, role: str) -> dict[str, Any]:
    """A person of whom nothing in particular is true, without money."""
    return {
        "id": f"p{place + 1}",
        "age": age,
        "relationship": relationship,
        "tax_unit": unit,
        "tax_role": role,
        "is_pregnant": False,
        "expected_children": 0,
        "is_mother": False,
        "is_breastfeeding": False,
        "is_disabled": False,
        "is_full_time_college_student": False,
        "weekly_hours_worked": 0,
        "income": dict.fromkeys(INCOME_KINDS, 0),
        "medical_expenses": 0,
        "child_support_paid": 0,
    }
