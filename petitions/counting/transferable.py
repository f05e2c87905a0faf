"""Instant runoff and STV: votes that move to the next choice of the same ballot."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd

from petitions.counting.counts import Round, TransferCount
from petitions.counting.profiles import RankedBallots, Ranking

# Ballots that lie at one place with one weight: the ranking, where in it they stand, how many.
Parcel = list[tuple[Ranking, int, int]]


class Piles:
    """Each option's ballots. Every weight is a whole number over one shared `scale`, so sums are
    exact without a common denominator being sought at each addition."""

    def __init__(self, ballots: RankedBallots) -> None:
        size = len(ballots.options)
        self.scale = 1
        self.standing = [True] * size
        self.totals = [0] * size
        self.exhausted = 0
        self._piles: list[dict[int, Parcel]] = [{} for _ in range(size)]
        for ranking, count in ballots.rankings.items():
            first = ranking[0]
            self._piles[first].setdefault(1, []).append((ranking, 0, count))
            self.totals[first] += count

    def value(self, numerator: int) -> Fraction:
        return Fraction(numerator, self.scale)

    def votes(self, options: Iterable[int]) -> dict[int, Fraction]:
        return {option: self.value(self.totals[option]) for option in options}

    def empty(self, option: int) -> dict[int | None, Fraction]:
        """Move all of an option's ballots on, at the weight they have."""
        moved: dict[int | None, int] = {}
        pile, self._piles[option] = self._piles[option], {}
        self.totals[option] = 0
        for weight, parcel in pile.items():
            for to, count in self._pass_on(weight, parcel).items():
                moved[to] = moved.get(to, 0) + weight * count
        for to, amount in moved.items():
            if to is None:
                self.exhausted += amount
            else:
                self.totals[to] += amount
        return {to: self.value(amount) for to, amount in moved.items()}

    def empty_surplus(self, option: int, quota: int) -> dict[int | None, Fraction]:
        """Move all of an option's ballots on, each at the same part of its weight, so that the
        quota stays behind (weighted inclusive Gregory)."""
        total = self.totals[option]
        kept = quota * self.scale
        self._rescale(option, total - kept, total)
        kept = quota * self.scale
        moved = self.empty(option)
        self.totals[option] = kept
        return moved

    def _pass_on(self, weight: int, parcel: Parcel) -> dict[int | None, int]:
        counts: dict[int | None, int] = {}
        targets: dict[int, Parcel] = {}
        standing = self.standing
        for ranking, place, count in parcel:
            to: int | None = None
            for next_place in range(place + 1, len(ranking)):
                if standing[ranking[next_place]]:
                    to = ranking[next_place]
                    targets.setdefault(to, []).append((ranking, next_place, count))
                    break
            counts[to] = counts.get(to, 0) + count
        for target, arrived in targets.items():
            self._piles[target].setdefault(weight, []).extend(arrived)
        return counts

    def _rescale(self, option: int, part: int, whole: int) -> None:
        """Multiply one option's weights by part / whole and all others by one."""
        shared = gcd(part, whole)
        part, whole = part // shared, whole // shared
        factors = [part if at == option else whole for at in range(len(self._piles))]
        weights = {w * f for pile, f in zip(self._piles, factors, strict=True) for w in pile}
        common = gcd(self.scale * whole, self.exhausted * whole, *weights)
        common = gcd(common, *(total * whole for total in self.totals))
        self.scale = self.scale * whole // common
        self.exhausted = self.exhausted * whole // common
        self.totals = [total * whole // common for total in self.totals]
        self._piles = [
            {weight * factor // common: parcel for weight, parcel in pile.items()}
            for pile, factor in zip(self._piles, factors, strict=True)
        ]


def _first(options: Iterable[int], totals: list[int], rank: list[int]) -> list[int]:
    """Most votes first; between equals the tie order."""
    return sorted(options, key=lambda option: (-totals[option], rank[option]))


def _level(option: int, among: Iterable[int], totals: list[int]) -> tuple[int, ...]:
    """The options that have just as many votes, if any other has."""
    same = tuple(other for other in among if totals[other] == totals[option])
    return same if len(same) > 1 else ()


def instant_runoff(ballots: RankedBallots, rank: list[int]) -> TransferCount:
    """Exclude the last until one has more than half of the ballots that still count."""
    piles = Piles(ballots)
    hopeful = list(range(len(ballots.options)))
    rounds: list[Round] = []
    while hopeful and ballots.rankings:
        votes = piles.votes(hopeful)
        order = _first(hopeful, piles.totals, rank)
        if 2 * piles.totals[order[0]] > sum(piles.totals) or len(hopeful) == 1:
            rounds.append(Round(votes, (order[0],), piles.value(piles.exhausted)))
            return TransferCount((order[0],), tuple(rounds), rounds[-1].exhausted, None)
        rounds.append(_exclude(piles, hopeful, order[-1], votes, ()))
    return TransferCount((), tuple(rounds), Fraction(0), None)


def _exclude(
    piles: Piles,
    hopeful: list[int],
    last: int,
    votes: dict[int, Fraction],
    elected: tuple[int, ...],
) -> Round:
    tied = _level(last, hopeful, piles.totals)
    exhausted = piles.value(piles.exhausted)
    hopeful.remove(last)
    piles.standing[last] = False
    moved = piles.empty(last)
    return Round(votes, elected, exhausted, excluded=last, transfers=moved, tied=tied)


def transferable_vote(ballots: RankedBallots, seats: int, rank: list[int]) -> TransferCount:
    """STV with the weighted inclusive Gregory transfer. All who have the quota are elected
    together and get no more; then each of their surpluses moves, the largest first; then it is
    looked again who has the quota. When nobody has it, the last is excluded. When as many stand
    as there are seats left, they are elected."""
    return _Seats(ballots, seats, rank).fill()


class _Seats:
    def __init__(self, ballots: RankedBallots, seats: int, rank: list[int]) -> None:
        self.piles = Piles(ballots)
        self.rank = rank
        self.seats = seats
        self.quota = ballots.counted // (seats + 1) + 1
        self.hopeful = list(range(len(ballots.options))) if ballots.rankings else []
        self.elected: list[int] = []
        self.waiting: list[int] = []
        self.rounds: list[Round] = []

    def fill(self) -> TransferCount:
        while self.hopeful and len(self.elected) < self.seats:
            self._step()
        exhausted = self.piles.value(self.piles.exhausted)
        return TransferCount(tuple(self.elected), tuple(self.rounds), exhausted, self.quota)

    def _step(self) -> None:
        piles = self.piles
        votes = piles.votes([*self.elected, *self.hopeful])
        new = [] if self.waiting else self._elect_those_due()
        if len(self.elected) == self.seats or not self.hopeful:
            self.rounds.append(Round(votes, tuple(new), piles.value(piles.exhausted)))
        elif self.waiting:
            self.rounds.append(self._move_surplus(votes, tuple(new)))
        else:
            last = _first(self.hopeful, piles.totals, self.rank)[-1]
            self.rounds.append(_exclude(piles, self.hopeful, last, votes, tuple(new)))

    def _elect_those_due(self) -> list[int]:
        piles = self.piles
        due = [one for one in self.hopeful if piles.totals[one] >= self.quota * piles.scale]
        new = self._elect(due)
        if not self.waiting and len(self.hopeful) <= self.seats - len(self.elected):
            new += self._elect(self.hopeful)
        return new

    def _elect(self, chosen: list[int]) -> list[int]:
        piles = self.piles
        new = _first(chosen, piles.totals, self.rank)
        for option in new:
            self.hopeful.remove(option)
            piles.standing[option] = False
            self.elected.append(option)
            if piles.totals[option] > self.quota * piles.scale:
                self.waiting.append(option)
        return new

    def _move_surplus(self, votes: dict[int, Fraction], new: tuple[int, ...]) -> Round:
        piles = self.piles
        largest = _first(self.waiting, piles.totals, self.rank)[0]
        tied = _level(largest, self.waiting, piles.totals)
        exhausted = piles.value(piles.exhausted)
        self.waiting.remove(largest)
        moved = piles.empty_surplus(largest, self.quota)
        return Round(votes, new, exhausted, surplus_of=largest, transfers=moved, tied=tied)
