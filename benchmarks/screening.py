"""`python -m benchmarks.screening`: the rules engine alone, beside a fixed bit of plain Python.

CPU time, not wall time. Forty made-up households of one to ten people each count at the better
of two tries, so that what else the machine does weighs less; the rows give their median and the
twentieth worst in a hundred (p95). Python looks for circles of garbage as seldom as it does in the
service (`service/loop.py`), so that a search for them does not fall into one row by chance.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from eligibility import Household, Rulebook, load_rules, screen, screen_text
from eligibility.grants import grant
from service.loop import COLLECT_AFTER
from tests.programs.oracle_households import facts_of, load_households

ROOT = Path(__file__).parents[1]
ON = date(2026, 11, 22)
LOADS, TRIES = 3, 2
SENT = ("utility_discount", "orca_lift", "basic_food", "wic", "fresh_bucks", "liheap")
FACTS: dict[str, Any] = {
    "on": "2026-11-22",
    "people_complete": True,
    "household": {
        "lives_in_city": True,
        "county": "king",
        "tenure": "renter",
        "homeless": False,
        "rent": {"amount": 185_000, "period": "month"},
        "heating_paid": True,
        "electricity_bill": {"between": [1, None]},
        "utility_account": True,
        "shared_meter": False,
        "childcare_cost": {"amount": 0, "period": "month"},
        "receives": [],
    },
    "people": [
        {
            "id": "p1",
            "birth_date": "1985-03-04",
            "receives": [],
            "incomes_complete": True,
            "incomes": [
                {
                    "kind": "wages",
                    "period": "week",
                    "amounts": [61_200, 65_500, 59_000, 64_000],
                    "steady": True,
                }
            ],
        },
        {
            "id": "p2",
            "birth_date": "1987-03-04",
            "receives": [],
            "incomes_complete": True,
            "incomes": [
                {
                    "kind": "self_employment",
                    "period": "month",
                    "amount": 82_000,
                    "after_costs": True,
                    "steady": True,
                }
            ],
        },
        {
            "id": "p3",
            "birth_date": "2014-03-04",
            "receives": [],
            "incomes_complete": True,
            "incomes": [],
        },
        {
            "id": "p4",
            "birth_date": "2023-03-04",
            "receives": [],
            "incomes_complete": True,
            "incomes": [],
            "needs_child_care": True,
        },
    ],
}
"""Four people, two of whom work; the answers a form for every program would have by its end."""


LOADING = """
import time
import numpy, yaml

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6

before, start = resident(), time.process_time()
from pathlib import Path
from eligibility import load_rules
root = Path({root!r})
load_rules(root / "eligibility", root / "cities" / "seattle")
print((time.process_time() - start) * 1000, resident() - before)
"""
"""Run in a process of its own: import and load, above Python with NumPy and YAML."""


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One kind of work over all households: CPU milliseconds, and yardsticks at the median."""

    name: str
    cpu_ms: float
    p95_ms: float
    yardsticks: float
    aim_cpu_ms: float | None

    @property
    def met(self) -> bool | None:
        return None if self.aim_cpu_ms is None else self.cpu_ms <= self.aim_cpu_ms


def yardstick() -> int:
    """A fixed amount of plain Python, the same on every machine."""
    return sum(number * number for number in range(10_000))


def measure() -> list[EngineRow]:
    """Parsing, verdicts and explanations of each household, beside the yardstick."""
    rules = load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    facts = [FACTS, *(facts_of(row) for row in load_households())]
    households = [Household.from_facts(one, rules.facts) for one in facts]
    unit = min(_cpu_ms(yardstick) for _ in range(20))
    rows = [_row("read answers", [_reading(one, rules) for one in facts], unit, None)]
    for name, aim, explain, minimal in KINDS:
        works = [_screening(one, rules, explain, minimal) for one in households]
        rows.append(_row(name, works, unit, aim))
    alone = [_asked_why(one, rules, program) for one in households for program in rules.programs]
    rows.append(_row("fewest, one program", alone, unit, None))
    texts = [_as_text(one, rules) for one in households]
    rows.append(_row("explained, as JSON", texts, unit, None))
    rows.append(_row("six programs sent", [lambda: _send_all(rules)], unit, 10.0))
    return rows


KINDS = (
    ("verdicts", 1.0, False, False),
    ("explained", 3.0, True, False),
    ("explained, fewest answers", 15.0, True, True),
)


def loading() -> tuple[float, float]:
    """CPU milliseconds and megabytes of import and load, the best of a few processes."""
    found = []
    for _ in range(LOADS):
        command = [sys.executable, "-c", LOADING.format(root=str(ROOT))]
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        milliseconds, megabytes = map(float, run.stdout.split())
        found.append((milliseconds, megabytes))
    return min(one for one, _ in found), min(one for _, one in found)


def _reading(facts: dict[str, Any], rules: Rulebook) -> Callable[[], object]:
    return lambda: Household.from_facts(facts, rules.facts)


def _screening(
    household: Household, rules: Rulebook, explain: bool, minimal: bool
) -> Callable[[], object]:
    return lambda: screen(household, rules, ON, None, explain, minimal)


def _asked_why(household: Household, rules: Rulebook, program: str) -> Callable[[], object]:
    return lambda: screen(household, rules, ON, [program], minimal=True)


def _as_text(household: Household, rules: Rulebook) -> Callable[[], object]:
    return lambda: screen_text(household, rules, ON).encode()


def _row(name: str, works: list[Callable[[], object]], unit: float, aim: float | None) -> EngineRow:
    spent = [min(_cpu_ms(work) for _ in range(TRIES)) for work in works]
    middle = median(spent)
    p95 = quantiles(spent, n=20)[-1] if len(spent) > 1 else middle
    return EngineRow(name, round(middle, 3), round(p95, 3), round(middle / unit, 2), aim)


def _send_all(rules: Rulebook) -> list[list[dict[str, Any]]]:
    return [_send(rules, program) for program in SENT]


def _send(rules: Rulebook, program: str) -> list[dict[str, Any]]:
    """What an agency is given: its own facts, and what they alone say."""
    granted = grant(FACTS, rules.programs[program], rules.facts)
    household = Household.from_facts(granted, rules.facts)
    return [one.to_json() for one in screen(household, rules, ON, programs=[program])]


def _cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> None:
    """Print the rows."""
    milliseconds, megabytes = loading()
    print(f"import and load: {milliseconds:.0f} ms CPU (aim 300), {megabytes:.1f} MB (aim 60)")
    heading = "one household, all programs"
    print(f"{heading:<28} {'median ms':>9} {'p95 ms':>8} {'x plain':>8} {'aim ms':>7}")
    for row in measure():
        aim = "" if row.aim_cpu_ms is None else f"{row.aim_cpu_ms:>7.1f}"
        figures = f"{row.cpu_ms:>9.3f} {row.p95_ms:>8.3f} {row.yardsticks:>8.2f}"
        print(f"{row.name:<28} {figures} {aim}")


if __name__ == "__main__":
    main()
