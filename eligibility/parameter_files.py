"""Reads parameter files. Every wrong value is a finding with its line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from eligibility.documents import Node, Table, Text, plain, read_document
from eligibility.expressions.tree import PERIODS, UNITS, Type
from eligibility.money import cents, share
from eligibility.parameters import Parameter, Row, SizeTable, Source
from eligibility.ratio import Exact
from eligibility.reading import Reader

PARAMETER_KEYS = ("title", "unit", "period", "by", "values", "note")
ROW_KEYS = ("from", "label", "review_by", "source", "confidence", "value", "note")


def load_parameters(reader: Reader, folder: Path) -> dict[str, Parameter]:
    """All parameters in a folder's files, by id. Problems go to the reader."""
    found: dict[str, Parameter] = {}
    for path in sorted(folder.glob("*.yaml")):
        for parameter in parameters_of(reader, read_document(path)):
            if parameter.id in found:
                message = f'"{parameter.id}" is in another file too.'
                reader.add(parameter.place, "duplicate_key", message)
            found[parameter.id] = parameter
    return found


def parameters_of(reader: Reader, node: Node) -> list[Parameter]:
    """The parameters of one file."""
    table = reader.table(node, ("family", "sources", "parameters"), ("family", "parameters"))
    family = reader.text(table.entries.get("family"))
    sources: dict[str, Source] = {}
    if "sources" in table.entries:
        for name, entry in reader.named(table.entries["sources"]).items():
            sources[name] = read_source(reader, entry)
    parameters = reader.named(table.entries["parameters"]) if "parameters" in table.entries else {}
    return [
        _parameter(reader, family if name == "_" else f"{family}.{name}", entry, sources)
        for name, entry in parameters.items()
    ]


def read_source(reader: Reader, node: Node) -> Source:
    """A title and a link."""
    table = reader.table(node, ("title", "url"), ("title", "url"))
    url = reader.text(table.entries.get("url"))
    if url and not url.startswith(("https://", "http://")):
        reader.add(node.place, "url", "A link begins with https://.")
    return Source(reader.text(table.entries.get("title")), url)


def _parameter(
    reader: Reader, parameter_id: str, node: Node, sources: dict[str, Source]
) -> Parameter:
    table = reader.table(node, PARAMETER_KEYS, ("title", "unit", "values"))
    get = table.entries.get
    unit = reader.choice(get("unit"), UNITS, "number")
    period = reader.choice(get("period"), PERIODS, "") or None
    if period and unit != "money":
        reader.add(node.place, "unit", "Only money has a period.")
    by_size = reader.choice(get("by"), ("size",), "") == "size"
    rows = [_row(reader, row, unit, by_size, sources) for row in reader.items(get("values"))]
    kept = [row for row in rows if row is not None]
    for earlier, later in pairwise(kept):
        if later.since <= earlier.since:
            message = "Rows stand oldest first, each day once."
            reader.add(later.place, "order", message)
    if not rows:
        reader.add(node.place, "no_values", f'"{parameter_id}" has no values.')
    return Parameter(
        parameter_id,
        reader.text(get("title")),
        Type("number", unit, period),
        by_size,
        tuple(kept),
        node.place,
        _raw(table, sources),
    )


def _raw(table: Table, sources: dict[str, Source]) -> object:
    """The parameter as plain data, its sources written out, for the stored rule text."""
    raw = plain(table)
    used = {
        row["source"]
        for row in raw.get("values", [])
        if isinstance(row, dict) and isinstance(row.get("source"), str)
    }
    raw["sources"] = {name: sources[name].to_json() for name in sorted(used) if name in sources}
    return raw


def _row(
    reader: Reader, node: Node, unit: str, by_size: bool, sources: dict[str, Source]
) -> Row | None:
    table = reader.table(node, ROW_KEYS, ("from", "label", "source", "confidence", "value"))
    get = table.entries.get
    since = reader.day(get("from"))
    name = reader.text(get("source"))
    if name not in sources:
        reader.add(node.place, "source", f'"{name}" is not in this file\'s sources.')
    value = get("value")
    if since is None or value is None:
        return None
    unknown = isinstance(value, Text) and value.value == "unknown"
    return Row(
        since,
        reader.text(get("label")),
        reader.day(get("review_by")),
        sources.get(name, Source("", "")),
        reader.choice(get("confidence"), ("A", "B", "C"), "C"),
        None if unknown else _value(reader, value, unit, by_size),
        table.place,
    )


def _value(reader: Reader, node: Node, unit: str, by_size: bool) -> Exact | SizeTable:
    if not by_size:
        return _number(reader, node, unit)
    entries = dict(reader.named(node))
    extra = entries.pop("each_extra", None)
    if list(entries) != [str(size) for size in range(1, len(entries) + 1)] or not entries:
        message = "Sizes stand in order from 1, without gaps: {1: 100, 2: 200, each_extra: 50}."
        reader.add(node.place, "sizes", message)
        return SizeTable((0,), None)
    values = tuple(_number(reader, value, unit) for value in entries.values())
    return SizeTable(values, None if extra is None else _number(reader, extra, unit))


def _number(reader: Reader, node: Node, unit: str) -> Exact:
    text = reader.text(node)
    try:
        if unit == "money":
            return cents(text)
        if unit == "ratio":
            return share(text)
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
    except ValueError:
        pass
    wanted = {"money": "dollars like 198.99", "ratio": "a share like 20%"}
    message = f'"{text[:40]}" is not {wanted.get(unit, "a whole number")}.'
    reader.add(node.place, "value", message)
    return 0
