"""`python -m benchmarks.instructions`: what a screening costs in instructions of the processor.

Counted by valgrind, which has to be installed: some forty times slower, but the same on a busy
machine and on a quiet one, so that two versions can be told apart by a single run.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from eligibility import Household, load_rules, screen, screen_text
from tests.programs.story import FACTS

ROOT = Path(__file__).parents[1]
ON = date(2026, 11, 22)
COUNT = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
COUNTED = re.compile(r"I +refs: +([0-9,]+)")
FEW, MANY = 2, 12


def works() -> dict[str, Callable[[], object]]:
    """Each kind of work for the household of the story, all programs."""
    rules = load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")
    home = Household.from_facts(FACTS, rules.facts)
    return {
        "read": lambda: Household.from_facts(FACTS, rules.facts),
        "verdicts": lambda: screen(home, rules, ON, explain=False),
        "explained": lambda: screen(home, rules, ON),
        "text": lambda: screen_text(home, rules, ON),
    }


def repeat(name: str, times: int) -> None:
    """Do one kind of work so often, after everything was written once."""
    work = works()[name]
    work()
    gc.collect()
    gc.freeze()
    for _ in range(times):
        work()


def counted(name: str, times: int) -> int:
    """The instructions of a process that does so."""
    command = [*COUNT, sys.executable, "-m", "benchmarks.instructions", name, str(times)]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=env)
    found = COUNTED.search(run.stderr)
    assert found is not None, run.stderr
    return int(found[1].replace(",", ""))


def main(arguments: list[str]) -> int:
    """Print the rows, or do the work of one."""
    if arguments:
        repeat(arguments[0], int(arguments[1]))
        return 0
    if shutil.which(COUNT[0]) is None:
        print("valgrind is not installed")
        return 1
    for name in works():
        each = (counted(name, MANY) - counted(name, FEW)) / (MANY - FEW)
        print(f"{name:<12} {each / 1e6:>6.2f} million instructions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
