"""Made-up residents who know everything about their homes, the same ones every time.

Shares are round figures of the writer: homes of about three people, as in the households that
`benchmarks.population` makes, most with little money. They are no statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import exp
from random import Random
from typing import Any

Facts = dict[str, Any]
ON = date(2026, 11, 22)
SEED = 20261122
PER_YEAR = {"week": 52, "two_weeks": 26, "half_month": 24, "month": 12}
NOTHING = {"amount": 0, "period": "month"}
SOME_BILL = {"between": [1, None]}
PEOPLE_BENEFITS = ("basic_food", "apple_health", "wic", "tanf", "ssi", "abd", "medicare_savings")
OLD, GROWN, TEEN, CHILD = 65, 18, 16, 13


def residents(count: int) -> Iterator[Facts]:
    """Whole households, each from its own seed, so that a smaller count begins alike."""
    for number in range(count):
        yield household(Random(SEED + number))


def household(random: Random) -> Facts:
    """One household of which everything is known."""
    people = [_person(random, place, age) for place, age in enumerate(_ages(random))]
    _tie(random, people)
    poor = random.random()
    for person in people:
        person["incomes"] = _incomes(random, person, poor)
        person["receives"] = _receives(random, person, poor)
    home = _home(random, people)
    got = {member for person in people for member in person["receives"]}
    extra = {m: random.random() < 0.1 * poor for m in ("housing_assistance", "utility_discount")}
    home["receives"] = sorted(got | {member for member, gets in extra.items() if gets})
    return {"on": ON.isoformat(), "people_complete": True, "household": home, "people": people}


def _ages(random: Random) -> list[int]:
    """The applicant, perhaps a partner, children and a parent of theirs."""
    first = random.choice((22, 25, 28, 31, 33, 35, 38, 41, 44, 48, 53, 59, 64, 68, 73, 81))
    couple = random.random() < 0.5
    ages = [first] + ([max(GROWN, first + random.randint(-6, 6))] if couple else [])
    if first < 55 and random.random() < 0.7:
        most = first - GROWN
        ages += [random.randint(0, min(17, most)) for _ in range(random.choice((1, 2, 2, 3, 4)))]
    if first < 60 and random.random() < 0.08:
        ages.append(first + 26)
    return ages


def _person(random: Random, place: int, age: int) -> Facts:
    chance = random.random
    grown, woman = age >= GROWN, chance() < 0.5
    student = "no"
    if grown and age < 40 and chance() < 0.12:
        student = random.choice(("under_half_time", "half_time_or_more"))
    young_mother = woman and grown and age < 45
    birth = random.choice(("under_6_months", "6_to_12_months"))
    veteran = grown and chance() < 0.05
    gave_birth = young_mother and chance() < 0.08
    return {
        "id": f"p{place + 1}",
        "name": f"Person {place + 1}",
        "birth_date": f"{ON.year - age}-{random.randint(1, 11):02}-{random.randint(1, 21):02}",
        "pregnant": young_mother and chance() < 0.08,
        "expected_children": 1,
        "recent_birth": birth if gave_birth else "none",
        "breastfeeding": gave_birth and chance() < 0.6,
        "disabled": chance() < (0.3 if age >= 60 else 0.1 if grown else 0.03),
        "veteran": veteran,
        "va_rating": random.choice((0, 30, 60)) if veteran else 0,
        "medicare": age >= OLD,
        "paratransit": age >= OLD and chance() < 0.05,
        "retired_on_disability": grown and chance() < 0.04,
        "owns_home": place == 0,
        "college_student": student,
        "weekly_hours_worked": random.choice((0, 15, 22)),
        "work_study": chance() < 0.2,
        "in_school": 5 <= age < GROWN,
        "in_approved_activity": grown and age < OLD and chance() < 0.75,
        "needs_child_care": age < CHILD and chance() < 0.5,
        "special_needs": not grown and chance() < 0.05,
        "foster_child": not grown and chance() < 0.02,
        "medical_expenses": {"amount": random.choice((0, 0, 4_500, 22_000)), "period": "month"},
        "child_support_paid": {
            "amount": 35_000 if grown and chance() < 0.04 else 0,
            "period": "month",
        },
        "medicare_premium": {"amount": 20_290, "period": "month"},
        "immigration": random.choice(("citizen",) * 8 + ("qualified", "other")),
        "incomes_complete": True,
    }


def _tie(random: Random, people: list[Facts]) -> None:
    """Couples, parents and tax returns: mostly one return for the whole home."""
    grown = [p for p in people if _age(p) >= GROWN]
    young = [p for p in people if _age(p) < GROWN]
    couple = grown[:2] if len(grown) > 1 and abs(_age(grown[0]) - _age(grown[1])) < 20 else []
    apart = len(people) > 1 and random.random() < 0.2
    for person in people:
        own: list[dict[str, str]] = []
        if person in couple:
            own.append({"kind": "spouse", "to": couple[person is couple[0]]["id"]})
        if person is grown[0] or person in couple:
            own += [{"kind": "parent_of", "to": child["id"]} for child in young]
        together = not apart or person in young
        filer = people[0]["id"] if together else person["id"]
        head = filer == person["id"]
        role = "head" if head else "spouse" if person in couple else "dependent"
        own += [{"kind": "tax_household", "to": filer}, {"kind": "tax_role", "to": role}]
        person["ties"] = own


def _age(person: Facts) -> int:
    return ON.year - int(person["birth_date"][:4])


def _incomes(random: Random, person: Facts, poor: float) -> list[Facts]:
    age, chance = _age(person), random.random
    found: list[Facts] = []
    if age < TEEN:
        return [_other(random, "ssi", 70_000)] if chance() < 0.04 else []
    yearly = int(100 * exp(random.gauss(10.9 - 0.9 * poor, 0.6)))
    if age >= OLD:
        found.append(_other(random, "social_security_retirement", yearly // 24))
        if chance() < 0.25:
            found.append(_other(random, "pension", yearly // 36))
    elif age >= GROWN and chance() < 0.72:
        works = chance() < 0.85
        found.append(_job(random, yearly) if works else _own_work(random, yearly // 24))
        if chance() < 0.08:
            found.append(_job(random, yearly // 4))
    elif age >= GROWN and chance() < 0.5:
        kind = random.choice(("unemployment", "ssi", "social_security_disability", "tanf"))
        found.append(_other(random, kind, random.randint(50_000, 160_000)))
    if age >= GROWN and chance() < 0.07:
        found.append(_other(random, random.choice(("child_support_received", "interest")), 25_000))
    return found


def _job(random: Random, yearly: int) -> Facts:
    period = random.choice(tuple(PER_YEAR))
    each = yearly // PER_YEAR[period]
    told = {"kind": "wages", "employer": "A shop", "period": period, "steady": True}
    return {**told, "amount": each, "steady": random.random() < 0.8}


def _own_work(random: Random, monthly: int) -> Facts:
    told = {"kind": "self_employment", "period": "month", "amount": monthly, "after_costs": True}
    return {**told, "costs": monthly // 5, "steady": random.random() < 0.5}


def _other(random: Random, kind: str, monthly: int) -> Facts:
    return {"kind": kind, "period": "month", "amount": monthly, "steady": random.random() < 0.95}


def _receives(random: Random, person: Facts, poor: float) -> list[str]:
    kinds = {income["kind"] for income in person["incomes"]}
    found = {kind for kind in kinds if kind in ("ssi", "tanf")}
    found |= {m for m in PEOPLE_BENEFITS[:2] if random.random() < 0.25 * poor}
    if _age(person) < 5 and random.random() < 0.2 * poor:
        found.add("wic")
    return sorted(found)


def _home(random: Random, people: list[Facts]) -> Facts:
    chance = random.random
    city = chance() < 0.75
    tenure = random.choice(("renter",) * 6 + ("owner",) * 2 + ("none",))
    homeless = tenure == "none" and chance() < 0.4
    rents, owns = tenure == "renter", tenure == "owner"
    bills = {name: SOME_BILL if chance() < 0.6 else NOTHING for name in ("electricity", "water")}
    cares = any(person["needs_child_care"] for person in people)
    account = city and not homeless and chance() < 0.7
    county = "king" if city or chance() < 0.6 else random.choice(("snohomish", "pierce", "other"))
    return {
        "address": {"line1": "1 Main Street", "city": "Seattle", "state": "WA", "zip": "98104"},
        "lives_in_city": city,
        "county": county,
        "tenure": tenure,
        "homeless": homeless,
        "rent": _monthly(random.randint(80_000, 260_000) if rents else 0),
        "mortgage": _monthly(random.choice((0, 180_000)) if owns else 0),
        "property_tax": {"amount": 520_000 if owns else 0, "period": "year"},
        "home_insurance": {"amount": 120_000 if owns else 0, "period": "year"},
        "occupied_home_6_months": chance() < 0.95,
        "heating_paid": chance() < 0.6,
        "electricity_bill": bills["electricity"],
        "water_bill": bills["water"],
        "phone_bill": SOME_BILL if chance() < 0.9 else NOTHING,
        "utility_account": account,
        "shared_meter": account and chance() < 0.3,
        "heat_at_risk": False,
        "no_place_tonight": homeless,
        "childcare_cost": _monthly(random.choice((0, 0, 60_000)) if cares else 0),
        "liquid_assets": random.choice((0, 20_000, 90_000, 400_000, 2_500_000)),
        "language": "en",
    }


def _monthly(amount: int) -> Facts:
    return {"amount": amount, "period": "month"}
