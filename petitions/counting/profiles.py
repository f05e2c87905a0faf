"""Ballots as they are counted: equal ones together, options by their place in the listed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

# Options as numbers, best first. Bytes where they fit: 80,000 long ballots stay small in memory.
Ranking = Sequence[int]
SMALL = 256


class NotCountable(ValueError):
    """These ballots cannot be counted so; the message is a sentence for the person who asked."""


@dataclass(frozen=True, slots=True)
class RankedBallots:
    """Each ranking with how many cast it. No ranking is empty and none names an option twice."""

    options: tuple[str, ...]
    rankings: Mapping[Ranking, int]
    blank: int = 0

    @property
    def counted(self) -> int:
        return sum(self.rankings.values())

    @property
    def ballots(self) -> int:
        return self.counted + self.blank


@dataclass(frozen=True, slots=True)
class ApprovalBallots:
    """Each set of approved options, as a bit mask, with how many cast it. No set is empty."""

    options: tuple[str, ...]
    sets: Mapping[int, int]
    blank: int = 0

    @property
    def counted(self) -> int:
        return sum(self.sets.values())

    @property
    def ballots(self) -> int:
        return self.counted + self.blank

    def votes(self) -> list[int]:
        """How many approve each option."""
        totals = [0] * len(self.options)
        for approved, count in self.sets.items():
            for option in members(approved):
                totals[option] += count
        return totals


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    cost: int


@dataclass(frozen=True, slots=True)
class BudgetBallots:
    """Projects with their costs and the approvals for them. All amounts are whole numbers of
    `1 / unit` of the currency unit, so that a budget with cents is as exact as one without."""

    projects: tuple[Project, ...]
    limit: int
    approvals: ApprovalBallots
    unit: int = 1
    # Where people gave points: the points of each project, which take the place of its votes.
    points: tuple[Fraction, ...] | None = field(default=None)

    def votes(self) -> list[int] | list[Fraction]:
        return list(self.points) if self.points is not None else self.approvals.votes()


def members(mask: int) -> list[int]:
    """The options in a set, in order."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def packed(ranking: Sequence[int], options: int) -> Ranking:
    return bytes(ranking) if options <= SMALL else tuple(ranking)


def approvals_of(ballots: RankedBallots) -> ApprovalBallots:
    """Whoever is ranked at all is approved."""
    sets: dict[int, int] = {}
    for ranking, count in ballots.rankings.items():
        mask = 0
        for option in ranking:
            mask |= 1 << option
        sets[mask] = sets.get(mask, 0) + count
    return ApprovalBallots(ballots.options, sets, ballots.blank)
