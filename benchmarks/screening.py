"""`python -m benchmarks.screening`: the rules engine alone, beside a fixed bit of plain Python."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eligibility import Household, Rulebook, load_rules, screen
from eligibility.grants import grant

ROOT = Path(__file__).parents[1]
ON = date(2026, 11, 22)
LOADS, ROUNDS = 5, 60
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


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One kind of work: CPU milliseconds at its best, and how many yardsticks that is."""

    name: str
    cpu_ms: float
    yardsticks: float
    aim_cpu_ms: float | None

    @property
    def met(self) -> bool | None:
        return None if self.aim_cpu_ms is None else self.cpu_ms <= self.aim_cpu_ms


def yardstick() -> int:
    """A fixed amount of plain Python, the same on every machine."""
    return sum(number * number for number in range(10_000))


def measure() -> list[EngineRow]:
    """Loading, parsing, verdicts and explanations of one household, each beside the yardstick.

    Kinds of work take turns, and the best of many rounds counts, so that what else the machine
    does weighs on all of them alike.
    """
    best = {"load": _cpu_ms(_load)}
    for _ in range(LOADS - 1):
        best["load"] = min(best["load"], _cpu_ms(_load))
    kinds = _kinds(_load())
    for _ in range(ROUNDS):
        for name, (work, _aim) in kinds.items():
            best[name] = min(best.get(name, float("inf")), _cpu_ms(work))
    unit = best.pop("yardstick")
    aims = {name: aim for name, (_, aim) in kinds.items()}
    return [
        EngineRow(name, round(spent, 3), round(spent / unit, 2), aims.get(name))
        for name, spent in best.items()
    ]


def _load() -> Rulebook:
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def _kinds(rules: Rulebook) -> dict[str, tuple[Callable[[], object], float | None]]:
    household = Household.from_facts(FACTS, rules.facts)
    return {
        "yardstick": (yardstick, None),
        "read answers": (lambda: Household.from_facts(FACTS, rules.facts), None),
        "verdicts": (lambda: screen(household, rules, ON, explain=False), 1.0),
        "explained": (lambda: screen(household, rules, ON), 3.0),
        "six programs sent": (lambda: [_send(rules, program) for program in SENT], 10.0),
        "minimal": (lambda: screen(household, rules, ON, programs=SENT[:1], minimal=True), None),
    }


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
    print(f"{'rules engine, one household':<28} {'CPU ms':>8} {'x plain':>8} {'aim ms':>7}")
    for row in measure():
        aim = "" if row.aim_cpu_ms is None else f"{row.aim_cpu_ms:>7.1f}"
        print(f"{row.name:<28} {row.cpu_ms:>8.3f} {row.yardsticks:>8.2f} {aim}")


if __name__ == "__main__":
    main()
