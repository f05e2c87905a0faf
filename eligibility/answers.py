"""Parses the contract's facts JSON. The one parser; it never guesses and never stops early."""

from __future__ import annotations

from datetime import date
from typing import Any

from eligibility.answer_values import (
    NOTHING,
    Problems,
    day,
    is_unknown,
    plain_value,
    receives,
    whole_number,
)
from eligibility.dates import Birth
from eligibility.facts import Fact, FactType, Vocabulary
from eligibility.household import Household, Income, Pay, Person, Ties
from eligibility.spans import Number, Span

TOP_KEYS = ("on", "people_complete", "household", "people")
MAX_AMOUNTS = 60
TIE_KINDS = ("spouse", "parent_of", "tax_household", "tax_role")
TAX_ROLES = ("head", "spouse", "dependent")
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)


def read_household(facts: Any, vocabulary: Vocabulary) -> Household:
    """The household in a facts object. Raises FactErrors with every problem found."""
    problems = Problems()
    if not isinstance(facts, dict):
        problems.add("", "type", "Here must be an object.")
        problems.stop_if_any()
    problems.known_keys("", facts, TOP_KEYS)
    people = _people(problems, facts.get("people"), vocabulary)
    told = facts.get("household")
    household = problems.table("/household", told)
    own = vocabulary.of("household")
    problems.known_keys("/household", household, own)
    cells = _cells(problems, "/household", household, own)
    got, closed = receives(
        problems, "/household/receives", household.get("receives"), vocabulary.receivable()
    )
    complete = _truth(problems, "/people_complete", facts.get("people_complete"))
    on = _on(problems, facts.get("on"))
    problems.stop_if_any()
    return Household(on, cells, got, closed, people, complete, facts)


def _on(problems: Problems, told: Any) -> date | None:
    found = day(told) if isinstance(told, str) else None
    if told is not None and (found is None or not EARLIEST <= found <= LATEST):
        problems.add("/on", "date", "This must be a day like 2026-11-22.")
    return found


def _truth(problems: Problems, pointer: str, told: Any) -> bool | None:
    if told is None or is_unknown(problems, pointer, told):
        return None
    if not isinstance(told, bool):
        problems.add(pointer, "type", "This must be true or false.")
        return None
    return told


def _cells(
    problems: Problems, pointer: str, told: dict[str, Any], facts: dict[str, Fact]
) -> dict[str, Any]:
    """The told values by fact id; lists, sets and ties are read elsewhere."""
    cells: dict[str, Any] = {}
    for name, fact in facts.items():
        if name not in told or fact.type in ELSEWHERE:
            continue
        value = plain_value(problems, f"{pointer}/{name}", told[name], fact)
        if value is not NOTHING:
            cells[fact.id] = value
    return cells


ELSEWHERE = (FactType.PROGRAMS, FactType.TIES, FactType.INCOMES, FactType.AMOUNTS, FactType.DATES)


def _people(problems: Problems, told: Any, vocabulary: Vocabulary) -> tuple[Person, ...]:
    if told is None:
        return ()
    rows = problems.items("/people", told, vocabulary.max_people)
    ids = [row.get("id") if isinstance(row, dict) else None for row in rows]
    known = frozenset(entry for entry in ids if isinstance(entry, str))
    people = []
    for index, row in enumerate(rows):
        pointer = f"/people/{index}"
        table = problems.table(pointer, row)
        person_id = table.get("id")
        if not isinstance(person_id, str) or not _plain_id(person_id):
            problems.add(f"{pointer}/id", "id", "Each person needs an id of letters and digits.")
            continue
        if person_id in ids[:index]:
            problems.add(f"{pointer}/id", "duplicate", "Two people have this id.")
        people.append(_person(problems, pointer, person_id, table, vocabulary, known))
    return tuple(people)


def _plain_id(text: str) -> bool:
    return (
        0 < len(text) <= 40 and text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    )


def _person(
    problems: Problems,
    pointer: str,
    person_id: str,
    told: dict[str, Any],
    vocabulary: Vocabulary,
    people: frozenset[str],
) -> Person:
    own = vocabulary.of("person")
    problems.known_keys(pointer, told, own, also=("id",))
    cells = _cells(problems, pointer, told, own)
    birth: Birth | None = cells.pop("person.birth_date", None)
    months: Number | None = cells.pop("person.age_months", None)
    receivable = vocabulary.receivable()
    got, closed = receives(problems, f"{pointer}/receives", told.get("receives"), receivable)
    receives(problems, f"{pointer}/applies_for", told.get("applies_for"), receivable)
    complete = cells.pop("person.incomes_complete", None)
    return Person(
        person_id,
        cells,
        birth,
        months,
        _ties(problems, f"{pointer}/ties", told.get("ties"), person_id, people),
        got,
        closed,
        _incomes(problems, f"{pointer}/incomes", told.get("incomes"), vocabulary),
        complete,
    )


