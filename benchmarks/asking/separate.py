"""Each program's own separate form, as written down before the planner was tuned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from benchmarks.asking.resident import Resident, Walk
from eligibility.facts import Vocabulary
from forms import Draft, Flow, Form, Needs, Page, Question, choose, load_form, only
from forms.conditions import Condition, parse_condition
from forms.definition import Choice

HERE = Path(__file__).parent
WRITTEN = HERE / "separate_forms.yaml"
BEFORE = HERE / "form_before"
"""The question bank and the pages as they were when the separate forms were written down."""
ALL = "all"


class SeparateForms:
    """The forms one would fill in for each program alone, with their own skips."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        written: dict[str, Any] = yaml.safe_load(WRITTEN.read_text(encoding="utf-8"))
        form = load_form(BEFORE / "bank", BEFORE / "city", vocabulary)
        self._skips = {name: _condition(text) for name, text in written["skips"].items()}
        self._forms = {
            program: self._form(form, parts) for program, parts in written["programs"].items()
        }

    @property
    def programs(self) -> Collection[str]:
        return self._forms.keys()

    def walked(self, resident: Resident, program: str, on: date) -> Walk:
        """Somebody's way through the form of one program."""
        form = self._forms[program]
        every = frozenset(
            fact for page in form.pages for question in page.questions for fact in question.serves
        )
        needs = Needs({program: every}, {program: every})
        draft = choose(only(Draft(), program), [program])
        return resident.walks(Flow(form, needs, draft, on))

    def _form(self, form: Form, parts: Mapping[str, list[str]]) -> Form:
        sections = []
        for section in form.sections:
            runs = tuple(
                tuple(own for page in run if (own := self._page(page, parts)).questions)
                for run in section.runs
            )
            sections.append(replace(section, runs=tuple(run for run in runs if run)))
        return Form(tuple(sections), form.helps)

    def _page(self, page: Page, parts: Mapping[str, list[str]]) -> Page:
        if page.key in parts["pages"]:
            kept = [(question, [ALL]) for question in page.questions]
        else:
            named = ((q, parts.get(f"{page.key}.{q.id}", [])) for q in page.questions)
            kept = [(question, choices) for question, choices in named if choices]
        return replace(page, questions=tuple(self._question(*each) for each in kept))

    def _question(self, question: Question, kept: list[str]) -> Question:
        choices = tuple(
            self._choice(question, choice)
            for choice in question.choices
            if kept == [ALL] or choice.value in kept
        )
        return replace(question, choices=choices, when=self._skips.get(question.id))

    def _choice(self, question: Question, choice: Choice) -> Choice:
        return replace(choice, when=self._skips.get(f"{question.id}.{choice.value}"))


def _condition(text: str) -> Condition:
    return parse_condition(text, lambda _entity, _name: True)
