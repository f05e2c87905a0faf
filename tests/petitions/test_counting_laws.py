"""Laws that hold for every method or between two of them, whatever the ballots."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from petitions.counting.equal_shares import equal_shares
from petitions.counting.greedy import greedy
from petitions.counting.plain import approval
from petitions.counting.profiles import (
    ApprovalBallots,
    BudgetBallots,
    RankedBallots,
    approvals_of,
    members,
)
from petitions.counting.schulze import schulze
from petitions.counting.ties import listed
from petitions.counting.transferable import instant_runoff, transferable_vote
from tests.petitions.profiles import any_budget, any_ranked, budget

LAW = settings(max_examples=30)
RANKED = {
    "irv": instant_runoff,
    "stv": lambda ballots, rank: transferable_vote(ballots, 2, rank),
    "schulze": schulze,
    "approval": lambda ballots, rank: approval(approvals_of(ballots), 2, rank),
}
BUDGET = {
    "greedy": greedy,
    "equal shares": lambda ballots, rank: equal_shares(ballots, rank, increment=False),
    "increment": lambda ballots, rank: equal_shares(ballots, rank, increment=True),
}


@pytest.mark.parametrize("method", RANKED)
@LAW
@given(any_ranked(), st.randoms())
def test_options_by_other_numbers_elect_the_same(
    method: str, ballots: RankedBallots, dice: st.DataObject
) -> None:
    """With ties: the tie order goes along."""
    size = len(ballots.options)
    new = listed(size)
    dice.shuffle(new)  # type: ignore[attr-defined]
    rankings = {tuple(new[one] for one in told): n for told, n in ballots.rankings.items()}
    rank = [0] * size
    for option, number in enumerate(new):
        rank[number] = option
    found = RANKED[method](RankedBallots(ballots.options, rankings), rank).winners
    assert found == tuple(new[one] for one in RANKED[method](ballots, listed(size)).winners)


@pytest.mark.parametrize("method", BUDGET)
@LAW
@given(any_budget(), st.randoms())
def test_projects_in_another_order_are_funded_alike(
    method: str, ballots: BudgetBallots, dice: st.DataObject
) -> None:
    size = len(ballots.projects)
    old = listed(size)
    dice.shuffle(old)  # type: ignore[attr-defined]
    sets = {
        sum(1 << number for number, option in enumerate(old) if mask >> option & 1): n
        for mask, n in ballots.approvals.sets.items()
    }
    again = BudgetBallots(
        tuple(ballots.projects[option] for option in old),
        ballots.limit,
        ApprovalBallots(ballots.approvals.options, sets, ballots.approvals.blank),
    )
    found = BUDGET[method](again, old).funded
    # Projects that cost nothing come first there, in the order of the list.
    assert {old[one] for one in found} == set(BUDGET[method](ballots, listed(size)).funded)


@LAW
@given(any_ranked())
def test_for_one_seat_stv_elects_whom_the_runoff_elects(ballots: RankedBallots) -> None:
    rank = listed(len(ballots.options))
    assert transferable_vote(ballots, 1, rank).winners == instant_runoff(ballots, rank).winners


@LAW
@given(any_ranked(), st.data())
def test_a_group_gets_the_seats_that_its_quotas_are_worth(
    ballots: RankedBallots, data: st.DataObject
) -> None:
    """Whoever puts the same few before all others, in any order among them (solid coalitions)."""
    size = len(ballots.options)
    few = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
    ours = data.draw(st.lists(st.permutations(sorted(few)).map(tuple), max_size=9))
    rankings = dict(ballots.rankings)
    for one in ours:
        rankings[one] = rankings.get(one, 0) + 3
    seats = data.draw(st.integers(1, 4))
    both = RankedBallots(ballots.options, rankings)
    solid = sum(n for told, n in rankings.items() if set(told[: len(few)]) == few)
    found = transferable_vote(both, seats, listed(size))
    assert found.quota is not None
    assert len(few & set(found.winners)) >= min(len(few), solid // found.quota)


@LAW
@given(any_ranked())
def test_schulze_puts_no_option_behind_one_with_the_weaker_chain(ballots: RankedBallots) -> None:
    """So whoever loses to every other one is last."""
    found = schulze(ballots, listed(len(ballots.options)))
    for before, after in combinations(found.winners, 2):
        assert found.strengths[before][after] >= found.strengths[after][before]
    size = range(len(ballots.options))
    for a in size:
        if all(found.preferred[a][b] < found.preferred[b][a] for b in size if b != a):
            assert found.winners[-1] == a


@st.composite
def camps(draw: st.DrawFn) -> BudgetBallots:
    """Two camps that want other projects, and money for about half of them."""
    costs = draw(st.lists(st.integers(1, 9), min_size=4, max_size=6))
    split = draw(st.integers(1, len(costs) - 1))
    masks = (1 << split) - 1, (1 << len(costs)) - (1 << split)
    voters = [masks[0]] * draw(st.integers(1, 9)) + [masks[1]] * draw(st.integers(1, 9))
    other = draw(st.lists(st.integers(0, (1 << len(costs)) - 1), max_size=3))
    return budget(costs, sum(costs) // 2, voters + other)


@LAW
@given(camps(), st.booleans())
def test_equal_shares_leave_no_group_without_what_it_could_pay_for(
    ballots: BudgetBallots, increment: bool
) -> None:
    """Whoever could buy some projects together with their shares: at least one of them has as much
    funded, or would with one of these more. (Peters, Pierczyński and Skowron 2021: justified
    representation up to one project.)"""
    found = equal_shares(ballots, listed(len(ballots.projects)), increment=increment)
    cost = [project.cost for project in ballots.projects]
    share = Fraction(ballots.limit, ballots.approvals.ballots)
    funded = set(found.funded)
    for some in range(1, 1 << len(cost)):
        wanted = members(some)
        worth = sum(cost[one] for one in wanted)
        gain = max((cost[one] for one in wanted if one not in funded), default=worth)
        have = sorted(
            sum(cost[one] for one in members(mask) if one in funded)
            for mask, voters in ballots.approvals.sets.items()
            if mask & some == some
            for _ in range(voters)
        )
        enough = ceil(worth / share) if share else len(have) + 1
        if worth and enough <= len(have):
            assert have[enough - 1] >= worth or have[enough - 1] + gain > worth
