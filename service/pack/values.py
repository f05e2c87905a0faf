"""Values that several files of a city's folder hold: ids, links and phone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eligibility.documents import Node
    from eligibility.reading import Reader

ID = re.compile(r"[a-z][a-z0-9_]*")
LINK = re.compile(r"https?://[^\s/]+\.[^\s]+")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call. `demonstration`: nobody answers it, and the page says so."""

    number: str
    demonstration: bool = False


def read_phone(reader: Reader, node: Node | None) -> Phone | None:
    if node is None:
        return None
    get = reader.table(node, ("number", "demonstration"), ("number",)).entries.get
    return Phone(reader.text(get("number")), reader.flag(get("demonstration")))


def read_id(reader: Reader, node: Node | None) -> str:
    """An id, which stands in addresses, in keys and in the names of files."""
    value = reader.text(node)
    if node is not None and not ID.fullmatch(value):
        reader.add(node.place, "id", "An id is small letters, digits and underscores.")
    return value


def read_link(reader: Reader, node: Node | None, default: str = "") -> str:
    """The address of a page, whole: a browser takes www.example.org for a page of our own."""
    value = reader.text(node, default)
    if node is not None and not LINK.fullmatch(value):
        message = f'"{value[:40]}" is not a link. It begins with https://.'
        reader.add(node.place, "url", message)
    return value
