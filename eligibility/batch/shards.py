"""Parts of a population: already read, made up on the spot, or a Parquet partition to be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from eligibility.batch.made_up import made_up_city
from eligibility.batch.parquet_files import read_partition
from eligibility.batch.population import Population
from eligibility.facts import Vocabulary

PART = 25_000
"""Households in one part."""


class Shard(Protocol):
    """What a worker is sent. Cheap to send where the worker can fetch the rows itself."""

    def population(self, vocabulary: Vocabulary) -> Population: ...


@dataclass(frozen=True)
class Ready:
    """Rows that were read already."""

    rows: Population

    def population(self, vocabulary: Vocabulary) -> Population:
        return self.rows


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Homes of a made-up city."""

    households: int
    on: date
    seed: int
    first: int

    def population(self, vocabulary: Vocabulary) -> Population:
        return made_up_city(vocabulary, self.households, self.on, self.seed, self.first)


@dataclass(frozen=True, slots=True)
class Partition:
    """A folder with the Parquet files of some households."""

    folder: Path

    def population(self, vocabulary: Vocabulary) -> Population:
        return read_partition(self.folder, vocabulary)


def made_up_parts(households: int, on: date, seed: int, part: int = PART) -> Iterator[MadeUp]:
    """A made-up city in parts; how it is cut is part of what it is."""
    for first in range(0, households, part):
        yield MadeUp(min(part, households - first), on, seed, first)
