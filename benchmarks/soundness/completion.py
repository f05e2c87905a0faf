"""Draws one way in which a partly told household can turn out, from the declared ranges."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from enum import Enum
from math import exp, log
from random import Random
from typing import Any

from benchmarks.soundness.people import draw_ties
from eligibility import Vocabulary
from eligibility.facts import TOLD_PERIODS, Fact, FactType

Facts = dict[str, Any]
FIRST_DAY, LAST_DAY = date(1925, 1, 1), date(2026, 11, 22)
ELSEWHERE = (FactType.PROGRAMS, FactType.TIES, FactType.INCOMES, FactType.AMOUNTS, FactType.DATES)
WORDS = (FactType.TEXT, FactType.ADDRESS)
MANY = 4
MONTHS_OF_LIFE = 0, 1500
NOTHING, FEW_CENTS, MANY_CENTS = 0.3, 2_000, 1_000_000
"""How often an amount is nothing, and between which it is otherwise, as often small as large."""
AGES = (0, 1, 3, 4, 5, 6, 12, 17, 18, 19, 20, 26, 34, 45, 49, 50, 60, 61, 64, 65, 80)
HALF, SELDOM, ONE_EARNS = 0.5, 0.04, 0.7


class Corner(Enum):
    """Where what is unknown is drawn: as people have it, or at the ends of what may be.

    `PLAIN` is the household as most are: nobody else, no benefits, at most one more income, none of
    what is rare, often no costs, and pay spread evenly over what the limits are about.
    """

    USUAL = "usual"
    PLAIN = "plain"
    LOW = "low"
    HIGH = "high"
    ANY_END = "any end"


RARE = (
    "household.homeless",
    "person.foster_child",
    "person.pregnant",
    "person.retired_on_disability",
    "person.disabled",
    "person.special_needs",
)
OFTEN = ("person.in_school", "person.needs_child_care", "household.lives_in_city")
PAYS_A_YEAR = {"week": 52, "two_weeks": 26, "half_month": 24, "month": 12, "year": 1}
MOST_PAY = 14_000_000
"""Cents in a year: most limits are below."""
INSIDE = (Corner.USUAL, Corner.PLAIN)


def complete(
    random: Random, facts: Facts, vocabulary: Vocabulary, corner: Corner | None = None
) -> Facts:
    """A whole household that agrees with everything told in `facts`."""
    return _Completion(random, vocabulary, corner or random.choice(list(Corner))).of(facts)


class _Completion:
    def __init__(self, random: Random, vocabulary: Vocabulary, corner: Corner) -> None:
        self.random = random
        self.vocabulary = vocabulary
        self.corner = corner
        self.rest = MOST_PAY
        self.no_costs = corner is Corner.PLAIN and random.random() < HALF
        self.benefits = sorted(vocabulary.receivable())

    def of(self, facts: Facts) -> Facts:
        whole = copy.deepcopy(facts)
        people = whole.setdefault("people", [])
        if whole.get("people_complete") is not True:
            people += [{"id": f"new{place}"} for place in range(self._more("person"))]
            whole["people_complete"] = True
        home = whole.setdefault("household", {})
        self._fill(home, "household")
        closed = isinstance(home.get("receives"), list)
        told = dict.fromkeys(home["receives"], True) if closed else _told(home.get("receives"))
        home["receives"] = self._received(told, closed, frozenset(self.benefits))
        known = frozenset(home["receives"]) if closed else frozenset(self.benefits)
        refused = frozenset(name for name, got in told.items() if got is False)
        for person in people:
            self._person(person, known - refused)
        draw_ties(self.random, people)
        return whole

    def _more(self, kind: str) -> int:
        """How many more there are of something whose list is not closed."""
        if self.corner is Corner.LOW or (self.corner is Corner.PLAIN and kind == "person"):
            return 0
        if self.corner is Corner.PLAIN:
            return self.random.choice((0, 0, 1, 2))
        return self.random.choice((0, 0, 1, 1, 2, MANY))

    def _received(self, told: dict[str, Any], closed: bool, may: frozenset[str]) -> list[str]:
        if closed:
            return [name for name, got in told.items() if got is True]
        rate = 0.0 if self.corner is Corner.PLAIN else self.random.choice((0.0, SELDOM, HALF))
        drawn = [one for one in self.benefits if self.random.random() < rate]
        return [one for one in self.benefits if told.get(one, one in drawn and one in may) is True]

    def _person(self, person: Facts, may: frozenset[str]) -> None:
        self._birth(person)
        self._fill(person, "person")
        closed = isinstance(person.get("receives"), list)
        told = dict.fromkeys(person["receives"], True) if closed else _told(person.get("receives"))
        person["receives"] = self._received(told, closed, may)
        incomes = person.get("incomes")
        person["incomes"] = incomes if isinstance(incomes, list) else []
        if person.get("incomes_complete") is not True:
            person["incomes"] += [{} for _ in range(self._more("income"))]
            person["incomes_complete"] = True
        for income in person["incomes"]:
            self._income(income)

    def _fill(self, told: Facts, entity: str) -> None:
        for name, fact in self.vocabulary.of(entity).items():
            if fact.type in ELSEWHERE or fact.type in WORDS or name in ("birth_date", "age_months"):
                continue
            if fact.entity == "person" and name == "incomes_complete":
                continue
            told[name] = self._value(told.get(name), fact)

    def _value(self, told: Any, fact: Fact) -> Any:
        unknown = told is None or (isinstance(told, dict) and "unknown" in told)
        match fact.type:
            case FactType.BOOL:
                return self._truth(fact.id) if unknown else told
            case FactType.CHOICE:
                return self.random.choice(fact.choices) if unknown else told
            case FactType.MONEY if fact.period == "told":
                return self._told_money(None if unknown else told, fact)
        return self._number(None if unknown else told, fact.bounds or (0, 0))

    def _told_money(self, told: Any, fact: Fact) -> Facts:
        bounds = fact.bounds or (0, 0)
        if told is None and self.no_costs:
            return {"amount": 0, "period": self._period()}
        if told is None:
            return {"amount": self._number(None, bounds), "period": self._period()}
        amount = told.get("amount", {"between": told.get("between")})
        return {
            "amount": self._number(amount, bounds),
            "period": told.get("period") or self._period(),
        }

    def _period(self) -> str:
        return self.random.choice(TOLD_PERIODS)

    def _number(self, told: Any, bounds: tuple[int, int]) -> int:
        if type(told) is int:
            return told
        low, high = bounds
        if told is not None:
            first, last = told["between"]
            low, high = low if first is None else max(low, first), high if last is None else last
        if self.corner in INSIDE and told is None and high > FEW_CENTS:
            return min(max(self._usual(), low), high)
        if self.corner in INSIDE:
            return self.random.randint(low, high)
        ends_wanted = {Corner.LOW: (low,), Corner.HIGH: (high,)}.get(
            self.corner, (low, high, max(low, 0))
        )
        return self.random.choice(ends_wanted)

    def _truth(self, fact: str) -> bool:
        if self.corner is Corner.PLAIN and fact in RARE:
            return False
        if self.corner is Corner.PLAIN and fact in OFTEN:
            return True
        if self.no_costs and fact == "household.heating_paid":
            return False
        return self.random.random() < HALF

    def _usual(self) -> int:
        """An amount as people have them."""
        if self.random.random() < NOTHING:
            return 0
        return round(exp(self.random.uniform(log(FEW_CENTS), log(MANY_CENTS))))

    def _birth(self, person: Facts) -> None:
        told = person.get("birth_date")
        if isinstance(told, str):
            first, last = _ends(told)
        elif type(person.get("age_months")) is int or "between" in _told(person.get("age_months")):
            person.pop("birth_date", None)
            person["age_months"] = self._number(person["age_months"], MONTHS_OF_LIFE)
            return
        else:
            years = self.random.choice(AGES)
            last = LAST_DAY - timedelta(days=years * 365)
            first = last - timedelta(days=370)
            person.pop("age_months", None)
        days = (last - first).days
        wanted = first + timedelta(days=self.random.choice((0, days, self.random.randint(0, days))))
        person["birth_date"] = wanted.isoformat()

    def _income(self, income: Facts) -> None:
        facts = self.vocabulary.of("income")
        losses = _lowest(income) < 0
        if not isinstance(income.get("kind"), str):
            income["kind"] = "self_employment" if losses else self._value(None, facts["kind"])
        low = (facts["amount"].bounds or (0, 0))[0] if income["kind"] == "self_employment" else 0
        bounds = low, (facts["amount"].bounds or (0, 0))[1]
        income["period"] = self._value(income.get("period"), facts["period"])
        if isinstance(income.get("amounts"), list) and income["amounts"]:
            income["amounts"] = [self._number(one, bounds) for one in income["amounts"]]
            income.pop("amount", None)
        else:
            income.pop("amounts", None)
            told = None if "unknown" in _told(income.get("amount")) else income.get("amount")
            income["amount"] = self._pay(told, income["period"], bounds)
        for name in ("after_costs", "costs", "steady"):
            income[name] = self._value(income.get(name), facts[name])

    def _pay(self, told: Any, period: str, bounds: tuple[int, int]) -> int:
        if told is None and self.corner is Corner.PLAIN:
            rest, self.rest = self.rest, 0 if self.random.random() < ONE_EARNS else self.rest
            least = -rest if bounds[0] < 0 else 0
            return self.random.randint(least, rest) // PAYS_A_YEAR[period]
        return self._number(told, bounds)


def _lowest(income: Facts) -> int:
    """The lowest amount told, as a loss says of which kind an income is."""
    told = income.get("amounts") or [income.get("amount")]
    lows = [one if type(one) is int else (_told(one).get("between") or [0])[0] for one in told]
    return min(low or 0 for low in lows)


def _told(value: Any) -> Facts:
    return value if isinstance(value, dict) else {}


def _ends(text: str) -> tuple[date, date]:
    """The first and last day that a date may be of which only a part is told."""
    if len(text) == len("2026-11-22"):
        whole = date.fromisoformat(text)
        return whole, whole
    if len(text) == len("2026"):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    first = date.fromisoformat(f"{text}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first, following - timedelta(days=1)
