"""Changes the rules' code in small ways, one at a time, and counts how many the tests notice.

`python -m benchmarks.mutants [--sample N] [--seed N] [--all] [--show]`. It needs mutmut, which
`make mutants` puts beside the project's own packages. Everything happens on a copy under .cache.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAGE = ROOT / ".cache" / "mutants"
MUTATED = ("eligibility/expressions/*.py", "eligibility/screening.py", "eligibility/parameters.py")
TESTS = tuple(
    f"tests/eligibility/test_{name}.py"
    for name in ("language_tables", "expressions", "figures", "determinations", "screening", "pay")
)
NOTICED = frozenset(("killed", "timeout"))
# What mutmut keeps of each change: 0 survived, 33 and 5 no test reached it; pytest ends with 1 for
# a test that noticed, 2 or 3 where the code could not even be loaded; the rest ran out of time.
STATUS = {0: "survived", 33: "not reached", 5: "not reached", 1: "killed", 2: "killed", 3: "killed"}
SURE = 1.96
UNUSED = ("cacheprovider", "schemathesis", "asyncio", "xdist")
"""Plugins that would take each process time."""

SETTINGS = f"""
[tool.pytest.ini_options]
pythonpath = ["."]
addopts = ["--import-mode=importlib", {", ".join(f'"-p", "no:{name}"' for name in UNUSED)}]
filterwarnings = ["error", "ignore::pytest.PytestAssertRewriteWarning"]

[tool.mutmut]
source_paths = ["eligibility"]
only_mutate = {json.dumps(MUTATED)}
pytest_add_cli_args_test_selection = {json.dumps(TESTS)}
# Rules are compiled once and kept, so each change is loaded by a process of its own.
process_isolation = "forkserver"
forkserver_warmup = "import"
preload_modules_file = "preload.txt"
timeout_constant = 40.0
track_dependencies = false
use_git_change_detection = false
"""
PRELOADED = "pytest\nnumpy\nyaml\nhypothesis\nhypothesis.strategies\n"


def stage() -> None:
    """A copy of the rules' code and its tests, and nothing else of the project."""
    shutil.rmtree(STAGE, ignore_errors=True)
    (STAGE / "tests").mkdir(parents=True)
    unread = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "eligibility", STAGE / "eligibility", ignore=unread)
    shutil.copytree(ROOT / "cities" / "seattle", STAGE / "cities" / "seattle", ignore=unread)
    (STAGE / "tests" / "__init__.py").touch()
    shutil.copytree(
        ROOT / "tests" / "eligibility",
        STAGE / "tests" / "eligibility",
        ignore=lambda folder, names: (
            unread(folder, names)
            | {one for one in names if one.startswith("test_") and not _chosen(one)}
            | {one for one in names if (Path(folder) / one).is_dir() and one != "tables"}
        ),
    )
    also = 'also_copy = ["cities"]\n'
    (STAGE / "pyproject.toml").write_text(SETTINGS + also, encoding="utf-8")
    (STAGE / "preload.txt").write_text(PRELOADED, encoding="utf-8")


def _chosen(name: str) -> bool:
    return any(path.endswith(f"/{name}") for path in TESTS)


def mutmut(names: list[str], quiet: bool) -> None:
    """Try these changes; what became of each is kept beside the copied code."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    out = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, cwd=STAGE, stdout=out, check=False)
    if done.returncode:
        raise SystemExit(f"mutmut ended with {done.returncode}; try it in {STAGE}")


def spread() -> None:
    """Functions called while a module is loaded are noted for the first test alone, though every
    test rests on them: give them all."""
    path = STAGE / "mutants" / "mutmut-stats.json"
    stats = json.loads(path.read_text(encoding="utf-8"))
    every = sorted(stats["duration_by_test"])
    for name, tests in stats["tests_by_mangled_function_name"].items():
        if len(tests) <= 1:
            stats["tests_by_mangled_function_name"][name] = every
    path.write_text(json.dumps(stats), encoding="utf-8")


def ended() -> dict[str, int | None]:
    """Every change by name, with how its tests ended: None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((STAGE / "mutants" / "eligibility").rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def interval(noticed: int, tried: int) -> tuple[float, float]:
    """Where the share in all changes lies, with 95 % confidence (Wilson)."""
    share, square = noticed / tried, SURE**2
    middle = (share + square / (2 * tried)) / (1 + square / tried)
    reach = SURE * sqrt(share * (1 - share) / tried + square / (4 * tried**2))
    reach /= 1 + square / tried
    return max(0.0, middle - reach), min(1.0, middle + reach)


def report(codes: dict[str, int | None], tried: list[str]) -> None:
    """A row for each module, and all together."""
    rows: dict[str, Counter[str]] = {}
    for name in tried:
        code = codes[name]
        status = "timeout" if code is None else STATUS.get(code, "timeout")
        rows.setdefault(name.split(".x")[0], Counter())[status] += 1
    print(f"{'module':<36}{'changes':>8}{'tried':>7}{'noticed':>9}{'share':>8}")
    for module, counts in sorted(rows.items()):
        all_of = sum(name.startswith(f"{module}.x") for name in codes)
        _row(module, all_of, counts)
    total = sum(rows.values(), Counter())
    _row("all", len(codes), total)
    noticed = sum(total[one] for one in NOTICED)
    low, high = interval(noticed, len(tried))
    print(f"with 95 % confidence {low:.1%} to {high:.1%} of all {len(codes):,} changes")


def _row(name: str, changes: int, counts: Counter[str]) -> None:
    tried, noticed = counts.total(), sum(counts[one] for one in NOTICED)
    print(f"{name:<36}{changes:>8,}{tried:>7,}{noticed:>9,}{noticed / tried:>8.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="how many changes to try")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--all", action="store_true", help="every change: hours")
    parser.add_argument("--show", action="store_true", help="print each change nobody noticed")
    arguments = parser.parse_args()
    stage()
    mutmut(["eligibility.parameters.*row_on__mutmut_1"], quiet=True)
    spread()
    names = sorted(ended())
    chosen = random.Random(arguments.seed).sample(names, min(arguments.sample, len(names)))
    tried = names if arguments.all else sorted(chosen)
    mutmut(tried, quiet=False)
    codes = ended()
    report(codes, tried)
    for name in tried if arguments.show else ():
        if STATUS.get(codes[name] or 0) in ("survived", "not reached"):
            subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=STAGE, check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
