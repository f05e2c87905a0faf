"""Pairs for long lists: how answers are counted, and which pairs a ballot is shown."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise

import pytest

from petitions.counting.duels import Answers, DuelBallots, by_strength, duels, wins_of
from petitions.counting.ties import listed
from petitions.protocol.canonical import NotWhatItSays
from petitions.protocol.choices import write_choice
from petitions.protocol.pairs import asked_pairs, pair_list, shown_pair, turns
from petitions.protocol.spec import VoteSpec
from tests.petitions.voting import a_spec

OPTIONS = ("A", "B", "C", "D")
LONG = "abcdefghijklmnopq"


def a_long_spec(options: str = LONG) -> VoteSpec:
    return replace(a_spec("pairwise", options=options), pairs=8, rank_depth=20)


def test_an_option_stands_by_what_it_won_against_each_other_one() -> None:
    found = duels(DuelBallots(OPTIONS, {((0, 1),): 3, ((1, 2),): 9, ((3, 2),): 3}), 1, listed(4))
    half = Fraction(1, 2)
    assert found.scores[0] == (Fraction(4, 5) + half + half) / 3
    assert found.scores[2] == (Fraction(1, 11) + Fraction(1, 5) + half) / 3
    assert found.order == (0, 3, 1, 2)
    assert found.wins[1][2] == 9


def test_meeting_a_weak_one_again_and_again_is_no_way_to_the_top() -> None:
    seldom: dict[Answers, int] = {((0, 1),): 5, ((0, 2),): 5, ((2, 1),): 5}
    often = {**seldom, ((2, 1),): 500}
    assert duels(DuelBallots(OPTIONS[:3], often), 1, listed(3)).order == (0, 2, 1)


@pytest.mark.parametrize("seed", range(5))
def test_names_and_order_of_ballots_change_nothing(seed: int) -> None:
    dice = random.Random(seed)
    pairs = [(a, b) for a in range(5) for b in range(5) if a != b]
    ballots = [tuple(dice.sample(pairs, 3)) for _ in range(40)]
    found = duels(DuelBallots(tuple("vwxyz"), Counter(ballots)), 2, listed(5))
    assert sum(found.scores) == Fraction(5, 2), "what one wins another loses"
    turned = [tuple((b, a) for a, b in ballot) for ballot in ballots]
    other = duels(DuelBallots(tuple("vwxyz"), Counter(turned)), 2, listed(5))
    assert [1 - score for score in other.scores] == list(found.scores)


def test_without_answers_nobody_is_chosen() -> None:
    found = duels(DuelBallots(OPTIONS, {}, blank=2), 1, listed(4))
    assert (found.order, set(found.scores), found.ballots) == ((), {Fraction(1, 2)}, 2)


def test_a_tie_at_the_last_place_is_named() -> None:
    even: dict[Answers, int] = {((0, 1),): 1, ((1, 2),): 1, ((2, 0),): 1}
    found = duels(DuelBallots(OPTIONS[:3], even), 2, [2, 0, 1])
    assert (found.order, found.tied) == ((1, 2, 0), (0, 1, 2))


def test_strength_counts_whom_one_beat() -> None:
    """A beat B as often as D beat C, but B is strong: it beat C many times."""
    ballots = DuelBallots(OPTIONS, {((0, 1),): 3, ((1, 2),): 9, ((3, 2),): 3})
    assert by_strength(wins_of(ballots), listed(4)) == (0, 3, 1, 2)


# ---- which pairs a ballot is shown --------------------------------------------------------------


@pytest.mark.parametrize("options", ["abcd", LONG, LONG[:16]])
def test_every_pair_is_in_the_list_once(options: str) -> None:
    pairs = pair_list(a_long_spec(options))
    size = range(len(options))
    assert sorted(tuple(sorted(pair)) for pair in pairs) == list(combinations(size, 2))


def test_over_all_turns_each_option_is_shown_alike_on_either_side() -> None:
    spec = a_long_spec()
    first, second = Counter[int](), Counter[int]()
    for turn in range(turns(spec)):
        for at in range(asked_pairs(spec)):
            one, other = shown_pair(spec, turn, at)
            first[one] += 1
            second[other] += 1
    assert len({*first.values(), *second.values()}) == 1


def test_one_ballot_shows_no_option_twice_in_a_row_and_none_often() -> None:
    spec = a_long_spec()
    for turn in range(turns(spec)):
        shown = [set(shown_pair(spec, turn, at)) for at in range(asked_pairs(spec))]
        assert max(Counter(one for pair in shown for one in pair).values()) <= 2
        assert all(len(before & after) < 2 for before, after in pairwise(shown))


def test_the_list_follows_from_the_hash_of_the_rule() -> None:
    spec = a_long_spec()
    assert pair_list(spec) == pair_list(VoteSpec.parse(spec.text()))
    assert pair_list(replace(spec, question="Another one?")) != pair_list(spec)


def test_rules_without_pairs_keep_the_hash_they_had() -> None:
    assert b"pairs" not in a_spec("irv").text()
    assert b'"pairs":8' in a_long_spec().text()
    with pytest.raises(NotWhatItSays):
        replace(a_spec("irv"), pairs=8)


def test_a_ballot_answers_one_run_of_the_list_and_no_pairs_of_its_own_choice() -> None:
    spec = a_long_spec()
    ids = [option.id for option in spec.options]
    for turn in (0, 130, 150, 270):
        run = [shown_pair(spec, turn, at) for at in range(20)]
        choice = sorted([ids[one], ids[other]] for one, other in run)
        write_choice(choice, spec)
        write_choice(choice[::3], spec)
        further = [ids[one] for one in shown_pair(spec, turn, 20)]
        with pytest.raises(NotWhatItSays, match="too much"):
            write_choice(sorted([*choice, further]), spec)
        with pytest.raises(NotWhatItSays, match="no ballot"):
            write_choice(sorted([[ids[one] for one in run[0]], further]), spec)
    with pytest.raises(NotWhatItSays, match="no ballot"):
        write_choice([["a", other] for other in ids[1:]], spec)
