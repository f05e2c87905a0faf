"""Our counts beside those of independent libraries, on real and made-up ballots."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction

import pytest
import votelib.convert
import votelib.evaluate.approval
import votelib.evaluate.condorcet
import votelib.evaluate.sequential
from stvpoll.scottish_stv import calculate_scottish_stv
from stvpoll.tiebreak_strategies import TiebreakRandom
from votelib.evaluate.core import Tie

from petitions.counting.equal_shares import equal_shares
from petitions.counting.files import read_ranked
from petitions.counting.greedy import greedy
from petitions.counting.plain import approval
from petitions.counting.profiles import RankedBallots, approvals_of
from petitions.counting.schulze import pairwise_table, schulze, strongest_paths
from petitions.counting.ties import listed
from petitions.counting.transferable import instant_runoff, transferable_vote
from tests.petitions.profiles import DATA, PORTLAND, budget, random_ranked, uneven_ranked

# Small ones, where ties are common, and larger ones, where surpluses are split into many parts.
MADE_UP = [(seed, 3 + seed % 5, 5 + seed % 9) for seed in range(60)] + [
    (seed, 7, 120) for seed in range(10)
]


def by_name(ballots: RankedBallots) -> dict[tuple[str, ...], int]:
    return {
        tuple(ballots.options[one] for one in ranking): count
        for ranking, count in ballots.rankings.items()
    }


def stvpoll_winners(ballots: RankedBallots, seats: int) -> set[str]:
    """stvpoll with the listed order for ties, as ours; its values have five decimals."""
    names = ballots.options
    found = calculate_scottish_stv(
        names,
        by_name(ballots),
        seats,
        pedantic_order=True,
        tiebreak_strategies=(TiebreakRandom(names, shuffle=False),),
    )
    return set(found.elected_as_tuple())


class OneAtATime(votelib.evaluate.sequential.TransferableVoteDistributor):  # type: ignore[misc]
    """votelib excludes whoever is not among the first n - 1 of its piles, and its pile of exhausted
    ballots is one of these: where that is larger than the last but one, two go at once. Traced by
    hand; with only those who stand, as here, every case agrees with ours."""

    def select_retained(self, totals: dict[str | None, Fraction]) -> list[str]:
        standing = {name: total for name, total in totals.items() if name is not None}
        kept: list[str] = super().select_retained(standing)
        return kept


def votelib_winners(ballots: RankedBallots, seats: int) -> set[str] | None:
    """votelib in exact fractions; None where it refuses to break a tie."""
    every = {ballots.options[one]: 1 for one in range(len(ballots.options))}
    counter = OneAtATime(quota_function="droop")
    votes = {ranking: Fraction(count) for ranking, count in by_name(ballots).items()}
    try:
        return set(counter.evaluate(votes, seats, max_seats=every))
    except (NotImplementedError, votelib.evaluate.core.VotingSystemError):
        return None


def ours(ballots: RankedBallots, seats: int) -> set[str]:
    rank = listed(len(ballots.options))
    return {ballots.options[one] for one in transferable_vote(ballots, seats, rank).winners}


@pytest.mark.parametrize("seats", [1, 2, 3])
def test_stv_elects_whom_stvpoll_elects(seats: int) -> None:
    for case in MADE_UP:
        ballots = random_ranked(*case)
        every_option_is_named = {one for ranking in ballots.rankings for one in ranking}
        if len(every_option_is_named) == len(ballots.options):
            assert ours(ballots, seats) == stvpoll_winners(ballots, seats), case


@pytest.mark.parametrize("seats", [2, 3, 4])
def test_stv_elects_whom_votelib_elects_in_exact_fractions(seats: int) -> None:
    compared = 0
    made_up = [random_ranked(*case) for case in MADE_UP if case[1] > seats]
    for ballots in [*made_up, *(uneven_ranked(seed) for seed in range(50))]:
        theirs = votelib_winners(ballots, seats)
        if theirs is not None:
            compared += 1
            assert ours(ballots, seats) == theirs, ballots
    assert compared > 40


def test_instant_runoff_elects_whom_the_libraries_elect() -> None:
    for case in MADE_UP:
        ballots = random_ranked(*case)
        (winner,) = instant_runoff(ballots, listed(len(ballots.options))).winners
        assert {ballots.options[winner]} == stvpoll_winners(ballots, 1), case


def test_pairs_paths_and_first_of_schulze_are_those_of_votelib() -> None:
    for case in MADE_UP:
        ballots = random_ranked(*case)
        names = ballots.options
        pairs = votelib.convert.RankedToCondorcetVotes().convert(
            {(*ranking,): count for ranking, count in by_name(ballots).items()}
        )
        table = pairwise_table(ballots)
        ranked = {one for ranking in by_name(ballots) for one in ranking}
        for a, first in enumerate(names):
            for b, second in enumerate(names):
                if a != b and {first, second} <= ranked:
                    assert table[a][b] == pairs.get((first, second), 0), case
        paths = votelib.evaluate.condorcet.Schulze.widest_paths(pairs)
        strengths = strongest_paths(table)
        found = schulze(ballots, listed(len(names))).winners
        assert all(strengths[found[0]][b] >= strengths[b][found[0]] for b in range(len(names)))
        for (first, second), strength in paths.items():
            assert strengths[names.index(first)][names.index(second)] == strength, case


def test_real_ballots_are_counted_as_the_libraries_count_them() -> None:
    ballots = read_ranked(PORTLAND)
    assert ballots.ballots == 1072
    for seats in (1, 3):
        assert ours(ballots, seats) == stvpoll_winners(ballots, seats)
    assert ours(ballots, 3) == votelib_winners(ballots, 3)
    pairs = votelib.convert.RankedToCondorcetVotes().convert(by_name(ballots))
    order = votelib.evaluate.condorcet.Schulze().evaluate(pairs, len(ballots.options))
    assert not any(isinstance(one, Tie) for one in order)
    mine = schulze(ballots, listed(len(ballots.options)))
    assert [ballots.options[one] for one in mine.winners] == order


def test_approval_totals_are_those_of_a_plain_count() -> None:
    ballots = read_ranked(PORTLAND)
    counted = Counter(
        name
        for ranking, count in by_name(ballots).items()
        for name in ranking
        for _ in range(count)
    )
    found = approval(approvals_of(ballots), 3, listed(len(ballots.options)))
    assert [ballots.options[one] for one in found.winners] == [
        name for name, _ in counted.most_common(3)
    ]


def test_budgets_fund_what_pabutools_funds_ties_included() -> None:
    """Recorded by tests/petitions/record_budgets.py; data/README.md says why."""
    cases = json.loads((DATA / "budgets.json").read_text(encoding="utf-8"))
    for case in cases:
        ballots = budget(case["costs"], case["limit"], case["masks"])
        rank = listed(len(case["costs"]))
        assert list(greedy(ballots, rank).funded) == case["greedy"], case
        plain = equal_shares(ballots, rank, increment=False)
        assert list(plain.funded) == case["shares"], case
        more = equal_shares(ballots, rank, increment=True)
        assert list(more.funded) == case["increment"], case
