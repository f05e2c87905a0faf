"""Where sealed values and blind indexes stand, told from the models."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tortoise.fields import BinaryField

from service.schema import every_model
from service.security.blind_index import normal_mail, normal_name, normal_phone

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bytes that are hashes, or sealed to the trustees of a vote: no key of the ring opens them.
PLAIN_BYTES = frozenset(
    {("audit_chain", "previous"), ("audit_chain", "hash"), ("voice_box", "sealed")}
)
# Sealed values that stand as base64 in a text column.
SEALED_TEXT = frozenset({("staff_accounts", "password_hash"), ("applications", "secret_hash")})


@dataclass(frozen=True, slots=True)
class SealedTable:
    """One table's sealed columns; `key` is its primary key, the row id they are bound to."""

    table: str
    key: str
    columns: tuple[str, ...]
    text_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """A blind index, and the words in a sealed column of the same row that it is made of."""

    table: str
    column: str
    purpose: str
    source: str
    words: Callable[[bytes], str | None]


def sealed_tables() -> Iterator[SealedTable]:
    for model in every_model():
        meta: Any = model._meta
        table = meta.db_table
        columns = tuple(
            column
            for name, column in meta.fields_db_projection.items()
            if isinstance(meta.fields_map[name], BinaryField) and (table, column) not in PLAIN_BYTES
        )
        text = tuple(column for owner, column in sorted(SEALED_TEXT) if owner == table)
        if columns or text:
            yield SealedTable(
                table, meta.fields_map[meta.pk_attr].source_field or meta.pk_attr, columns, text
            )


def _contact_mail(contact: bytes) -> str | None:
    return _if_any(normal_mail(_text(json.loads(contact), "mail")))


def _contact_phone(contact: bytes) -> str | None:
    return _if_any(normal_phone(_text(json.loads(contact), "phone")))


def _granted_name(granted: bytes) -> str | None:
    contact = json.loads(granted).get("contact") or {}
    return _if_any(normal_name(_text(contact, "name")))


def _plain(words: bytes) -> str | None:
    return words.decode()


def _mail(words: bytes) -> str | None:
    return normal_mail(words.decode())


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _if_any(words: str) -> str | None:
    return words or None


INDEXED = (
    IndexedColumn("applications", "mail_index", "mail", "contact", _contact_mail),
    IndexedColumn("applications", "phone_index", "phone", "contact", _contact_phone),
    IndexedColumn("applications", "reference_index", "reference", "reference", _plain),
    IndexedColumn("referrals", "applicant_index", "name", "granted", _granted_name),
    IndexedColumn("staff_accounts", "mail_index", "mail", "mail", _mail),
)
