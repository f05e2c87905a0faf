"""Greedy and equal shares: worked examples, real budgets, laws, and the passing-over of steps."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from petitions.counting.bounded_shares import BoundedRun, CannotTell, Groups, Rates
from petitions.counting.counts import BudgetCount
from petitions.counting.equal_shares import _Crowd, _Run, equal_shares
from petitions.counting.greedy import greedy
from petitions.counting.pabulib import read_pabulib
from petitions.counting.profiles import (
    ApprovalBallots,
    BudgetBallots,
    NotCountable,
    Project,
    members,
)
from petitions.counting.ties import listed
from tests.petitions.profiles import DATA, any_budget, budget


def slow_shares(ballots: BudgetBallots, share: Fraction) -> list[int]:
    """The rule as it is told: everyone has a purse, the cheapest for its supporters comes next."""
    purses = [(m, share) for m, n in ballots.approvals.sets.items() for _ in range(n)]
    free = [at for at, one in enumerate(ballots.projects) if one.cost == 0]
    funded = [at for at in free if any(mask >> at & 1 for mask, _ in purses)]
    while True:
        rates = {}
        for at, project in enumerate(ballots.projects):
            supporters = sorted(left for mask, left in purses if mask >> at & 1)
            if at in funded or not project.cost or sum(supporters) < project.cost:
                continue
            missing = Fraction(project.cost)
            for done, left in enumerate(supporters):
                if left * (len(supporters) - done) >= missing:
                    rates[at] = missing / (len(supporters) - done)
                    break
                missing -= left
        if not rates:
            return funded
        best = min(rates, key=lambda at: (rates[at] / ballots.projects[at].cost, at))
        funded.append(best)
        purses = [(m, left - min(left, rates[best]) * (m >> best & 1)) for m, left in purses]


def slow_increment(ballots: BudgetBallots) -> list[int]:
    """One unit more at a time, every step tried."""
    share = Fraction(ballots.limit, ballots.approvals.ballots)
    supported = {at for mask in ballots.approvals.sets for at in members(mask)}
    before = slow_shares(ballots, share)
    while True:
        left = ballots.limit - sum(ballots.projects[at].cost for at in before)
        if all(ballots.projects[at].cost > left for at in supported - set(before)):
            return before
        share += 1
        after = slow_shares(ballots, share)
        if sum(ballots.projects[at].cost for at in after) > ballots.limit:
            return before
        before = after


def ids(ballots: BudgetBallots, found: BudgetCount) -> list[str]:
    return [ballots.projects[at].id for at in found.funded]


@pytest.mark.parametrize("place", ["mileszki", "nowosolna"])
def test_greedy_reproduces_the_official_winners(place: str) -> None:
    path = DATA / f"poland_lodz_2020_{place}.pb"
    ballots = read_pabulib(path).budget()
    rows = path.read_text(encoding="utf-8").split("VOTES\n")[0].splitlines()
    official = [row.split(";")[0] for row in rows if row.endswith(";1")]
    assert ids(ballots, greedy(ballots, listed(len(ballots.projects)))) == official


def test_equal_shares_fund_several_small_projects_where_greedy_builds_one_road() -> None:
    ballots = read_pabulib(DATA / "poland_lodz_2020_mileszki.pb").budget()
    rank = listed(len(ballots.projects))
    plain = equal_shares(ballots, rank, increment=False)
    more = equal_shares(ballots, rank, increment=True)
    assert ids(ballots, plain) == ["W128MI", "W107MI", "W065MI", "W050MI"]
    assert (plain.spent, plain.steps) == (128_400, 0)
    assert ids(ballots, more) == ["W128MI", "W107MI", "W047MI", "W065MI", "W050MI"]
    assert (more.spent, more.steps) == (258_400, 252)


def test_the_supporters_pay_alike_and_the_poorer_ones_what_they_have() -> None:
    """Three voters, 30 in all, 10 each. All back A (12): 4 each. B (10) has the first two."""
    found = equal_shares(budget([12, 10], 30, [3, 3, 1]), listed(2), increment=False)
    assert [one.price for one in found.purchases] == [4, 5]
    assert found.spent == 22


def test_equal_shares_refuse_points() -> None:
    ballots = replace(budget([1], 1, [1]), points=(3,))
    with pytest.raises(NotCountable):
        equal_shares(ballots, [0], increment=True)


def test_points_take_the_place_of_votes_in_the_greedy_rule() -> None:
    ballots = replace(budget([5, 5], 5, [1, 1, 2]), points=(3, 8))
    assert greedy(ballots, listed(2)).funded == (1,)


@given(any_budget())
def test_equal_shares_buy_what_the_rule_says(ballots: BudgetBallots) -> None:
    share = Fraction(ballots.limit, ballots.approvals.ballots)
    found = equal_shares(ballots, listed(len(ballots.projects)), increment=False)
    assert list(found.funded) == slow_shares(ballots, share)


@given(any_budget())
def test_passing_over_steps_ends_where_every_step_tried_ends(ballots: BudgetBallots) -> None:
    found = equal_shares(ballots, listed(len(ballots.projects)), increment=True)
    assert list(found.funded) == slow_increment(ballots)


@given(any_budget())
def test_nothing_is_overspent(ballots: BudgetBallots) -> None:
    rank = listed(len(ballots.projects))
    for found in (
        greedy(ballots, rank),
        equal_shares(ballots, rank, increment=False),
        equal_shares(ballots, rank, increment=True),
    ):
        assert found.spent <= ballots.limit
        assert found.spent == sum(ballots.projects[at].cost for at in found.funded)


def wide(voters: int, options: int, seed: int) -> BudgetBallots:
    """Hardly two ballots alike: the hardest budgets for equal shares."""
    dice = random.Random(seed)
    sets: dict[int, int] = {}
    for _voter in range(voters):
        mask = sum(1 << one for one in dice.sample(range(options), dice.randint(3, options // 2)))
        sets[mask] = sets.get(mask, 0) + 1
    projects = tuple(Project(f"p{n}", "", dice.randint(80, 4_000)) for n in range(options))
    return BudgetBallots(projects, 30_000, ApprovalBallots(tuple(p.id for p in projects), sets))


@pytest.mark.parametrize("seed", range(4))
def test_bounds_and_exact_numbers_tell_the_same_purchases_at_the_same_prices(seed: int) -> None:
    ballots = wide(400, 16, seed)
    rank = listed(len(ballots.projects))
    costs = [project.cost for project in ballots.projects]
    groups, crowd = Groups(ballots.approvals), _Crowd(ballots.approvals.sets, len(costs))
    rates, spending = Rates(groups, costs), groups.spending()
    told = 0
    for steps in range(0, 60, 7):
        share = Fraction(ballots.limit, 400) + steps
        with contextlib.suppress(CannotTell):  # two projects that truly cost their backers alike
            bounded = BoundedRun(groups, costs, rank, rates, share, exact=True).stages()
            told += 1
            exact = _Run(crowd, costs, rank, share, rates.scale).stages()
            assert [(one.project, one.price) for one in bounded] == [
                (one.project, one.price) for one in exact
            ]
            faster = BoundedRun(groups, costs, rank, rates, share, spending=spending).stages()
            assert [one.project for one in faster] == [one.project for one in exact]
            assert all(one.most >= true.most for one, true in zip(faster, exact, strict=True))
    assert told >= 5


def test_bounds_that_touch_are_left_to_exact_numbers() -> None:
    """Two projects that cost and get the same, after purses went different ways."""
    ballots = budget([7, 5, 5], 17, [0b011, 0b101, 0b011, 0b101, 0b110, 0b001])
    rank = listed(3)
    found = equal_shares(ballots, rank, increment=True)
    assert list(found.funded) == slow_increment(ballots)


def test_amounts_too_large_for_bounds_are_counted_exactly() -> None:
    huge = 10**15
    ballots = budget([12 * huge, 10 * huge], 30 * huge, [3, 3, 1])
    found = equal_shares(ballots, listed(2), increment=False)
    assert [one.price for one in found.purchases] == [4 * huge, 5 * huge]
