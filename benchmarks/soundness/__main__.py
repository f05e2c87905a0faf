"""`python -m benchmarks.soundness`: tries partial answers on random completions, and counts."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence

from benchmarks.oracle.answers import load
from benchmarks.soundness.measure import COMPLETIONS, Found, measure

HOUSEHOLDS = 500
"""With 200 completions each, 100,000 checks."""
TIGHT, WIDTH = 0.97, 1.1
SHOWN = 20


def as_json(found: Found, cpu_seconds: float) -> dict[str, object]:
    """Every figure, and each program that is open though every completion agrees."""
    return {
        "checks": found.checks,
        "contradictions": found.contradictions,
        "settled": found.settled,
        "open_though_alike": Counter(found.open_though_alike),
        "tight": found.tight,
        "ranges": len(found.widths),
        "width": found.width,
        "cpu_seconds": round(cpu_seconds, 1),
    }


def as_text(found: Found, cpu_seconds: float) -> str:
    """The figures in lines, each aim beside it."""
    alike = found.settled + sum(found.open_though_alike.values())
    lines = [
        f"{found.checks:,} checks (one completion, every program) in {cpu_seconds:.0f} s of CPU",
        f"contradictions: {len(found.contradictions)} (aim 0)",
        f"alike in every completion: {alike:,}",
        f"settled of them: {found.tight:.2%} (aim {TIGHT:.0%})",
        f"ranges of amounts: {len(found.widths)}",
        f"the median beside the range reached: {found.width:.2f} times (aim {WIDTH})",
    ]
    if found.open_though_alike:
        lines.append("open though alike, by program:")
        lines += [f"  {n:>5} {name}" for name, n in Counter(found.open_though_alike).most_common()]
    lines += found.contradictions[:SHOWN]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when nothing is contradicted, 1 otherwise. Missed aims are told, not punished."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness", description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--completions", type=int, default=COMPLETIONS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    rules = load()
    start = time.process_time()
    found = measure(rules, given.seed, given.households, given.completions)
    spent = time.process_time() - start
    print(json.dumps(as_json(found, spent)) if given.json else as_text(found, spent))
    return 1 if found.contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
