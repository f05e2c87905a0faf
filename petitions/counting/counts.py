"""What a count found: winners, and every round or purchase that led to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Round:
    """One step of a count by transfers. `votes` stand before the step."""

    votes: Mapping[int, Fraction]
    elected: tuple[int, ...]
    exhausted: Fraction
    excluded: int | None = None
    surplus_of: int | None = None
    # To whom the step moved how much; None is nobody, the ballots named no one who still stood.
    transfers: Mapping[int | None, Fraction] | None = None
    # Options with equal votes between whom only the tie order chose.
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferCount:
    winners: tuple[int, ...]
    rounds: tuple[Round, ...]
    exhausted: Fraction
    # Votes needed for a seat; None where more than half of what still counts is needed.
    quota: int | None


@dataclass(frozen=True, slots=True)
class PlainCount:
    """Totals, and the options with most first."""

    winners: tuple[int, ...]
    totals: tuple[Fraction, ...]
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderCount:
    """Schulze: the whole order, with the two tables it follows from."""

    winners: tuple[int, ...]
    preferred: tuple[tuple[int, ...], ...]
    strengths: tuple[tuple[int, ...], ...]
    # Sets of options that the strengths leave equal, in the order's order.
    tied: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Purchase:
    """One project's turn. `votes` are points where people gave these. `price` is the most
    that one supporter pays (equal shares)."""

    project: int
    cost: int
    votes: int | Fraction
    funded: bool
    left: Fraction
    price: Fraction | None = None
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetCount:
    funded: tuple[int, ...]
    purchases: tuple[Purchase, ...]
    spent: int
    # Equal shares: what each voter could decide on at the end, and how many steps were added.
    share: Fraction | None = None
    steps: int = 0
