"""Whether a stored document has the shape of a draft, on which all of the form relies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any


def misshapen(document: Mapping[str, Json]) -> str | None:
    """The first part that is not what a draft keeps there; None where all are."""
    return next((part for part, value in document.items() if not SHAPES[part](value)), None)


def _is_map(value: Json) -> bool:
    return isinstance(value, Mapping)


def _is_text_or_nothing(value: Json) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_named(value: Json) -> bool:
    """Things with an id each, as people and their incomes are."""
    return isinstance(value, list) and all(
        _is_map(each) and isinstance(each.get("id"), str) for each in value
    )


def _are_facts(value: Json) -> bool:
    if not _is_map(value) or not _is_map(value.get("household")):
        return False
    people = value.get("people")
    if not people or not _are_named(people):
        return False
    told = [person["incomes"] for person in people if "incomes" in person]
    return all(_are_named(incomes) or _is_map(incomes) for incomes in told)


def _are_counts(value: Json) -> bool:
    return _is_map(value) and all(type(value.get(name)) is int for name in ("people", "incomes"))


SHAPES: Mapping[str, Callable[[Json], bool]] = {
    "facts": _are_facts,
    "typed": lambda value: _is_map(value) and all(map(_is_map, value.values())),
    "asked": lambda value: _is_map(value) and _are_texts(list(value.values())),
    "wanted": lambda value: value is None or _are_texts(value),
    "chosen": _are_texts,
    "only": _is_text_or_nothing,
    "contact": _is_map,
    "made": _are_counts,
    "told_before": _are_texts,
}
