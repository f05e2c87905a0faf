"""Random households made to be difficult: ages at their lines, losses, students, pay at a limit."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from random import Random
from typing import Any

from benchmarks.oracle.made_up import ASSETS, nobody
from benchmarks.oracle.mapping import INCOME_KINDS

Home = dict[str, Any]
Person = dict[str, Any]
SIZES = (1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 12)
GROWN = (18, 19, 20, 26, 40, 48, 49, 50, 51, 54, 57, 59, 60, 61, 62, 64, 65, 66, 80, 95)
YOUNG = (0.25, 0.75, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 17)
GRANDPARENTS, CHILDREN_GROWN = (60, 61, 62, 64, 65, 66, 80, 95), (19, 20, 22, 26, 30)
FIRST_PERSON, EACH_MORE, MONTHS = 15_650, 5_500, 12
SHARES = (100, 130, 135, 138, 185, 200, 215, 265, 317)
OTHER_LINES = (84_000, 78_090, 83_587)
STEPS = (-12, -1, 0, 1, 2, 12)
CHANCES: dict[str, tuple[float, tuple[int, ...]]] = {
    "employment": (0.6, (0, 1, 1200, 9000, 15000, 24000, 30000, 45000, 60000, 84000, 120000)),
    "self_employment": (0.25, (-60000, -20000, -5000, -1, 1, 400, 6000, 20000, 50000, 90000)),
    "social_security_disability": (0.15, (7200, 18000, 30000)),
    "ssi": (0.12, (240, 5040, 11604)),
    "unemployment": (0.15, (2400, 12000, 26000)),
    "pension": (0.12, (1200, 12000, 40000)),
    "child_support_received": (0.12, (1200, 3600, 24000)),
    "interest": (0.15, (1, 12, 600, 5000)),
}
"""How often, and how much, a grown person has of each in a year."""
AT_A_LINE = ("employment", "employment", "pension", "unemployment", "self_employment")


def odd(seed: int, count: int) -> Iterator[Home]:
    """Households in the format of the file, without answers; a seed always gives the same."""
    for number in range(count):
        yield _Odd(Random(f"odd {seed}/{number}")).home(number)


class _Odd:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.pick = random.choice

    def often(self, chance: float) -> bool:
        return self.random.random() < chance

    def home(self, number: int) -> Home:
        members = self._people()
        for one in members:
            self._tell(one)
        self._mother(members)
        ages = [one["age"] for one in members]
        home = {
            "id": f"odd-{number:05d}",
            "kind": "odd",
            "edge": None,
            "state": "WA",
            "county": "KING_COUNTY_WA",
            "is_homeless": self.often(0.06),
            "tanf": self.pick((12, 1200, 7848)) if min(ages) < 18 and self.often(0.12) else 0,
            "assets": {"bank_account": self.pick((*ASSETS, 1_000_000))},
            "members": members,
            **self._housing(children=min(ages) < 13),
        }
        if self.often(0.45):
            self._to_a_line(home)
        return home

    def _housing(self, *, children: bool) -> Home:
        owner = self.often(0.3)
        cost = self.pick((0, 0, 2400, 9600, 14400, 24000, 60000, 120000))
        return {
            "tenure": "owner" if owner else self.pick(("renter", "renter", "renter", "none")),
            "expenses": {
                "rent": 0 if owner else cost,
                "mortgage": cost if owner else 0,
                "real_estate_taxes": self.pick((0, 12, 3000, 12000)) if owner else 0,
                "homeowners_insurance": self.pick((0, 600, 1800)) if owner else 0,
                "childcare": self.pick((600, 12000, 40000)) if children and self.often(0.4) else 0,
                "has_heating_cooling": self.often(0.5),
                "electricity": self.pick((0, 0, 600, 1200)),
                "water": self.pick((0, 0, 480)),
                "phone": self.pick((0, 480, 1)),
            },
        }

    def _people(self) -> list[Person]:
        size = self.pick(SIZES)
        people = [nobody(0, self.pick(GROWN), "head", "t1", "head")]
        if size > 1 and self.often(0.5):
            people.append(nobody(1, self.pick(GROWN), "spouse", "t1", "spouse"))
        while len(people) < size:
            people.append(self._another(people))
        return people

    def _another(self, people: list[Person]) -> Person:
        """One more: a child, a student who is still claimed, a grandparent or a grown child."""
        place, there = len(people), {one["relationship"] for one in people}
        kind = self.random.random()
        if kind < 0.02:
            student = nobody(place, self.pick((18, 19, 20, 22)), "child", "t1", "dependent")
            student["is_full_time_college_student"] = True
            return student
        if kind > 0.88 and "parent_of_head" not in there:
            return nobody(place, self.pick(GRANDPARENTS), "parent_of_head", "t2", "head")
        if kind > 0.76 and "adult_child" not in there:
            return nobody(place, self.pick(CHILDREN_GROWN), "adult_child", "t3", "head")
        return nobody(place, self.pick(YOUNG), "child", "t1", "dependent")

    def _tell(self, one: Person) -> None:
        income, age = one["income"], one["age"]
        if one["tax_role"] == "dependent":
            one["is_disabled"] = self.often(0.08)
            if self.often(0.06):
                income["ssi"] = 11_604
            if age >= 15 and self.often(0.4):
                income["employment"] = self.pick((1200, 5000, 14600, 15000, 15750, 15751, 18000))
                one["weekly_hours_worked"] = self.pick((5, 10, 20))
            return
        for kind, (chance, amounts) in CHANCES.items():
            income[kind] = self.pick(amounts) if self.often(chance) else 0
        if age >= 60 and self.often(0.5):
            income["social_security_retirement"] = self.pick((6000, 12000, 24000, 36000, 48000))
        one["weekly_hours_worked"] = self.pick((0, 10, 19, 20, 21, 40))
        one["is_full_time_college_student"] = self.often(0.12)
        one["is_disabled"] = self.often(0.15)
        one["medical_expenses"] = self.pick((1, 419, 420, 421, 30000)) if self.often(0.2) else 0
        one["child_support_paid"] = self.pick((600, 3600, 60000)) if self.often(0.12) else 0
        if age <= 46 and self.often(0.12):
            one["is_pregnant"], one["expected_children"] = True, self.pick((1, 1, 2, 3))

    def _mother(self, people: list[Person]) -> None:
        women = [one for one in people if 18 <= one["age"] <= 46]
        if women and min(one["age"] for one in people) < 1 and self.often(0.8):
            mother = self.pick(women)
            mother["is_mother"], mother["is_breastfeeding"] = True, self.often(0.5)

    def _to_a_line(self, home: Home) -> None:
        """What the first person has is set so that all have a limit's worth, or a dollar beside."""
        first, *others = home["members"]
        year = FIRST_PERSON + EACH_MORE * len(others)
        monthly = [share * year // (100 * MONTHS) * MONTHS for share in SHARES]
        line = self.pick([*monthly, *(floor(share * year / 100) for share in SHARES), *OTHER_LINES])
        rest = sum(max(0, amount) for one in others for amount in one["income"].values())
        pay = line - rest - home["tanf"] + self.pick(STEPS)
        if pay > 0:
            first["income"] = dict.fromkeys(INCOME_KINDS, 0) | {self.pick(AT_A_LINE): pay}
            first["weekly_hours_worked"] = 40
            home["edge"] = "a line"
