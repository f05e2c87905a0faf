"""What one ballot says, and how ballots of a vote are counted by its rule."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from petitions.counting import report
from petitions.counting.duels import DuelBallots, duels
from petitions.counting.greedy import greedy
from petitions.counting.methods import Asked, count_ranked
from petitions.counting.plain import ScoreBallots, approval, score, single_choice
from petitions.counting.profiles import (
    ApprovalBallots,
    BudgetBallots,
    Project,
    RankedBallots,
    Ranking,
    packed,
)
from petitions.counting.ties import drawn, listed
from petitions.protocol.canonical import NotWhatItSays, canonical
from petitions.protocol.pairs import is_one_run
from petitions.protocol.spec import VoteSpec, option_places

RANKED = {"irv", "stv", "schulze"}
BLANK = canonical({"choice": []})
Choice = tuple[Any, ...]


def write_choice(choice: object, spec: VoteSpec) -> bytes:
    """The bytes to seal. Raises NotWhatItSays for a choice that this vote does not offer."""
    data = canonical({"choice": choice})
    read_choice(data, spec)
    return data


def read_choice(data: bytes, spec: VoteSpec) -> Choice:
    """A list of option ids, or for scores of [id, score], or for pairs of [better, other]."""
    try:
        found = json.loads(data)
    except ValueError:
        raise NotWhatItSays("This is not a ballot.") from None
    if not isinstance(found, dict) or set(found) != {"choice"} or canonical(found) != data:
        raise NotWhatItSays("This ballot is not written in the one way it can be.")
    choice = found["choice"]
    if not isinstance(choice, list):
        raise NotWhatItSays("A ballot holds a list.")
    if spec.method in {"score", "pairwise"}:
        return _pairs(choice, spec)
    return _options(choice, spec)


def _options(choice: list[Any], spec: VoteSpec) -> Choice:
    places = option_places(spec)
    if not all(isinstance(one, str) and one in places for one in choice):
        raise NotWhatItSays("The ballot names an option that this vote does not have.")
    most = 1 if spec.method == "single" else spec.rank_depth or len(places)
    if len(set(choice)) != len(choice) or len(choice) > most:
        raise NotWhatItSays("The ballot names an option twice, or too many.")
    if spec.method not in RANKED and choice != sorted(choice):
        raise NotWhatItSays("The ballot's options do not stand in order.")
    return tuple(places[one] for one in choice)


def _pairs(choice: list[Any], spec: VoteSpec) -> Choice:
    places = option_places(spec)
    rows: list[tuple[int, int]] = []
    for row in choice:
        if not isinstance(row, list) or len(row) != 2 or row[0] not in places:
            raise NotWhatItSays("The ballot names an option that this vote does not have.")
        if spec.method == "score":
            if not isinstance(row[1], int) or not 0 <= row[1] <= spec.highest:
                raise NotWhatItSays("A score of the ballot is out of range.")
            rows.append((places[row[0]], row[1]))
        elif row[1] in places and row[1] != row[0]:
            rows.append((places[row[0]], places[row[1]]))
        else:
            raise NotWhatItSays("A pair of the ballot is not two options of this vote.")
    met = [frozenset(row) if spec.method == "pairwise" else row[0] for row in rows]
    if len(set(met)) != len(met) or (spec.rank_depth and len(rows) > spec.rank_depth):
        raise NotWhatItSays("The ballot answers something twice, or too much.")
    if choice != sorted(choice):
        raise NotWhatItSays("The ballot's answers do not stand in order.")
    if spec.method == "pairwise" and not is_one_run(rows, spec):
        raise NotWhatItSays("The ballot answers pairs that no ballot of this vote is shown.")
    return tuple(rows)


def answers_apart(choice: Choice, spec: VoteSpec) -> list[Choice]:
    """What is published of a ballot where nobody may find their own: of one by pairs each answer
    alone, since a dozen answers together are hardly ever given twice."""
    return [(row,) for row in choice] if spec.method == "pairwise" and choice else [choice]


def written_apart(ballot: bytes, spec: VoteSpec) -> list[bytes]:
    """The same of a ballot as it is written."""
    rows = json.loads(ballot)["choice"]
    if spec.method != "pairwise" or not rows:
        return [ballot]
    return [canonical({"choice": [row]}) for row in rows]


def count_choices(
    choices: Iterable[Choice], spec: VoteSpec, seed: str | None, cast: int | None = None
) -> report.Plain:
    """The whole count by the vote's own rule. `cast` is how many ballots there were, where the
    choices are their single answers."""
    names = tuple(option.id for option in spec.options)
    rank = listed(len(names)) if seed is None else drawn(names, seed)
    tallied: dict[Choice, int] = {}
    for choice in choices:
        tallied[choice] = tallied.get(choice, 0) + 1
    blank = tallied.pop((), 0)
    if spec.method in RANKED:
        rankings: dict[Ranking, int] = {packed(one, len(names)): n for one, n in tallied.items()}
        asked = Asked(spec.method, spec.seats, seed=seed)
        return count_ranked(RankedBallots(names, rankings, blank), asked)
    if spec.method == "score":
        return _count_scores(tallied, names, blank, spec, rank)
    if spec.method == "pairwise":
        ballots = DuelBallots(names, tallied, blank, cast)
        return report.of_duels(duels(ballots, spec.seats, rank), names)
    sets = {sum(1 << one for one in chosen): n for chosen, n in tallied.items()}
    return _count_sets(ApprovalBallots(names, sets, blank), spec, rank)


def _count_scores(
    tallied: dict[Choice, int], names: tuple[str, ...], blank: int, spec: VoteSpec, rank: list[int]
) -> report.Plain:
    sheets: dict[tuple[int | None, ...], int] = {}
    for choice, count in tallied.items():
        given = dict(choice)
        sheet = tuple(given.get(at) for at in range(len(names)))
        sheets[sheet] = sheets.get(sheet, 0) + count
    ballots = ScoreBallots(names, sheets, spec.highest, blank)
    return report.of_scores(score(ballots, spec.seats, rank), ballots)


def _count_sets(ballots: ApprovalBallots, spec: VoteSpec, rank: list[int]) -> report.Plain:
    if spec.method == "single":
        return report.of_totals(single_choice(ballots, rank), ballots)
    if spec.method == "approval":
        return report.of_totals(approval(ballots, spec.seats, rank), ballots)
    projects = tuple(Project(option.id, option.text, option.cost) for option in spec.options)
    budget = BudgetBallots(projects, spec.budget, ballots)
    if spec.method == "greedy":
        return report.of_budget(greedy(budget, rank), budget)
    increment = spec.completion == "increment"
    # Its arrays are loaded where such a budget is counted, not by everybody who casts a ballot.
    from petitions.counting.equal_shares import equal_shares

    return report.of_budget(equal_shares(budget, rank, increment=increment), budget)
