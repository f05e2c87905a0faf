"""What is shown of who took part, and how firmly a ranking stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from itertools import product

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


def test_a_group_moves_only_by_ten_or_more() -> None:
    first = release({"north": 40, "south": 25, "east": 7, "west": 6})
    second = release({"north": 43, "south": 36, "east": 7, "west": 6}, first)
    assert (second.shown, second.rest) == ({"north": 40, "south": 36}, 16)


@given(COUNTS, st.lists(COUNTS, max_size=4))
def test_no_release_shows_or_tells_a_small_group(
    first: dict[str, int], later: list[dict[str, int]]
) -> None:
    earlier = None
    for change in [first, *later]:
        counts = {group: change.get(group, first[group]) for group in first}
        found = release(counts, earlier)
        assert found.total == sum(counts.values())
        assert all(count >= 10 for count in found.shown.values())
        for group, count in found.shown.items():
            before = earlier.shown.get(group) if earlier else None
            assert before is None or before == count or abs(before - count) >= 10
        if any(counts[group] != found.shown.get(group, 0) for group in counts):
            assert found.rest >= 10 or not found.shown
        earlier = found


def told(first: Release, second: Release) -> object:
    return (*first.shown.items(), first.rest, *second.shown.items(), second.rest)


def left_open(possible: dict[object, list[tuple[int, ...]]], hidden: dict[object, str]) -> None:
    """For each way it may look in public: a group not shown could be of more than one size."""
    for seen, ways in possible.items():
        for group in hidden.get(seen, ""):
            sizes = {way["abc".index(group)] for way in ways}
            assert len(sizes) > 1 or sizes == {0}, (seen, ways)


def test_nobody_who_knows_the_rule_works_out_a_small_group() -> None:
    """Every way in which three groups may stand, once and twice. Ways that would need a larger
    group than those tried are left out, as not all of their like were tried."""
    possible: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    hidden: dict[object, str] = {}
    for top, later in ((13, False), (7, True)):
        for first in product(range(top), repeat=3):
            one = release(dict(zip("abc", first, strict=True)), smallest=3)
            for second in product(*(range(at, top) for at in first)) if later else [first]:
                two = release(dict(zip("abc", second, strict=True)), one, smallest=3)
                seen = (later, told(one, two))
                possible[seen].append(second)
                if two.shown and two.rest < top and max(two.shown.values()) < top - 2:
                    hidden[seen] = "abc".translate(dict.fromkeys(map(ord, two.shown)))
        left_open(possible, hidden)
    assert len(hidden) > 100


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
