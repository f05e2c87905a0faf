"""Parquet partitions: the same three tables as in CSV, typed. Needs pyarrow, an optional extra."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from eligibility.batch.assemble import assemble
from eligibility.batch.cells import Coded, TableErrors
from eligibility.batch.population import Population
from eligibility.batch.text_tables import TextTable
from eligibility.facts import Vocabulary

NAMES = {
    "household": "households.parquet",
    "person": "people.parquet",
    "income": "incomes.parquet",
}


def partitions(folder: Path) -> list[Path]:
    """The folder itself where it holds the files, else those inside it that do, by name."""
    if (folder / NAMES["household"]).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{NAMES['household']}"))


def read_partition(folder: Path, vocabulary: Vocabulary) -> Population:
    """The households of one partition. Raises TableErrors."""
    tables = {entity: _table(folder / name, entity) for entity, name in NAMES.items()}
    return assemble(tables, vocabulary)


def _table(path: Path, entity: str) -> TextTable:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        problem = "Parquet needs pyarrow: pip install threshold[parquet]. CSV needs nothing."
        raise TableErrors([problem]) from None
    if entity == "income" and not path.exists():
        return TextTable(path.name, {name: Coded.of([]) for name in ("household", "person")}, 1)
    try:
        read = parquet.read_table(path)
    except (OSError, ArrowException) as error:
        raise TableErrors([f"{path} cannot be read: {error}."]) from None
    return TextTable(str(path), {name: _coded(read.column(name)) for name in read.column_names}, 1)


def _coded(column: Any) -> Coded:
    """A column in the words of the CSV layout, each distinct value written once."""
    from pyarrow import types

    if types.is_list(column.type) or types.is_large_list(column.type):
        return Coded.of([_text(value) for value in column.to_pylist()])
    encoded = column.combine_chunks().dictionary_encode()
    words = [_text(value) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return Coded(codes.astype(np.int64), [*words, ""])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " ".join(map(_text, value)) if value else "none"
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def write_partition(folder: Path, tables: dict[str, dict[str, list[Any]]]) -> None:
    """Write the tables of one partition, each column with the type of its values."""
    from pyarrow import parquet, table

    folder.mkdir(parents=True, exist_ok=True)
    for entity, columns in tables.items():
        parquet.write_table(table(columns), folder / NAMES[entity])
