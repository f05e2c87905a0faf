"""Which programs each question is asked for, worked out once for a form and its programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from forms.definition import Choice, Form, Question, Stage
from forms.needs import Needs

Bits = int
"""A set of programs, one bit for each."""


@dataclass(frozen=True, slots=True)
class Worth:
    """The programs that need what a question or choice gives: to decide, and to apply."""

    decide: Bits
    apply: Bits

    def at(self, stage: Stage, interest: Bits, chosen: Bits) -> Bits:
        """Those for whom it is asked at a stage, of the programs of interest and chosen."""
        applying = self.apply & chosen
        return applying if stage is Stage.APPLY else self.decide & interest | applying


class Worths:
    """The worth of every question and choice of a form. Read only."""

    def __init__(self, form: Form, needs: Needs) -> None:
        self._bit = {program: 1 << n for n, program in enumerate(sorted(needs.programs))}
        self._decide = self._by_fact(needs.decide)
        self._apply = self._by_fact(needs.apply)
        self._questions: dict[str, Worth] = {}
        self._choices: dict[tuple[str, str], Worth] = {}
        for question in (q for page in form.pages for q in page.questions):
            self._questions[question.id] = self._worth(question.serves)
            for choice in question.choices:
                facts = _facts_of(question, choice)
                self._choices[question.id, choice.value] = self._worth(facts)

    def bits(self, programs: Iterable[str]) -> Bits:
        """The set of these programs; one that is not known counts for nothing."""
        return sum({self._bit.get(program, 0) for program in programs})

    def of_question(self, question: Question) -> Worth:
        return self._questions[question.id]

    def of_choice(self, question: Question, choice: Choice) -> Worth:
        return self._choices[question.id, choice.value]

    def _by_fact(self, needs: Mapping[str, frozenset[str]]) -> dict[str, Bits]:
        found: dict[str, Bits] = {}
        for program, facts in needs.items():
            for fact in facts:
                found[fact] = found.get(fact, 0) | self._bit[program]
        return found

    def _worth(self, facts: Iterable[str]) -> Worth:
        decide = apply = 0
        for fact in facts:
            decide |= self._decide.get(fact, 0)
            apply |= self._apply.get(fact, 0)
        return Worth(decide, apply)


def _facts_of(question: Question, choice: Choice) -> tuple[str, ...]:
    """The facts for whose sake one choice is offered; for most, those of the question."""
    if question.receives:
        return tuple(fact for own in question.receives for fact in (own, f"{own}.{choice.value}"))
    return (choice.fact, *choice.leads_to) if choice.fact else tuple(question.serves)


@lru_cache(maxsize=8)
def worths(form: Form, needs: Needs) -> Worths:
    """The worths of a form for a city's programs, made once."""
    return Worths(form, needs)
