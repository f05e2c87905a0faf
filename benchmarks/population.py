"""`python -m benchmarks.population`: a whole city in columns, beside the scalar engine."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ON = date(2026, 11, 22)
CITY, LARGE, SAMPLE, WORKERS = 100_000, 1_000_000, 200, 2
CHANGES = (
    "liheap.limit_share=200%",
    "snap.least=60",
    "snap.state_limit(3)=5000",
    "fpl.yearly=+5%",
)
AIM_SECONDS, AIM_AGAIN_SECONDS, AIM_MEMORY_MB = 2.0, 0.5, 600


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: seconds on the wall and of processors, and the peak memory of it all."""

    name: str
    seconds: float
    cpu_seconds: float
    memory_mb: float
    aim_seconds: float | None

    @property
    def met(self) -> bool | None:
        """Whether the aims are met; processor time counts, for others may use the machine."""
        if self.aim_seconds is None:
            return None
        return self.cpu_seconds <= self.aim_seconds and self.memory_mb <= AIM_MEMORY_MB


def _rules() -> Any:
    from eligibility import load_rules

    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


def _memory_mb(workers: int = 0) -> float:
    """Peak memory of this process, and of its workers as if each were as large as the largest."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return round((own + workers * theirs) / 1024, 1)


def one_process(households: int) -> list[Row]:
    """Every program over a city in memory; then one figure after another is changed."""
    from eligibility.batch import Plan, Simulation, made_up_city, read_setting

    rules = _rules()
    city = made_up_city(rules.facts, households, ON)
    spent = _timed(lambda: Simulation(rules, city, ON).run(Plan.of(rules, ON)))
    rows = [Row(f"{households:,} homes, one process", *spent, _memory_mb(), AIM_SECONDS)]
    simulation = Simulation(rules, city, ON, keep=True)
    simulation.run(Plan.of(rules, ON))
    for text in CHANGES:
        plan = Plan.of(rules, ON, settings=[read_setting(text, rules.parameters)])
        spent = _timed(lambda plan=plan: simulation.run(plan))  # type: ignore[misc]
        rows.append(Row(f"  again with {text}", *spent, _memory_mb(), AIM_AGAIN_SECONDS))
    return rows


def streamed(households: int, workers: int) -> list[Row]:
    """A city made up, screened and counted part by part, as `threshold simulate` does."""
    from eligibility.batch.engines import Engine, Processes, Serial
    from eligibility.batch.job import Job, run
    from eligibility.batch.shards import made_up_parts

    job = Job(ROOT / "eligibility", ROOT / "cities" / "seattle", ON)
    engine: Engine = Processes(workers) if workers else Serial()
    spent = _timed(lambda: sum(1 for _ in run(job, made_up_parts(households, ON, 1), engine)))
    how = f"{workers} processes" if workers else "one process"
    name = f"{households:,} homes made up and streamed, {how}"
    return [Row(name, *spent, _memory_mb(workers), None)]


def scalar(sample: int) -> list[Row]:
    """The scalar engine on some of the same homes, verdicts alone, one after another."""
    from eligibility import Household, screen
    from eligibility.batch import made_up_city
    from eligibility.batch.to_facts import FactsWriter

    rules = _rules()
    writer = FactsWriter(made_up_city(rules.facts, sample, ON), rules.facts)
    homes = [Household.from_facts(writer.facts(row), rules.facts) for row in range(sample)]
    screen(homes[0], rules, ON, explain=False)
    spent = _timed(lambda: [screen(home, rules, ON, explain=False) for home in homes])
    return [Row(f"{sample:,} homes by the scalar engine", *spent, _memory_mb(), None)]


def apart(work: Callable[..., list[Row]], *given: int) -> list[Row]:
    """Measured in a fresh process, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(sender, work, given))
    process.start()
    sender.close()
    rows: list[Row] = receiver.recv()
    process.join()
    return rows


def _send(sender: Any, work: Callable[..., list[Row]], given: tuple[int, ...]) -> None:
    sender.send(work(*given))
    sender.close()


def measure(city: int, large: int) -> tuple[list[Row], float]:
    """All rows, and how many times cheaper a home is in columns than by itself."""
    rows = apart(scalar, SAMPLE)
    each = rows[0].cpu_seconds / SAMPLE
    rows += apart(one_process, city)
    ratio = each / (rows[1].cpu_seconds / city)
    rows += apart(streamed, city, WORKERS)
    rows += apart(streamed, large, 0)
    return rows, ratio


def main() -> int:
    """Print the rows. Missed aims are told, not punished."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.population", description=__doc__)
    parser.add_argument("--city", type=int, default=CITY, help="homes of the city")
    parser.add_argument("--large", type=int, default=LARGE, help="homes of the streamed run")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    rows, ratio = measure(arguments.city, arguments.large)
    if arguments.json:
        found = {"rows": [asdict(row) for row in rows], "times_cheaper": round(ratio, 1)}
        print(json.dumps(found, indent=2))
        return 0
    head = f"all shipped programs, on {ON}"
    print(f"{head:<54} {'s':>7} {'CPU s':>7} {'MB':>7} {'aim s':>6}")
    for row in rows:
        aim = "" if row.aim_seconds is None else f"{row.aim_seconds:.1f}"
        met = {None: "", True: "met", False: "missed"}[row.met]
        print(
            f"{row.name:<54} {row.seconds:>7.2f} {row.cpu_seconds:>7.2f} {row.memory_mb:>7.0f} "
            f"{aim:>6} {met}"
        )
    print(f"a home in columns costs {ratio:.0f} times less processor time than by itself")
    return 0


if __name__ == "__main__":
    sys.exit(main())
