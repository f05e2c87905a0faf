"""Who comes first when the numbers do not say: the listed order, or an order drawn by a seed."""

from __future__ import annotations

from hashlib import sha256


def listed(options: int) -> list[int]:
    """The rank of each option when ties follow the listed order."""
    return list(range(options))


def drawn(names: tuple[str, ...], seed: str) -> list[int]:
    """The rank of each option in an order that anyone can draw again from the published seed:
    options by SHA-256 of the seed, a line feed and the option's name."""
    lots = [sha256(f"{seed}\n{name}".encode()).digest() for name in names]
    order = sorted(range(len(names)), key=lambda option: (lots[option], option))
    rank = [0] * len(names)
    for place, option in enumerate(order):
        rank[option] = place
    return rank
