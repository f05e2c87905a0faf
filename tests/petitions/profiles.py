"""Made-up ballots for the counting tests."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import strategies as st

from petitions.counting.profiles import ApprovalBallots, BudgetBallots, Project, RankedBallots

DATA = Path(__file__).parent / "data"
PORTLAND = DATA / "portland_2024_district1_extract.csv"
NAMES = ("Ada", "Bo", "Cleo", "Dev", "Eve", "Fay", "Gus", "Hal")


def ranked(**votes: int) -> RankedBallots:
    """`ranked(ABC=3, B=2)`: options are the letters, listed by the alphabet."""
    letters = tuple(sorted({letter for ranking in votes for letter in ranking}))
    rankings = {
        tuple(letters.index(letter) for letter in ranking): count
        for ranking, count in votes.items()
    }
    return RankedBallots(letters, rankings)


def random_ranked(seed: int, options: int, voters: int) -> RankedBallots:
    dice = random.Random(seed)
    rankings: dict[tuple[int, ...], int] = {}
    for _ in range(voters):
        one = tuple(dice.sample(range(options), dice.randint(1, options)))
        rankings[one] = rankings.get(one, 0) + 1
    return RankedBallots(NAMES[:options], rankings)


def uneven_ranked(seed: int) -> RankedBallots:
    """Some are much more liked than others, so that surpluses are large, and many ballots end
    early."""
    dice = random.Random(seed)
    liked = [dice.random() ** 3 + 0.02 for _ in NAMES]
    rankings: dict[tuple[int, ...], int] = {}
    for _ in range(dice.choice((30, 60, 120))):
        order = sorted(range(len(NAMES)), key=lambda one: dice.random() ** (1 / liked[one]))
        one = tuple(order[: -dice.randint(1, len(NAMES)) - 1 : -1])
        rankings[one] = rankings.get(one, 0) + 1
    return RankedBallots(NAMES, rankings)


def budget(costs: list[int], limit: int, masks: list[int]) -> BudgetBallots:
    sets: dict[int, int] = {}
    for mask in masks:
        sets[mask] = sets.get(mask, 0) + 1
    blank = sets.pop(0, 0)
    projects = tuple(Project(f"P{at}", f"Project {at}", cost) for at, cost in enumerate(costs))
    approvals = ApprovalBallots(tuple(one.id for one in projects), sets, blank)
    return BudgetBallots(projects, limit, approvals)


@st.composite
def any_ranked(draw: st.DrawFn) -> RankedBallots:
    options = draw(st.integers(2, 6))
    ranking = st.lists(st.integers(0, options - 1), min_size=1, unique=True).map(tuple)
    rankings = draw(st.dictionaries(ranking, st.integers(1, 9), min_size=1, max_size=10))
    return RankedBallots(NAMES[:options], rankings, draw(st.integers(0, 3)))


@st.composite
def any_budget(draw: st.DrawFn) -> BudgetBallots:
    costs = draw(st.lists(st.integers(0, 40), min_size=1, max_size=6))
    masks = st.integers(0, 2 ** len(costs) - 1)
    voters = draw(st.lists(masks, min_size=1, max_size=12))
    return budget(costs, draw(st.integers(0, 120)), voters)
