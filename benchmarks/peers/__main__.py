"""`python -m benchmarks.peers`: the same made-up households through policyengine-us.

It is never a dependency of this project. Where it is installed in an environment of its own, name
that environment's Python in THRESHOLD_PEER_PYTHON; where it is not, nothing is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.oracle.answers import load
from benchmarks.oracle.made_up import made_up
from benchmarks.oracle.mapping import facts_of
from benchmarks.peers.rows import ROWS, cpu_ms
from eligibility import Household, Rulebook, screen

ROOT = Path(__file__).parents[2]
SETTING = "THRESHOLD_PEER_PYTHON"
HOUSEHOLDS, SEED = 50, 1
ON = date(2025, 11, 15)
MOST_SECONDS = 3_600
HOW_TO = f"""policyengine-us: not measured, because it is not installed.
  python3 -m venv PEER && PEER/bin/pip install policyengine-us
  {SETTING}=PEER/bin/python python -m benchmarks.peers"""
FAIRLY = """What each does and does not do
- Both start from a plain table of what is known of one household, and end with the answers of one
  question. CPU time, median of the households. Neither counts its own start.
- policyengine-us is a model of taxes and benefits in fifty states, made for whole populations: it
  works out each variable for everybody at once, over twelve months, and pulls in the taxes behind
  it. Asked for many households at once it needs far less for each: the last row says how much.
- Threshold holds the programs of one city and no taxes. It is made for one household whose
  answers are not all there: what is not told stays open, where the other takes it as zero, and
  each result names the tests, answers and figures that decide it.
- Whether the two agree is not measured here: `python -m benchmarks.oracle FILE`."""


def of_ours(rules: Rulebook, count: int) -> dict[str, Any]:
    """Our milliseconds, in the shape of the other's."""
    facts = [facts_of(home) for home in made_up(SEED, count)]
    everything = [program for row in ROWS for program in row.ours]
    answer = partial(_answers, rules)
    answer(facts[:1], everything, True)
    return {
        "rows": {
            row.name: [cpu_ms(partial(answer, [one], row.ours)) for one in facts] for row in ROWS
        },
        "together": [cpu_ms(partial(answer, [one], everything)) for one in facts],
        "explained": [cpu_ms(partial(answer, [one], everything, True)) for one in facts],
        "at_once": cpu_ms(partial(answer, facts, everything)),
    }


def _answers(
    rules: Rulebook, homes: Sequence[Any], programs: Sequence[str], explain: bool = False
) -> None:
    for facts in homes:
        screen(Household.from_facts(facts, rules.facts), rules, ON, programs, explain=explain)


def of_theirs(python: str, count: int) -> dict[str, Any] | None:
    """Their milliseconds, or None where that Python does not have it."""
    command = [python, "-m", "benchmarks.peers.inside", "--seed", str(SEED), "--count", str(count)]
    try:
        run = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, timeout=MOST_SECONDS, check=False
        )
    except OSError as error:
        print(f"{python}: {error.strerror}.")
        return None
    if run.returncode:
        print(*run.stderr.strip().splitlines()[-1:])
        return None
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


def lines(ours: dict[str, Any], theirs: dict[str, Any], count: int) -> list[str]:
    """The table: both medians, and how many times as long the other takes."""
    head = f"{count} households, one at a time"
    found = [f"{head:<34} {'here ms':>9} {'policyengine-us ms':>19} {'times':>7}"]

    def line(name: str, here: float, there: float) -> str:
        return f"{name:<34} {here:>9.3f} {there:>19.1f} {there / here:>7.0f}"

    for row in ROWS:
        found.append(
            line(row.name, median(ours["rows"][row.name]), median(theirs["rows"][row.name]))
        )
    there = median(theirs["together"])
    found.append(line("all of these", median(ours["together"]), there))
    found.append(line("all of these, with reasons here", median(ours["explained"]), there))
    each = ours["at_once"] / count, theirs["at_once"] / count
    found.append(line("all of these, all homes at once", *each))
    start = f"{theirs['load'] / 1000:.0f} s of CPU to load, {theirs['memory']:,.0f} MB at the most"
    return [*found, f"policyengine-us {theirs['version']}: {start}", "", FAIRLY]


def main(arguments: Sequence[str] | None = None) -> int:
    """Always 0: that another engine is missing, or quick, is nothing wrong here."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    count = parser.parse_args(arguments).households
    python = os.environ.get(SETTING)
    theirs = of_theirs(python, count) if python else None
    print("\n".join(lines(of_ours(load(), count), theirs, count)) if theirs else HOW_TO)
    return 0


if __name__ == "__main__":
    sys.exit(main())
