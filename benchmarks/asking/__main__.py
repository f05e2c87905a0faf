"""`python -m benchmarks.asking`: pages asked, beside what separate forms would have asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from os import cpu_count

from benchmarks.asking.households import residents
from benchmarks.asking.measure import City, Sent, measured, median, tenths

RESIDENTS = 1000
MANY = 5
AIM_MANY, AIM_TWO, AIM_ALONE, AIM_MS = 0.30, 0.60, 1.00, 20.0
LINE = "{:<34} {:>9} {:>8} {:>6} {:>6} {:>6} {:>6} {:>8} {:>6}"
HEADINGS = (
    "programs sent", "residents", "planned", "p10", "p90", "fixed", "least", "separate", "aim",
)  # fmt: skip
NOTES = """\
planned: with the planner, median and the ends of the distribution; fixed: the same order, with
nothing left out; least: what the agencies of the programs sent must be told anyway, asked by who
knows beforehand which those are; separate: pages of the separate forms."""
MORE_LINE = "{:<34} {:>9} {:>8} {:>8} {:>10} {:>8} {:>8}"
MORE = ("programs sent", "residents", "pages", "behind", "questions", "parts", "alike")
MORE_NOTES = """\
behind: pages with those that come behind the questions, 3 here and 2 for each separate form;
questions: so that several on one page count as several; parts: single boxes and fields;
alike: pages, where each separate form is laid out on pages as ours is, with nothing left out."""


@cache
def city() -> City:
    """The city of this process."""
    return City()


def one(numbered: tuple[int, dict[str, object]]) -> Sent:
    """One resident, in a process of its own."""
    return measured(city(), *numbered)


def run(count: int, processes: int) -> list[Sent]:
    """Every resident, in order."""
    numbered = list(enumerate(residents(count)))
    if processes == 1:
        return [one(each) for each in numbered]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(one, numbered, chunksize=20))


def lines(found: list[Sent]) -> Iterable[str]:
    """The table."""
    yield "Pages answered, in percent of the separate forms of the programs sent (medians)"
    yield LINE.format(*HEADINGS)
    for number in range(1, max(each.programs for each in found) + 1):
        yield row(str(number), [each for each in found if each.programs == number])
    two = [each for each in found if each.programs == 2]
    yield row("five or more", [each for each in found if each.programs >= MANY], AIM_MANY)
    yield row("two", two, AIM_TWO)
    yield row("two, wanting everything that fits", [each for each in two if each.everything])
    yield row("two, wanting some kinds of help", [each for each in two if not each.everything])
    alone = [each.alone for each in found if each.alone is not None]
    shown = (percent(each) for each in (median(alone), *ends(alone)))
    yield LINE.format("just this one", len(alone), *shown, "", "", "", percent(AIM_ALONE))
    yield from more_lines(found)
    asked = sum(each.fixed.pages for each in found)
    saved = (asked - sum(each.planned.pages for each in found)) / asked
    yield f"The planner leaves out {saved:.1%} of the pages that the fixed order asks."
    yield f"Facts asked twice: {sum(each.twice for each in found)}."
    times = sorted(took * 1000 for each in found for took in each.times)
    usual, most = times[len(times) // 2], times[int(len(times) * 0.99)]
    yield f"Next question: {usual:.1f} ms of CPU, 99 in 100 under {most:.1f} (aim {AIM_MS:.0f})."
    yield NOTES


def more_lines(found: list[Sent]) -> Iterable[str]:
    """The same in other measures, so that fewer pages are not only fuller pages."""
    yield "Planned, in percent of the separate forms (medians)"
    yield MORE_LINE.format(*MORE)
    many = [each for each in found if each.programs >= MANY]
    for name, some in (("five or more", many), ("two", [x for x in found if x.programs == 2])):
        shares = (median(column) for column in zip(*(each.shares() for each in some), strict=True))
        yield MORE_LINE.format(name, len(some), *(percent(each) for each in shares))
    yield MORE_NOTES


def row(name: str, some: list[Sent], aim: float | None = None) -> str:
    """One line: medians, and the ends of the distribution."""
    shares = [each.share(each.planned) for each in some]
    return LINE.format(
        name,
        len(some),
        percent(median(shares)),
        *(percent(each) for each in ends(shares)),
        percent(median(each.share(each.fixed) for each in some)),
        percent(median(each.share(each.least) for each in some)),
        round(median(float(each.separate.pages) for each in some)),
        percent(aim) if aim else "",
    )


def ends(shares: list[float]) -> tuple[float, float]:
    """The 10th and the 90th of a hundred."""
    low, _middle, high = tenths(shares) or (0.0, 0.0, 0.0)
    return low, high


def percent(share: float) -> str:
    return f"{share:.1%}"


def main() -> int:
    """Always 0: missed aims are told, not punished."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking", description=__doc__)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--processes", type=int, default=cpu_count() or 1)
    arguments = parser.parse_args()
    found = run(arguments.residents, arguments.processes)
    sys.stdout.write("\n".join(lines(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
