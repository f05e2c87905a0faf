"""Long lists by pairs: people choose between two options at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

_ROUNDS = 200
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DuelBallots:
    """Each ballot's pairs, the better option first, with how many cast it."""

    options: tuple[str, ...]
    ballots: Mapping[tuple[tuple[int, int], ...], int]
    blank: int = 0


@dataclass(frozen=True, slots=True)
class DuelCount:
    """`strengths`: two options of strengths a and b would meet a / (a + b) to b / (a + b). One of
    strength 1 meets an average option evenly."""

    winners: tuple[int, ...]
    wins: tuple[tuple[int, ...], ...]
    strengths: tuple[float, ...]
    ballots: int
    blank: int


def duels(ballots: DuelBallots, rank: list[int]) -> DuelCount:
    """Order by Bradley-Terry strength: who beats strong ones counts more, and who met only weak
    ones gains little. Every option is also taken to have won once and lost once against an average
    one, so that few answers do not make an extreme."""
    size = len(ballots.options)
    wins = [[0] * size for _ in range(size)]
    for pairs, count in ballots.ballots.items():
        for better, other in pairs:
            wins[better][other] += count
    strengths = _strengths(wins)
    order = sorted(range(size), key=lambda one: (-strengths[one], rank[one]))
    cast = sum(ballots.ballots.values()) + ballots.blank
    table = tuple(tuple(row) for row in wins)
    return DuelCount(tuple(order), table, strengths, cast, ballots.blank)


def _strengths(wins: list[list[int]]) -> tuple[float, ...]:
    """The usual step that makes each option's expected wins its real ones (Hunter 2004)."""
    size = len(wins)
    met = [
        [(b, wins[a][b] + wins[b][a]) for b in range(size) if wins[a][b] + wins[b][a]]
        for a in range(size)
    ]
    won = [sum(row) + 1 for row in wins]
    strengths = [1.0] * size
    for _ in range(_ROUNDS):
        strengths = [
            won[a]
            / (2 / (strengths[a] + 1) + sum(n / (strengths[a] + strengths[b]) for b, n in met[a]))
            for a in range(size)
        ]
    # Equal up to the last digits that a machine's arithmetic may leave is equal.
    return tuple(round(one, _DIGITS) for one in strengths)


def next_pair(count: DuelCount, seed: str) -> tuple[int, int]:
    """Which two to ask about next: the option asked about least, and of those it met least the one
    closest in strength, where an answer tells most. The seed decides between equals and sides."""
    size = len(count.wins)

    def lot(option: int) -> bytes:
        return sha256(f"{seed}\n{option}".encode()).digest()

    def meetings(a: int, b: int) -> int:
        return count.wins[a][b] + count.wins[b][a]

    first = min(range(size), key=lambda a: (sum(meetings(a, b) for b in range(size)), lot(a)))
    second = min(
        (b for b in range(size) if b != first),
        key=lambda b: (
            meetings(first, b),
            abs(count.strengths[b] - count.strengths[first]),
            lot(b),
        ),
    )
    return (first, second) if lot(first) < lot(second) else (second, first)
