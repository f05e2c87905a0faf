"""How firmly a result stands: the same ballots drawn again many times."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import shake_256
from sys import byteorder
from typing import TypeVar

Ballot = TypeVar("Ballot", bound=Hashable)
TIMES = 200
# A large vote is drawn less often: its draws hardly differ, and each takes long to count.
MOST_DRAWN, FEWEST = 2_000_000, 20


@dataclass(frozen=True, slots=True)
class Stability:
    """In how many of the draws each option was chosen, and in how many all were the same. This
    says how much hangs on few ballots. It is no margin of error: nobody drew these voters."""

    times: int
    chosen: Mapping[str, int]
    same: int


def times_for(ballots: int) -> int:
    return max(FEWEST, min(TIMES, MOST_DRAWN // max(ballots, 1)))


def stability(
    ballots: Mapping[Ballot, int],
    count: Callable[[Mapping[Ballot, int]], Sequence[str]],
    seed: str,
    times: int = TIMES,
) -> Stability:
    """Count `times` draws of as many ballots, with replacement. The seed makes it repeatable."""
    usual = set(count(ballots))
    chosen: Counter[str] = Counter()
    same = 0
    for turn in range(times):
        found = count(resampled(ballots, f"{seed}\n{turn}"))
        same += set(found) == usual
        chosen.update(found)
    return Stability(times, dict(chosen), same)


def resampled(ballots: Mapping[Ballot, int], seed: str) -> dict[Ballot, int]:
    """As many ballots, drawn from these by the bytes of SHAKE-256 of the seed."""
    kinds = list(ballots)
    owners = [at for at, kind in enumerate(kinds) for _ in range(ballots[kind])]
    voters = len(owners)
    dice = array("Q")
    dice.frombytes(shake_256(seed.encode()).digest(8 * voters))
    if byteorder == "big":
        dice.byteswap()
    drawn = Counter(owners[die % voters] for die in dice)
    return {kinds[at]: drawn[at] for at in sorted(drawn)}
