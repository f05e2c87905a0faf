"""Which facts each program needs: to decide what may fit, and beyond that to apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from eligibility.rulebook import Rulebook

INCOME_FACTS = frozenset(
    f"income.{name}"
    for name in (
        "kind",
        "period",
        "amount",
        "amounts",
        "dates",
        "after_costs",
        "costs",
        "steady",
        "employer",
    )
)


class ProgramLike(Protocol):
    """What the form needs to know of a program."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def apply_facts(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """Facts by program: `decide` to screen for it, `apply` those and all it is granted."""

    decide: Mapping[str, frozenset[str]]
    apply: Mapping[str, frozenset[str]]

    @property
    def programs(self) -> frozenset[str]:
        """Every program one can ask for."""
        return frozenset(self.decide)

    def to_decide(self, programs: Iterable[str]) -> frozenset[str]:
        """The facts that screening for these programs can use."""
        return _union(self.decide, programs)

    def to_apply(self, programs: Iterable[str]) -> frozenset[str]:
        """The facts that these programs' agencies receive."""
        return _union(self.apply, programs)


def _union(by_program: Mapping[str, frozenset[str]], programs: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(by_program.get(program, frozenset()) for program in programs))


def needs_of(programs: Iterable[ProgramLike], decide: Mapping[str, Iterable[str]]) -> Needs:
    """The needs of a city's programs; `decide` says which facts each one's rules read.

    Closed programs are left out: nobody is asked anything for them.
    """
    decided: dict[str, frozenset[str]] = {}
    applied: dict[str, frozenset[str]] = {}
    for program in programs:
        if program.status == "closed":
            continue
        read = raw_facts(decide.get(program.id, ()))
        decided[program.id] = read
        # A grant names `household.receives` whole; which members to ask stands in the rules.
        granted = (fact for fact in program.fields if not fact.endswith(".receives"))
        applied[program.id] = read | raw_facts((*granted, *program.apply_facts))
    return Needs(decided, applied)


def needs_of_rules(rules: Rulebook) -> Needs:
    """The needs of all programs of a rulebook: what their rules read, links included."""
    decide = {
        id: frozenset[str]().union(*(rules.programs[name].facts for name in rules.linked(id)))
        for id in rules.programs
    }
    return needs_of(rules.programs.values(), decide)


def raw_facts(facts: Iterable[str]) -> frozenset[str]:
    """The facts a resident is asked for these: an income for its parts, a birth date for an age.

    Everybody's income is known only when the list of people is closed, so that comes along.
    """
    found: set[str] = set()
    for fact in facts:
        found.add(fact.replace("person.incomes[].", "income."))
    if found & INCOME_FACTS or "person.incomes" in found:
        found |= INCOME_FACTS | {"person.incomes", "person.incomes_complete"}
    if found & {"person.age", "person.age_months"}:
        found |= {"person.birth_date"}
    return frozenset(found)
