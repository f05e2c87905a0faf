"""How long each way of counting takes, and with how much memory: python -m benchmarks.tally"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VOTERS, OPTIONS = 80_000, 30
METHODS = {
    "irv": "csv",
    "stv --seats 3": "csv",
    "stv --seats 12": "csv",
    "schulze": "csv",
    "approval --seats 5": "csv",
    "greedy": "pb",
    "equal-shares": "pb",
    "equal-shares --completion increment": "pb",
}
# Hardly two voters alike, so that nothing can be counted together.
WIDE = {
    "half of 30, few projects fit": ("half", 30_000_000, (80_000, 4_000_000)),
    "a third of 30, most fit, all much alike": ("third", 100_000_000, (3_000_000, 9_000_000)),
    "four fifths of 30": ("most", 30_000_000, (500_000, 3_000_000)),
}
LIKED = {"half": 0.5, "third": 0.3, "most": 0.8}


def ranked_file(folder: Path) -> Path:
    """Every ballot ranks all options, so that hardly two are the same: the hardest case."""
    dice = random.Random(1)
    path = folder / "ballots.csv"
    weights = [1 + at for at in range(OPTIONS)]
    with path.open("w", encoding="utf-8") as out:
        out.write(",".join(f"rank{at}" for at in range(1, OPTIONS + 1)) + "\n")
        for _ in range(VOTERS):
            order = sorted(range(OPTIONS), key=lambda at: dice.random() ** weights[at])
            out.write(",".join(f"Option {at}" for at in reversed(order)) + "\n")
    return path


def budget_file(folder: Path) -> Path:
    """Up to ten projects a voter, some much more liked than others, as in a large city."""
    dice = random.Random(2)
    path = folder / "budget.pb"
    liked = [dice.random() ** 2 + 0.05 for _ in range(OPTIONS)]
    with path.open("w", encoding="utf-8") as out:
        out.write("META\nkey;value\nbudget;30000000\nvote_type;approval\nPROJECTS\n")
        out.write("project_id;cost\n")
        out.writelines(f"p{at};{dice.randint(80_000, 4_000_000)}\n" for at in range(OPTIONS))
        out.write("VOTES\nvoter_id;vote\n")
        for voter in range(VOTERS):
            chosen = set(dice.choices(range(OPTIONS), liked, k=dice.randint(1, 10)))
            out.write(f"{voter};{','.join(f'p{at}' for at in sorted(chosen))}\n")
    return path


def wide_file(folder: Path, kind: str, budget: int, costs: tuple[int, int]) -> Path:
    """Each voter likes each project with the same chance."""
    dice = random.Random(3)
    path = folder / f"{kind}.pb"
    with path.open("w", encoding="utf-8") as out:
        out.write(f"META\nkey;value\nbudget;{budget}\nvote_type;approval\nPROJECTS\n")
        out.write("project_id;cost\n")
        out.writelines(f"p{at};{dice.randint(*costs)}\n" for at in range(OPTIONS))
        out.write("VOTES\nvoter_id;vote\n")
        for voter in range(VOTERS):
            chosen = [at for at in range(OPTIONS) if dice.random() < LIKED[kind]]
            out.write(f"{voter};{','.join(f'p{at}' for at in chosen)}\n")
    return path


def measured(path: Path, method: str) -> tuple[float, float, float]:
    """Seconds of processor and of clock, and the most memory, in MB, of the whole command."""
    command = [sys.executable, "-m", "service.cli", "tally", str(path), "--json", "--method"]
    code = (
        "import resource, runpy, sys; sys.argv = sys.argv[1:]\n"
        "try: runpy.run_module('service.cli', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, "threshold", *command[3:], *method.split()],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = done.stderr.split()
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return float(seconds), time.perf_counter() - started, float(memory) / scale


def main() -> None:
    print(f"{VOTERS:,} ballots, {OPTIONS} options; reading the file included")
    with tempfile.TemporaryDirectory() as folder:
        files = {"csv": ranked_file(Path(folder)), "pb": budget_file(Path(folder))}
        for method, kind in METHODS.items():
            seconds, clock, memory = measured(files[kind], method)
            print(f"  {method:36} {seconds:6.2f} s CPU {clock:6.2f} s {memory:5.0f} MB", flush=True)
        print("equal-shares --completion increment, each voter's choice by chance:")
        for words, (kind, budget, costs) in WIDE.items():
            path = wide_file(Path(folder), kind, budget, costs)
            seconds, clock, memory = measured(path, "equal-shares --completion increment")
            print(f"  {words:40} {seconds:6.2f} s CPU {clock:6.2f} s {memory:5.0f} MB", flush=True)


if __name__ == "__main__":
    main()
