"""How many people live in each area, as a city's own population.csv says, with source and year."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = "population.csv"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Population:
    """People by area. Empty where a city supplies none: then nothing is compared."""

    people: Mapping[str, int]
    year: int = 0
    source: str = ""


@lru_cache(4)
def load_population(folder: Path) -> Population:
    """The rows whose dimension is `area`."""
    path = folder / FILE
    if not path.is_file():
        return Population({})
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["dimension"] == "area"]
    people = {row["group"]: int(row["people"]) for row in rows if row["group"] != ALL}
    return Population(people, int(rows[0]["year"]), rows[0]["source"]) if rows else Population({})
