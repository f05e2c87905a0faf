"""How many people live in each area, as a city's own population.csv says, with source and year."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from eligibility.documents import Place
from eligibility.findings import Finding

FILE = "population.csv"
ENCODING = "utf-8-sig"  # spreadsheets put a mark before the first letter
ALL = "all"


@dataclass(frozen=True, slots=True)
class Population:
    """People by area, and what part of them speaks which language at home. Empty where a city
    supplies none: then nothing is compared."""

    people: Mapping[str, int]
    year: int = 0
    source: str = ""
    languages: Mapping[str, float] = field(default_factory=dict)
    languages_year: int = 0
    languages_source: str = ""


COLUMNS = {"area": ("people", int), "home_language": ("share", float)}
"""The dimensions that pages show, with the column that holds their figure."""


@lru_cache(4)
def load_population(folder: Path) -> Population:
    """The rows of the dimensions `area` and `home_language`."""
    path = folder / FILE
    if not path.is_file():
        return Population({})
    with path.open(encoding=ENCODING, newline="") as file:
        every = list(csv.DictReader(file))
    areas = [row for row in every if row["dimension"] == "area"]
    spoken = [row for row in every if row["dimension"] == "home_language"]
    return Population(
        {row["group"]: int(row["people"]) for row in areas if row["group"] != ALL},
        *_year_and_source(areas),
        {row["group"]: float(row["share"]) for row in spoken},
        *_year_and_source(spoken),
    )


def wrong_rows(folder: Path) -> Iterator[Finding]:
    """Rows of the file that no page could show, each by its line."""
    path = folder / FILE
    if not path.is_file():
        return
    try:
        with path.open(encoding=ENCODING, newline="") as file:
            yield from _wrong(csv.DictReader(file), path)
    except UnicodeDecodeError:
        yield Place(str(path), 1, 1).finding("population", "This is no UTF-8 text.")


def _wrong(rows: csv.DictReader[str], path: Path) -> Iterator[Finding]:
    for row in rows:
        column, kind = COLUMNS.get(row.get("dimension") or "", ("year", int))
        try:
            row["dimension"], kind(row[column]), int(row["year"]), row["group"], row["source"]
        except (KeyError, TypeError, ValueError):
            message = f"A row needs dimension, group, {column}, year and source; figures in digits."
            yield Place(str(path), rows.line_num, 1).finding("population", message)


def _year_and_source(rows: Sequence[Mapping[str, str]]) -> tuple[int, str]:
    """Of the first row: the others have the same."""
    return (int(rows[0]["year"]), rows[0]["source"]) if rows else (0, "")
