"""Granted answers as rows to read: the household first, then each person by name, amounts exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eligibility.facts import FactType
from service.answer_words import (
    PERIODS,
    TAX_ROLES,
    TIES,
    UNKNOWN,
    benefit_name,
    choice_name,
)
from service.fact_names import answer_name, fact_name

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.services import Services

NAMED = ("dates", "after_costs", "costs", "steady")
OF_INCOME = ("kind", "period", "amounts", "amount", *NAMED)
"""What is told of an income beside who pays it; the `NAMED` ones stand after their name."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One answer. `lang` is set where the words are the resident's own."""

    fact: str
    key: str
    lines: Sequence[str]
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class FactGroup:
    """The household's answers, or one person's under their name."""

    title: str
    rows: Sequence[FactRow]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that two versions tell differently; an empty side was not told."""

    who: str
    key: str
    before: str
    after: str


def fact_groups(
    facts: Mapping[str, Any], services: Services, words: Translator, language: str
) -> list[FactGroup]:
    """Everything in the facts, in the vocabulary's order; people in the order they were listed."""
    return list(_Facts(facts, services, words, language).groups())


def told_lines(
    fact: str,
    value: Any,
    facts: Mapping[str, Any],
    services: Services,
    words: Translator,
    language: str,
) -> list[str]:
    """One answer in words, a line for each of its parts."""
    return _Facts(facts, services, words, language).value(fact, value)


def changes(before: Sequence[FactGroup], after: Sequence[FactGroup]) -> list[Change]:
    """What differs between two versions of the same case, row by row."""
    old, new = _by_place(before), _by_place(after)
    places = dict.fromkeys((*old, *new))
    return [
        Change(who, key, old.get((who, key), ""), new.get((who, key), ""))
        for who, key in places
        if old.get((who, key), "") != new.get((who, key), "")
    ]


def _by_place(groups: Sequence[FactGroup]) -> dict[tuple[str, str], str]:
    return {(group.title, row.key): "; ".join(row.lines) for group in groups for row in group.rows}


