"""How many people live in each area, as a city's own population.csv says, with source and year."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

FILE = "population.csv"
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


@lru_cache(4)
def load_population(folder: Path) -> Population:
    """The rows of the dimensions `area` and `home_language`."""
    path = folder / FILE
    if not path.is_file():
        return Population({})
    with path.open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))
    areas = [row for row in every if row["dimension"] == "area"]
    spoken = [row for row in every if row["dimension"] == "home_language"]
    return Population(
        {row["group"]: int(row["people"]) for row in areas if row["group"] != ALL},
        *_year_and_source(areas),
        {row["group"]: float(row["share"]) for row in spoken},
        *_year_and_source(spoken),
    )


def _year_and_source(rows: Sequence[Mapping[str, str]]) -> tuple[int, str]:
    """Of the first row: the others have the same."""
    return (int(rows[0]["year"]), rows[0]["source"]) if rows else (0, "")
