"""Two rows in every table, sealed where the columns are, made from the models alone."""

from __future__ import annotations

import base64
import json
from datetime import date, datetime, timedelta
from typing import Any

from tortoise import fields

from service import db
from service.backup import every_table
from service.ids import time_ordered_id
from service.schema import every_model
from service.sealed_columns import INDEXED, sealed_tables
from service.security.blind_index import blind_index
from service.security.keyring import Keyring
from tests.support.clock import START

CONTACT = {"name": "Ana Díaz", "mail": "Ana@Example.org", "phone": "206-555-0199"}
SEALED: dict[tuple[str, str], bytes] = {
    ("applications", "contact"): json.dumps(CONTACT).encode(),
    ("applications", "reference"): b"7K4M2QX9C",
    ("referrals", "granted"): json.dumps({"contact": CONTACT}).encode(),
    ("staff_accounts", "mail"): b"worker@example.org",
}
TEXTS = {("applications", "state"): "submitted", ("outbox", "state"): "sent"}
# Rows of these are found by what they hold, and their unique index allows one.
ONE_ROW = {"applications", "staff_accounts"}


async def fill_every_table(keyring: Keyring) -> dict[str, int]:
    """Insert them; says how many rows each table has now."""
    made: dict[Any, list[Any]] = {}
    for model in _in_order():
        count = 1 if model._meta.db_table in ONE_ROW else 2
        made[model] = [await _insert(model, number, made, keyring) for number in range(count)]
    return {model._meta.db_table: len(keys) for model, keys in made.items()}


async def stored(model: Any, **values: Any) -> Any:
    """One row made from a model's own defaults and these values; gives the model's object."""
    every_model()
    made = model(**values)
    row = {column: getattr(made, name) for name, column in model._meta.fields_db_projection.items()}
    await _write(model._meta.db_table, row)
    return made


async def every_row() -> dict[str, list[db.Row]]:
    """All tables, in a fixed order, to be compared."""
    return {
        model._meta.db_table: sorted(
            await db.fetch(f"select * from {model._meta.db_table}"),
            key=lambda row: str(next(iter(row.values()))),
        )
        for model in every_model()
    }


def _in_order() -> list[Any]:
    by_table = {model._meta.db_table: model for model in every_model()}
    kept = [by_table[table.name] for table in every_table()]
    return [*kept, *(model for model in by_table.values() if model not in kept)]


async def _insert(model: Any, number: int, made: dict[Any, list[Any]], keyring: Keyring) -> Any:
    meta = model._meta
    table = meta.db_table
    sealed = {each.table: each for each in sealed_tables()}.get(table)
    row: dict[str, Any] = {}
    for name, column in meta.fields_db_projection.items():
        row[column] = _value(meta.fields_map[name], table, column, number)
    for name in meta.fk_fields | meta.o2o_fields:
        field = meta.fields_map[name]
        keys = made[field.related_model]
        row[field.source_field] = keys[number % len(keys)]
    key = row[meta.pk_attr]
    for column in sealed.columns if sealed else ():
        words = SEALED.get((table, column), f"{table}.{column} {number}".encode())
        row[column] = keyring.seal(words, table=table, column=column, row_id=key)
    for column in sealed.text_columns if sealed else ():
        hidden = keyring.seal(b"a hash", table=table, column=column, row_id=key)
        row[column] = base64.b64encode(hidden).decode()
    for index in INDEXED:
        if index.table == table:
            words_of = index.words(SEALED[table, index.source])
            assert words_of is not None
            row[index.column] = blind_index(keyring, index.purpose, words_of)
    await _write(table, row)
    return key


async def _write(table: str, row: dict[str, Any]) -> None:
    columns = ", ".join(f'"{column}"' for column in row)
    await db.execute(
        f'insert into "{table}" ({columns}) values ({db.marks(list(row))})', *row.values()
    )


def _value(field: Any, table: str, column: str, number: int) -> Any:
    values: list[tuple[type[Any], Any]] = [
        (fields.UUIDField, time_ordered_id()),
        (fields.DatetimeField, _moment(number)),
        (fields.DateField, date(2026, 11, 22) + timedelta(days=number)),
        (fields.BinaryField, bytes(32)),
        (fields.BooleanField, bool(number % 2)),
        (fields.BigIntField, number + 1),
        (fields.IntField, number + 1),
    ]
    for kind, value in values:
        if isinstance(field, kind):
            return value
    text = TEXTS.get((table, column), f"{column} {number}")
    return text[: getattr(field, "max_length", None) or 100]


def _moment(number: int) -> datetime:
    return START + timedelta(seconds=number, microseconds=number)
