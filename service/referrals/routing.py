"""Which agency gets a program's referral: program, place and facts choose, by the city's table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eligibility.documents import Items, Node, Text
from eligibility.findings import nearest

if TYPE_CHECKING:
    from eligibility.reading import Reader
    from service.referrals.agencies import Agency

# These three are parts of the home address; every other name is a household fact itself.
ADDRESS_PARTS = frozenset({"city", "state", "zip"})
FLAGS = {"true": True, "false": False}

Value = str | bool


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


def read_routing(reader: Reader, node: Node, agencies: Mapping[str, Agency]) -> Routing:
    """The table from the document of a routing.yaml. What cannot be read, and an agency that does
    not take the program, are findings at their own line."""
    rules: dict[str, tuple[Rule, ...]] = {}
    table = reader.table(node, ("routes",), ("routes",))
    for row in reader.items(table.entries.get("routes")):
        get = reader.table(row, ("program", "rules"), ("program", "rules")).entries.get
        program = reader.text(get("program"))
        if program in rules:
            reader.add(row.place, "twice", f'There are two routes of "{program}".')
        found = reader.items(get("rules"))
        if not found:
            reader.add(row.place, "routing", "A route needs at least one rule with an agency.")
        if get("program") is not None:
            rules[program] = tuple(_rule(reader, one, program, agencies) for one in found)
    return Routing(rules)


def _rule(reader: Reader, node: Node, program: str, agencies: Mapping[str, Agency]) -> Rule:
    get = reader.table(node, ("where", "agency"), ("agency",)).entries.get
    agency, where = get("agency"), get("where")
    id = reader.text(agency)
    if agency is not None and id not in agencies:
        message = f'"{id[:40]}" is not an agency of agencies.yaml.'
        reader.add(agency.place, "unknown_agency", message, nearest(id, agencies))
    elif agency is not None and program not in agencies[id].programs:
        message = f'{program} goes to "{id}", which does not take it in agencies.yaml.'
        reader.add(agency.place, "no_agreement", message, nearest(program, agencies[id].programs))
    conditions = reader.named(where) if where is not None else {}
    return Rule(id, tuple(Condition(k, _values(reader, v)) for k, v in conditions.items()))


def _values(reader: Reader, node: Node) -> tuple[Value, ...]:
    """One value or a list of them; true and false are answers of yes and no unless in quotes."""
    listed = node.items if isinstance(node, Items) else (node,)
    return tuple(_value(one, reader.text(one)) for one in listed)


def _value(node: Node, text: str) -> Value:
    quoted = isinstance(node, Text) and node.quoted
    return text if quoted else FLAGS.get(text, text)


def _same(answer: Any, value: Value) -> bool:
    if isinstance(value, bool):
        return answer is value
    # A city typed in small letters is still that city.
    return isinstance(answer, str) and answer.strip().casefold() == value.casefold()
