"""What other ways of counting would have chosen from the same ballots, for judging a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from petitions.counting.duels import DuelBallots, by_strength, wins_of
from petitions.counting.schulze import order_of
from petitions.counting.ties import drawn
from petitions.protocol.choices import RANKED, Choice, count_choices
from petitions.protocol.spec import VoteSpec

# Counted by first choices alone, and by who gave more than half of the points.
FIRST, HALFWAY = "first", "halfway"
# Of pairs: by the strength that explains the answers best.
STRENGTH = "bradley-terry"
BUDGETS = ("greedy", "equal-shares")
# What an option costs where all cost the same: the completion adds one unit a voter at a time.
_WHOLE = 1_000_000


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What one other way would have chosen, and whether that is the same."""

    way: str
    chosen: tuple[str, ...]
    same: bool


def otherwise(
    spec: VoteSpec, choices: Sequence[Choice], counted: Mapping[str, Any]
) -> tuple[Otherwise, ...]:
    """Every other way that can read these ballots. `counted` is the vote's own result; ties follow
    the same draw."""
    own = chosen_of(counted, spec)
    if spec.method == "pairwise":
        return tuple(
            Otherwise(way, chosen, sorted(chosen) == sorted(own))
            for way, chosen in _of_pairs(spec, choices, counted["seed"])
        )
    found = []
    for way, other, again in _ways(spec, choices):
        other_chosen = chosen_of(count_choices(again, other, counted["seed"]), other)
        found.append(Otherwise(way, other_chosen, sorted(other_chosen) == sorted(own)))
    return tuple(found)


def chosen_of(counted: Mapping[str, Any], spec: VoteSpec) -> tuple[str, ...]:
    """As many as the vote has to fill; of an order the first ones."""
    if "funded" in counted:
        return tuple(counted["funded"])
    return tuple(counted["winners"][: spec.seats])


def _ways(
    spec: VoteSpec, choices: Sequence[Choice]
) -> list[tuple[str, VoteSpec, Sequence[Choice]]]:
    if spec.method in RANKED:
        ways = [] if spec.method == "schulze" else [("schulze", _by(spec, "schulze"), choices)]
        if spec.seats == 1 and spec.method != "irv":
            ways.append(("irv", _by(spec, "irv"), choices))
        first = [choice[:1] for choice in choices]
        return [*ways, (FIRST, _by(spec, "approval"), first)]
    if spec.method == "score":
        liked = [
            tuple(option for option, given in choice if 2 * given > spec.highest)
            for choice in choices
        ]
        return [(HALFWAY, _by(spec, "approval"), liked)]
    if spec.method == "approval" and spec.seats > 1:
        return [("equal-shares", _places_to_buy(spec), choices)]
    if spec.method in BUDGETS:
        other = BUDGETS[1 - BUDGETS.index(spec.method)]
        return [(other, replace(_by(spec, other), completion="increment"), choices)]
    return []


def _of_pairs(
    spec: VoteSpec, choices: Sequence[Choice], seed: str
) -> list[tuple[str, tuple[str, ...]]]:
    """What the answers to all pairs would have chosen by two other rules."""
    names = tuple(option.id for option in spec.options)
    wins = wins_of(DuelBallots(names, Counter(choices)))
    rank = drawn(names, seed)
    table = [list(row) for row in wins]
    said = any(map(any, table))
    orders = {
        "schulze": order_of(table, rank, said=said).winners,
        STRENGTH: by_strength(wins, rank),
    }
    return [
        (way, tuple(names[option] for option in order[: spec.seats]))
        for way, order in orders.items()
    ]


def _by(spec: VoteSpec, method: str) -> VoteSpec:
    return replace(spec, method=method)


def _places_to_buy(spec: VoteSpec) -> VoteSpec:
    """Each option costs as much as any, and there is that much for each that wins."""
    options = tuple(replace(option, cost=_WHOLE) for option in spec.options)
    return replace(
        spec,
        method="equal-shares",
        completion="increment",
        budget=spec.seats * _WHOLE,
        options=options,
    )
