"""A determination's reasons in a language, from the object that is stored and sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from eligibility.telling import HIGH, LOW, Ends, deciding_ends, one_end

if TYPE_CHECKING:
    from service.i18n import Translator

DOLLAR = 100
WITHOUT_TEST = frozenset({"status", "figures"})


def reason_text(program: str, reason: Mapping[str, Any], words: Translator) -> str:
    """One reason's sentence with its figures: `program.test.outcome` tells its meaning."""
    told = _ends(reason["value"]), _ends(reason["limit"])
    deciding = deciding_ends(reason["outcome"], *told)
    figures = {
        name: measured(each, words, deciding.get(name) or deciding.get(each["unit"]))
        for name, each in reason["values"].items()
    }
    # What was stored before sentences had a template of their own has it in `text`.
    template = reason.get("template", reason["text"])
    if reason["test"] in WITHOUT_TEST:
        return words.gettext(template, **figures)
    context = f"{program}.{reason['test']}.{reason['outcome']}"
    return words.pgettext(context, template, **figures)


def distance_text(reason: Mapping[str, Any], words: Translator) -> str | None:
    """How far under the limit somebody is, in whole dollars, where the sentence does not say it."""
    if reason["outcome"] != "met" or reason["unit"] != "money" or "distance" in reason["values"]:
        return None
    distance = reason["distance"]
    spread = isinstance(distance, Mapping)
    least = distance["low"] if spread else distance
    if least is None or least < DOLLAR:
        return None
    amount = words.money(cents(least) // DOLLAR * DOLLAR)
    if spread:
        return words.gettext("That is at least {amount} under the limit.", amount=amount)
    return words.gettext("That is {amount} under the limit.", amount=amount)


def _ends(amount: Any) -> Ends:
    """Both ends of a stored number; None for one that is open or not known."""
    if isinstance(amount, Mapping):
        return amount["low"], amount["high"]
    return amount, amount


def measured(measure: Mapping[str, Any], words: Translator, told: str | None = None) -> str:
    """A figure with its unit, as this language writes it; of a range the end that decides, or
    both where both say something."""
    amount, unit = measure["amount"], measure["unit"]
    if not isinstance(amount, Mapping):
        return _one(amount, unit, words)
    low, high = _ends(amount)
    end = one_end(told, low, high)
    if end == LOW:
        return words.gettext("{low} or more", low=_one(low, unit, words))
    if end == HIGH and high is not None:
        return words.gettext("up to {high}", high=_one(high, unit, words))
    if end == HIGH:
        return words.gettext("an amount we do not know yet")
    return words.pgettext(
        "inside a sentence",
        "{low} to {high}",
        low=_one(low, unit, words),
        high=_one(high, unit, words),
    )


def _one(amount: Any, unit: str, words: Translator) -> str:
    if amount is None:
        return words.gettext("an amount we do not know yet")
    match unit:
        case "money":
            return words.money(cents(amount))
        case "people":
            return words.ngettext("{n} person", "{n} people", round(amount))
        case "ratio":
            return words.percent(float(amount))
        case "percent":
            return words.percent(float(amount) / 100)
    return words.number(round(amount))


def cents(amount: float) -> int:
    """Whole cents, half a cent up."""
    return int(amount + 0.5) if amount >= 0 else -int(-amount + 0.5)
