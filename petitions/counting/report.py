"""A count as plain data for `--json`, for publishing, and for whoever recounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from petitions.counting.counts import (
    BudgetCount,
    OrderCount,
    PlainCount,
    Purchase,
    Round,
    TransferCount,
)
from petitions.counting.duels import DuelCount
from petitions.counting.plain import ScoreBallots, spreads
from petitions.counting.profiles import ApprovalBallots, BudgetBallots, RankedBallots

Plain = dict[str, object]


def number(value: Fraction | int) -> int | float:
    """For reading; where it is not whole, `exact` beside it says what it is."""
    value = Fraction(value)
    return value.numerator if value.denominator == 1 else round(float(value), 6)


def _exact(values: Mapping[str, Fraction]) -> Plain:
    broken = {name: str(value) for name, value in values.items() if value.denominator != 1}
    return {"exact": broken} if broken else {}


def _head(ballots: RankedBallots | ApprovalBallots, winners: Iterable[int]) -> Plain:
    return {
        "winners": [ballots.options[option] for option in winners],
        "ballots": ballots.ballots,
        "blank": ballots.blank,
    }


def of_transfers(count: TransferCount, ballots: RankedBallots) -> Plain:
    """`exhausted` is what counts for nobody at the end, though its ballots named someone."""
    names = ballots.options
    return {
        **_head(ballots, count.winners),
        "exhausted": number(count.exhausted),
        **_exact({"exhausted": count.exhausted}),
        "quota": count.quota,
        "rounds": [_round(at, one, names) for at, one in enumerate(count.rounds, 1)],
    }


def _round(at: int, one: Round, names: tuple[str, ...]) -> Plain:
    votes = {names[option]: value for option, value in one.votes.items()}
    found: Plain = {
        "round": at,
        "votes": {name: number(value) for name, value in votes.items()},
        **_exact(votes),
        "elected": [names[option] for option in one.elected],
        "excluded": None if one.excluded is None else names[one.excluded],
        "surplus_of": None if one.surplus_of is None else names[one.surplus_of],
        "exhausted": number(one.exhausted),
    }
    if one.transfers is not None:
        moved = {names[to]: value for to, value in one.transfers.items() if to is not None}
        found["transfers"] = {name: number(value) for name, value in moved.items()}
        found["newly_exhausted"] = number(one.transfers.get(None, Fraction(0)))
    if one.tied:
        found["tied"] = [names[option] for option in one.tied]
    return found


def of_order(count: OrderCount, ballots: RankedBallots) -> Plain:
    names = ballots.options
    return {
        **_head(ballots, count.winners),
        "exhausted": 0,
        "rounds": [],
        "pairwise": _table(count.preferred, names),
        "strengths": _table(count.strengths, names),
        "tied": [[names[option] for option in level] for level in count.tied],
    }


def _table(table: tuple[tuple[int, ...], ...], names: tuple[str, ...]) -> Plain:
    return {
        names[a]: {names[b]: table[a][b] for b in range(len(names)) if b != a}
        for a in range(len(names))
    }


def of_totals(count: PlainCount, ballots: ApprovalBallots) -> Plain:
    totals = {ballots.options[option]: value for option, value in enumerate(count.totals)}
    votes = {name: number(value) for name, value in totals.items()}
    return {
        **_head(ballots, count.winners),
        "exhausted": 0,
        "rounds": [
            {"round": 1, "votes": votes, "elected": _head(ballots, count.winners)["winners"]}
        ],
        "tied": [ballots.options[option] for option in count.tied],
    }


def of_scores(count: PlainCount, ballots: ScoreBallots) -> Plain:
    names = ballots.options
    return {
        "winners": [names[option] for option in count.winners],
        "ballots": sum(ballots.sheets.values()) + ballots.blank,
        "blank": ballots.blank,
        "exhausted": 0,
        "rounds": [
            {
                "round": 1,
                "votes": {names[at]: number(total) for at, total in enumerate(count.totals)},
                "elected": [names[option] for option in count.winners],
            }
        ],
        "given": {names[at]: list(one.given) for at, one in enumerate(spreads(ballots))},
        "tied": [names[option] for option in count.tied],
    }


def of_duels(count: DuelCount, names: tuple[str, ...]) -> Plain:
    scores = {names[at]: score for at, score in enumerate(count.scores)}
    return {
        "winners": [names[option] for option in count.order],
        "ballots": count.ballots,
        "blank": count.blank,
        "exhausted": 0,
        "rounds": [],
        "scores": {name: number(score) for name, score in scores.items()},
        **_exact(scores),
        "pairwise": _table(count.wins, names),
        "tied": [names[option] for option in count.tied],
    }


def of_budget(count: BudgetCount, ballots: BudgetBallots) -> Plain:
    approvals = ballots.approvals
    share = None if count.share is None else count.share
    return {
        **_head(approvals, count.funded),
        "exhausted": 0,
        "funded": [ballots.projects[project].id for project in count.funded],
        "spent": number(Fraction(count.spent, ballots.unit)),
        "budget": number(Fraction(ballots.limit, ballots.unit)),
        **({} if share is None else {"share": number(share), "steps": count.steps}),
        **({} if share is None else _exact({"share": share})),
        "rounds": [_purchase(at, one, ballots) for at, one in enumerate(count.purchases, 1)],
    }


def _purchase(at: int, one: Purchase, ballots: BudgetBallots) -> Plain:
    found: Plain = {
        "round": at,
        "project": ballots.projects[one.project].id,
        "name": ballots.projects[one.project].name,
        "cost": number(Fraction(one.cost, ballots.unit)),
        "votes": number(one.votes),
        "funded": one.funded,
        "left": number(one.left),
    }
    if one.price is not None:
        found["price"] = number(one.price)
        found |= _exact({"price": one.price})
    if one.tied:
        found["tied"] = [ballots.projects[project].id for project in one.tied]
    return found
