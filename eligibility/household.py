"""A household as far as it is known: every answer parsed once, unknown ones as intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from eligibility.dates import Birth
from eligibility.facts import Vocabulary
from eligibility.spans import Number

FIRST_BIRTH = date(1890, 1, 1)
LAST_BIRTH = date(2100, 12, 31)


class FactErrors(Exception):
    """Facts that cannot be read: every problem as (JSON pointer, code, message)."""

    def __init__(self, errors: list[tuple[str, str, str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{pointer}: {message}" for pointer, _, message in errors))


@dataclass(frozen=True, slots=True)
class Told:
    """Money told with its own period. A period of None was not told."""

    amount: Number
    period: str | None


@dataclass(frozen=True, slots=True)
class Pay:
    """One income's money as told: one number for each pay, newest last, and the period."""

    amounts: tuple[Number, ...]
    period: str | None
    dates: tuple[date, ...]
    after_costs: bool | None
    costs: Number
    steady: bool | None
    told: bool
    self_employed: bool | None


@dataclass(frozen=True, slots=True)
class Income:
    """One income: its kind, if told, and its pay."""

    kind: str | None
    pay: Pay


@dataclass(frozen=True, slots=True)
class Ties:
    """What a person told about ties. `answered` closes the list of spouses and children."""

    spouses: frozenset[str]
    children: frozenset[str]
    tax_household: str | None
    tax_role: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `cells` holds the told values by fact id; what is absent is unknown."""

    id: str
    cells: dict[str, Any]
    birth: Birth | None
    age_months: Number | None
    ties: Ties | None
    receives: dict[str, bool]
    receives_closed: bool
    incomes: tuple[Income, ...]
    incomes_complete: bool | None


@dataclass(frozen=True, slots=True)
class Household:
    """All that is known on the day it was told. `facts` is the contract's JSON it came from."""

    on: date | None
    cells: dict[str, Any]
    receives: dict[str, bool]
    receives_closed: bool
    people: tuple[Person, ...]
    people_complete: bool | None
    facts: dict[str, Any]

    @staticmethod
    def from_facts(facts: Any, vocabulary: Vocabulary) -> Household:
        """Parse the contract's JSON. Raises FactErrors that names every wrong value."""
        from eligibility.answers import read_household

        return read_household(facts, vocabulary)
