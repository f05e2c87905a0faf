"""Agencies, routes and counties of a city, held against its programs and the facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eligibility import Rulebook
from eligibility.documents import Items, Node, Place, Table, Text
from eligibility.facts import Fact, FactType
from eligibility.findings import Finding, nearest
from service.city import City
from service.pack.files import document
from service.referrals.routing import ADDRESS_PARTS

COUNTY = "household.county"


def unrouted(rules: Rulebook, city: City) -> Iterator[tuple[str, Finding]]:
    """Programs that go to an office of this city, and to none: nobody could send them."""
    for program in rules.programs.values():
        id, place = program.id, program.place
        if program.apply != "routed" or city.routing.agencies_of(id):
            continue
        message = f'No office gets "{id}": routing.yaml has no line for it.'
        hint = f"Add {{program: {id}, rules: [{{agency: {program.agency}}}]}} to its routes."
        yield id, place.finding("no_route", message, hint)
        if program.agency not in city.agencies:
            message = f'"{program.agency}" is not an agency.'
            add = f"Add it to agencies.yaml, with {id} among its programs."
            hint = f"{nearest(program.agency, city.agencies) or ''} {add}".strip()
            yield id, place.finding("unknown_agency", message, hint)


def misnamed(rules: Rulebook, folder: Path) -> Iterator[Finding]:
    """Names in agencies.yaml, routing.yaml, pages.yaml and city.yaml that stand for nothing."""
    for row in _rows(document(folder / "agencies.yaml"), "agencies"):
        yield from _no_programs(rules, row.entries.get("programs"))
    for row in _rows(document(folder / "routing.yaml"), "routes"):
        yield from _no_programs(rules, row.entries.get("program"))
        for rule in _rows(row, "rules"):
            yield from _odd_conditions(rules, rule.entries.get("where"))
    pages = document(folder / "pages.yaml")
    helps = pages.entries.get("helps") if isinstance(pages, Table) else None
    for entry in helps.entries.values() if isinstance(helps, Table) else ():
        if isinstance(entry, Table):
            yield from _no_programs(rules, entry.entries.get("programs"))
    for row in _rows(document(folder / "city.yaml"), "counties"):
        if COUNTY in rules.facts:
            yield from _no_choice(rules.facts[COUNTY], row.entries.get("id"))


def _rows(node: Node | None, key: str) -> Iterator[Table]:
    """The tables of a list under a key; what is none was found when the file was read."""
    listed = node.entries.get(key) if isinstance(node, Table) else None
    for row in listed.items if isinstance(listed, Items) else ():
        if isinstance(row, Table):
            yield row


def _texts(node: Node | None) -> Iterator[Text]:
    for one in node.items if isinstance(node, Items) else (node,):
        if isinstance(one, Text):
            yield one


def _no_programs(rules: Rulebook, node: Node | None) -> Iterator[Finding]:
    for one in _texts(node):
        if one.value not in rules.programs:
            message = f'"{one.value[:40]}" is not a program.'
            yield one.place.finding("unknown_program", message, nearest(one.value, rules.programs))


def _odd_conditions(rules: Rulebook, where: Node | None) -> Iterator[Finding]:
    """A condition that can never hold sends nobody anywhere, and says nothing about it."""
    if not isinstance(where, Table):
        return
    known = {name: fact for name, fact in rules.facts.of("household").items() if _decides(fact)}
    for name, node in where.entries.items():
        if name in known:
            yield from _no_choice(known[name], node)
        elif name not in ADDRESS_PARTS:
            yield _unknown(where.keys[name], name, [*known, *sorted(ADDRESS_PARTS)])


def _decides(fact: Fact) -> bool:
    return fact.type in (FactType.BOOL, FactType.CHOICE)


def _unknown(place: Place, name: str, known: list[str]) -> Finding:
    message = f'"{name[:40]}" is no part of an address and no yes or no or choice of a household.'
    return place.finding("unknown_fact", message, nearest(name, known))


def _no_choice(fact: Fact, node: Node | None) -> Iterator[Finding]:
    choices = ("true", "false") if fact.type is FactType.BOOL else fact.choices
    for one in _texts(node):
        if one.value not in choices:
            message = f'"{one.value[:40]}" is not one of {fact.id}: {", ".join(choices)}.'
            yield one.place.finding("unknown_choice", message, nearest(one.value, choices))
