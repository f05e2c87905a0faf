"""What the forms say, in a language: their messages with money, dates and lists written out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from forms.message import Cents, Day, Message, Value

if TYPE_CHECKING:
    from service.i18n import Translator


def say(message: Message, words: Translator) -> str:
    """A whole sentence; plain text among its values (a name, an employer) stays as it is."""
    values = {name: written(value, words) for name, value in message.values.items()}
    if message.plural:
        del values["n"]
        count = int(str(message.values["n"]))
        return words.ngettext(message.text, message.plural, count, **values)
    return words.gettext(message.text, **values)


def written(value: Value, words: Translator) -> str:
    """One value as this language writes it."""
    match value:
        case Message():
            return say(value, words)
        case Cents():
            return words.amount(value.amount, value.period)
        case Day(year, None, _):
            return str(value.year)
        case Day(year, int(month), None):
            return words.month(year, month)
        case Day(year, int(month), int(day)):
            return words.date(date(year, month, day), "day" if value.near else "long")
        case tuple():
            return words.list([written(item, words) for item in value])
        case int():
            return words.number(value)
    return str(value)
