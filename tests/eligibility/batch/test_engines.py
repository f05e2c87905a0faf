"""One job on every engine: the same totals, to the cent, in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from eligibility.batch.engines import Dask, Engine, Processes, Serial, in_order
from eligibility.batch.job import Job, Part, run
from eligibility.batch.shards import made_up_parts
from eligibility.batch.totals import ALL
from tests.eligibility.packs import ROOT

ON = date(2026, 11, 22)
JOB = Job(ROOT / "eligibility", ROOT / "cities" / "seattle", ON, by="size")


def parts_by(engine: Engine, job: Job = JOB) -> list[Part]:
    return list(run(job, made_up_parts(600, ON, seed=4, part=200), engine))


@pytest.mark.slow
def test_two_processes_find_what_one_does() -> None:
    alone = parts_by(Serial())
    assert len(alone) == 3
    assert parts_by(Processes(2)) == alone


@pytest.mark.slow
def test_dask_with_two_workers_finds_what_one_process_does() -> None:
    assert parts_by(Dask(2)) == parts_by(Serial())


def test_results_come_in_the_order_of_the_parts_and_few_are_ahead() -> None:
    given: list[int] = []

    def shards() -> Iterator[int]:
        for number in range(8):
            given.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        found = in_order(pool, lambda number: (number, len(given)), shards(), ahead=3)
        for place, (number, begun) in enumerate(found):
            assert number == place
            assert begun <= place + 3
    assert given == list(range(8))


def test_groups_add_up_to_everyone() -> None:
    few = replace(JOB, programs=("liheap", "wic"))
    for part in parts_by(Serial(), few):
        (totals,) = part.totals
        for program in {program for program, _ in totals}:
            own = [count for (name, group), count in totals.items() if name == program and group]
            assert sum(own[1:], own[0]) == totals[program, ALL]


def test_a_changed_figure_is_counted_beside_the_one_that_stands() -> None:
    changed = Job(JOB.shared, JOB.city, ON, ("liheap",), ("liheap.limit_share=200%",))
    for part in parts_by(Serial(), changed):
        before, after = (totals["liheap", ALL] for totals in part.totals)
        assert before.asked == after.asked == part.households
        assert after.likely > before.likely
