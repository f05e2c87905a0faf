"""Determinations and amounts of a whole population, as columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eligibility.batch.arrays import Array
from eligibility.determination import LIKELY, UNCLEAR, UNLIKELY

LIKELY_CODE, UNLIKELY_CODE, UNCLEAR_CODE = 1, 0, -1
OUTCOME_OF = {LIKELY_CODE: LIKELY, UNLIKELY_CODE: UNLIKELY, UNCLEAR_CODE: UNCLEAR}
CODE_OF = {outcome: code for code, outcome in OUTCOME_OF.items()}
NO_AMOUNT = -(2**60)
"""Stands where there is no amount. An open upper end is `spans.OPEN` or near it."""


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """One program: a row for each household, or for each person of a program decided by person.

    `concerned` is false where `who` rules a person out. `low` and `high` are cents a `period`;
    both are None for a program without an amount. `scalar` counts the rows that the scalar
    engine decided.
    """

    program: str
    unit: str
    outcome: Array
    concerned: Array
    low: Array | None
    high: Array | None
    period: str
    scalar: int = 0


def joined_results(parts: list[ProgramResult]) -> ProgramResult:
    """The rows of several parts, one under the other."""
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts if part.high is not None]
    return ProgramResult(
        parts[0].program,
        parts[0].unit,
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.concerned for part in parts]),
        np.concatenate(lows) if lows else None,
        np.concatenate(highs) if highs else None,
        parts[0].period,
        sum(part.scalar for part in parts),
    )


def reordered(result: ProgramResult, place: Array) -> ProgramResult:
    """The same result with its rows in another order."""
    return ProgramResult(
        result.program,
        result.unit,
        result.outcome[place],
        result.concerned[place],
        None if result.low is None else result.low[place],
        None if result.high is None else result.high[place],
        result.period,
        result.scalar,
    )
