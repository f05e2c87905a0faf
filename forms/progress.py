"""How far a resident is: by section, and "about n questions instead of m"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.draft import choose, only
from forms.flow import Flow
from forms.message import Message
from forms.steps import Step


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a step stands: its section, and how many steps are answered of how many."""

    section: Message
    number: int
    sections: int
    answered: int
    steps: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Pages still to come, pages of this form, and the sum of each program's own form."""

    left: int
    asked: int
    separate: int


@dataclass(frozen=True, slots=True)
class Saved:
    """Pages answered on this form, and what each sent program's own form would have had."""

    answered: int
    separate: int


def progress(flow: Flow, step: Step) -> Progress:
    """Progress at a step, counted over the steps that apply now."""
    present = {each.page.section for each in flow.steps}
    shown = [section for section in flow.form.sections if section.id in present]
    place = next((n for n, s in enumerate(shown) if s.id == step.page.section), 0)
    done = len(flow.steps) - len(flow.open_steps)
    title = Message(shown[place].title) if shown else Message("")
    return Progress(title, place + 1, len(shown), done, len(flow.steps))


def counts(flow: Flow, programs: Iterable[str] | None = None) -> Counts:
    """The counts for these programs (all of interest unless given).

    `separate` adds up the forms one would fill in for each program alone, each leaving out
    what it does not need, from the answers so far.
    """
    alone = flow.lengths_alone(programs or flow.interest)
    return Counts(len(flow.open_steps), len(flow.steps), alone)


def saved(flow: Flow, sent: Iterable[str]) -> Saved | None:
    """What one form spared whoever sent these programs: "29 pages instead of 141".

    None where it spared nothing, as with one program alone.
    """
    answered = len(flow.steps) - len(flow.open_steps)
    separate = flow.lengths_alone(sent)
    return Saved(answered, separate) if separate > answered else None


def own_form(flow: Flow, program: str) -> Flow:
    """The form of one program alone, with the same answers."""
    return flow.with_draft(only(choose(flow.draft, [program]), program))


def missing(flow: Flow, program: str) -> tuple[Step, ...]:
    """The steps one program needs that are not answered yet ("don't know" is an answer)."""
    return own_form(flow, program).open_steps
