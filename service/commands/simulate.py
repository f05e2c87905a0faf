"""`threshold simulate`: a whole population, as the rules stand and with changed figures."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from service.commands import BadUse
from service.commands.rules import FINE, ROOT, city_folder, parse_json, read_day, today

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from datetime import date

    from eligibility import Rulebook
    from eligibility.batch.engines import Engine
    from eligibility.batch.job import Job
    from eligibility.batch.report import Report
    from eligibility.batch.shards import Shard

ENGINES = ("serial", "processes", "dask")
MOST_HOUSEHOLDS = 100_000_000
SMALL = 25_000
"""Up to so many homes, starting other processes takes longer than the work."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = subparsers.add_parser("simulate", help="screen a whole population from files")
    simulate.add_argument(
        "input", nargs="?", metavar="INPUT", help="a folder of CSV or Parquet, a .csv or a .jsonl"
    )
    simulate.add_argument("--made-up", type=_count, metavar="N", help="a made-up city of N homes")
    simulate.add_argument("--seed", type=int, default=1, help="which made-up city; 1")
    simulate.add_argument("--on", type=read_day, help="the day to screen on; today")
    simulate.add_argument("--city", help="a city's folder or its name")
    simulate.add_argument("--program", action="append", help="only this program; may be repeated")
    simulate.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="change a figure and compare: snap.least=30, fpl.yearly(3)=27000, fpl.yearly=+5%%",
    )  # fmt: skip
    simulate.add_argument("--by", help="totals by size, by a yes-no or choice fact, or a group")
    simulate.add_argument("--out", type=Path, metavar="FOLDER", help="write CSV files and a chart")
    simulate.add_argument("--rows", action="store_true", help="with --out: every row's result too")
    simulate.add_argument("--save", type=Path, metavar="FOLDER", help="write the population as CSV")
    simulate.add_argument("--refine", action="store_true", help="one by one what stays unclear")
    simulate.add_argument("--engine", choices=ENGINES, help="where to work; processes if large")
    simulate.add_argument("--workers", type=_count, metavar="N", help="processes; all cores")
    simulate.add_argument("--scheduler", metavar="ADDRESS", help="with dask: a running scheduler")
    simulate.add_argument("--json", action="store_true", help="print the totals as JSON")
    simulate.set_defaults(run=run_simulate)


def _count(text: str) -> int:
    from argparse import ArgumentTypeError

    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:12]) <= MOST_HOUSEHOLDS:
        raise ArgumentTypeError(f"{text[:20]!r} is not a number from 1 to {MOST_HOUSEHOLDS:,}")
    return int(text)


def run_simulate(arguments: argparse.Namespace) -> int:
    """0: simulated. 2: a file, a figure or a program cannot be read."""
    from eligibility import RulesError
    from eligibility.batch.cells import TableErrors
    from eligibility.batch.engines import NoEngine
    from eligibility.batch.figures import BadSetting
    from eligibility.batch.job import NoGroup

    try:
        return _simulate(arguments)
    except RulesError as error:
        raise BadUse([str(one) for one in error.findings]) from None
    except TableErrors as error:
        raise BadUse(list(error.problems)) from None
    except (NoEngine, BadSetting, NoGroup) as error:
        raise BadUse([str(error)]) from None
    except OSError as error:
        raise BadUse([f"{error.filename or 'A file'} cannot be used: {error.strerror}."]) from None


def _simulate(arguments: argparse.Namespace) -> int:
    from eligibility.batch.job import Job, loaded

    city = city_folder(arguments.city)
    on = arguments.on or today(city)
    rules = loaded(ROOT / "eligibility", city)
    unknown = [name for name in arguments.program or () if name not in rules.programs]
    if unknown:
        raise BadUse([f"There is no program {name}." for name in unknown])
    if (arguments.input is None) == (arguments.made_up is None):
        raise BadUse(["Name a file or folder, or write --made-up N."])
    if arguments.rows and arguments.out is None:
        raise BadUse(["--rows writes into the folder of --out."])
    job = Job(
        ROOT / "eligibility",
        city,
        on,
        tuple(arguments.program) if arguments.program else None,
        tuple(arguments.set),
        arguments.by,
        arguments.refine,
        arguments.rows,
    )
    job.plans(rules)
    _make_folders(arguments)
    found = _worked(arguments, job, rules)
    if not found.households:
        raise BadUse([f"There are no households in {arguments.input}."])
    sys.stdout.write(found.as_json() if arguments.json else found.table())
    if arguments.out is not None:
        found.write(arguments.out)
    return FINE


