"""Which programs each question is asked for, worked out once for a form and its programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eligibility import Determination
from forms.conditions import Condition
from forms.definition import Choice, Form, Json, Page, Question, Stage
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
    """The worth of every question and choice of a form. Read only.

    With `opened` a question is also worth what the questions are worth that its answer opens or
    closes, so that none of those comes without it.
    """

    def __init__(self, form: Form, needs: Needs, opened: Opened | None = None) -> None:
        self._bit = {program: 1 << n for n, program in enumerate(sorted(needs.programs))}
        self._decide = self._by_fact(needs.decide)
        self._apply = self._by_fact(needs.apply)
        self._questions: dict[str, Worth] = {}
        self._choices: dict[tuple[str, str], Worth] = {}
        for question in (q for page in form.pages for q in page.questions):
            later = opened.by_question[question.id] if opened else frozenset()
            self._questions[question.id] = self._worth(question.serves | later)
            for choice in question.choices:
                facts = _facts_of(question, choice)
                later = opened.by_fact.get(choice.fact, later) if opened else later
                self._choices[question.id, choice.value] = self._worth({*facts, *later})

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


class Opened:
    """The facts that questions give which an answer opens, closes, or answers by itself."""

    def __init__(self, form: Form) -> None:
        self.by_question: dict[str, frozenset[str]] = {}
        self.by_fact: dict[str, frozenset[str]] = {}
        self._later: list[tuple[Page, Question]] = []
        # The form reads only what comes before, so from the back one round is enough.
        for page in reversed(form.pages):
            for question in reversed(page.questions):
                found = {fact for choice in question.choices for fact in choice.implies}
                for fact in question.gives:
                    self.by_fact[fact] = self._serving(fact)
                    found |= self.by_fact[fact]
                self.by_question[question.id] = frozenset(found)
                self._later.append((page, question))

    def _serving(self, fact: str) -> frozenset[str]:
        """What later questions are for whose conditions name a fact, or the boxes of theirs."""
        found: set[str] = set()
        for page, question in self._later:
            if _names(fact, page.when, question.when, question.people):
                found |= question.serves | self.by_question[question.id]
            for choice in question.choices:
                if _names(fact, choice.when):
                    found.update(_facts_of(question, choice))
                    found |= self.by_fact.get(choice.fact, frozenset())
        return frozenset(found)


def _names(fact: str, *conditions: Condition | None) -> bool:
    """Whether one of the conditions names a fact or gate."""
    return any(each is not None and fact in each.names for each in conditions)


def _facts_of(question: Question, choice: Choice) -> tuple[str, ...]:
    """The facts for whose sake one choice is offered; for most, those of the question."""
    if question.receives:
        return tuple(fact for own in question.receives for fact in (own, f"{own}.{choice.value}"))
    return (choice.fact, *choice.leads_to) if choice.fact else tuple(question.serves)


@lru_cache(maxsize=8)
def worths(form: Form, needs: Needs) -> Worths:
    """The worths of a form for a city's programs, made once."""
    return Worths(form, needs)


@lru_cache(maxsize=8)
def worths_in_play(form: Form, needs: Needs) -> Worths:
    """The same, where what an answer opens or closes counts for its question."""
    return Worths(form, needs, Opened(form))


@dataclass(frozen=True, slots=True)
class Plan:
    """For which programs there is still something to ask, as the answers so far stand."""

    worths: Worths
    in_play: Bits
    """Open still, or to be sent: what their own rules read is asked."""
    chosen: Bits
    facts: Mapping[str, Json]
    """What was known then, and what came of it: the next plan starts here."""
    made: Mapping[str, Sequence[Determination]]

    def asks(self, question: Question, choice: Choice | None, stage: Stage, among: Bits) -> bool:
        """Whether a question, or one of its choices, still matters to a program of `among`."""
        worth = self.worths.of_question(question)
        if choice is not None:
            worth = self.worths.of_choice(question, choice)
        return worth.at(stage, self.in_play & among, self.chosen & among) != 0
