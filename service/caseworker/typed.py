"""What staff type into forms, read strictly; each problem is kept beside its control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from forms import grammars
from forms.grammars import Refused
from service.i18n import _
from service.saying import say
from service.templating import FieldProblem

if TYPE_CHECKING:
    from service.body import Form
    from service.errors import AppError
    from service.i18n import Translator

PARTS = ("day", "month", "year")
FURTHEST = timedelta(days=366 * 2)
OLDEST_YEAR = 2020
WHOLE_DAY = _("Give day, month and year.")
TOO_LONG = _("Write at most {n} letters.")
MISSING = _("Write something here.")
NAMED = _("{what}: {problem}")
# What a machine is told of a case that moved on, and what its worker is.
MOVED_ON: Mapping[str, str] = {
    "newer_version": _("The resident changed something. Look at the case again."),
    "not_acknowledged": _("Take this case first. Then decide it."),
}


@dataclass(slots=True)
class Typed:
    """One form while it is read: its words, the language they are in, and what will not do. `about`
    names its fields, where a line is to say which one it means."""

    form: Form
    words: Translator
    today: date
    problems: list[FieldProblem] = field(default_factory=list)
    about: Mapping[str, str] = field(default_factory=dict)

    def problem(self, target: str, message: str, **values: object) -> None:
        self._add(target, self.words.gettext(message, **values))

    def refused(self, target: str, refused: AppError) -> None:
        """What an action refused, in the words of somebody who works on cases."""
        self.problem(target, MOVED_ON.get(refused.code, refused.message), **refused.values)

    def _add(self, target: str, line: str) -> None:
        if what := self.about.get(target):
            line = self.words.gettext(NAMED, what=self.words.gettext(what), problem=line)
        self.problems.append(FieldProblem(target, line))

    def wrong(self) -> dict[str, str]:
        """The words beside each control."""
        return {each.target: each.text for each in self.problems if each.target}

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        """Words as they were typed; lines are kept."""
        found = self.form.get(name).replace("\r\n", "\n").strip()
        if len(found) > most:
            self.problem(name, TOO_LONG, n=self.words.number(most))
        if needed and not found:
            self.problem(name, MISSING)
        return found

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A whole date, or None where nothing was typed."""
        parts = {part: self.form.get(f"{name}-{part}") for part in PARTS}
        if not any(parts.values()):
            if needed:
                self.problem(name, WHOLE_DAY)
            return None
        try:
            told = grammars.day(
                parts["year"],
                parts["month"],
                parts["day"],
                oldest=OLDEST_YEAR,
                latest=self.today + FURTHEST,
            )
        except Refused as refused:
            self._add(name, say(refused.message, self.words))
            return None
        if len(told) < len("2026-11-22"):
            self.problem(name, WHOLE_DAY)
            return None
        return date.fromisoformat(told)

    def money(self, name: str) -> int | None:
        """Cents, or None where nothing was typed."""
        if not self.form.get(name).strip():
            return None
        try:
            return grammars.money(self.form.get(name), self.words.code)
        except Refused as refused:
            self._add(name, say(refused.message, self.words))
            return None


def day_parts(form: Form, name: str) -> Mapping[str, str]:
    """The three parts of a date as they were typed, for the field to show again."""
    return {part: form.get(f"{name}-{part}") for part in PARTS}
