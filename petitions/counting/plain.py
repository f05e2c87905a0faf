"""Single choice, approval and score: totals, and the options with most first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from petitions.counting.counts import PlainCount
from petitions.counting.profiles import ApprovalBallots, NotCountable, members


@dataclass(frozen=True, slots=True)
class ScoreBallots:
    """Each filled-in sheet, None where an option got no score, with how many cast it. No sheet is
    without any score."""

    options: tuple[str, ...]
    sheets: Mapping[tuple[int | None, ...], int]
    highest: int
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """How an option was scored: how many gave each score, and the mean of those who gave one."""

    given: tuple[int, ...]
    mean: Fraction | None


def approval(ballots: ApprovalBallots, seats: int, rank: list[int]) -> PlainCount:
    """The `seats` options that most approve."""
    return _most(ballots.votes() if ballots.sets else [], seats, rank)


def single_choice(ballots: ApprovalBallots, rank: list[int]) -> PlainCount:
    """One choice a ballot. Raises NotCountable for a ballot that holds more."""
    if any(len(members(chosen)) > 1 for chosen in ballots.sets):
        raise NotCountable("A ballot of a single choice names more than one option.")
    return approval(ballots, 1, rank)


def score(ballots: ScoreBallots, seats: int, rank: list[int]) -> PlainCount:
    """The options with the highest sum of scores. No score adds nothing: to leave out an option
    is never better for it than to score it low."""
    sums = [0] * (len(ballots.options) if ballots.sheets else 0)
    for sheet, count in ballots.sheets.items():
        for option, given in enumerate(sheet):
            sums[option] += (given or 0) * count
    return _most(sums, seats, rank)


def spreads(ballots: ScoreBallots) -> tuple[Spread, ...]:
    """For each option how its scores lie, since a middling mean may hide two camps."""
    given = [[0] * (ballots.highest + 1) for _ in ballots.options]
    for sheet, count in ballots.sheets.items():
        for option, value in enumerate(sheet):
            if value is not None:
                given[option][value] += count
    return tuple(_spread(counts) for counts in given)


def _spread(counts: Sequence[int]) -> Spread:
    scored = sum(counts)
    total = sum(value * count for value, count in enumerate(counts))
    return Spread(tuple(counts), Fraction(total, scored) if scored else None)


def _most(totals: Sequence[int], seats: int, rank: list[int]) -> PlainCount:
    order = sorted(range(len(totals)), key=lambda option: (-totals[option], rank[option]))
    tied: tuple[int, ...] = ()
    if 0 < seats < len(order) and totals[order[seats - 1]] == totals[order[seats]]:
        last = totals[order[seats]]
        tied = tuple(option for option in range(len(totals)) if totals[option] == last)
    return PlainCount(tuple(order[:seats]), tuple(Fraction(total) for total in totals), tied)
