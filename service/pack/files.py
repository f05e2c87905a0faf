"""The files of a city's folder by name, each read once more for what only a whole pack shows."""

from __future__ import annotations

from pathlib import Path

from eligibility import RulesError
from eligibility.documents import Node, read_document


def document(path: Path) -> Node | None:
    """What a file holds; None where it cannot be read, which its own reader has said."""
    try:
        return read_document(path)
    except RulesError:
        return None