@dataclass(frozen=True, slots=True)
class _Facts:
    facts: Mapping[str, Any]
    services: Services
    words: Translator
    language: str

    def groups(self) -> Iterator[FactGroup]:
        words = self.words
        household = list(self._rows("household", self.facts.get("household") or {}))
        if "people_complete" in self.facts:
            told = self.value("people_complete", self.facts["people_complete"])
            household.append(
                FactRow(
                    "people_complete",
                    answer_name("people_complete", self.services.rules.facts, words),
                    told,
                )
            )
        yield FactGroup(words.gettext("Household"), household)
        for number, person in enumerate(self.facts.get("people") or [], start=1):
            rows = [row for row in self._rows("person", person) if row.fact != "person.name"]
            yield FactGroup(self._name(person, number), rows)

    def _name(self, person: Mapping[str, Any], number: int) -> str:
        name = person.get("name")
        if isinstance(name, str) and name.strip():
            return name
        return self.words.gettext("Person {n}", n=number)

    def _rows(self, entity: str, told: Mapping[str, Any]) -> Iterator[FactRow]:
        known = self.services.rules.facts.of(entity)
        for name in known:
            if name in told:
                fact = f"{entity}.{name}"
                lines = self.value(fact, told[name])
                own = self.language if known[name].type is FactType.TEXT else None
                yield FactRow(
                    fact, answer_name(fact, self.services.rules.facts, self.words), lines, own
                )

    def value(self, fact: str, value: Any) -> list[str]:
        """A stored answer in words, a line for each of its parts."""
        words = self.words
        if _is_unknown(value):
            return [words.gettext(UNKNOWN.get(str(value["unknown"]), str(value["unknown"])))]
        if fact == "household.language":
            offered = self.services.city.languages
            return [next((each.name for each in offered if each.code == value), str(value))]
        match self.services.rules.facts[fact].type:
            case FactType.BOOL:
                return [words.gettext("Yes") if value else words.gettext("No")]
            case FactType.MONEY:
                return [self._money(value)]
            case FactType.DATE:
                return [self._day(str(value))]
            case FactType.CHOICE:
                return [choice_name(fact, str(value), self.services, words)]
            case FactType.ADDRESS:
                return list(_address(value))
            case FactType.PROGRAMS:
                return self._benefits(value)
            case FactType.TIES:
                return [self._tie(tie) for tie in value]
            case FactType.INCOMES:
                return [self._income(income) for income in value] or [words.gettext("None")]
        return [self._number(value)]

    def _number(self, value: Any) -> str:
        if isinstance(value, Mapping) and "between" in value:
            low, high = value["between"]
            return f"{'' if low is None else low}–{'' if high is None else high}"
        return str(value)

    def _money(self, value: Any) -> str:
        """Cents, {amount, period} or a range, exactly as it was told."""
        words = self.words
        if isinstance(value, int):
            return words.money(value)
        period = str(value.get("period") or "")
        amount = value.get("amount", value)
        if isinstance(amount, int):
            return words.amount(amount, period)
        low, high = amount.get("between", (None, None))
        if high is None:
            return words.gettext("Pays it; the amount is not known")
        least = words.amount(low or 0, period)
        return words.gettext("{low} to {high}", low=least, high=words.amount(high, period))

    def _day(self, value: str) -> str:
        parts = [int(part) for part in value.split("-")]
        if len(parts) == 3:
            return self.words.date(date(*parts))
        return self.words.month(*parts) if len(parts) == 2 else value

    def _benefits(self, value: Any) -> list[str]:
        """Benefits somebody gets, and those they said they do not get."""
        words = self.words
        if isinstance(value, Mapping):
            return [self._benefit(name, got) for name, got in value.items()]
        names = [benefit_name(name, self.services, words) for name in value]
        return names or [words.gettext("None")]

    def _benefit(self, benefit: str, got: Any) -> str:
        name = benefit_name(benefit, self.services, self.words)
        told = self.value("people_complete", got)[0]
        return self.words.gettext("{name}: {value}", name=name, value=told)

    def _tie(self, tie: Mapping[str, Any]) -> str:
        people = self.facts.get("people") or []
        to = str(tie.get("to", ""))
        if tie["kind"] == "tax_role":
            return self.words.gettext(TAX_ROLES.get(to, to))
        found = (self._name(p, n) for n, p in enumerate(people, 1) if p["id"] == to)
        return self.words.gettext(TIES[tie["kind"]], name=next(found, to))

    def _income(self, income: Mapping[str, Any]) -> str:
        """One line: kind, who pays, how often, each amount as it was told."""
        words = self.words
        if _is_unknown(income):
            return self.value("people_complete", income)[0]
        known = {name: told for name, told in income.items() if not _is_unknown(told)}
        parts = [self._kind(known.get("kind"))]
        if isinstance(income.get("employer"), str):
            parts.append(income["employer"])
        if known.get("period"):
            parts.append(words.gettext(PERIODS[known["period"]]))
        if known.get("amounts"):
            parts.append(", ".join(self._money(each) for each in known["amounts"]))
        if "amount" in known:
            parts.append(self._money(known["amount"]))
        for name in OF_INCOME:
            if name in income and (name in NAMED or name not in known):
                parts.append(self._extra(f"income.{name}", income[name]))
        return " · ".join(parts)

    def _kind(self, kind: str | None) -> str:
        if kind is None:
            return answer_name("person.incomes", self.services.rules.facts, self.words)
        return choice_name("income.kind", kind, self.services, self.words)

    def _extra(self, fact: str, value: Any) -> str:
        if fact == "income.dates" and isinstance(value, list):
            told = ", ".join(self._day(str(each)) for each in value)
        else:
            told = "; ".join(self.value(fact, value))
        name = fact_name(fact, self.services.rules.facts, self.words)
        return self.words.gettext("{name}: {value}", name=name, value=told)


def _is_unknown(told: Any) -> bool:
    """Whether somebody did not know, or would rather not say."""
    return isinstance(told, Mapping) and "unknown" in told


def _address(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield str(value)
        return
    yield " ".join(str(value[part]) for part in ("line1", "unit") if value.get(part))
    place = " ".join(str(value[part]) for part in ("state", "zip") if value.get(part))
    yield ", ".join(part for part in (value.get("city"), place) if part)
