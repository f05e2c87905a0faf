"""`python -m benchmarks.what_if`: which single answer changes which result, for one home at a time.

CPU time, the better of two tries. `a whole home` looks at every program; `one case` at one program
and the answers its agency is granted, as the page of a caseworker does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median, quantiles

from benchmarks.screening import FACTS, ON, ROOT, SENT
from eligibility import Household, Rulebook, load_rules
from eligibility.grants import grant
from eligibility.what_if import what_if
from tests.programs.oracle_households import facts_of, load_households

EVERY = 5
"""Of the practice households every so many is measured."""
TRIES = 2


def main() -> None:
    rules = load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")
    homes = [FACTS, *(facts_of(row) for row in load_households()[::EVERY])]
    whole = [_spent(rules, facts, None) for facts in homes]
    cases = [
        _spent(rules, grant(facts, rules.programs[program], rules.facts), program)
        for facts in homes
        for program in SENT
    ]
    for name, rows in (("a whole home", whole), ("one case", cases)):
        times = [spent for spent, _ in rows]
        p95 = quantiles(times, n=20)[-1]
        found = median(count for _, count in rows)
        print(f"{name}: {median(times):.0f} ms CPU, p95 {p95:.0f}, changes found {found:.0f}")


def _spent(rules: Rulebook, facts: dict[str, object], program: str | None) -> tuple[float, int]:
    """Milliseconds, and how many changes were found."""
    household = Household.from_facts(facts, rules.facts)
    programs = None if program is None else [program]
    found = len(what_if(household, rules, ON, programs))
    return min(_timed(lambda: what_if(household, rules, ON, programs)) for _ in range(TRIES)), found


def _timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


if __name__ == "__main__":
    main()
