"""What would change a result, as a caseworker reads it: whose answer, which, from what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eligibility.facts import FactType
from eligibility.spans import ends
from eligibility.what_if_facts import JOINS, LEAVES
from service.answer_words import PERIODS, benefit_name, choice_name
from service.caseworker.history import OUTCOMES
from service.fact_names import answer_name
from service.i18n import _
from service.reasons import cents

if TYPE_CHECKING:
    from eligibility.determination import AmountRange
    from eligibility.spans import Number
    from eligibility.what_if import Change
    from eligibility.what_if_levers import Lever
    from eligibility.what_if_world import Counted
    from service.i18n import Translator
    from service.services import Services

MOVES_IN = {
    "baby": _("A baby moves in"),
    "child": _("A child of 8 moves in"),
    "adult": _("An adult of 35 without money moves in"),
}
NEW_PAY = _("One more job")


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change: whose answer, which, from what to what, and the result before and after."""

    whose: str
    answer: str
    now: str
    then: str
    result: str


@dataclass(frozen=True, slots=True)
class CaseWords:
    """Names people, answers and results of one case."""

    facts: Mapping[str, Any]
    services: Services
    words: Translator

    def row(self, change: Change) -> ChangeRow:
        """A change with the result it makes."""
        before = self.result(change.before, change.amount_before)
        after = self.result(change.after, change.amount_after)
        result = f"{before} → {after}"
        if change.person is not None and change.person != change.of:
            result = f"{self.who(change.person)}: {result}"
        if change.fact in (JOINS, LEAVES):
            return ChangeRow(self.who(None), self.move(change.fact, change.to), "", "", result)
        then = self.value(change.fact, change.to, change.period) + ("" if change.proved else " *")
        if change.counted is not None:
            then = self.words.gettext(
                "{value} (counts as {counted})", value=then, counted=self.counted(change.counted)
            )
        return ChangeRow(
            self.who(change.of),
            self.answer(change.fact, change.of, change.income),
            self.value(change.fact, change.start, change.period),
            then,
            result,
        )

    def counted(self, counted: Counted) -> str:
        """What the program makes of a pay, by its own way of counting."""
        low, high = (cents(float(end)) for end in ends(counted.to))
        top = self.words.amount(high, counted.period)
        if low == high:
            return top
        return self.words.pgettext(
            "inside a sentence", "{low} to {high}", low=self.words.money(low), high=top
        )

    def lever(self, lever: Lever) -> str:
        """An answer that can be told otherwise, with its owner."""
        answer = self.answer(lever.fact, lever.person, lever.income)
        told = self.words.gettext(PERIODS[lever.period]) if lever.period else ""
        return ": ".join(part for part in (self.who(lever.person), answer, told) if part)

    def who(self, person: str | None) -> str:
        """A person's name, or the household."""
        if person is None:
            return self.words.gettext("The household")
        people = self.facts.get("people") or []
        for number, one in enumerate(people, start=1):
            if one["id"] == person:
                name = one.get("name")
                known = name if isinstance(name, str) and name.strip() else None
                return known or self.words.gettext("Person {n}", n=number)
        return person

    def answer(self, fact: str, person: str | None, income: int | None) -> str:
        """What an answer is called; an income by its kind and place."""
        words, (entity, name, *member) = self.words, fact.split(".")
        if member:
            return benefit_name(member[0], self.services, words)
        if fact == "person.incomes":
            return words.gettext(NEW_PAY)
        if entity != "income" or income is None:
            return answer_name(fact, self.services.rules.facts, words)
        told = next(one for one in self.facts["people"] if one["id"] == person)["incomes"][income]
        kind = choice_name("income.kind", str(told.get("kind")), self.services, words)
        if name == "amount":
            return kind
        return f"{kind}: {answer_name(fact, self.services.rules.facts, words)}"

    def move(self, fact: str, who: str) -> str:
        """Somebody comes or goes."""
        if fact == JOINS:
            return self.words.gettext(MOVES_IN[who])
        return self.words.gettext("{name} moves out", name=self.who(who))

    def value(self, fact: str, value: Any, period: str | None) -> str:
        """An answer to the cent, or as a word."""
        words = self.words
        if value is None:
            return words.gettext("Not told")
        if isinstance(value, bool):
            return words.gettext("Yes") if value else words.gettext("No")
        if isinstance(value, date):
            return words.date(value)
        if isinstance(value, str):
            return choice_name(fact, value, self.services, words)
        known = self.services.rules.facts.facts.get(fact)
        if period is not None or (known is not None and known.type is FactType.MONEY):
            return words.amount(value, period or "")
        return words.number(value)

    def result(self, outcome: str, amount: AmountRange | None) -> str:
        """An outcome with its exact amount."""
        said = self.words.gettext(OUTCOMES[outcome])
        return f"{said}, {self.amount(amount)}" if amount else said

    def amount(self, amount: AmountRange) -> str:
        """What it is worth, to the cent; both ends where it is not known exactly."""
        words, period = self.words, "" if amount.period == "once" else amount.period
        low = _cents(amount.low)
        if amount.high is None:
            return words.gettext("{low} or more", low=words.amount(low, period))
        high = _cents(amount.high)
        if low == high:
            return words.amount(low, period)
        top = words.amount(high, period)
        return words.gettext("{low} to {high}", low=words.money(low), high=top)


def _cents(number: Number) -> int:
    return cents(float(ends(number)[0]))
