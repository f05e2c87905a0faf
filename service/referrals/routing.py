"""Which agency gets a program's referral: program, place and facts choose, by the city's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# These three are parts of the home address; every other name is a household fact itself.
ADDRESS_PARTS = frozenset({"city", "state", "zip"})
RULE_KEYS = frozenset({"where", "agency"})

Value = str | bool


class RoutingError(ValueError):
    """A row of routing.yaml that cannot be read; the message names the program."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One household fact (or address part) and the values that fit it."""

    fact: str
    values: tuple[Value, ...]

    def fits(self, household: Mapping[str, Any]) -> bool:
        """True when the fact is known and one of the values; an unanswered fact fits nothing."""
        holder: Any = household
        if self.fact in ADDRESS_PARTS:
            holder = household.get("address")
        answer = holder.get(self.fact) if isinstance(holder, Mapping) else None
        return any(_same(answer, value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Rule:
    """When all conditions fit, this agency."""

    agency: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules of each program in their order: the first that fits decides."""

    rules: Mapping[str, tuple[Rule, ...]]

    def agency_for(self, program: str, facts: Mapping[str, Any]) -> str | None:
        """The agency for a program and these facts; None when no rule fits, so nothing is sent."""
        household = facts.get("household")
        known = household if isinstance(household, Mapping) else {}
        for rule in self.rules.get(program, ()):
            if all(condition.fits(known) for condition in rule.where):
                return rule.agency
        return None

    def agencies_of(self, program: str) -> tuple[str, ...]:
        """Every agency that may get a program's referrals, in the table's order."""
        return tuple(dict.fromkeys(rule.agency for rule in self.rules.get(program, ())))


def parse_routing(routes: Sequence[Mapping[str, Any]]) -> Routing:
    """The table from the `routes` list of routing.yaml; RoutingError names what cannot be read."""
    rules: dict[str, tuple[Rule, ...]] = {}
    for route in routes:
        program = route.get("program")
        rows = route.get("rules")
        if not isinstance(program, str) or not isinstance(rows, list) or not rows:
            raise RoutingError("each route needs a program and at least one rule")
        if program in rules:
            raise RoutingError(f"{program} has two routes")
        rules[program] = tuple(_rule(program, row) for row in rows)
    return Routing(rules)


def _rule(program: str, row: Any) -> Rule:
    if not isinstance(row, Mapping) or not set(row) <= RULE_KEYS or "agency" not in row:
        raise RoutingError(f"a rule of {program} needs agency and may have where; nothing else")
    where = row.get("where") or {}
    if not isinstance(where, Mapping):
        raise RoutingError(f"a rule of {program}: where is a map of household facts")
    return Rule(str(row["agency"]), tuple(Condition(k, _values(v)) for k, v in where.items()))


def _values(wanted: Any) -> tuple[Value, ...]:
    listed = wanted if isinstance(wanted, list) else [wanted]
    return tuple(value if isinstance(value, bool) else str(value) for value in listed)


def _same(answer: Any, value: Value) -> bool:
    if isinstance(value, bool):
        return answer is value
    # A city typed in small letters is still that city.
    return isinstance(answer, str) and answer.strip().casefold() == value.casefold()
