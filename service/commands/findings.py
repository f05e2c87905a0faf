"""How a check of published files tells what does not fit."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from petitions.protocol.findings import Finding

# Of one kind and for reading: a list that was cut in half has thousands.
MOST_TOLD = 10


def in_words(findings: Sequence[Finding]) -> Iterator[str]:
    """A line each, the leaf under it."""
    for code, alike in groupby(findings, key=lambda one: one.code):
        those = list(alike)
        for one in those[:MOST_TOLD]:
            yield f"{code}: {one.text}" + (f"\n  {one.leaf}" if one.leaf else "")
        if len(those) > MOST_TOLD:
            yield f"{code}: {len(those) - MOST_TOLD:,} more of these. --json prints all."
