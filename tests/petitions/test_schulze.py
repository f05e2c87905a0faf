"""The pairwise table and the Schulze order."""

from __future__ import annotations

from hypothesis import given

from petitions.counting.profiles import RankedBallots
from petitions.counting.schulze import pairwise_table, schulze
from petitions.counting.ties import listed
from tests.petitions.profiles import any_ranked, random_ranked, ranked


def slow_table(ballots: RankedBallots) -> list[list[int]]:
    """As one would write it down first."""
    size = len(ballots.options)
    table = [[0] * size for _ in range(size)]
    for ranking, count in ballots.rankings.items():
        place = {option: at for at, option in enumerate(ranking)}
        for a in range(size):
            for b in range(size):
                if place.get(a, size) < place.get(b, size):
                    table[a][b] += count
    return table


def test_the_example_of_the_method_s_author() -> None:
    """45 voters, five candidates; the order is E, A, C, B, D (Schulze 2011, section 3.1)."""
    ballots = ranked(
        ACBED=5, ADECB=5, BEDAC=8, CABED=3, CAEBD=7, CBADE=2, DCEBA=7, EBADC=8
    )  # fmt: skip
    found = schulze(ballots, listed(5))
    assert "".join(ballots.options[one] for one in found.winners) == "EACBD"
    assert found.preferred[0] == (0, 20, 26, 30, 22)
    assert found.strengths[0] == (0, 28, 28, 30, 24)
    assert found.tied == ()


def test_equal_options_follow_the_listed_order_and_are_named() -> None:
    ballots = ranked(ABC=1, BCA=1, CAB=1)
    found = schulze(ballots, listed(3))
    assert found.winners == (0, 1, 2)
    assert found.tied == ((0, 1, 2),)
    assert schulze(ballots, [2, 1, 0]).winners == (2, 1, 0)


@given(any_ranked())
def test_the_quick_table_is_the_slow_one(ballots: RankedBallots) -> None:
    assert pairwise_table(ballots) == slow_table(ballots)


def test_more_than_126_options_are_compared_as_well() -> None:
    rankings = {tuple(range(start, 300)): start + 1 for start in range(0, 300, 25)}
    ballots = RankedBallots(tuple(map(str, range(300))), rankings)
    assert pairwise_table(ballots) == slow_table(ballots)


@given(any_ranked())
def test_who_beats_everyone_is_first(ballots: RankedBallots) -> None:
    table = pairwise_table(ballots)
    size = range(len(table))
    for a in size:
        if all(table[a][b] > table[b][a] for b in size if b != a):
            assert schulze(ballots, listed(len(table))).winners[0] == a


def test_the_order_of_ballots_changes_nothing() -> None:
    ballots = random_ranked(7, 6, 40)
    again = RankedBallots(ballots.options, dict(reversed(list(ballots.rankings.items()))))
    assert schulze(again, listed(6)) == schulze(ballots, listed(6))
