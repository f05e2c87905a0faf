"""What a simulation found: a table for the terminal, JSON, CSV files and a chart."""

from __future__ import annotations

import csv
import io
import json
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from eligibility.batch.chart import Bar, chart
from eligibility.batch.job import Job, Part, header
from eligibility.batch.totals import ALL, Count, Totals, added
from eligibility.rulebook import Rulebook

HEAD = ("program", "asked", "likely", "unclear", "unlikely", "amount")
COLUMNS = (
    "program",
    "unit",
    "group",
    "figures",
    "asked",
    "likely",
    "unclear",
    "unlikely",
    "low",
    "high",
    "open",
    "period",
)
AS_THEY_STAND, CHANGED = "now", "changed"


class Report:
    """Totals of all parts so far, and what they took."""

    def __init__(self, rules: Rulebook, job: Job, made_up: bool) -> None:
        self.rules = rules
        self.job = job
        self.made_up = made_up
        self.households = self.people = self.scalar = 0
        self.totals: tuple[Totals, ...] = ()
        self._began = time.perf_counter()
        self.seconds = 0.0

    @property
    def programs(self) -> tuple[str, ...]:
        return self.job.programs or tuple(self.rules.programs)

    def add(self, part: Part) -> None:
        self.households += part.households
        self.people += part.people
        self.scalar += part.scalar
        known = self.totals or tuple({} for _ in part.totals)
        self.totals = tuple(
            added(one, other) for one, other in zip(known, part.totals, strict=True)
        )
        self.seconds = time.perf_counter() - self._began

    def _rows(self) -> Iterator[tuple[str, str, list[Count]]]:
        """Program, group and its count as the figures stand and, if changed, with those."""
        groups = sorted({group for totals in self.totals for _, group in totals}, key=_in_order)
        for program in self.programs:
            for group in groups:
                counts = [totals.get((program, group), Count()) for totals in self.totals]
                yield program, group, counts

    def table(self) -> str:
        """The totals in columns; with changed figures, before and after."""
        whose = "made-up households (nobody in them exists)" if self.made_up else "households"
        lines = [f"{self.households:,} {whose}, {self.people:,} people, on {self.job.on}"]
        if self.job.settings:
            lines.append(f"changed: {', '.join(self.job.settings)}; before -> after")
        rows = [HEAD, *self._table_rows()]
        widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
        for row in rows:
            first, *others = row
            cells = [
                cell.rjust(width) for cell, width in zip(others[:-1], widths[1:-1], strict=True)
            ]
            lines.append("  ".join([first.ljust(widths[0]), *cells, others[-1]]).rstrip())
        lines.append("asked: households, or the people a program can be for at all")
        lines.append(f"{self.seconds:.2f} s; {self.scalar:,} rows one by one")
        return "\n".join(lines) + "\n"

    def _table_rows(self) -> Iterator[tuple[str, ...]]:
        for program, group, counts in self._rows():
            name = program if group == ALL else f"  {group}"
            figures = [
                _arrow([f"{getattr(count, what):,}" for count in counts])
                for what in ("asked", "likely", "unclear", "unlikely")
            ]
            yield name, *figures, _arrow([self._money(program, count) for count in counts])

    def _money(self, program: str, count: Count) -> str:
        amount = self.rules.programs[program].amount
        if amount is None or not count.likely:
            return ""
        low, high = (f"{cents // 100:,}" for cents in (count.low, count.high))
        span = low if low == high else f"{low} to {high}"
        more = f", {count.open:,} open" if count.open else ""
        return f"${span} a {amount.period or 'time'}{more}"

    def as_json(self) -> str:
        """The totals, amounts in cents, as one JSON object on one line."""
        return (
            json.dumps(
                {
                    "on": self.job.on.isoformat(),
                    "made_up": self.made_up,
                    "households": self.households,
                    "people": self.people,
                    "changed": list(self.job.settings),
                    "one_by_one": self.scalar,
                    "seconds": round(self.seconds, 3),
                    "cpu_seconds": round(_cpu_seconds(), 3),
                    "totals": list(self._flat()),
                }
            )
            + "\n"
        )

    def _flat(self) -> Iterator[dict[str, Any]]:
        for program, group, counts in self._rows():
            known = self.rules.programs[program]
            for count, figures in zip(counts, (AS_THEY_STAND, CHANGED), strict=False):
                values: Sequence[Any] = (
                    program,
                    known.unit,
                    group or None,
                    figures,
                    count.asked,
                    count.likely,
                    count.unclear,
                    count.unlikely,
                    *((count.low, count.high, count.open) if known.amount else (None,) * 3),
                    known.amount.period if known.amount else None,
                )
                yield dict(zip(COLUMNS, values, strict=True))

    def write(self, folder: Path) -> None:
        """`totals.csv` and `chart.svg`."""
        folder.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self._flat())
        (folder / "totals.csv").write_text(text.getvalue(), encoding="utf-8")
        (folder / "chart.svg").write_text(self.chart(), encoding="utf-8")

    def chart(self) -> str:
        bars = []
        for program, group, counts in self._rows():
            if group == ALL and counts:
                last = counts[-1]
                before = counts[0].likely if len(counts) > 1 else None
                bars.append(Bar(program, last.asked, last.likely, last.unclear, before))
        made_up = "made-up " if self.made_up else ""
        note = f"{self.households:,} {made_up}households on {self.job.on}. Only agencies decide."
        if self.job.settings:
            note += f" Changed: {', '.join(self.job.settings)}."
        return chart("Who may get what", note, bars)


def _arrow(texts: list[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else " -> ".join(texts)


def _in_order(group: str) -> tuple[int, int, str]:
    """Everyone first, then numbers by size, then words."""
    if group == ALL:
        return 0, 0, ""
    return (1, int(group), "") if group.isdecimal() else (2, 0, group)


def _cpu_seconds() -> float:
    """Processor time of this process and of those it waited for."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, who))


class RowFiles:
    """`households.csv` and `people.csv`, part after part, if rows were asked for."""

    NAMES = {"household": "households.csv", "person": "people.csv"}

    def __init__(self, folder: Path | None, report: Report, wanted: bool) -> None:
        self.folder = folder if wanted else None
        self.report = report
        self._files: list[IO[str]] = []

    def __enter__(self) -> RowFiles:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            for unit, name in self.NAMES.items():
                file = (self.folder / name).open("w", encoding="utf-8")
                self._files.append(file)
                columns = header(self.report.rules, self.report.programs, unit)
                file.write(",".join(columns) + "\n")
        return self

    def add(self, part: Part) -> None:
        for file, text in zip(self._files, (part.home_rows, part.people_rows), strict=False):
            file.write(text)

    def __exit__(self, *given: object) -> None:
        for file in self._files:
            file.close()
