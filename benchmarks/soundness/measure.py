"""Counts what holds and what is settled, over households, hidden answers and completions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from random import Random
from statistics import median
from typing import Any

from benchmarks.soundness.completion import Corner, complete
from benchmarks.soundness.partial import Facts, partial_household
from eligibility import Determination, Household, Rulebook, screen
from eligibility.determination import LIKELY, UNCLEAR
from eligibility.spans import OPEN, ends

DAYS = (
    date(2025, 3, 31),
    date(2025, 6, 15),
    date(2025, 11, 22),
    date(2026, 4, 1),
    date(2026, 11, 22),
)
COMPLETIONS = 200
CORNERS = (*Corner, *[Corner.PLAIN] * 4)
Key = tuple[str, str | None]
Results = dict[Key, Determination]


@dataclass(slots=True)
class Found:
    """What was counted. `checks` are completions, each with every program."""

    checks: int = 0
    contradictions: list[str] = field(default_factory=list)
    settled: int = 0
    open_though_alike: Counter[str] = field(default_factory=Counter)
    widths: list[float] = field(default_factory=list)

    @property
    def tight(self) -> float:
        """Of what turned out alike in every completion, the share that was settled before."""
        alike = self.settled + self.open_though_alike.total()
        return self.settled / alike if alike else 1.0

    @property
    def width(self) -> float:
        """The median of our ranges of amounts, beside what the completions reached."""
        return median(self.widths) if self.widths else 1.0


def results(facts: Facts, rules: Rulebook, on: date) -> Results:
    """Every program's result by program and person."""
    household = Household.from_facts(facts, rules.facts)
    return {(one.program, one.person): one for one in screen(household, rules, on, explain=False)}


def measure(rules: Rulebook, seed: int, households: int, completions: int = COMPLETIONS) -> Found:
    """Tries this many partly told households. A seed always gives the same."""
    found = Found()
    for number in range(households):
        random = Random(f"{seed}/{number}")
        on = random.choice(DAYS)
        facts = partial_household(random, rules.facts)
        _try(random, rules, on, facts, completions, found, f"{seed}/{number}")
    return found


def _try(
    random: Random,
    rules: Rulebook,
    on: date,
    facts: Facts,
    completions: int,
    found: Found,
    name: str,
) -> None:
    partial = results(facts, rules, on)
    outcomes: dict[Key, set[str]] = {key: set() for key in partial}
    amounts: dict[Key, list[Any]] = {key: [] for key in partial}
    for place in range(completions):
        whole = complete(random, facts, rules.facts, CORNERS[place % len(CORNERS)])
        ours = results(whole, rules, on)
        found.checks += 1
        for key, one in partial.items():
            other = ours[key]
            outcomes[key].add(other.outcome)
            if other.amount is not None:
                amounts[key] += [ends(other.amount.low)[0], ends(other.amount.high or 0)[1]]
            if not agrees(one, other):
                found.contradictions.append(f"{name} {key}: {one.outcome}, {other.outcome}")
    for key, one in partial.items():
        _count(found, one, outcomes[key], amounts[key])


def _count(found: Found, one: Determination, outcomes: set[str], amounts: list[Any]) -> None:
    if len(outcomes) != 1 or UNCLEAR in outcomes:
        return
    if one.outcome == UNCLEAR:
        found.open_though_alike[one.program] += 1
        return
    found.settled += 1
    if one.outcome == LIKELY and one.amount is not None and one.amount.high is not None:
        ours = ends(one.amount.high)[1] - ends(one.amount.low)[0]
        theirs = max(amounts) - min(amounts)
        if ours or theirs:
            found.widths.append(float(ours) / float(theirs) if theirs else float("inf"))


def agrees(partial: Determination, whole: Determination) -> bool:
    """Whether the whole answer could follow from the partial one."""
    if partial.outcome == UNCLEAR:
        return True
    if partial.outcome != whole.outcome:
        return False
    if partial.amount is None or whole.amount is None:
        return partial.amount is whole.amount
    highest = OPEN if partial.amount.high is None else ends(partial.amount.high)[1]
    lowest = ends(partial.amount.low)[0]
    reached = OPEN if whole.amount.high is None else ends(whole.amount.high)[1]
    return bool(lowest <= ends(whole.amount.low)[0] and reached <= highest)
