"""New cases as two CSV files whose columns are fixed by the agency's programs: cases and people."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eligibility.facts import FactType
from service.referrals.csv_files import safe_cell

if TYPE_CHECKING:
    from eligibility import Rulebook
    from eligibility.facts import Fact
    from service.queries.caseload import CaseLine

# Raise it when a column moves or goes; a program that needs another fact adds one at the end.
LAYOUT = 1
CASE_HEAD = ("layout", "id", "version", "program", "reference", "filed_at", "due_on", "language")
CONTACT = ("name", "phone", "mail", "safe_to_write")
PERSON_HEAD = ("layout", "id", "version", "program", "reference", "person")
ADDRESS = ("line1", "unit", "city", "state", "zip")


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one agency's files."""

    household: Sequence[Fact]
    person: Sequence[Fact]
    everyone: bool


def layout_of(rules: Rulebook, programs: Iterable[str]) -> Layout:
    """Every fact that any of the agency's programs is granted, in the vocabulary's order."""
    fields = {
        field
        for program in programs
        if program in rules.programs
        for field in rules.programs[program].fields
    }
    return Layout(
        [fact for fact in rules.facts.of("household").values() if fact.id in fields],
        [fact for fact in rules.facts.of("person").values() if fact.id in fields],
        "people_complete" in fields,
    )


def cases_file(layout: Layout, cases: Iterable[CaseLine]) -> str:
    """One row a case."""
    columns = [*CASE_HEAD, *(f"contact_{part}" for part in CONTACT)]
    for fact in layout.household:
        columns += columns_of(fact)
    if layout.everyone:
        columns.append("people_complete")
    return _written(columns, (_case_row(layout, case) for case in cases))


def people_file(layout: Layout, cases: Iterable[CaseLine]) -> str:
    """One row a person of a case; `id` is the case's."""
    columns = [*PERSON_HEAD]
    for fact in layout.person:
        columns += columns_of(fact)
    rows = (
        _person_row(layout, case, person)
        for case in cases
        for person in case.granted["facts"].get("people") or []
    )
    return _written(columns, rows)


def columns_of(fact: Fact) -> list[str]:
    """The columns one fact takes."""
    if fact.type is FactType.ADDRESS:
        return [f"{fact.name}_{part}" for part in ADDRESS]
    if fact.type is FactType.MONEY and fact.period == "told":
        return [fact.name, f"{fact.name}_period"]
    return [fact.name]


def _case_row(layout: Layout, case: CaseLine) -> dict[str, Any]:
    contact, facts = case.granted["contact"], case.granted["facts"]
    row: dict[str, Any] = {
        "layout": LAYOUT,
        "id": str(case.id),
        "version": case.version,
        "program": case.program,
        "reference": case.reference,
        "filed_at": case.filed_at.isoformat(),
        "due_on": case.due_on.isoformat(),
        "language": case.granted["language"],
        **{f"contact_{part}": contact.get(part) for part in CONTACT},
        "people_complete": _plain(facts.get("people_complete")),
    }
    for fact in layout.household:
        row.update(_cells(fact, (facts.get("household") or {}).get(fact.name)))
    return row


def _person_row(layout: Layout, case: CaseLine, person: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "layout": LAYOUT,
        "id": str(case.id),
        "version": case.version,
        "program": case.program,
        "reference": case.reference,
        "person": person["id"],
    }
    for fact in layout.person:
        row.update(_cells(fact, person.get(fact.name)))
    return row


def _cells(fact: Fact, value: Any) -> dict[str, Any]:
    """One answer in its columns; not asked is empty, not known says so."""
    if fact.type is FactType.ADDRESS and isinstance(value, Mapping) and "unknown" not in value:
        return {f"{fact.name}_{part}": value.get(part) for part in ADDRESS}
    if fact.type is FactType.MONEY and fact.period == "told":
        period = value.get("period") if isinstance(value, Mapping) else None
        return {fact.name: _money(value), f"{fact.name}_period": period}
    column = columns_of(fact)[0]
    match fact.type:
        case FactType.MONEY:
            return {column: _money(value)}
        case FactType.INCOMES:
            return {column: _incomes(value)}
        case FactType.TIES if isinstance(value, list):
            return {column: "; ".join(f"{tie['kind']} {tie.get('to', '')}" for tie in value)}
    return {column: _plain(value)}


def _plain(value: Any) -> Any:
    """A value as one cell: unknowns by their reason, ranges and lists as text."""
    if isinstance(value, Mapping):
        if "unknown" in value:
            return str(value["unknown"])
        if "between" in value:
            return "..".join("" if end is None else str(end) for end in value["between"])
        told = {name: _plain(got) for name, got in value.items()}
        return "; ".join(f"{name}={safe_cell(got)}" for name, got in told.items())
    if isinstance(value, list):
        return "; ".join(str(_plain(each)) for each in value)
    return value


def _money(value: Any) -> str | None:
    """Dollars with two decimals, from cents; a range as `low..high`."""
    if value is None:
        return None
    if isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    if isinstance(value, Mapping):
        if "unknown" in value:
            return str(value["unknown"])
        if "between" in value:
            return "..".join("" if end is None else _money(end) or "" for end in value["between"])
        return _money(value.get("amount"))
    return str(value)


def _incomes(value: Any) -> str | None:
    """Each income as `kind, period, amounts` with its particulars, apart by semicolons."""
    if not isinstance(value, list):
        return None if value is None else str(_plain(value))
    return "; ".join(_income(income) for income in value)


def _income(income: Mapping[str, Any]) -> str:
    told = [str(income.get("kind", "")), str(income.get("period", ""))]
    amounts = income.get("amounts") or ([income["amount"]] if "amount" in income else [])
    told += [_money(amount) or "" for amount in amounts]
    for name in ("employer", "after_costs", "steady", "dates"):
        if name in income:
            told.append(f"{name}={_plain(income[name])}")
    if "costs" in income:
        told.append(f"costs={_money(income['costs'])}")
    return ", ".join(told)


def _written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(column)) for column in columns] for row in rows)
    return out.getvalue()
