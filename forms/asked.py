"""One question with what was typed for it, and what there is to say when it cannot be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from forms.definition import Json
from forms.flow import Flow
from forms.grammars import Refused
from forms.message import N_, Message
from forms.steps import Live

Raw: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sent: field name to every value sent under it."""

NONE = "none"
"""The value of a tick box or radio button that stands for nobody, or none of these."""

MOST_IN_A_NAME = 60


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field to look at again: its HTML name, a code, and what to do."""

    field: str
    code: str
    message: Message


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """Everything to look at again on a page, in the order of its fields."""

    errors: tuple[FieldError, ...]

    def of(self, field: str) -> Message | None:
        """The message for one field, if it has one."""
        return next((e.message for e in self.errors if e.field == field), None)


class Wrong(Exception):
    """Errors of one question, gathered by its parser."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Asked:
    """A live question with what was typed for it."""

    live: Live
    flow: Flow
    raw: Raw
    locale: str

    @property
    def name(self) -> str:
        return self.live.name

    @property
    def fact(self) -> str:
        return self.live.question.facts[0]

    def field(self, part: str = "") -> str:
        return f"{self.name}-{part}" if part else self.name

    def typed(self, part: str = "") -> str:
        """The one value of a field; refuses two values and empty means not typed."""
        values = self.raw.get(self.field(part), ())
        if len(values) > 1:
            raise self.wrong("repeated", N_("Give one answer here."), part)
        return values[0] if values else ""

    def blank(self, *parts: str) -> bool:
        return not any(self.typed(part).strip() for part in parts or ("",))

    def wrong(self, code: str, text: str, part: str = "") -> Wrong:
        return Wrong(FieldError(self.field(part), code, Message(text)))

    def read(self, part: str, reader: Callable[[str], Json]) -> Json:
        """One field through its grammar, refusals put beside the field."""
        try:
            return reader(self.typed(part))
        except Refused as refused:
            raise Wrong(FieldError(self.field(part), refused.code, refused.message)) from None
