"""Instant runoff and STV: worked examples, and laws for every set of ballots."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.counting.profiles import RankedBallots
from petitions.counting.ties import drawn, listed
from petitions.counting.transferable import instant_runoff, transferable_vote
from tests.petitions.profiles import any_ranked, ranked


def names(ballots: RankedBallots, options: tuple[int, ...]) -> str:
    return "".join(ballots.options[one] for one in options)


def test_the_last_is_excluded_until_one_has_more_than_half() -> None:
    ballots = ranked(ABC=8, BC=5, CBA=4)
    found = instant_runoff(ballots, listed(3))
    assert names(ballots, found.winners) == "B"
    assert [one.excluded for one in found.rounds] == [2, None]
    assert found.rounds[0].transfers == {1: 4}
    assert found.rounds[1].votes == {0: 8, 1: 9}


def test_half_of_the_ballots_that_still_count_is_not_enough() -> None:
    ballots = ranked(A=3, B=2, C=1)
    found = instant_runoff(ballots, listed(3))
    assert len(found.rounds) == 2
    assert found.rounds[1].exhausted == 1
    assert found.exhausted == 1


def test_a_surplus_moves_at_the_part_that_leaves_the_quota_behind() -> None:
    """Votes 10, two seats: quota 4. A's surplus of 2 is a third of each of its six ballots."""
    ballots = ranked(AB=4, AC=2, B=2, C=2)
    found = transferable_vote(ballots, 2, listed(3))
    assert found.quota == 4
    assert found.rounds[0].surplus_of == 0
    assert found.rounds[0].transfers == {1: Fraction(4, 3), 2: Fraction(2, 3)}
    assert found.rounds[1].votes == {0: 4, 1: Fraction(10, 3), 2: Fraction(8, 3)}
    assert found.rounds[1].excluded == 2
    assert names(ballots, found.winners) == "AB"


def test_every_ballot_of_the_elected_moves_also_those_that_came_by_transfer() -> None:
    """Weighted inclusive: C's votes from A move on from B, at the product of both parts."""
    ballots = ranked(ABC=9, B=1, BD=1, C=2, D=2)
    found = transferable_vote(ballots, 3, listed(4))
    assert found.quota == 4
    second = next(one for one in found.rounds if one.surplus_of == 1)
    # B has 5 from A at 5/9 each, and 2 of its own: 7. Its surplus of 3 is 3/7 of each.
    assert second.transfers == {2: Fraction(15, 7), 3: Fraction(3, 7), None: Fraction(3, 7)}


def test_all_with_the_quota_are_elected_before_any_surplus_moves() -> None:
    ballots = ranked(ABC=6, BAC=6, C=2, D=1)
    found = transferable_vote(ballots, 3, listed(4))
    assert found.rounds[0].elected == (0, 1)
    assert found.rounds[0].transfers == {2: 2}


@pytest.mark.parametrize(("seed", "winner"), [(None, "A"), ("seven", "B")])
def test_a_tie_follows_the_listed_order_or_the_published_seed(
    seed: str | None, winner: str
) -> None:
    ballots = ranked(A=2, B=2)
    rank = listed(2) if seed is None else drawn(ballots.options, seed)
    found = instant_runoff(ballots, rank)
    assert names(ballots, found.winners) == winner
    assert found.rounds[0].tied == (0, 1)


def test_no_ballot_elects_nobody() -> None:
    empty = RankedBallots(("A", "B"), {}, blank=3)
    assert instant_runoff(empty, listed(2)).winners == ()
    assert transferable_vote(empty, 2, listed(2)).winners == ()


@given(any_ranked(), st.integers(1, 5))
def test_no_vote_is_lost_or_made_in_any_round(ballots: RankedBallots, seats: int) -> None:
    found = transferable_vote(ballots, seats, listed(len(ballots.options)))
    for one in found.rounds:
        assert sum(one.votes.values()) + one.exhausted == ballots.counted
    assert len(found.winners) == min(seats, len(ballots.options))
    assert len(set(found.winners)) == len(found.winners)


@given(any_ranked(), st.integers(1, 4), st.randoms())
def test_the_order_of_ballots_changes_nothing(
    ballots: RankedBallots, seats: int, dice: st.DataObject
) -> None:
    shuffled = list(ballots.rankings.items())
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    again = RankedBallots(ballots.options, dict(shuffled), ballots.blank)
    rank = listed(len(ballots.options))
    assert transferable_vote(again, seats, rank) == transferable_vote(ballots, seats, rank)
    assert instant_runoff(again, rank) == instant_runoff(ballots, rank)


@given(any_ranked(), st.integers(2, 6))
def test_a_hundred_times_the_same_ballots_elect_the_same_in_a_runoff(
    ballots: RankedBallots, times: int
) -> None:
    more = {ranking: count * times for ranking, count in ballots.rankings.items()}
    again = RankedBallots(ballots.options, more)
    rank = listed(len(ballots.options))
    assert instant_runoff(again, rank).winners == instant_runoff(ballots, rank).winners


@given(any_ranked())
def test_whom_more_than_half_put_first_is_elected(ballots: RankedBallots) -> None:
    firsts = [0] * len(ballots.options)
    for ranking, count in ballots.rankings.items():
        firsts[ranking[0]] += count
    top = max(range(len(firsts)), key=firsts.__getitem__)
    if 2 * firsts[top] > ballots.counted:
        assert instant_runoff(ballots, listed(len(firsts))).winners == (top,)
