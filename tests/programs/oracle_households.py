"""Forty of the made-up households that an independent model answered, with its answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.oracle.mapping import facts_of

__all__ = ["DATA", "facts_of", "load_households"]
DATA = Path(__file__).parent / "data" / "households.json"


def load_households(path: Path = DATA) -> list[dict[str, Any]]:
    """The stored households."""
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["households"]
    return rows
