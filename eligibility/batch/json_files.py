"""Households as JSON Lines in the contract's form, in parts; and a population as CSV again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from eligibility.batch.cells import TableErrors
from eligibility.batch.csv_files import NAMES
from eligibility.batch.from_households import population_of
from eligibility.batch.population import Population
from eligibility.batch.to_facts import FactsWriter
from eligibility.batch.to_rows import header, rows_of
from eligibility.facts import Vocabulary
from eligibility.household import FactErrors, Household


def read_lines(
    path: Path, vocabulary: Vocabulary, part: int, parse: Callable[[str], Any]
) -> Iterator[Population]:
    """One household a line. Raises TableErrors that names line and fact."""
    try:
        with path.open(encoding="utf-8") as lines:
            numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
            while rows := list(islice(numbered, part)):
                households = [_household(path, *row, vocabulary, parse) for row in rows]
                yield population_of(households, vocabulary, [str(number) for number, _ in rows])
    except OSError as error:
        raise TableErrors([f"{path} cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError:
        raise TableErrors([f"{path} is not UTF-8 text."]) from None


def _household(
    path: Path, number: int, line: str, vocabulary: Vocabulary, parse: Callable[[str], Any]
) -> Household:
    try:
        return Household.from_facts(parse(line), vocabulary)
    except FactErrors as error:
        shown = [f"{path}, row {number}, {at or '/'}: {text}" for at, _, text in error.errors]
        raise TableErrors(shown) from None
    except ValueError as error:
        raise TableErrors([f"{path}, row {number} is not JSON: {error}."]) from None


class CsvFolder:
    """Writes populations, one after another, as the three CSV files."""

    def __init__(self, folder: Path, vocabulary: Vocabulary, each_benefit: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.vocabulary = vocabulary
        self._files = {
            entity: (folder / name).open("w", newline="", encoding="utf-8")
            for entity, name in NAMES.items()
        }
        self._writers = {
            entity: csv.DictWriter(
                file, header(entity, vocabulary, each_benefit), lineterminator="\n"
            )
            for entity, file in self._files.items()
        }
        for writer in self._writers.values():
            writer.writeheader()

    def add(self, population: Population) -> None:
        writer = FactsWriter(population, self.vocabulary)
        for row, household in enumerate(population.ids.tolist()):
            for entity, told in rows_of(household, writer.facts(row)):
                self._writers[entity].writerow(told)

    def close(self) -> None:
        for file in self._files.values():
            file.close()
