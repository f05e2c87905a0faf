"""Changed figures: the same as other rules would give, and only what depends on them anew."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from eligibility.batch import (
    BadSetting,
    Plan,
    Simulation,
    made_up_city,
    population_of,
    read_setting,
)
from eligibility.batch.evaluate import Evaluator
from eligibility.batch.figures import with_settings
from eligibility.parameters import SizeTable
from tests.eligibility.batch.agreement import batch_verdicts, households_of, walked_verdicts
from tests.eligibility.households import whole_household, with_answers_hidden
from tests.eligibility.packs import city_rules

ON = date(2026, 11, 22)
SETTINGS = (
    "snap.least=60",
    "fpl.yearly=+5%",
    "fpl.yearly(2)=25000",
    "snap.state_limit(3)=5000",
    "wic.limit_share=x1.1",
)


@pytest.mark.parametrize("text", SETTINGS)
def test_a_changed_figure_gives_what_the_scalar_engine_gives_with_it(text: str) -> None:
    rules, random = city_rules(), Random(11)
    facts = [whole_household(random, rules.facts) for _ in range(6)]
    facts += [with_answers_hidden(random, one) for one in facts]
    households = households_of(facts, rules)
    simulation = Simulation(rules, population_of(households, rules.facts), ON, keep=True)
    plan = Plan.of(rules, ON, settings=[read_setting(text, rules.parameters)])
    before = simulation.run(Plan.of(rules, ON))
    assert batch_verdicts(simulation.run(plan)) == walked_verdicts(households, plan.rules, ON)
    assert batch_verdicts(simulation.run(Plan.of(rules, ON))) == batch_verdicts(before)


def test_only_what_depends_on_a_figure_is_worked_out_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = city_rules()
    simulation = Simulation(rules, made_up_city(rules.facts, 300, ON), ON, keep=True)
    worked: list[str] = []
    work_out = Evaluator._work_out

    def counting(self: Evaluator, tree: Any, *given: Any) -> Any:
        worked.append(tree.op)
        return work_out(self, tree, *given)

    monkeypatch.setattr(Evaluator, "_work_out", counting)
    before = simulation.run(Plan.of(rules, ON))
    whole = len(worked)
    worked.clear()
    setting = read_setting("liheap.limit_share=200%", rules.parameters)
    after = simulation.run(Plan.of(rules, ON, settings=[setting]))
    assert 0 < len(worked) < whole / 20
    assert "income" not in worked
    assert (after["liheap"].outcome == 1).sum() > (before["liheap"].outcome == 1).sum()
    assert (after["wic"].outcome == before["wic"].outcome).all()


def test_a_figure_that_was_not_known_is_known_once_it_is_set() -> None:
    rules = city_rules()
    city = made_up_city(rules.facts, 2_000, ON)
    setting = read_setting("head_start.extra_places_open=1", rules.parameters)
    plans = (Plan.of(rules, ON, ["head_start"], change) for change in ([], [setting]))
    before, after = (Simulation(rules, city, ON).run(plan)["head_start"] for plan in plans)
    assert (after.outcome == -1).sum() < (before.outcome == -1).sum()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("snap.leest=30", "There is no parameter snap.leest. Did you mean"),
        ("snap.least", "is not of the form"),
        ("snap.least(3)=30", "is one value, not a table"),
        ("fpl.yearly=27000", "is a table"),
        ("fpl.yearly(3)=lots", "is not dollars"),
        ("wic.limit_share=often", "is not a number or 20%"),
        ("fpl.yearly(0)=100", "Sizes begin at 1."),
        ("fpl.yearly=-101%", "falls by more than 100%"),
        ("snap.least=-5", "no figure is below 0"),
    ],
)
def test_a_change_that_cannot_be_read_is_refused_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says.replace("(", r"\(").replace(")", r"\)")):
        read_setting(text, city_rules().parameters)


def test_one_size_of_a_table_is_changed_alone_also_beyond_what_is_written() -> None:
    parameters = city_rules().parameters
    setting = read_setting("fpl.yearly(3)=30000", parameters)
    row = with_settings(parameters, [setting])["fpl.yearly"].rows[-1]
    before = parameters["fpl.yearly"].rows[-1].value
    assert isinstance(row.value, SizeTable)
    assert isinstance(before, SizeTable)
    assert [size for size in range(1, 12) if row.value.at(size) != before.at(size)] == [3]
    assert row.value.at(3) == 3_000_000
    with pytest.raises(BadSetting, match="set twice"):
        with_settings(parameters, [setting, setting])


def test_an_unknown_program_is_refused() -> None:
    with pytest.raises(KeyError):
        Plan.of(city_rules(), ON, ["no_such_program"])
