"""The fewest answers that force a result, worked out only where somebody asks why."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from eligibility import screen

if TYPE_CHECKING:
    from eligibility import Determination, Household, Rulebook

# Each income is told by itself, so the search takes longer for it as for another person.
MANY = 8  # people and incomes: the search for more would keep other requests waiting
MOST = 15  # people: beyond that it takes longer than anybody waits
MOST_INCOMES = 40  # of all of them together


def can_narrow(household: Household) -> bool:
    """Whether the search ends soon enough for somebody who waits."""
    return len(household.people) <= MOST and _incomes(household) <= MOST_INCOMES


async def explained(
    household: Household, rules: Rulebook, on: date, programs: Sequence[str] | None = None
) -> list[Determination]:
    """Determinations that name the fewest answers. In a household too large for that, their
    reasons name every answer that the deciding tests looked at."""
    work = partial(screen, household, rules, on, programs, minimal=can_narrow(household))
    large = len(household.people) + _incomes(household) > MANY
    return await asyncio.to_thread(work) if large else work()


def _incomes(household: Household) -> int:
    return sum(len(person.incomes) for person in household.people)
