"""What rules become: functions in which nothing of a pack is text, and which reach nothing else."""

from __future__ import annotations

import re
from datetime import date
from random import Random
from types import FunctionType

import pytest

from eligibility import Household, Rulebook, load_rules, screen
from eligibility.expressions.called import CALLED
from eligibility.expressions.compile import Compiler
from eligibility.expressions.tree import PERSON_SLOT
from eligibility.expressions.writer import OF_MEMBER, OF_WORLD
from tests.eligibility.households import whole_household
from tests.eligibility.packs import ROOT
from tests.eligibility.spoken import OPEN_LIST, PART, WHOLE, Worth, vocabulary

ON = date(2026, 11, 22)
OURS = re.compile(r"[tfkv][0-9]+|(?:cells|bits|place|given)[0-9]+|world|at|log")
ATTRIBUTES = {part for source in OF_WORLD.values() for part in source.split(".")}
ATTRIBUTES |= {*OF_MEMBER.values(), "env", "get", "index", "id", "incomes", "on", "single"}
ATTRIBUTES |= {"count", "day", "more_people", "more_incomes", "anybody", "any_incomes"}
KNOWN = {*ATTRIBUTES, *OF_WORLD, *CALLED, "figure_bits", "append", "derived"}


def fresh_rules() -> Rulebook:
    """The city's rules, of which nothing is written yet."""
    return load_rules(ROOT / "eligibility", ROOT / "cities" / "seattle")


def written(rules: Rulebook) -> list[FunctionType]:
    """The functions that were written so far for one city."""
    reach = rules.roots["basic_food"][1].__globals__, rules.traced[1]["basic_food"][1].__globals__
    each = [one for space in reach for one in space.values() if isinstance(one, FunctionType)]
    return [one for one in each if one.__code__.co_filename == "<rule>"]


def test_nothing_that_a_pack_says_is_text_of_the_code() -> None:
    rules = fresh_rules()
    told = [whole_household(Random(seed), rules.facts) for seed in range(3)]
    for facts in ({}, *told):
        screen(Household.from_facts(facts, rules.facts), rules, ON)
    functions = written(rules)
    assert len(functions) > 150
    for code in (one.__code__ for one in functions):
        names = {*code.co_names, *code.co_varnames} - KNOWN
        assert not [name for name in names if not OURS.fullmatch(name)]
        assert not [one for one in code.co_consts if not isinstance(one, int | bool | None)]


def test_the_code_cannot_reach_what_it_was_not_given(rules: Rulebook) -> None:
    for roots in (rules.roots, rules.traced[1]):
        for _, root in roots.values():
            reach = root.__globals__
            assert reach["__builtins__"] == {}
            assert not {"open", "__import__", "eval", "exec", "getattr"} & set(reach)


def test_what_is_never_asked_for_is_never_written() -> None:
    rules = fresh_rules()
    home = Household.from_facts(whole_household(Random(1), rules.facts), rules.facts)
    counts = [len(written(rules))]
    for programs in (["liheap"], ["liheap"], None):
        screen(home, rules, ON, programs=programs, explain=False)
        counts.append(len(written(rules)))
    assert counts[0] == 0 < counts[1] == counts[2] < counts[3]


def test_a_function_is_the_same_before_and_after_it_is_written() -> None:
    worth = Worth()
    function = Compiler().compile(worth.read("count(p for p in people if p.disabled)"))
    home = Household.from_facts(WHOLE, vocabulary())
    assert [function(worth.world(home)) for _ in range(3)] == [1, 1, 1]


def test_loops_over_the_same_people_work_out_once_whom_they_let_in() -> None:
    worth = Worth()
    world = worth.world(Household.from_facts(WHOLE, vocabulary()))
    for text in (
        "count(p for p in people if p.disabled)",
        "sum(monthly(p.medical_expenses) for p in people if p.disabled)",
        "max((p.age for p in people if p.disabled), default=0)",
    ):
        worth.plain.compile(worth.read(text))(world)
    let_in = [found for found in world.memo.values() if isinstance(found, list)]
    assert [[(one.id, sure) for one, sure, _ in each] for each in let_in] == [[("p2", True)]]


NESTED = "household.homeless"
for _ in range(10):
    NESTED = f"({NESTED} and household.heating_paid or household.homeless)"
LOOPS = (
    "any(any(any(p.age >= q.age and q.age >= r.age and (p.disabled or q.disabled or r.disabled)"
    " for r in people if r.age >= 1) for q in people if q.age >= 2) for p in people)"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NESTED, (False, None, True)),
        (f"not ({NESTED})", (True, None, False)),
        (LOOPS, (True, True, True)),
        (f"{LOOPS} and ({NESTED} or {LOOPS})", (True, True, True)),
        (" and ".join(["not household.homeless"] * 60), (True, None, False)),
    ],
)
def test_what_stands_deep_in_each_other_is_still_worked_out(
    text: str, expected: tuple[bool | None, ...]
) -> None:
    worth = Worth()
    homes = [Household.from_facts(facts, vocabulary()) for facts in (WHOLE, PART, OPEN_LIST)]
    assert tuple(worth.of(text, home) for home in homes) == expected


def test_a_function_called_without_a_person_takes_the_one_the_world_decides_on() -> None:
    worth = Worth()
    home = Household.from_facts(WHOLE, vocabulary())
    function = Compiler().compile(worth.read("person.disabled"))
    world = worth.world(home)
    for view, disabled in zip(world.people, (False, True, False), strict=True):
        world.env[PERSON_SLOT] = view
        assert function(world) is disabled


def test_two_values_never_share_a_place_when_two_threads_ask_at_once() -> None:
    compiler = Compiler()
    between: list[int] = []

    class Asked:
        """Another thread takes a place in the middle of the asking for this one."""

        def __hash__(self) -> int:
            between.append(compiler.place("another"))
            return 1

    assert compiler.place(Asked()) != between[0] == compiler.place("another")
