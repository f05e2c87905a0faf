"""Single choice, approval and score."""

from __future__ import annotations

from fractions import Fraction

import pytest

from petitions.counting.plain import ScoreBallots, approval, score, single_choice, spreads
from petitions.counting.profiles import ApprovalBallots, NotCountable
from petitions.counting.ties import listed

OPTIONS = ("A", "B", "C")


def test_most_approved_come_first_and_a_tie_at_the_line_is_named() -> None:
    ballots = ApprovalBallots(OPTIONS, {0b011: 2, 0b100: 1, 0b001: 1}, blank=1)
    found = approval(ballots, 1, listed(3))
    assert found.winners == (0,)
    assert found.totals == (3, 2, 1)
    assert found.tied == ()
    level = approval(ApprovalBallots(OPTIONS, {0b011: 2, 0b100: 1}), 1, listed(3))
    assert (level.winners, level.tied) == ((0,), (0, 1))


def test_a_single_choice_is_one_choice() -> None:
    assert single_choice(ApprovalBallots(OPTIONS, {0b010: 2, 0b1: 1}), listed(3)).winners == (1,)
    with pytest.raises(NotCountable):
        single_choice(ApprovalBallots(OPTIONS, {0b011: 1}), listed(3))


def test_scores_add_up_and_their_spread_shows_two_camps() -> None:
    sheets = {(5, 3, None): 2, (0, 3, 5): 2}
    ballots = ScoreBallots(OPTIONS, sheets, highest=5)
    found = score(ballots, 1, listed(3))
    assert (found.winners, found.totals) == ((1,), (10, 12, 10))
    first, second, third = spreads(ballots)
    assert first.given == (2, 0, 0, 0, 0, 2)
    assert (first.mean, second.mean, third.mean) == (Fraction(5, 2), 3, 5)


def test_no_ballot_chooses_nothing() -> None:
    assert approval(ApprovalBallots(OPTIONS, {}, blank=2), 1, listed(3)).winners == ()
    assert score(ScoreBallots(OPTIONS, {}, 5), 1, listed(3)).winners == ()
