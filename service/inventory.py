"""The data inventory: what each column holds, how it is kept, for how long; from the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from service.models.classes import ColumnClass, Retention, Sensitivity
from service.retention import AUDIT_KEPT, DELIVERIES_KEPT, DRAFTS_KEPT, FEEDBACK_KEPT
from service.schema import every_model
from service.sealed_columns import sealed_tables

if TYPE_CHECKING:
    from service.city import City

HEAD = """# Data inventory

Written by `threshold inventory`; do not edit. A test keeps it true to the tables.

"""
SENSITIVITIES = {
    Sensitivity.PUBLIC: "may be read by anyone",
    Sensitivity.INTERNAL: "names nobody by itself",
    Sensitivity.PERSONAL: "tells who somebody is or how to reach them",
    Sensitivity.SENSITIVE: "tells how somebody lives, or what they asked for",
    Sensitivity.SECRET: "lets somebody in",
}


def inventory(city: City) -> str:
    """The whole page, as Markdown."""
    parts = [HEAD, "## Classes\n\n", _table(("class", "meaning"), _classes())]
    parts += ["\n## How long\n\n", _table(("retention", "removed"), _retentions(city))]
    parts.append(
        "\nNothing is removed until the job has seen a whole day pass, hour by hour: a clock\n"
        "that jumped removes nothing. Every round leaves its counts in the audit log.\n"
    )
    for model in sorted(every_model(), key=_table_name):
        words = " ".join((model.__doc__ or "").split("\n\n")[0].split())
        parts += [f"\n## {_table_name(model)}\n\n{words}\n\n"]
        parts.append(_table(("column", "class", "kept as", "retention"), _columns(model)))
    return "".join(parts)


def column_class(model: Any, name: str) -> ColumnClass | None:
    """The class of a stored column; a reference to another table has that of its relation."""
    field = model._meta.fields_map[name]
    for holder in (field, getattr(field, "reference", None)):
        found = getattr(holder, "column_class", None)
        if isinstance(found, ColumnClass):
            return found
    return None


def _classes() -> Iterator[tuple[str, ...]]:
    for each, words in SENSITIVITIES.items():
        yield each.value, words


def _retentions(city: City) -> Iterator[tuple[str, ...]]:
    removed = {
        Retention.PERMANENT: "never: public, or figures that name nobody",
        Retention.CASE: f"{city.case_months} months after the last thing that happened to a closed"
        f" application (`retention` in city.yaml; {city.name}); an open one stays",
        Retention.DRAFT: f"{DRAFTS_KEPT.days} days after the last change, or when it is sent",
        Retention.SESSION: "when the session, link, lease or limit has ended",
        Retention.DELIVERY: f"{DELIVERIES_KEPT.days} days after it arrived; what needs a person's"
        " attention stays until it had it",
        Retention.ACCOUNT: "with the account, key or address, by a person's order",
        Retention.VOICE: "six months after the petition or question closed",
        Retention.BALLOT: "when the roll is reduced, before the trustees open the ballots",
        Retention.AUDIT: f"{AUDIT_KEPT.days // 365} years; the chain of hashes stays",
        Retention.FEEDBACK: f"{FEEDBACK_KEPT.days} days after it was given",
    }
    for each in Retention:
        yield each.value, removed[each]


def _columns(model: Any) -> Iterator[tuple[str, ...]]:
    for name, column in sorted(model._meta.fields_db_projection.items(), key=lambda each: each[1]):
        found = column_class(model, name)
        sensitivity = found.sensitivity.value if found else ""
        yield column, sensitivity, _kept_as(model, column), found.retention.value if found else ""


def _kept_as(model: Any, column: str) -> str:
    for table in sealed_tables():
        if table.table == _table_name(model) and column in (*table.columns, *table.text_columns):
            return "sealed"
    if column.endswith("_index") or column == "bucket":
        return "keyed hash"
    return "hash" if column.endswith("hash") else "plain"


def _table_name(model: Any) -> str:
    return str(model._meta.db_table)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
