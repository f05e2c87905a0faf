"""Why a program came out so, as rows to read: the tests, and the answers that force the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from service.answer_words import benefit_name
from service.fact_names import answer_name
from service.fact_rows import FactRow, told_lines
from service.reasons import distance_text, measured, reason_text
from service.referrals.grants import not_shared

if TYPE_CHECKING:
    from eligibility.program import Program
    from service.i18n import Translator
    from service.services import Services

SOME = 3  # names in a line
UNCLEAR = "unclear"
DETAILS = frozenset({"dates", "after_costs", "costs", "steady"})

Made = Mapping[str, Any]
"""One determination as the contract's object."""


@dataclass(frozen=True, slots=True)
class TestShown:
    """One test that decides. `figures` are its numbers, exact, for staff."""

    text: str
    source: str
    url: str
    since: str | None
    figures: Sequence[str]


@dataclass(frozen=True, slots=True)
class ResultShown:
    """One result of those for whom all is said with the same words; for something unclear the
    answers that would settle it are in `open`."""

    who: str
    outcome: str
    tests: Sequence[TestShown]
    answers: Sequence[FactRow]
    open: Sequence[str]

    @property
    def count(self) -> int:
        """How many answers that are."""
        return sum(len(row.lines) for row in self.answers)


@dataclass(frozen=True, slots=True)
class Deciding:
    """Draws the results of one program. `home` and `named` tell what the household and a person are
    called; `exact` shows the numbers of each test beside its sentence."""

    program: Program
    facts: Mapping[str, Any]
    services: Services
    words: Translator
    language: str
    home: str
    named: Callable[[str], str]
    exact: bool = False

    def results(self, made: Sequence[Made]) -> list[ResultShown]:
        """Those it is for come first; people with the same result and reasons stand together."""
        alike: dict[Any, list[Made]] = {}
        for each in sorted(made, key=lambda one: not one["concerned"]):
            said = tuple(self._sentence(reason) for reason in each["because"])
            alike.setdefault((each["outcome"], said), []).append(each)
        return [self._result(found) for found in alike.values()]

    def _result(self, found: Sequence[Made]) -> ResultShown:
        first, words = found[0], self.words
        people = [each["person"] for each in found if each["person"] is not None]
        told: dict[str, Any] = {}
        for each in found:
            for reason in each["because"]:
                told |= reason["facts"]
        is_open = first["outcome"] == UNCLEAR
        settle = dict.fromkeys(path for each in found for path in each["would_settle"])
        return ResultShown(
            who=words.list(map(self.named, people)) if people else self.home,
            outcome=first["outcome"],
            tests=[self._test(each) for each in first["because"]],
            answers=[] if is_open else list(self._answers(told)),
            open=list(self._open(settle)) if is_open else [],
        )

    def _sentence(self, reason: Mapping[str, Any]) -> str:
        if not_shared(reason):
            return self.words.gettext(reason["text"])
        text = reason_text(self.program.id, reason, self.words)
        further = None if self.exact else distance_text(reason, self.words)
        return f"{text} {further}" if further else text

    def _test(self, reason: Mapping[str, Any]) -> TestShown:
        source = reason["source"] or self.program.law.to_json()
        since = reason["since"] and self.words.date(date.fromisoformat(reason["since"]))
        text = self._sentence(reason)
        figures = list(self._figures(reason)) if self.exact else []
        return TestShown(text, source["title"], source["url"], since or None, figures)

    def _figures(self, reason: Mapping[str, Any]) -> Iterator[str]:
        """The household's own figure, the limit, and how far they are apart."""
        words, unit = self.words, reason["unit"]
        if reason["limit"] is None or reason["value"] is None:
            return
        shown = {
            name: measured({"amount": reason[name], "unit": unit}, words)
            for name in ("value", "limit", "distance")
            if reason[name] is not None
        }
        yield words.gettext("Own figure: {value}", value=shown["value"])
        yield words.gettext("Limit: {limit}", limit=shown["limit"])
        if "distance" in shown:
            yield words.gettext("Apart: {distance}", distance=shown["distance"])

    def _answers(self, told: Mapping[str, Any]) -> Iterator[FactRow]:
        """A row for each question; people who told the same stand in one line. That all is told
        comes last."""
        rows: dict[str, dict[tuple[str, ...], list[str]]] = {}
        for path, value in sorted(told.items(), key=lambda one: one[0].endswith("_complete")):
            key, person, lines = self._told(path, value)
            whose = rows.setdefault(key, {}).setdefault(lines, [])
            if person is not None:
                whose.append(person)
        for key, values in rows.items():
            said = [line for answer, whose in values.items() for line in self._line(answer, whose)]
            yield FactRow(key, key, said)

    def _told(self, path: str, value: Any) -> tuple[str, str | None, tuple[str, ...]]:
        """What an answer is called, whose it is, and what was told."""
        key, person = self._place(path)
        fact, _, member = _fact_of(path).partition(".receives.")
        if member:
            fact, value = "people_complete", bool(value)  # a plain yes or no
        elif fact == "person.incomes":
            value = [value if self.exact else _in_short(value)]
        lines = told_lines(fact, value, self.facts, self.services, self.words, self.language)
        return key, person, tuple(lines)

    def _place(self, path: str) -> tuple[str, str | None]:
        """What an answer is called, and whose it is."""
        fact, words, known = _fact_of(path), self.words, self.services.rules.facts
        person = path.split(".")[1] if path.startswith("people.") else None
        base, _, member = fact.partition(".receives.")
        if not member:
            return answer_name(fact, known, words), person
        name = benefit_name(member, self.services, words)
        gets = answer_name(f"{base}.receives", known, words)
        return words.gettext("{name}: {value}", name=gets, value=name), person

    def _line(self, lines: tuple[str, ...], whose: Sequence[str]) -> Sequence[str]:
        if not whose or len(self.facts.get("people") or ()) == 1:
            return lines
        said = "; ".join(lines)
        return [self.words.gettext("{name}: {value}", name=self._names(whose), value=said)]

    def _names(self, whose: Sequence[str]) -> str:
        people = self.facts.get("people") or ()
        if len(people) > SOME and len(set(whose)) == len(people):
            return self.words.gettext("Everyone")
        return self.words.list(self.named(each) for each in dict.fromkeys(whose))

    def _open(self, paths: Iterable[str]) -> Iterator[str]:
        """What is still to be told, with whose it is."""
        rows: dict[str, list[str]] = {}
        for path in paths:
            key, person = self._place(path)
            whose = rows.setdefault(key, [])
            if person is not None:
                whose.append(person)
        for key, whose in rows.items():
            yield self._line((key,), whose)[0]


def _in_short(income: Mapping[str, Any]) -> Mapping[str, Any]:
    """What money it is, and how much; a resident knows the rest."""
    return {name: value for name, value in income.items() if name not in DETAILS}


def _fact_of(path: str) -> str:
    """The fact behind a path: `people.p2.incomes.0` is of person.incomes, `….incomes.0.period` of
    income.period, `people.p2.receives.tanf` of person.receives.tanf."""
    parts = path.split(".")
    if parts[0] != "people":
        return path
    if parts[2] == "incomes":
        return f"income.{parts[4]}" if len(parts) > 4 else "person.incomes"
    return f"person.{'.'.join(parts[2:])}"
