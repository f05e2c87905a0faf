"""Our answers beside the model's, one by one, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.oracle.differences import GROWN, OLD, Asked, named
from benchmarks.oracle.households import HouseholdFile, Json, names_of_rows

ALL, NEARLY_ALL = 1.0, 0.995
GATES = {
    "snap_eligible": ALL,
    "snap_amount": ALL,
    "wic": NEARLY_ALL,
    "apple_health_adult": NEARLY_ALL,
    "apple_health_child": NEARLY_ALL,
    "chip": NEARLY_ALL,
    "school_meals": NEARLY_ALL,
    "head_start": NEARLY_ALL,
    "early_head_start": NEARLY_ALL,
    "lifeline": NEARLY_ALL,
    "property_tax": NEARLY_ALL,
    "fpg": NEARLY_ALL,
    "smi": NEARLY_ALL,
}
HALF_A_DOLLAR = 0.5
"""Amounts of help are whole dollars."""
FEW_CENTS = 0.05
"""The model keeps figures with 24 bits, so a yearly one of six digits is off by some cents."""


@dataclass(slots=True)
class Agreement:
    """How often one answer was the same, what was set apart and why, and each that differs."""

    gate: float
    agree: int = 0
    apart: Counter[str] = field(default_factory=Counter)
    differ: list[str] = field(default_factory=list)

    @property
    def compared(self) -> int:
        return self.agree + len(self.differ)

    @property
    def share(self) -> float | None:
        return self.agree / self.compared if self.compared else None

    @property
    def share_of_all(self) -> float | None:
        """The same if nothing is set apart."""
        every = self.compared + self.apart.total()
        return self.agree / every if every else None

    @property
    def reached(self) -> bool:
        return self.share is None or self.share >= self.gate


def compare(file: HouseholdFile, ours: Mapping[str, dict[str, Any]]) -> dict[str, Agreement]:
    """Every answer that the file holds beside ours."""
    found = {name: Agreement(gate) for name, gate in GATES.items()}
    for name, row in zip(names_of_rows(file.households), file.households, strict=True):
        own = ours.get(name)
        told = row.get("oracle") if isinstance(row, Mapping) else None
        if own is None or not isinstance(told, Mapping):
            continue
        inputs = {key: value for key, value in row.items() if key != "oracle"}
        for asked, where in _answers(inputs, own, told):
            _count(found[asked.answer], asked, f"{name}{where}")
    return found


def _count(agreement: Agreement, asked: Asked, where: str) -> None:
    if _same(asked):
        agreement.agree += 1
        return
    ambiguous = asked.household.get("ambiguous")
    reason = "marked ambiguous" if ambiguous and asked.answer.startswith("snap") else named(asked)
    if reason:
        agreement.apart[reason] += 1
    else:
        agreement.differ.append(f"{where}: ours {asked.ours}, the model's {asked.theirs}")


def _same(asked: Asked) -> bool:
    if isinstance(asked.theirs, bool) or not isinstance(asked.theirs, (int, float)):
        return bool(asked.ours == asked.theirs)
    if not isinstance(asked.ours, (int, float)):
        return False
    room = HALF_A_DOLLAR if asked.answer == "snap_amount" else FEW_CENTS
    return abs(asked.ours - asked.theirs) < room


HOME = (
    ("school_meals", "school_meal_federal_tier"),
    ("lifeline", "lifeline_eligible"),
    ("property_tax", "property_tax_exemption_eligible"),
    ("fpg", "fpg"),
    ("smi", "hhs_smi_ffy2025"),
    ("smi", "hhs_smi_ffy2026"),
)


def _answers(row: Json, own: Json, told: Json) -> Iterator[tuple[Asked, str]]:
    for month, answer in _part(told, "snap").items():
        mine = own["snap"].get(month)
        if mine is None or not isinstance(answer, Mapping):
            continue
        for name, key in (("snap_eligible", "is_snap_eligible"), ("snap_amount", "snap")):
            if answer.get(key) is not None:
                yield Asked(name, row, {}, mine[key], answer[key]), f" in {month}"
    for name, key in HOME:
        if told.get(key) is not None:
            yield Asked(name, row, {}, own[key], told[key]), ""
    theirs = told.get("members")
    if isinstance(theirs, list):
        yield from _people(row, own, theirs)


def _part(told: Json, name: str) -> Json:
    value = told.get(name)
    return value if isinstance(value, Mapping) else {}


def _people(row: Json, own: Json, theirs: list[Any]) -> Iterator[tuple[Asked, str]]:
    by_id = {str(one.get("id")): one for one in theirs if isinstance(one, Mapping)}
    for place, (member, mine) in enumerate(zip(row["members"], own["members"], strict=True)):
        answer = by_id.get(mine["id"]) if len(by_id) == len(theirs) else None
        if answer is None and place < len(theirs):
            answer = theirs[place]
        if not isinstance(answer, Mapping):
            continue
        for name, ours, key in _of_person(member, mine):
            if answer.get(key) is not None and (ours or answer[key] or _concerns(name, member)):
                yield Asked(name, row, member, ours, answer[key]), f" {mine['id']}"


def _of_person(member: Json, mine: Json) -> Iterator[tuple[str, bool | None, str]]:
    """Which answers are asked of one person, with ours and the name of theirs."""
    yield "wic", mine["wic_eligible"], "wic_eligible"
    yield "head_start", mine["head_start_eligible"], "head_start_eligible"
    yield "early_head_start", mine["early_head_start_eligible"], "early_head_start_eligible"
    if member["age"] < GROWN:
        yield "apple_health_child", mine["apple_health_child"], "medicaid_eligible"
        yield "chip", mine["chip_eligible"], "chip_eligible"
    elif member["age"] < OLD:
        # From 65 on there is no group of adults by income: see docs/oracle.md.
        adult, pregnancy = mine["apple_health_adult"], mine["apple_health_pregnancy"]
        ours = True if adult or pregnancy else (False if adult is pregnancy is False else None)
        yield "apple_health_adult", ours, "medicaid_eligible"


def _concerns(name: str, member: Json) -> bool:
    """Whether an answer means something for a person, so that no easy "no" is counted."""
    woman = bool(member.get("is_pregnant"))
    match name:
        case "wic":
            mother = member.get("is_mother") or member.get("is_breastfeeding")
            return bool(member["age"] < 5 or woman or mother)
        case "head_start":
            return bool(3 <= member["age"] < 6)
        case "early_head_start":
            return bool(member["age"] < 3 or woman)
    return True
