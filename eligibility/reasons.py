"""The form in which results are given with their reasons: as values, or at once as text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

from eligibility.determination import OUTCOMES, AmountRange, Determination, Measure, Reason
from eligibility.parameters import NO_FIGURE, Reading
from eligibility.program import Program
from eligibility.spans import Number
from eligibility.standing import Standing
from eligibility.tracing import TracedWorld
from eligibility.wording import Shown, Wording
from eligibility.world import PersonView

NO_FIGURES = "We do not have this program's figures for that day."
_new: Any = tuple.__new__
"""Makes a named tuple of all its parts without Python's own way round."""


class Why(NamedTuple):
    """The reasons of one determination, and what is still to be told."""

    reasons: Sequence[Any]
    would_settle: tuple[str, ...]
    stale: tuple[str, ...]


NO_REASONS = Why((), (), ())


class Compared(NamedTuple):
    """Both sides of the comparison a reason shows, and how far they are from each other."""

    limit: Number | None
    value: Number | None
    distance: Number | None


NOTHING_COMPARED = Compared(None, None, None)


class Reasons(ABC):
    """Makes the results of one household and their reasons, in one form or another."""

    def __init__(self, world: TracedWorld) -> None:
        self.world = world

    @abstractmethod
    def plain(self, wording: Wording, mask: int) -> Any:
        """A reason without any number, resting on the answers of some bits."""

    @abstractmethod
    def numbered(
        self,
        wording: Wording,
        mask: int,
        sides: Compared,
        shown: Shown | None,
        read: Sequence[Reading],
        values: Sequence[Any],
    ) -> Any:
        """A reason with numbers; `values` are those of the blanks of its sentence. Of the figures
        that were read the first is told."""

    @abstractmethod
    def given(self, reason: Reason) -> Any:
        """A reason that no test of the household gives."""

    @abstractmethod
    def determination(
        self,
        standing: Standing,
        person: PersonView | None,
        outcome: bool | None,
        concerned: bool,
        amount: AmountRange | None,
        why: Why,
    ) -> Any:
        """A result."""

    def left_out(self, standing: Standing, person: PersonView, wording: Wording, mask: int) -> Any:
        """The result of somebody whom the program is not for at all, as most results are."""
        why = _new(Why, ((self.plain(wording, mask),), (), ()))
        return self.determination(standing, person, False, False, None, why)

    def closed(self, program: Program) -> Why:
        """Why nobody gets a closed program."""
        return self._alone(_bare("status", "unmet", program.status_text, program))

    def without_figures(self, program: Program) -> Why:
        """Why nothing can be said: the day is before the first figure."""
        return self._alone(_no_figures(program))

    def _alone(self, reason: Reason) -> Why:
        return Why((self.given(reason),), (), ())


class ReasonValues(Reasons):
    """Reasons as values of Python."""

    def plain(self, wording: Wording, mask: int) -> Reason:
        made: Reason = _new(Reason, (*wording.head, self.world.told_at(mask), *wording.rest))
        return made

    def numbered(
        self,
        wording: Wording,
        mask: int,
        sides: Compared,
        shown: Shown | None,
        read: Sequence[Reading],
        values: Sequence[Any],
    ) -> Reason:
        parameter, label, since, stale, confidence, source = read[0].shown if read else NO_FIGURE
        unit, period = (None, None) if shown is None else (shown.unit, shown.period)
        measures = {}
        for (name, _, unit_of, period_of), number in zip(wording.blanks, values, strict=True):
            measures[name] = _new(Measure, (number, unit_of, period_of))
        test, outcome = wording.head
        limit, value, distance = sides
        told = (test, outcome, self.world.told_at(mask), limit, value, distance, unit, period)
        figure = (parameter, label, since, stale, confidence, source or wording.source)
        made: Reason = _new(Reason, (*told, *figure, wording.text, measures, wording.link))
        return made

    def given(self, reason: Reason) -> Reason:
        return reason

    def determination(
        self,
        standing: Standing,
        person: PersonView | None,
        outcome: bool | None,
        concerned: bool,
        amount: AmountRange | None,
        why: Why,
    ) -> Determination:
        return determination(standing, person, outcome, concerned, amount, why)


def determination(
    standing: Standing,
    person: PersonView | None,
    outcome: bool | None,
    concerned: bool,
    amount: AmountRange | None,
    why: Why,
) -> Determination:
    """A result as a value."""
    program, (because, settle, stale) = standing.program, why
    made: Determination = _new(
        Determination,
        (
            program.id,
            None if person is None else person.id,
            OUTCOMES[outcome],
            concerned,
            standing.status,
            program.apply,
            amount,
            tuple(because),
            program.not_checked,
            settle,
            stale,
            standing.rules,
        ),
    )
    return made


def without_figures(program: Program) -> Why:
    """Why nothing can be said of a program, where no reasons are asked for."""
    return Why((_no_figures(program),), (), ())


def _no_figures(program: Program) -> Reason:
    return _bare("figures", "unclear", NO_FIGURES, program)


def _bare(test: str, outcome: str, text: str, program: Program) -> Reason:
    """A reason without a comparison: a closed program, or figures that are not there."""
    return Reason(
        test=test,
        outcome=outcome,
        facts={},
        limit=None,
        value=None,
        distance=None,
        unit=None,
        period=None,
        parameter=None,
        label=None,
        since=None,
        stale=False,
        confidence=None,
        source=program.law.to_json(),
        text=text,
        values={},
        link=None,
    )