def _make_folders(arguments: argparse.Namespace) -> None:
    """Before the work, which may be long, so that nobody learns of a wrong folder after it."""
    for folder in (arguments.out, arguments.save):
        if folder is not None and folder.exists() and not folder.is_dir():
            raise BadUse([f"{folder} is no folder."])
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)


def _worked(arguments: argparse.Namespace, job: Job, rules: Rulebook) -> Report:
    """Every part worked on, with progress on standard error."""
    from eligibility.batch.job import run
    from eligibility.batch.report import Report, RowFiles

    workers = arguments.workers or os.cpu_count() or 1
    engine = _engine(arguments, workers)
    report = Report(rules, job, arguments.made_up is not None)
    progress = _Progress(sys.stderr, arguments.made_up)
    shards = _saved(_shards(arguments, rules, job.on), arguments.save, rules)
    with RowFiles(arguments.out, report, job.rows) as files:
        for part in run(job, shards, engine):
            report.add(part)
            files.add(part)
            progress.show(report.households)
    progress.end()
    return report


def _engine(arguments: argparse.Namespace, workers: int) -> Engine:
    from eligibility.batch.engines import Dask, Processes, Serial

    small = arguments.made_up is not None and arguments.made_up <= SMALL
    chosen = arguments.engine or ("serial" if workers == 1 or small else "processes")
    if arguments.scheduler and chosen != "dask":
        raise BadUse(["--scheduler goes with --engine dask."])
    if chosen == "dask":
        return Dask(workers, arguments.scheduler)
    return Serial() if chosen == "serial" else Processes(workers)


def _shards(arguments: argparse.Namespace, rules: Rulebook, on: date) -> Iterator[Shard]:
    """The parts of the population named, whichever form it has."""
    from eligibility.batch import csv_files, json_files, parquet_files, shards

    if arguments.made_up is not None:
        yield from shards.made_up_parts(arguments.made_up, on, arguments.seed)
        return
    path, facts, size = Path(arguments.input), rules.facts, shards.PART
    if path.is_dir():
        found = parquet_files.partitions(path)
        if found:
            yield from map(shards.Partition, found)
            return
        populations = csv_files.read_three(path, facts, size)
    elif path.suffix == ".jsonl":
        populations = json_files.read_lines(path, facts, size, parse_json)
    elif path.suffix == ".csv":
        populations = csv_files.read_flat(path, facts, size)
    else:
        raise BadUse([f"{path} is no folder, .csv or .jsonl file."])
    yield from map(shards.Ready, populations)


def _saved(shards: Iterator[Shard], folder: Path | None, rules: Rulebook) -> Iterator[Shard]:
    """The same parts; written as CSV too where that was asked for."""
    if folder is None:
        yield from shards
        return
    from eligibility.batch.json_files import CsvFolder

    files = CsvFolder(folder, rules.facts)
    try:
        for shard in shards:
            files.add(shard.population(rules.facts))
            yield shard
    finally:
        files.close()


class _Progress:
    """How far it is: over one line on a terminal, a line now and then elsewhere."""

    def __init__(self, stream: TextIO, total: int | None) -> None:
        self.stream = stream
        self.total = total
        self.live = stream.isatty()
        self.next = 0.0

    def show(self, households: int) -> None:
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + (0.1 if self.live else 5.0)
        of = f" of {self.total:,}" if self.total else ""
        end = "\r" if self.live else "\n"
        self.stream.write(f"{households:,}{of} households{end}")
        self.stream.flush()

    def end(self) -> None:
        if self.live:
            self.stream.write("\n")
