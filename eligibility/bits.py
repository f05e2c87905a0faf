"""Sets of answers as the bits of a number."""

from __future__ import annotations

from collections.abc import Iterator


def each_bit(mask: int) -> Iterator[int]:
    """The single bits of a mask, lowest first."""
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit


def halves(mask: int) -> Iterator[int]:
    """Half of the bits, the other half, and so on with a quarter down to two each."""
    bits = [*each_bit(mask)]
    size = len(bits) // 2
    while size > 1:
        for start in range(0, len(bits), size):
            yield sum(bits[start : start + size])
        size //= 2
