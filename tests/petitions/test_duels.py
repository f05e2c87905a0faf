"""Pairs for long lists."""

from __future__ import annotations

from petitions.counting.duels import DuelBallots, duels, next_pair
from petitions.counting.ties import listed

OPTIONS = ("A", "B", "C", "D")


def test_who_beats_strong_ones_stands_above_who_beats_weak_ones() -> None:
    """A beat B as often as D beat C, but B is strong: it beat C many times."""
    ballots = DuelBallots(OPTIONS, {((0, 1),): 3, ((1, 2),): 9, ((3, 2),): 3})
    found = duels(ballots, listed(4))
    assert found.winners == (0, 3, 1, 2)
    assert found.wins[1][2] == 9


def test_without_answers_all_are_equal_and_stand_as_listed() -> None:
    found = duels(DuelBallots(OPTIONS, {}, blank=2), listed(4))
    assert (found.winners, set(found.strengths), found.ballots) == ((0, 1, 2, 3), {1.0}, 2)


def test_the_next_pair_asks_about_what_was_asked_least() -> None:
    found = duels(DuelBallots(OPTIONS, {((0, 1),): 2, ((1, 2),): 1}), listed(4))
    for seed in "abcdef":
        pair = next_pair(found, seed)
        assert 3 in pair
        assert pair == next_pair(found, seed)
    sides = {next_pair(found, str(seed)).index(3) for seed in range(40)}
    assert sides == {0, 1}