def _ties(
    problems: Problems, pointer: str, told: Any, own: str, people: frozenset[str]
) -> Ties | None:
    if told is None or is_unknown(problems, pointer, told):
        return None
    sets: dict[str, set[str]] = {"spouse": set(), "parent_of": set()}
    single: dict[str, str | None] = {"tax_household": None, "tax_role": None}
    for index, row in enumerate(problems.items(pointer, told, 100)):
        here = f"{pointer}/{index}"
        table = problems.table(here, row)
        problems.known_keys(here, table, ("kind", "to"))
        kind, to = table.get("kind"), table.get("to")
        if kind not in TIE_KINDS:
            problems.add(f"{here}/kind", "choice", f"This must be one of: {', '.join(TIE_KINDS)}.")
        elif not isinstance(to, str) or not _plain_id(to):
            problems.add(f"{here}/to", "type", "This must be an id.")
        elif kind in sets and to not in people:
            problems.add(f"{here}/to", "unknown_person", "No person here has this id.")
        elif kind in sets and to == own:
            problems.add(f"{here}/to", "same_person", "Nobody is their own spouse or parent.")
        elif kind == "tax_role" and to not in TAX_ROLES:
            problems.add(f"{here}/to", "choice", f"This must be one of: {', '.join(TAX_ROLES)}.")
        elif kind in sets:
            sets[kind].add(to)
        else:
            single[kind] = to
    return Ties(
        frozenset(sets["spouse"]),
        frozenset(sets["parent_of"]),
        single["tax_household"],
        single["tax_role"],
    )


def _incomes(
    problems: Problems, pointer: str, told: Any, vocabulary: Vocabulary
) -> tuple[Income, ...]:
    if told is None or is_unknown(problems, pointer, told):
        return ()
    facts = vocabulary.of("income")
    # What an amount may be depends on its kind, so it is read after the rest.
    others = {name: fact for name, fact in facts.items() if name != "amount"}
    found = []
    for index, row in enumerate(problems.items(pointer, told, vocabulary.max_incomes)):
        here = f"{pointer}/{index}"
        table = problems.table(here, row)
        problems.known_keys(here, table, facts)
        cells = _cells(problems, here, table, others)
        kind = cells.get("income.kind")
        found.append(Income(kind, _pay(problems, here, table, cells, facts, kind)))
    return tuple(found)


def _pay(
    problems: Problems,
    pointer: str,
    told: dict[str, Any],
    cells: dict[str, Any],
    facts: dict[str, Fact],
    kind: str | None,
) -> Pay:
    can_lose = kind is None or kind == "self_employment"
    bounds = facts["amount"].bounds or (0, 0)
    low = bounds[0] if can_lose else 0
    amounts: tuple[Number, ...] = ()
    if told.get("amounts") is not None and not is_unknown(
        problems, f"{pointer}/amounts", told["amounts"]
    ):
        rows = problems.items(f"{pointer}/amounts", told["amounts"], MAX_AMOUNTS)
        amounts = tuple(
            whole_number(problems, f"{pointer}/amounts/{index}", row, (low, bounds[1]))
            for index, row in enumerate(rows)
        )
        if "amount" in told:
            problems.add(f"{pointer}/amount", "twice", "Tell either amount or amounts.")
    elif "amount" in told:
        amounts = _amount(problems, f"{pointer}/amount", told["amount"], (low, bounds[1]))
    return Pay(
        amounts=amounts or (Span(low, bounds[1]),),
        period=cells.get("income.period"),
        dates=_dates(problems, f"{pointer}/dates", told.get("dates"), len(amounts)),
        after_costs=cells.get("income.after_costs"),
        costs=cells.get("income.costs", Span(*(facts["costs"].bounds or (0, 0)))),
        steady=cells.get("income.steady"),
        told=bool(amounts),
        self_employed=None if kind is None else kind == "self_employment",
    )


def _amount(
    problems: Problems, pointer: str, told: Any, bounds: tuple[int, int]
) -> tuple[Number, ...]:
    if told is None:
        problems.add(pointer, "type", "Leave a fact out, or say that it is unknown.")
        return ()
    return (
        ()
        if is_unknown(problems, pointer, told)
        else (whole_number(problems, pointer, told, bounds),)
    )


def _dates(problems: Problems, pointer: str, told: Any, count: int) -> tuple[date, ...]:
    if told is None or is_unknown(problems, pointer, told):
        return ()
    found = []
    for index, row in enumerate(problems.items(pointer, told, MAX_AMOUNTS)):
        one = day(row) if isinstance(row, str) else None
        if one is None:
            problems.add(f"{pointer}/{index}", "date", "This must be a day like 2026-11-22.")
        else:
            found.append(one)
    if count and len(found) != count:
        problems.add(pointer, "length", "There must be one date for each amount.")
    return tuple(found)
