"""A screening as text at once: letter for letter what its values would give as JSON."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.soundness.partial import partial_household
from eligibility import Household, Rulebook, screen, screen_text
from eligibility.determination import number_json
from eligibility.json_text import number_text, told_text
from eligibility.ratio import ratio
from eligibility.spans import EDGE, OPEN, Span
from tests.eligibility.packs import load_pack, program
from tests.programs.story import FACTS

DAYS = (date(2026, 11, 22), date(2026, 4, 2), date(2010, 1, 1))


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def same(facts: dict[str, Any], rules: Rulebook, on: date, **how: Any) -> str:
    """The text, after it was compared with that of the values."""
    household = Household.from_facts(facts, rules.facts)
    text = screen_text(household, rules, on, **how)
    assert text == compact([one.to_json() for one in screen(household, rules, on, **how)])
    return text


@pytest.mark.parametrize("on", DAYS, ids=str)
def test_a_whole_and_an_empty_home_read_the_same(rules: Rulebook, on: date) -> None:
    for facts in (FACTS, {}, {"people": [{"id": "p_1-a"}]}):
        same(facts, rules, on)


def test_homes_of_which_a_part_is_told_read_the_same(rules: Rulebook) -> None:
    random = Random(20)
    for on in 8 * DAYS[:2]:
        same(partial_household(random, rules.facts), rules, on)


def test_only_the_programs_asked_for_are_in_it(rules: Rulebook) -> None:
    text = same(FACTS, rules, DAYS[0], programs=["wic", "orca_lift"])
    assert {one["program"] for one in json.loads(text)} == {"wic", "orca_lift"}
    assert same(FACTS, rules, DAYS[0], programs=[]) == "[]"


WORDY = """
eligible:
  test: rent
  is: "monthly(household.rent) <= monthly(household.mortgage)"
  met: 'Su “casa”: "{value}", again {value}\\ of {limit}, {nobody} knows.'
  unmet: "{distance}"
  unclear: "{value} — {limit}"
"""


RENTS = (0, 123_456, {"between": [100, 20_001]}, {"between": [1, None]})


def test_sentences_with_quotes_and_numbers_anywhere_read_the_same(tmp_path: Path) -> None:
    pack = load_pack(tmp_path, program(WORDY))
    for rent, period, limit in product(RENTS, ("week", "month", "year"), (7, 4_000_000)):
        told = {
            "rent": {"amount": rent, "period": period},
            "mortgage": {"amount": limit, "period": "month"},
        }
        same({"household": told}, pack, DAYS[0])


ENDS = [0, 1, -1, 12_345, ratio(1, 3), ratio(-1, 30_000), ratio(10**13 + 1, 7), EDGE - 1, EDGE]
ENDS += [OPEN, -OPEN, ratio(3 * EDGE + 1, 3), ratio(10**12 + 1, 10)]


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_a_number_is_written_as_python_writes_it(end: Any) -> None:
    for value in (end, Span(0, end), Span(end, OPEN), None, True):
        assert number_text(value) == compact(number_json(value))


@given(st.integers(-(10**14), 10**14), st.integers(1, 10**6))
def test_every_share_is_written_as_python_writes_it(top: int, bottom: int) -> None:
    value = Span(ratio(top, bottom), ratio(top + 1, bottom))
    assert number_text(value) == compact(number_json(value))


@settings(max_examples=20)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_an_answer_is_written_as_python_writes_it(told: Any) -> None:
    assert told_text(told) == compact(told)
