"""What other ways of counting would have chosen from the same ballots."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from petitions.protocol.choices import count_choices, read_choice, write_choice
from petitions.protocol.spec import METHODS, VoteSpec
from petitions.results.otherwise import chosen_of, otherwise
from tests.petitions.voting import a_choice, a_spec

WAYS = {
    "single": (),
    "approval": ("equal-shares",),
    "score": ("halfway",),
    "irv": ("schulze", "first"),
    "stv": ("schulze", "first"),
    "schulze": ("irv", "first"),
    "greedy": ("equal-shares",),
    "equal-shares": ("greedy",),
    "pairwise": ("schulze", "bradley-terry"),
}


def ways(spec: VoteSpec, *choices: object) -> dict[str, tuple[str, ...]]:
    read = [read_choice(write_choice(one, spec), spec) for one in choices]
    counted = {**count_choices(read, spec, "seed"), "seed": "seed"}
    return {one.way: one.chosen for one in otherwise(spec, read, counted)}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_is_compared_with_those_that_can_read_its_ballots(method: str) -> None:
    spec, dice = a_spec(method), random.Random(3)
    if method in ("stv", "approval"):
        spec = replace(spec, seats=2)
    choices = [a_choice(spec, dice) for _ in range(80)]
    if method == "score":
        choices = [sorted(choice) for choice in choices]  # type: ignore[call-overload]
    found = ways(spec, *choices)
    assert tuple(found) == WAYS[method]


def test_schulze_finds_the_one_whom_most_prefer_where_a_runoff_drops_it() -> None:
    left, right, middle = ["a", "b"], ["c", "b"], ["b", "a"]
    found = ways(a_spec("irv", options="abc"), *[left] * 40, *[right] * 35, *[middle] * 25)
    assert found == {"schulze": ("b",), "first": ("a",)}


def test_equal_shares_give_the_smaller_group_its_part() -> None:
    spec = replace(a_spec("approval"), seats=2)
    found = ways(spec, *[["a", "b"]] * 60, *[["c"]] * 40)
    assert found == {"equal-shares": ("a", "c")}


def test_the_same_is_the_same_in_any_order_of_the_chosen() -> None:
    spec = replace(a_spec("stv"), seats=2)
    read = [read_choice(write_choice(one, spec), spec) for one in [["b"]] * 20 + [["a", "b"]] * 40]
    counted = {**count_choices(read, spec, "seed"), "seed": "seed"}
    assert chosen_of(counted, spec) == ("a", "b")
    assert [one.same for one in otherwise(spec, read, counted)] == [True, True]
