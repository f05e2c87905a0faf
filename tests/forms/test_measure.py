"""How little is asked: the measure stays as it was written down, and nothing comes twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from random import Random

import pytest

from benchmarks.asking.households import household
from benchmarks.asking.measure import City, measured
from benchmarks.asking.resident import Resident
from benchmarks.asking.separate import BEFORE, WRITTEN
from forms import Draft, Flow, Kind, skip, skips

FROZEN = "dabaad3e3be0ea6cd949f70c8dc7de3af234c7e8d3e240f048898d6aba4139a3"
LISTS = (Kind.ADD_PERSON, Kind.MORE_INCOME)
"""Their pages come back for each further person or income."""


@cache
def city() -> City:
    return City()


def test_the_separate_forms_are_those_of_before_the_planner() -> None:
    digest = hashlib.sha256()
    for path in [WRITTEN, *sorted(BEFORE.rglob("*.yaml"))]:
        digest.update(path.name.encode() + path.read_bytes())
    assert digest.hexdigest() == FROZEN, "the aims are measured by these files: leave them"


def test_a_resident_is_measured_by_the_programs_sent_and_asked_nothing_twice() -> None:
    seed = next(n for n in range(50) if len(household(Random(n))["people"]) == 4)
    found = measured(city(), seed, household(Random(seed)))
    assert found.twice == 0
    assert found.least.pages <= found.planned.pages <= found.fixed.pages
    assert found.programs == 0 or found.separate.pages > 0


@pytest.mark.parametrize("how", ["dont_know", "declined"])
def test_what_is_left_open_on_purpose_is_never_asked_again(how: str) -> None:
    """Whoever leaves open all that may be left open comes to the end, each question once."""
    resident = Resident(household(Random(8)))
    flow: Flow = city().flow(Draft(), city().planner)
    asked: Counter[tuple[str, str]] = Counter()
    left = 0
    while (step := flow.first_open()) is not None:
        asked.update(
            (live.place.scope, live.question.id)
            for live in flow.shown(step)
            if live.question.kind not in LISTS
        )
        if how in skips(flow, step):
            flow = skip(flow, step, how, {}, "en")
            left += 1
        else:
            flow, _following = resident.led_on(flow, step)
    assert [question for question, times in asked.items() if times > 1] == []
    assert left >= (10 if how == "dont_know" else 1)
