"""Times the other engine; for the environment it is installed in.

`PEER_PYTHON -m benchmarks.peers.inside --seed 1 --count 50` writes one JSON object. It needs
policyengine-us and nothing of this project's own packages.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.oracle.made_up import made_up
from benchmarks.oracle.model import Situation
from benchmarks.peers.rows import ROWS, Asked, cpu_ms

KILOBYTES_IN_MB = 1000


def timings(simulation: Callable[..., Any], seed: int, count: int) -> dict[str, Any]:
    """For each row the milliseconds of every household: from a plain table of facts to answers."""

    def answer(homes: list[dict[str, Any]], asked: tuple[Asked, ...]) -> None:
        made = simulation(situation=Situation(homes).entities)
        for variable, period in asked:
            made.calculate(variable, period)

    homes = list(made_up(seed, count))
    everything = tuple(dict.fromkeys(one for row in ROWS for one in row.theirs))
    answer(homes[:1], everything)
    spent: dict[str, list[float]] = {row.name: [] for row in ROWS}
    together = []
    for home in homes:
        for row in ROWS:
            spent[row.name].append(cpu_ms(partial(answer, [home], row.theirs)))
        together.append(cpu_ms(partial(answer, [home], everything)))
    at_once = cpu_ms(partial(answer, homes, everything))
    return {"rows": spent, "together": together, "at_once": at_once}


def main() -> None:
    """Write the timings to standard output."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.inside", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    given = parser.parse_args()
    start = time.process_time()
    # It is in an environment of its own, so no check of types can know it.
    model = importlib.import_module("policyengine_us")
    first = next(made_up(given.seed, 1))
    model.Simulation(situation=Situation([first]).entities)
    load = (time.process_time() - start) * 1000
    found = timings(model.Simulation, given.seed, given.count)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_IN_MB
    version = importlib.import_module("importlib.metadata").version("policyengine-us")
    json.dump({**found, "load": load, "memory": memory, "version": version}, sys.stdout)


if __name__ == "__main__":
    main()
