"""Long lists by pairs: people choose between two options at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Wins = tuple[tuple[int, ...], ...]
Answers = tuple[tuple[int, int], ...]
_ROUNDS = 200
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DuelBallots:
    """Each ballot's pairs, the better option first, with how many cast it. `cast` is how many
    ballots there were, where what is counted are their single answers; else it follows."""

    options: tuple[str, ...]
    ballots: Mapping[Answers, int]
    blank: int = 0
    cast: int | None = None


@dataclass(frozen=True, slots=True)
class DuelCount:
    """`order` has the best first, and is empty where nobody answered. `scores`: how often an option
    is chosen, a part of 1, were it to meet every other one as often. `tied`: equal ones between
    whom only the tie order chose who is in."""

    order: tuple[int, ...]
    wins: Wins
    scores: tuple[Fraction, ...]
    ballots: int
    blank: int
    tied: tuple[int, ...] = ()


def duels(ballots: DuelBallots, seats: int, rank: list[int]) -> DuelCount:
    """Order by the mean of what each option won against each other one. The mean is over the other
    options and not over the answers: whom an option met, and how often, does neither help nor harm
    it."""
    size = len(ballots.options)
    wins = wins_of(ballots)
    scores = tuple(_score(wins, option) for option in range(size))
    order = sorted(range(size), key=lambda one: (-scores[one], rank[one]))
    answered = any(map(any, wins))
    tied: tuple[int, ...] = ()
    if answered and seats < size and scores[order[seats - 1]] == scores[order[seats]]:
        last = scores[order[seats]]
        tied = tuple(option for option in range(size) if scores[option] == last)
    cast = ballots.cast
    if cast is None:
        cast = sum(ballots.ballots.values()) + ballots.blank
    return DuelCount(tuple(order) if answered else (), wins, scores, cast, ballots.blank, tied)


def wins_of(ballots: DuelBallots) -> Wins:
    """How many chose the row's option before the column's."""
    size = len(ballots.options)
    wins = [[0] * size for _ in range(size)]
    for pairs, count in ballots.ballots.items():
        for better, other in pairs:
            wins[better][other] += count
    return tuple(tuple(row) for row in wins)


def _score(wins: Wins, option: int) -> Fraction:
    """Each pair as if it had been answered twice more, once either way (Laplace's rule): a pair
    that nobody saw counts one half, and few answers do not make an extreme."""
    parts: dict[int, int] = {}
    for other in range(len(wins)):
        if other != option:
            met = wins[option][other] + wins[other][option] + 2
            parts[met] = parts.get(met, 0) + wins[option][other] + 1
    whole = sum((Fraction(won, met) for met, won in parts.items()), Fraction(0))
    return whole / (len(wins) - 1)


def by_strength(wins: Wins, rank: list[int]) -> tuple[int, ...]:
    """The order by Bradley-Terry strength, for comparison: who beats strong ones counts more, and
    who met only weak ones gains little. Two of strengths a and b would meet a / (a + b) to
    b / (a + b); every option is also taken to have won once and lost once against a middling
    one."""
    strengths = _strengths(wins)
    return tuple(sorted(range(len(wins)), key=lambda one: (-strengths[one], rank[one])))


def _strengths(wins: Wins) -> tuple[float, ...]:
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
