"""What is shown of who took part, and how firmly a ranking stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petitions.results.composition import composition
from petitions.results.release import Release, release
from petitions.results.stability import resampled, stability, times_for

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 60), min_size=2)


def test_small_groups_are_rolled_up() -> None:
    found = release({"north": 40, "south": 25, "east": 7, "west": 6})
    assert (found.shown, found.rest) == ({"north": 40, "south": 25}, 13)


def test_one_small_group_takes_a_larger_one_along() -> None:
    """Else the total less the others would tell it."""
    found = release({"north": 40, "south": 25, "east": 7, "west": 0})
    assert (found.shown, found.rest) == ({"south": 25}, 47)


def test_a_rest_that_could_only_be_split_in_one_way_is_not_shown() -> None:
    found = release({"north": 40, "south": 25, "east": 9, "west": 9})
    assert (found.shown, found.rest) == ({"south": 25}, 58)


def test_those_who_came_since_are_a_table_of_their_own() -> None:
    first = release({"north": 40, "south": 25, "east": 7, "west": 6})
    second = release({"north": 80, "south": 60, "east": 13, "west": 12}, first)
    assert (second.shown, second.rest) == ({"north": 80, "south": 60}, 25)
    third = release({"north": 160, "south": 120, "east": 57, "west": 54}, second)
    assert (third.shown, third.rest) == ({"north": 160, "south": 120}, 111), (
        "how many came to the east at first would be told by showing it now"
    )


def test_where_nobody_was_left_out_a_new_group_is_shown() -> None:
    first = release({"north": 40, "south": 0, "east": 0})
    second = release({"north": 80, "south": 25, "east": 0}, first)
    assert (second.shown, second.rest) == ({"north": 80, "south": 25}, 0)


@given(COUNTS, st.lists(COUNTS, max_size=4))
def test_all_releases_together_tell_no_more_than_a_first_one_of_each_crowd(
    first: dict[str, int], later: list[dict[str, int]]
) -> None:
    """Each crowd is other people, so tables of crowds cannot be subtracted from each other."""
    crowds = [first, *({group: change.get(group, 0) for group in first} for change in later)]
    found, counts = None, dict.fromkeys(first, 0)
    told, kept_back = Counter[str](), set[str]()
    for crowd in crowds:
        counts = {group: counts[group] + crowd[group] for group in counts}
        found, alone = release(counts, found), release(crowd)
        told.update(alone.shown)
        kept_back |= alone.within
        assert found.total == sum(counts.values())
        assert found.shown == {one: n for one, n in told.items() if one not in kept_back}
        assert all(count >= 10 for count in found.shown.values())
        if found.shown != {one: n for one, n in counts.items() if n}:
            assert len(found.within) > 1


@pytest.mark.parametrize(("groups", "top", "times"), [("abcd", 7, 1), ("abc", 7, 2), ("ab", 7, 3)])
def test_nobody_who_knows_the_rule_works_out_a_small_group(
    groups: str, top: int, times: int
) -> None:
    """Every way in which groups may stand, up to three times: whoever sees all that was published
    never knows the size of a group that was not shown then. Ways that would need a larger group
    than those tried are left out, as not all of their like were tried."""
    possible: dict[object, list[list[tuple[int, ...]]]] = defaultdict(list)
    for history in histories(len(groups), top, times):
        found, seen = None, []
        for counts in history:
            found = release(dict(zip(groups, counts, strict=True)), found, smallest=3)
            seen.append((tuple(found.shown.items()), found.rest))
        possible[tuple(seen)].append(history)
    tried = 0
    for seen, ways in possible.items():
        if all(rest < top for _shown, rest in seen):
            for at, (shown, _rest) in enumerate(seen):
                for place, group in enumerate(groups):
                    sizes = {way[at][place] for way in ways}
                    tried += group not in dict(shown) and sizes != {0}
                    assert group in dict(shown) or len(sizes) > 1 or sizes == {0}, (seen, ways)
    assert tried > 100


def histories(groups: int, top: int, times: int) -> Iterator[list[tuple[int, ...]]]:
    """Nobody takes a signature back: whoever thinks so knows most."""
    grown = product(combinations_with_replacement(range(top), times), repeat=groups)
    return (list(zip(*each, strict=True)) for each in grown)


def test_who_is_missing_is_said_beside_the_city_s_own_figures() -> None:
    took_part = Release({"young": 20, "middle": 60}, rest=20)
    found = composition(took_part, {"young": 400, "middle": 500, "old": 100})
    young, middle, old = found.groups
    assert (young.residents, young.part, young.ratio) == (
        Fraction(2, 5),
        Fraction(1, 5),
        Fraction(1, 2),
    )
    assert (young.missing, middle.missing, old.missing) == (True, False, False)
    assert old.part is None
    assert found.not_shown == Fraction(1, 5)
    assert composition(Release({}, 0), {"young": 1}).groups == ()


def test_a_firm_result_stands_and_a_close_one_does_not() -> None:
    def most(ballots: Mapping[str, int]) -> tuple[str, ...]:
        return (max(sorted(ballots), key=ballots.__getitem__),)

    firm = stability({"A": 90, "B": 10}, most, "seed", times=50)
    close = stability({"A": 51, "B": 49}, most, "seed", times=50)
    assert (firm.chosen, firm.same) == ({"A": 50}, 50)
    assert 12 < close.same < 45
    assert close == stability({"A": 51, "B": 49}, most, "seed", times=50)


def test_a_draw_has_as_many_ballots_and_depends_on_the_seed() -> None:
    ballots = {"AB": 30, "BA": 20, "A": 10}
    one, other = resampled(ballots, "1"), resampled(ballots, "2")
    assert sum(one.values()) == sum(other.values()) == 60
    assert one != other


def test_large_votes_are_drawn_less_often() -> None:
    assert [times_for(n) for n in (60, 10_000, 80_000, 10**7)] == [200, 200, 25, 20]
