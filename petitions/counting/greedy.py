"""The usual rule for a budget: most votes first, while it fits."""

from __future__ import annotations

from fractions import Fraction

from petitions.counting.counts import BudgetCount, Purchase
from petitions.counting.profiles import BudgetBallots


def greedy(ballots: BudgetBallots, rank: list[int]) -> BudgetCount:
    """Look at each project once, those with most votes first; fund it if what is left covers it."""
    votes = ballots.votes()
    left = ballots.limit
    purchases: list[Purchase] = []
    for option in sorted(range(len(votes)), key=lambda one: (-votes[one], rank[one])):
        cost = ballots.projects[option].cost
        funded = cost <= left
        left -= cost if funded else 0
        tied = tuple(one for one in range(len(votes)) if votes[one] == votes[option])
        purchases.append(
            Purchase(
                option,
                cost,
                votes[option],
                funded,
                Fraction(left, ballots.unit),
                tied=tied if len(tied) > 1 else (),
            )
        )
    chosen = tuple(purchase.project for purchase in purchases if purchase.funded)
    return BudgetCount(chosen, tuple(purchases), ballots.limit - left)
