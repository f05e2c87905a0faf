"""Sealing everything anew under the newest key, while the service runs.

Each row is changed only if it still is what was read, so a request that writes it meanwhile wins.
What is under the newest key already is left alone: a run that was cut off is simply run again.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from service import db
from service.actor import Actor
from service.audit import unit_of_work
from service.sealed_columns import INDEXED, IndexedColumn, SealedTable, sealed_tables
from service.security.blind_index import blind_index
from service.security.keyring import KEY_ID_BYTES, SealBroken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from service.security.keyring import Keyring

BATCH = 200


@dataclass(slots=True)
class RotationReport:
    """`changed` rows by table; `broken` says which values no key of the ring opens."""

    changed: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


async def rotate(keyring: Keyring, now: datetime) -> RotationReport:
    """Bring every sealed value and blind index under the newest key of the ring."""
    report = RotationReport()
    for table in sealed_tables():
        changed = 0
        after: object = None
        while rows := await _next_rows(table, after):
            for row in rows:
                changed += await _renew(keyring, table, row, report)
            after = rows[-1][table.key]
        if changed:
            report.changed[table.table] = changed
    async with unit_of_work(Actor.SYSTEM, "keys.rotated", keyring.newest_id.hex(), now) as work:
        work.detail = {"changed": report.changed, "broken": len(report.broken)}
    return report


async def _next_rows(table: SealedTable, after: object) -> list[db.Row]:
    indexes = [each.column for each in INDEXED if each.table == table.table]
    columns = (table.key, *table.columns, *table.text_columns, *indexes)
    key = db.identifier(table.key)
    where = "" if after is None else f"where {key} > ? "
    params = () if after is None else (after,)
    return await db.fetch(
        f"select {db.identifiers(columns)} from {db.identifier(table.table)}"
        f" {where}order by {key} limit {BATCH}",
        *params,
    )


async def _renew(
    keyring: Keyring, table: SealedTable, row: Mapping[str, Any], report: RotationReport
) -> int:
    """Write what is not under the newest key; 1 when the row was changed."""
    changes: dict[str, object] = {}
    opened: dict[str, bytes] = {}
    for column in (*table.columns, *table.text_columns):
        stored = row[column]
        if stored is None:
            continue
        place = {"table": table.table, "column": column, "row_id": str(row[table.key])}
        is_text = column in table.text_columns
        sealed = base64.b64decode(stored) if is_text else bytes(stored)
        try:
            opened[column] = keyring.open(sealed, **place)
        except SealBroken as broken:
            report.broken.append(str(broken))
            continue
        if sealed[1 : 1 + KEY_ID_BYTES] != keyring.newest_id:
            again = keyring.seal(opened[column], **place)
            changes[column] = base64.b64encode(again).decode() if is_text else again
    for index in INDEXED:
        if index.table == table.table and index.source in opened:
            changes |= _renewed_index(keyring, index, row, opened[index.source])
    return await _write(table, row, changes) if changes else 0


def _renewed_index(
    keyring: Keyring, index: IndexedColumn, row: Mapping[str, Any], source: bytes
) -> dict[str, object]:
    words = index.words(source)
    if words is None or row[index.column] is None:
        return {}
    made = blind_index(keyring, index.purpose, words)
    return {} if made == row[index.column] else {index.column: made}


async def _write(table: SealedTable, row: Mapping[str, Any], changes: Mapping[str, object]) -> int:
    sets = db.identifiers(changes, " = ?")
    guards = db.identifiers(changes, " = ?", " and ")
    return await db.execute(
        f"update {db.identifier(table.table)} set {sets}"
        f" where {db.identifier(table.key)} = ? and {guards}",
        *changes.values(),
        row[table.key],
        *(row[column] for column in changes),
    )
