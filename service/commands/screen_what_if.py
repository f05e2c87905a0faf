"""`threshold screen --what-if`: which single answer, changed by how much, changes which result."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eligibility import Rulebook
    from eligibility.determination import AmountRange
    from eligibility.what_if import Change

HEAD = ("program", "whose", "fact", "from", "to", "before", "after", "amount")
PERIODS = {
    "week": "a week",
    "two_weeks": "every two weeks",
    "half_month": "twice a month",
    "month": "a month",
    "year": "a year",
}


def table(rules: Rulebook, changes: Sequence[Change]) -> Iterator[str]:
    """The changes as aligned columns, in the order of the programs, the nearest first."""
    if not changes:
        yield "No single answer changes a result."
        return
    rows = [HEAD, *(_row(rules, one) for one in changes)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
    if not all(one.proved for one in changes):
        yield "* the nearest of the values tried; the others are the nearest there are"


def _row(rules: Rulebook, one: Change) -> tuple[str, ...]:
    return (
        one.program,
        one.person or "",
        _fact(one),
        _value(rules, one, one.start),
        _value(rules, one, one.to) + ("" if one.proved else " *"),
        one.before,
        one.after,
        f"{_amount(one.amount_before)} → {_amount(one.amount_after)}"
        if one.amount_before or one.amount_after
        else "",
    )


def _fact(one: Change) -> str:
    if one.of is None or one.fact.startswith("people."):
        return one.fact
    place = "" if one.income is None else f" {one.income + 1}"
    return f"{one.fact} of {one.of}{place}"


def _value(rules: Rulebook, one: Change, value: Any) -> str:
    from eligibility.telling import dollars

    if value is None:
        return "not told" if not one.fact.startswith("people.") else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if one.fact == "income.period":
        return PERIODS[value]
    fact = rules.facts.facts.get(one.fact)
    if one.period is not None or (fact is not None and fact.type == "money"):
        return f"{dollars(value)} {PERIODS.get(one.period or '', '')}".strip()
    return str(value)


def _amount(amount: AmountRange | None) -> str:
    from eligibility.english import worth

    return worth(amount) if amount else "–"
