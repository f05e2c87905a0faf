"""Which indexes a database has, and which the models say it must have."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tortoise import Tortoise

from service import db, models

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTGRES_INDEXES = """
select c.relname as "table", i.indisunique as is_unique,
       array_agg(a.attname::text order by k.position) as columns
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
cross join lateral unnest(i.indkey) with ordinality as k(number, position)
join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
where not i.indisprimary
group by i.indexrelid, c.relname, i.indisunique
"""
SQLITE_INDEXES = """
select m.name as "table", l."unique" as is_unique, i.name as "column", l.name as "index"
from sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
where m.type = 'table' and l.origin <> 'pk' order by l.name, i.seqno
"""


@dataclass(frozen=True, slots=True, order=True)
class IndexShape:
    """An index by what it does, whatever its name; primary keys are left out."""

    table: str
    columns: tuple[str, ...]
    unique: bool

    def create_sql(self) -> str:
        kind = "unique index" if self.unique else "index"
        prefix = "uid" if self.unique else "idx"
        name = f"{prefix}_{self.table}_{'_'.join(self.columns)}"[:60]
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return f'create {kind} if not exists "{name}" on "{self.table}" ({columns})'


async def present_indexes() -> frozenset[IndexShape]:
    """What the open database has for our tables."""
    ours = {model._meta.db_table for model in every_model()}
    if db.dialect() == "postgres":
        found = [
            IndexShape(row["table"], tuple(row["columns"]), row["is_unique"])
            for row in await db.fetch(POSTGRES_INDEXES)
        ]
    else:
        columns: dict[tuple[str, bool, str], list[str]] = {}
        for row in await db.fetch(SQLITE_INDEXES):
            key = (row["table"], bool(row["is_unique"]), row["index"])
            columns.setdefault(key, []).append(row["column"])
        found = [IndexShape(table, tuple(of), unique) for (table, unique, _), of in columns.items()]
    return frozenset(shape for shape in found if shape.table in ours)


def wanted_indexes() -> frozenset[IndexShape]:
    """What the models declare."""
    return frozenset(shape for model in every_model() for shape in _declared(model))


@cache
def every_model() -> tuple[Any, ...]:
    """All models, with what their relations stand for filled in."""
    Tortoise.init_models([models], db.APP)
    return tuple(getattr(models, name) for name in models.__all__)


def _declared(model: Any) -> Iterator[IndexShape]:
    meta = model._meta
    table = meta.db_table

    def columns(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(meta.fields_db_projection[_stored_name(meta, name)] for name in names)

    for name in meta.fields_db_projection:
        field = meta.fields_map[name]
        if not field.pk and (field.unique or field.index):
            yield IndexShape(table, columns((name,)), unique=bool(field.unique))
    for together in meta.unique_together:
        yield IndexShape(table, columns(tuple(together)), unique=True)
    for index in meta.indexes:
        yield IndexShape(table, columns(tuple(getattr(index, "fields", index))), unique=False)


def _stored_name(meta: Any, name: str) -> str:
    """`referral` stands for the stored `referral_id`."""
    if name in meta.fields_db_projection:
        return name
    return str(meta.fields_map[name].source_field)
