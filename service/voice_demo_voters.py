"""People who do not exist and vote all the same, for the demonstration: the same ones each time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import shake_256
from typing import TYPE_CHECKING, Any

from petitions.protocol.pairs import asked_pairs, most_pairs, shown_pair, turns

if TYPE_CHECKING:
    from petitions.protocol.spec import VoteSpec

# What part of the voters leaves the ballot blank, shows a card, and lives where their camp does.
BLANK, CARD, AT_HOME, NO_AREA = 0.008, 0.03, 0.7, 0.05
# How much better than the middle an option must be to be ticked, and how long a ranking gets.
TICKED, LONGEST_RANKING = 1.1, 6
FEW = 4
# Of pairs: who stops before the last, who goes on after it, and how often nobody is before.
STOPS, GOES_ON, UNDECIDED = 0.12, 0.1, 0.06


@dataclass(frozen=True, slots=True)
class Camp:
    """People who lean the same way."""

    part: float
    areas: Sequence[str]
    likes: Sequence[float]


@dataclass(frozen=True, slots=True)
class Voter:
    """One ballot with what its voter told about themselves."""

    area: str
    tier: str
    choice: list[Any]


def camps_of(told: Sequence[Mapping[str, Any]]) -> list[Camp]:
    return [
        Camp(float(each["part"]), each["areas"], [float(like) for like in each["likes"]])
        for each in told
    ]


def voters(
    seed: str, count: int, spec: VoteSpec, camps: Sequence[Camp], areas: Sequence[str]
) -> Iterator[Voter]:
    """`count` voters of a vote. Each likes options as their camp does, give or take (the noise is
    Gumbel's, so that rankings are those of Plackett and Luce)."""
    ids = [option.id for option in spec.options]
    for number in range(count):
        rolled = _dice(f"{seed}/{number}", 5 + len(ids))
        camp = _camp(camps, rolled[0])
        liking = {
            id: like - math.log(-math.log(chance))
            for id, like, chance in zip(ids, camp.likes, rolled[5:], strict=True)
        }
        where = camp.areas if rolled[1] < AT_HOME else areas
        area = "" if rolled[4] < NO_AREA else where[int(rolled[2] * len(where))]
        blank = rolled[3] < BLANK
        if blank:
            choice = []
        elif spec.method == "pairwise":
            choice = _answers(spec, liking, _dice(f"{seed}/{number}/pairs", 2 + most_pairs(spec)))
        else:
            choice = _choice(spec.method, liking, rolled[3])
        yield Voter(area, "in_person" if rolled[4] > 1 - CARD else "mail", choice)


def _answers(spec: VoteSpec, liking: Mapping[str, float], rolled: Sequence[float]) -> list[Any]:
    """Most answer what they are asked, some stop before it and some go on; now and then somebody
    cannot decide."""
    asked, most = asked_pairs(spec), most_pairs(spec)
    answered = asked
    if rolled[0] < STOPS:
        answered = 1 + int(asked * rolled[0] / STOPS)
    elif rolled[0] > 1 - GOES_ON:
        answered += int((most - asked) * (1 - rolled[0]) / GOES_ON)
    turn, rows = int(rolled[1] * turns(spec)), []
    for at in range(answered):
        pair = [spec.options[one].id for one in shown_pair(spec, turn, at)]
        if rolled[2 + at] > UNDECIDED:
            rows.append(sorted(pair, key=lambda id: -liking[id]))
    return sorted(rows)


def _dice(seed: str, count: int) -> list[float]:
    """Numbers between 0 and 1, neither of which is one of them."""
    raw = shake_256(seed.encode()).digest(6 * count)
    return [(int.from_bytes(raw[at : at + 6], "big") + 0.5) / 2**48 for at in range(0, len(raw), 6)]


def _camp(camps: Sequence[Camp], chance: float) -> Camp:
    for camp in camps:
        chance -= camp.part
        if chance < 0:
            return camp
    return camps[-1]


def _choice(method: str, liking: Mapping[str, float], chance: float) -> list[Any]:
    """What a ballot of this method says, in the one way in which it is written."""
    order = sorted(liking, key=lambda id: -liking[id])
    if method == "single":
        return order[:1]
    if method in ("irv", "stv", "schulze"):
        return order[: 1 + int(chance * min(len(order), LONGEST_RANKING))]
    if method == "score":
        given = {id: max(0, min(5, round(liking[id]))) for id in order}
        return [[id, score] for id, score in sorted(given.items())]
    middle = sum(liking.values()) / len(liking)
    liked = [id for id in order if liking[id] > middle + TICKED]
    return sorted((liked or order[:1])[:FEW])
