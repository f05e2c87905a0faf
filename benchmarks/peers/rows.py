"""Which programs of ours answer the same question as which variables of the other engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

YEAR, MONTH = "2025", "2025-11"
Asked = tuple[str, str]
"""A variable of the other engine, and the period it is asked for."""


def cpu_ms(work: Callable[[], object]) -> float:
    """Milliseconds of CPU, of every thread."""
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


class Compared(NamedTuple):
    """One question, as either engine is asked it."""

    name: str
    ours: tuple[str, ...]
    theirs: tuple[Asked, ...]


ROWS = (
    Compared("Basic Food, with the amount", ("basic_food",), (("snap", MONTH),)),
    Compared("WIC", ("wic",), (("is_wic_eligible", MONTH),)),
    Compared(
        "Apple Health",
        ("apple_health_adults", "apple_health_children", "apple_health_pregnancy"),
        (("is_medicaid_eligible", YEAR),),
    ),
    Compared(
        "Apple Health with a cost",
        ("apple_health_children_premium",),
        (("is_chip_eligible", YEAR),),
    ),
    Compared(
        "School meals",
        ("school_meals", "school_meals_reduced"),
        (("school_meal_fpg_ratio", YEAR), ("meets_school_meal_categorical_eligibility", YEAR)),
    ),
    Compared("Head Start", ("head_start",), (("is_head_start_eligible", YEAR),)),
    Compared("Early Head Start", ("early_head_start",), (("is_early_head_start_eligible", YEAR),)),
    Compared("Lifeline", ("lifeline",), (("is_lifeline_eligible", YEAR),)),
    Compared("Property tax", ("property_tax_exemption",), (("wa_pte_eligible", YEAR),)),
)
