"""How firmly a ranking stands: the same ballots drawn again many times."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import shake_256
from sys import byteorder

from petitions.counting.profiles import RankedBallots

TIMES = 200


@dataclass(frozen=True, slots=True)
class Stability:
    """In what part of the draws each option was elected, and in which all winners were the same.
    This says how much hangs on few ballots. It is no margin of error: nobody drew these voters."""

    times: int
    elected: tuple[Fraction, ...]
    same: Fraction


def stability(
    ballots: RankedBallots,
    count: Callable[[RankedBallots], Sequence[int]],
    seed: str,
    times: int = TIMES,
) -> Stability:
    """Count `times` draws of as many ballots, with replacement. The seed makes it repeatable."""
    usual = set(count(ballots))
    elected = [0] * len(ballots.options)
    same = 0
    for turn in range(times):
        winners = count(resampled(ballots, f"{seed}\n{turn}"))
        same += set(winners) == usual
        for option in winners:
            elected[option] += 1
    parts = tuple(Fraction(one, times) for one in elected)
    return Stability(times, parts, Fraction(same, times))


def resampled(ballots: RankedBallots, seed: str) -> RankedBallots:
    """As many ballots, drawn from these by the bytes of SHAKE-256 of the seed."""
    owners = [group for group, n in enumerate(ballots.rankings.values()) for _ in range(n)]
    voters = len(owners)
    dice = array("Q")
    dice.frombytes(shake_256(seed.encode()).digest(8 * voters))
    if byteorder == "big":
        dice.byteswap()
    drawn = Counter(owners[die % voters] for die in dice)
    rankings = list(ballots.rankings)
    return RankedBallots(
        ballots.options, {rankings[at]: drawn[at] for at in sorted(drawn)}, ballots.blank
    )
