"""The pairwise table of ranked ballots, and the Schulze order that follows from it."""

from __future__ import annotations

from petitions.counting.counts import OrderCount
from petitions.counting.profiles import RankedBallots


def pairwise_table(ballots: RankedBallots) -> list[list[int]]:
    """How many ballots put the row's option above the column's. An option that a ballot leaves out
    is below all it names.

    Each option has one long whole number with a lane for every group of equal ballots, holding its
    place there. One subtraction compares two options on all ballots at once: other - better - 1
    leaves a lane's top bit standing exactly where the other's place is the larger one."""
    size = len(ballots.options)
    lane = 1 if size < 127 else 2
    places = _places(ballots, size, lane)
    tops = int.from_bytes((b"\0" * (lane - 1) + b"\x80") * len(ballots.rankings), "little")
    ones = tops >> (8 * lane - 1)
    weights = _weights(ballots, lane)
    table = [[0] * size for _ in range(size)]
    for better in range(size):
        for other in range(size):
            if better != other:
                ahead = ((places[other] | tops) - places[better] - ones) & tops
                table[better][other] = sum(
                    (ahead & mask).bit_count() << power for power, mask in weights
                )
    return table


def _places(ballots: RankedBallots, size: int, lane: int) -> list[int]:
    rows = [bytearray(size.to_bytes(lane, "little") * len(ballots.rankings)) for _ in range(size)]
    for at, ranking in enumerate(ballots.rankings):
        start = at * lane
        for place, option in enumerate(ranking):
            rows[option][start] = place & 255
            if lane > 1:
                rows[option][start + 1] = place >> 8
    return [int.from_bytes(row, "little") for row in rows]


def _weights(ballots: RankedBallots, lane: int) -> list[tuple[int, int]]:
    """For each power of two, the lanes whose number of equal ballots has that bit."""
    counts = list(ballots.rankings.values())
    highest = max(counts, default=0).bit_length()
    on, off = b"\0" * (lane - 1) + b"\x80", b"\0" * lane
    return [
        (power, int.from_bytes(b"".join(on if n >> power & 1 else off for n in counts), "little"))
        for power in range(highest)
    ]


def strongest_paths(preferred: list[list[int]]) -> list[list[int]]:
    """For each two options the strongest chain of wins from one to the other; a win is as strong as
    the number of ballots on its side."""
    size = range(len(preferred))
    strength = [
        [preferred[a][b] if preferred[a][b] > preferred[b][a] else 0 for b in size] for a in size
    ]
    for via in size:
        through = strength[via]
        for start in size:
            reach = strength[start][via]
            if reach and start != via:
                row = strength[start]
                strength[start] = [
                    max(have, min(reach, onward)) for have, onward in zip(row, through, strict=True)
                ]
                strength[start][start] = 0
    return strength


def schulze(ballots: RankedBallots, rank: list[int]) -> OrderCount:
    """The whole order: again and again the first, by the tie order, of those whom nobody left has
    a stronger chain against."""
    return order_of(pairwise_table(ballots), rank, said=bool(ballots.rankings))


def order_of(preferred: list[list[int]], rank: list[int], *, said: bool) -> OrderCount:
    """The same from the table of pairs; no order where nobody said anything."""
    strength = strongest_paths(preferred)
    left = sorted(range(len(preferred)), key=rank.__getitem__) if said else []
    order: list[int] = []
    tied: list[tuple[int, ...]] = []
    while left:
        unbeaten = [a for a in left if all(strength[b][a] <= strength[a][b] for b in left)]
        if len(unbeaten) > 1 and not (tied and set(unbeaten) <= set(tied[-1])):
            tied.append(tuple(unbeaten))
        order.append(unbeaten[0])
        left.remove(unbeaten[0])
    return OrderCount(tuple(order), _frozen(preferred), _frozen(strength), tuple(tied))


def _frozen(table: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in table)
