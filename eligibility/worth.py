"""What a program is worth to a household or a person."""

from __future__ import annotations

from typing import Any

from eligibility.determination import AmountRange
from eligibility.program import Amount
from eligibility.rulebook import Rulebook
from eligibility.spans import ends, is_open
from eligibility.world import World


def amount_of(amount: Amount, rules: Rulebook, world: World) -> AmountRange:
    """What a program is worth to the household or person the world is set to."""
    compile_ = rules.compiler.compile
    low = ends(compile_(amount.low)(world))[0]
    high: Any = ends(compile_(amount.high)(world))[1]
    figures = amount.low.figures | amount.high.figures
    about = any(world.figures[figure].stale for figure in figures)
    return AmountRange(low, None if is_open(high) else high, amount.period, about)
