"""A settled result holds in every completion, and what is alike in all of them is settled."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from benchmarks.soundness.__main__ import as_json, as_text, main
from benchmarks.soundness.completion import Corner, complete
from benchmarks.soundness.measure import Found, measure
from benchmarks.soundness.partial import partial_household
from eligibility import Household, Rulebook
from tests.eligibility.packs import city_rules

CHECKS = 10_000
"""A tenth of what `make bench` tries."""
HOUSEHOLDS, COMPLETIONS = 50, 200
NEARLY_TIGHT = 0.95
"""Below the 97 % that the benchmark aims at: fewer households leave more to chance."""


@pytest.mark.slow
def test_no_completion_contradicts_a_settled_result_and_few_stay_open_in_vain() -> None:
    found = measure(city_rules(), 11, HOUSEHOLDS, COMPLETIONS)
    assert found.checks >= CHECKS
    assert found.contradictions == []
    assert found.tight >= NEARLY_TIGHT
    assert found.width <= 1.1


def test_some_partial_households_hold_in_some_completions(rules: Rulebook) -> None:
    found = measure(rules, 5, 6, 24)
    assert found.checks == 6 * 24
    assert found.contradictions == []


def paths(told: Any, base: str = "") -> dict[str, Any]:
    """Every answer by its path."""
    if isinstance(told, dict) and not set(told) & {"unknown", "between", "amount"}:
        return {k: v for name, one in told.items() for k, v in paths(one, f"{base}.{name}").items()}
    return {base: told}


def test_a_completion_keeps_every_answer_that_was_told(rules: Rulebook) -> None:
    for seed in range(12):
        random = Random(seed)
        facts = partial_household(random, rules.facts)
        corner = list(Corner)[seed % len(Corner)]
        whole = complete(random, facts, rules.facts, corner)
        told, found = paths(facts["household"]), paths(whole["household"])
        for path, value in told.items():
            if isinstance(value, (str, bool, int)):
                assert path.startswith(".receives") or found[path] == value
        household = Household.from_facts(whole, rules.facts)
        assert household.people_complete
        assert len(household.people) >= len(facts["people"])


def test_the_benchmark_tells_its_figures_and_ends_with_1_at_a_contradiction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--households", "2", "--completions", "4"]) == 0
    assert "8 checks" in capsys.readouterr().out
    found = Found(checks=1, contradictions=["1/0: likely, unlikely"], settled=3)
    found.open_though_alike["wic"] += 1
    assert found.tight == 0.75
    assert "1/0: likely, unlikely" in as_text(found, 1.0)
    assert as_json(found, 1.0)["open_though_alike"] == {"wic": 1}
