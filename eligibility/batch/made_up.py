"""A made-up city for measuring and demonstrating. Nobody in it exists, and no survey is behind it.

Shares are round numbers picked by hand so that every rule has people on both sides of its lines.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from eligibility.answers import TAX_ROLES
from eligibility.batch.arrays import UNKNOWN, Array, offsets
from eligibility.batch.population import PERIOD_CODES, Columns, Population, Words, read_facts
from eligibility.facts import Vocabulary

SIZES = (0.18, 0.27, 0.20, 0.18, 0.10, 0.04, 0.02, 0.01)
"""Share of homes with 1, 2, … people; three people on average."""
KINDS = {
    "wages": 0.66,
    "self_employment": 0.07,
    "social_security_retirement": 0.09,
    "social_security_disability": 0.03,
    "ssi": 0.02,
    "unemployment": 0.03,
    "pension": 0.04,
    "child_support_received": 0.02,
    "interest": 0.02,
    "tanf": 0.01,
    "other": 0.01,
}
PERIODS = {"week": 0.12, "two_weeks": 0.33, "half_month": 0.05, "month": 0.42, "year": 0.08}
A_YEAR = {"week": 52, "two_weeks": 26, "half_month": 24, "month": 12, "year": 1}
ADULT, OLD = 18, 65
RECEIVED = {"basic_food": 0.08, "wic": 0.02, "apple_health": 0.12, "ssi": 0.02, "tanf": 0.01}
UNANSWERED = 0.05
"""Share of homes that left an answer or a list open."""
SHARE_TRUE = {
    "lives_in_city": 0.9,
    "homeless": 0.01,
    "heating_paid": 0.7,
    "occupied_home_6_months": 0.95,
    "utility_account": 0.8,
    "shared_meter": 0.1,
}


def made_up_city(
    vocabulary: Vocabulary, households: int, on: date, seed: int = 1, first: int = 0
) -> Population:
    """So many homes, from home number `first` on; the same numbers give the same homes."""
    return _City(vocabulary, households, on, np.random.default_rng((seed, first)), first).built()


class _City:
    """One draw after another, always in the same order."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        households: int,
        on: date,
        random: np.random.Generator,
        first: int,
    ) -> None:
        self.vocabulary = vocabulary
        self.words = Words(vocabulary)
        self.count = households
        self.on = on
        self.random = random
        self.first = first
        self.sizes: Array = random.choice(len(SIZES), households, p=SIZES) + 1
        self.people_at = offsets(self.sizes)
        self.persons = int(self.people_at[-1])
        self.home = np.repeat(np.arange(households), self.sizes)
        self.place = np.arange(self.persons) - self.people_at[self.home]

    def built(self) -> Population:
        couple = (self.random.random(self.count) < 0.75) & (self.sizes > 1)
        age = self._ages(couple)
        adult = age >= ADULT
        home, people = self._home(), self._people(age)
        incomes, pays, incomes_at, pays_at = self._incomes(age)
        spouses, children = self._ties(couple, adult)
        self._open_some(home, people)
        return Population(
            home,
            people,
            incomes,
            pays,
            self.people_at,
            incomes_at,
            pays_at,
            spouses,
            children,
            np.array(
                [f"h{number}" for number in range(self.first, self.first + self.count)], object
            ),
            np.array([f"p{number + 1}" for number in range(len(SIZES))], object)[self.place],
        )

    def _ages(self, couple: Array) -> Array:
        """The first person is an adult, so is a partner; most others are children."""
        first = self.random.integers(19, 88, self.count)
        age = first[self.home]
        partner = (self.place == 1) & couple[self.home]
        age = np.where(
            partner, np.clip(age + self.random.integers(-6, 7, self.persons), 18, 95), age
        )
        other = (self.place > 0) & ~partner
        young = self.random.integers(0, 18, self.persons)
        grown = self.random.integers(18, 80, self.persons)
        other_age = np.where(self.random.random(self.persons) < 0.85, young, grown)
        return np.where(other, other_age, age)

    def _draw(self, shares: dict[str, float], rows: int) -> Array:
        total = sum(shares.values())
        return self.random.choice(len(shares), rows, p=[one / total for one in shares.values()])

    def _truth(self, share: float, rows: int) -> Array:
        return (self.random.random(rows) < share).astype(np.int8)

    def _home(self) -> Columns:
        rows = self.count
        columns: Columns = {}
        for name, (fact, kind) in read_facts(self.vocabulary, "household").items():
            if kind == "truth":
                columns[name] = self._truth(SHARE_TRUE.get(name, 0.3), rows)
            elif kind == "choice":
                codes = np.array([self.words.code(word) for word in fact.choices], np.int16)
                columns[name] = codes[self._skewed(len(codes), rows)]
        for name, high in (("rent", 3_500), ("mortgage", 3_000), ("childcare_cost", 1_500)):
            self._money(columns, name, high, rows, 0.4)
        for name in ("property_tax", "home_insurance"):
            self._money(columns, name, 600, rows, 0.7)
        for name in ("electricity_bill", "water_bill", "phone_bill"):
            self._money(columns, name, 200, rows, 0.2)
        columns["liquid_assets.low"] = self.random.integers(0, 30_000, rows) * 100
        columns["people_complete"] = np.ones(rows, np.int8)
        columns["receives"] = np.ones(rows, np.bool_)
        for member, share in RECEIVED.items():
            columns[f"receives.{member}"] = np.where(self._truth(share, rows) == 1, 1, UNKNOWN)
        return {name: _small(column) for name, column in columns.items()}

    def _skewed(self, count: int, rows: int) -> Array:
        """The first choice of a fact in seven of ten."""
        other = self.random.integers(0, count, rows)
        return np.where(self.random.random(rows) < 0.7, 0, other)

    def _money(self, columns: Columns, name: str, most: int, rows: int, nothing: float) -> None:
        amount = self.random.integers(1, most, rows) * 100
        columns[f"{name}.low"] = np.where(self.random.random(rows) < nothing, 0, amount)
        columns[f"{name}.period"] = np.full(rows, PERIOD_CODES["month"], np.int8)

    def _people(self, age: Array) -> Columns:
        rows = self.persons
        columns: Columns = {}
        for name, (fact, kind) in read_facts(self.vocabulary, "person").items():
            if kind == "truth" and name != "incomes_complete":
                columns[name] = self._truth(0.05, rows)
            elif kind == "choice":
                codes = np.array([self.words.code(word) for word in fact.choices], np.int16)
                columns[name] = codes[np.where(self.random.random(rows) < 0.05, 1, 0)]
            elif kind == "told":
                self._money(columns, name, 300, rows, 0.9)
        columns |= self._by_age(age)
        columns["receives"] = np.ones(rows, np.bool_)
        for member in ("ssi", "apple_health"):
            got = self._truth(RECEIVED[member] / 2, rows) == 1
            columns[f"receives.{member}"] = np.where(got, 1, UNKNOWN)
        columns["incomes_complete"] = np.ones(rows, np.int8)
        columns["ties"] = np.ones(rows, np.bool_)
        alone = self.random.random(rows) < 0.05
        columns["tax_household"] = np.where(alone, np.arange(rows) + self.count, self.home)
        role = np.where(self.place == 0, "head", np.where(age >= ADULT, "spouse", "dependent"))
        columns["tax_role"] = np.select(
            [role == word for word in TAX_ROLES], [self.words.code(word) for word in TAX_ROLES]
        )
        return {name: _small(column) for name, column in columns.items()}

    def _by_age(self, age: Array) -> Columns:
        """What only some ages have."""
        rows = self.persons
        day = self.on.toordinal() - age * 365 - age // 4 - self.random.integers(1, 365, rows)
        mother = (age >= 18) & (age < 45)
        student = (age >= 18) & (age < 26) & (self.random.random(rows) < 0.3)
        codes = [self.words.code(word) for word in ("half_time_or_more", "no")]
        pregnant = mother & (self.random.random(rows) < 0.02)
        return {
            "born.low": day.astype(np.int32),
            "born.high": day.astype(np.int32),
            "pregnant": pregnant.astype(np.int8),
            "expected_children.low": pregnant.astype(np.int64),
            "breastfeeding": (mother & (self.random.random(rows) < 0.02)).astype(np.int8),
            "college_student": np.where(student, *codes),
            "in_school": ((age >= 5) & (age < 18)).astype(np.int8),
            "needs_child_care": ((age < 13) & (self.random.random(rows) < 0.4)).astype(np.int8),
            "in_approved_activity": self._truth(0.7, rows),
            "medicare": (age >= OLD).astype(np.int8),
            "va_rating.low": np.where(self.random.random(rows) < 0.02, 50, 0),
            "weekly_hours_worked.low": np.where(age >= ADULT, self.random.integers(0, 45, rows), 0),
        }

    def _incomes(self, age: Array) -> tuple[Columns, Columns, Array, Array]:
        chance = np.where(age >= ADULT, 0.85, np.where(age >= 16, 0.1, 0.0))
        counts = (self.random.random(self.persons) < chance).astype(np.int64)
        counts += (counts > 0) & (self.random.random(self.persons) < 0.1)
        rows = int(counts.sum())
        kinds = np.array([self.words.code(kind) for kind in KINDS], np.int16)
        kind, period = self._draw(KINDS, rows), self._draw(PERIODS, rows)
        yearly = np.exp(self.random.normal(10.55, 0.8, rows)).clip(500, 400_000)
        factor = np.array([A_YEAR[one] for one in PERIODS])[period]
        usual = (yearly / factor * 100).astype(np.int64)
        pay_counts = np.where(period == 0, 4, np.where(period == 1, 2, 1))
        spread = self.random.integers(92, 109, int(pay_counts.sum()))
        codes = np.array([PERIOD_CODES[one] for one in PERIODS], np.int8)
        own_work = kind == list(KINDS).index("self_employment")
        incomes: Columns = {
            "kind": kinds[kind],
            "period": codes[period],
            "steady": self._truth(0.8, rows),
            "after_costs": self._truth(0.5, rows),
            "costs.low": np.where(own_work, usual // 5, 0).astype(np.int32),
        }
        low = np.repeat(usual, pay_counts) * spread // 100
        pays: Columns = {"low": low.astype(np.int32)}
        pays["date"] = np.zeros(len(spread), np.int32)
        return incomes, pays, offsets(counts), offsets(pay_counts)

    def _ties(self, couple: Array, adult: Array) -> tuple[Array, Array]:
        """The partner is the spouse of the first; both are the parents of all children."""
        first = self.people_at[:-1]
        wed = first[couple]
        child = np.flatnonzero(~adult & (self.place > 0))
        parents = [np.stack([first[self.home[child]], child], axis=1)]
        second = child[couple[self.home[child]]]
        parents.append(np.stack([first[self.home[second]] + 1, second], axis=1))
        pairs = np.concatenate(parents)
        return np.stack([wed, wed + 1], axis=1), pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]

    def _open_some(self, home: Columns, people: Columns) -> None:
        """Some homes left the list of people, of incomes, or single answers open."""
        home["people_complete"][self.random.random(self.count) < UNANSWERED / 5] = UNKNOWN
        for name in ("heating_paid", "utility_account"):
            home[name][self.random.random(self.count) < UNANSWERED] = UNKNOWN
        people["incomes_complete"][self.random.random(self.persons) < UNANSWERED / 5] = UNKNOWN
        unsure: Any = self.random.random(self.persons) < UNANSWERED
        people["disabled"][unsure] = UNKNOWN


def _small(column: Array) -> Array:
    """A column in as few bytes as it needs; whoever counts with it widens it first."""
    most = np.abs(column).max(initial=0)
    fits = np.int8 if most < 2**7 else np.int16 if most < 2**15 else np.int32
    return column if column.dtype == np.bool_ else column.astype(fits)
