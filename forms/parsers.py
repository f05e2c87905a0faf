"""A parser for each kind of question: typed fields in, facts out, or what to do instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from forms import grammars
from forms.asked import MOST_IN_A_NAME, NONE, Asked, FieldError, Wrong
from forms.definition import Json, Kind
from forms.draft import Patch
from forms.grammars import Refused
from forms.message import N_
from forms.pay import pay_dates

OLDEST_YEAR = 1900


def _missing(asked: Asked, text: str, part: str = "") -> Patch:
    """Nothing was typed: fine where an answer is optional, an error where it is not."""
    if asked.live.question.required:
        raise asked.wrong("missing", text, part)
    return dict.fromkeys(asked.live.question.facts)


def _text(asked: Asked) -> Patch:
    if asked.blank():
        return _missing(asked, N_("Write an answer here."))
    most = asked.live.question.high or 100
    return {asked.fact: asked.read("", lambda typed: grammars.text(typed, most))}


def _email(asked: Asked) -> Patch:
    if asked.blank():
        return _missing(asked, N_("Write your mail address."))
    return {asked.fact: asked.read("", grammars.email)}


def _phone(asked: Asked) -> Patch:
    if asked.blank():
        return _missing(asked, N_("Write your phone number."))
    return {asked.fact: asked.read("", grammars.phone)}


def _integer(asked: Asked) -> Patch:
    question = asked.live.question
    if asked.blank():
        return _missing(asked, N_("Write a number."))
    number = asked.read("", lambda typed: grammars.integer(typed, question.low, question.high))
    return {asked.fact: number}


def _yes_no(asked: Asked) -> Patch:
    match asked.typed():
        case "yes":
            return {asked.fact: True}
        case "no":
            return {asked.fact: False}
        case "":
            return _missing(asked, N_("Choose Yes or No."))
    raise asked.wrong("choice", N_("Choose Yes or No."))


def _choice(asked: Asked) -> Patch:
    typed = asked.typed()
    if not typed:
        return _missing(asked, N_("Choose one answer."))
    choice = next((c for c in asked.live.choices if c.value == typed), None)
    if choice is None:
        raise asked.wrong("choice", N_("Choose one of the answers."))
    facts = dict.fromkeys(fact for each in asked.live.question.choices for fact in each.sets)
    own = {asked.fact: typed} if asked.live.question.facts else {}
    return {**facts, **own, **choice.sets}


def _ticked(asked: Asked, offered: Sequence[str]) -> list[str]:
    """The boxes ticked, in the order offered; "none of these" counts as an answer."""
    typed = [value for value in asked.raw.get(asked.name, ()) if value]
    if not typed:
        if asked.live.question.required:
            raise asked.wrong("missing", N_("Choose all that fit, or “None of these”."))
        return []
    if NONE in typed:
        if set(typed) != {NONE}:
            text = N_("Choose “None of these” alone, or take its tick away.")
            raise asked.wrong("none_and_some", text)
        return []
    if not set(typed) <= set(offered):
        raise asked.wrong("choice", N_("Choose from the answers shown."))
    return [value for value in offered if value in typed]


def _many(asked: Asked) -> Patch:
    question, choices = asked.live.question, asked.live.choices
    ticked = _ticked(asked, [choice.value for choice in choices])
    if not question.facts:
        patch: dict[str, Json] = {}
        for choice in choices:
            no = question.otherwise.get(choice.fact, False)
            yes = choice.sets.get(choice.fact, True)
            patch[choice.fact] = yes if choice.value in ticked else no
        return patch
    if asked.fact.endswith(".receives"):
        told = asked.flow.draft.members(asked.fact, asked.live.place)
        return {asked.fact: {**told, **{c.value: c.value in ticked for c in choices}}}
    return {asked.fact: ticked}


def _person(asked: Asked) -> Patch:
    typed = asked.typed()
    if not typed:
        return _missing(asked, N_("Choose one answer."))
    if typed not in (*asked.live.people, NONE):
        raise asked.wrong("choice", N_("Choose one of the answers."))
    return {asked.fact: typed}


def _people(asked: Asked) -> Patch:
    return {asked.fact: _ticked(asked, asked.live.people)}


def _date(asked: Asked) -> Patch:
    parts = ("year", "month", "day")
    if asked.blank(*parts):
        return _missing(asked, N_("Write the date. The year alone is fine."), "day")
    try:
        year, month, day = (asked.typed(part) for part in parts)
        found = grammars.day(year, month, day, oldest=OLDEST_YEAR, latest=asked.flow.on)
    except Refused as refused:
        part = {"day": "day", "month": "month"}.get(refused.code, "year")
        raise Wrong(FieldError(asked.field(part), refused.code, refused.message)) from None
    return {asked.fact: found}


def _cents(asked: Asked, part: str = "") -> int:
    high = asked.live.question.high * 100 or grammars.MOST_CENTS
    found = asked.read(part, lambda typed: grammars.money(typed, asked.locale, high))
    return int(found)


def _money(asked: Asked) -> Patch:
    if asked.blank():
        return _missing(asked, N_("Write an amount. A good guess is fine."))
    return {asked.fact: _cents(asked)}


def _period(asked: Asked) -> str:
    periods = asked.live.question.periods
    if len(periods) == 1:
        return periods[0]
    typed = asked.typed("period")
    if typed not in periods:
        raise asked.wrong("period", N_("Choose how often."), "period")
    return typed


def _money_period(asked: Asked) -> Patch:
    """An amount and how often: one fact, or for an income its amount and its period."""
    facts = asked.live.question.facts
    if asked.blank():
        return _missing(asked, N_("Write an amount. A good guess is fine."))
    amount, period = _cents(asked), _period(asked)
    if len(facts) == 2:
        return {facts[0]: amount, facts[1]: period}
    return {facts[0]: {"amount": amount, "period": period}}


def _money_range(asked: Asked) -> Patch:
    for part in ("low", "high"):
        if asked.blank(part):
            return _missing(asked, N_("Write the least and the most. A good guess is fine."), part)
    low, high = _cents(asked, "low"), _cents(asked, "high")
    if low > high:
        raise asked.wrong("order", N_("The most cannot be below the least."), "high")
    return {asked.fact: {"between": [low, high]}}


def _pays(asked: Asked) -> Patch:
    income = asked.flow.draft.income(asked.live.place)
    dates: tuple[date, ...] = pay_dates(str(income.get("period") or "month"), asked.flow.on)
    parts = [str(number) for number in range(1, len(dates) + 1)]
    if asked.blank(*parts):
        return _missing(asked, N_("Write what was paid. A good guess is fine."), parts[0])
    amounts: list[int] = []
    errors: list[FieldError] = []
    for part in parts:
        try:
            if asked.blank(part):
                raise asked.wrong("missing", N_("Write 0 if nothing was paid."), part)
            amounts.append(_cents(asked, part))
        except Wrong as wrong:
            errors.extend(wrong.errors)
    if errors:
        raise Wrong(*errors)
    return {"income.amounts": amounts, "income.dates": [day.isoformat() for day in dates]}


ADDRESS_PARTS = ("line1", "unit", "city", "state", "zip")


def _address(asked: Asked) -> Patch:
    if asked.blank("line1", "unit", "city", "zip"):
        return _missing(asked, N_("Write the street and number."), "line1")
    readers: dict[str, Callable[[str], Json]] = {
        "line1": lambda typed: grammars.text(typed, 100),
        "unit": lambda typed: grammars.text(typed, 30),
        "city": lambda typed: grammars.text(typed, 60),
        "state": grammars.state,
        "zip": grammars.zip_code,
    }
    found: dict[str, str] = {}
    errors: list[FieldError] = []
    for part in ADDRESS_PARTS:
        try:
            if part in ("line1", "city") and asked.blank(part):
                raise asked.wrong("missing", _ADDRESS_MISSING[part], part)
            if part != "unit" or not asked.blank(part):
                found[part] = asked.read(part, readers[part])
        except Wrong as wrong:
            errors.extend(wrong.errors)
    if errors:
        raise Wrong(*errors)
    return {asked.fact: found}


_ADDRESS_MISSING = {
    "line1": N_("Write the street and number."),
    "city": N_("Write the city."),
}


def _add_person(asked: Asked) -> Patch:
    """ "Yes" adds the person named; "no" closes the list."""
    match asked.typed("more"):
        case "no":
            return {asked.fact: True}
        case "yes":
            if asked.blank("name"):
                raise asked.wrong("missing", N_("Write their first name."), "name")
            name = asked.read("name", lambda typed: grammars.text(typed, MOST_IN_A_NAME))
            return {NEW_PERSON: name, asked.fact: False}
    raise asked.wrong("choice", N_("Choose Yes or No."), "more")


def _more_income(asked: Asked) -> Patch:
    """ "Yes" adds an income of the kind chosen; "no" closes the list."""
    match asked.typed("more"):
        case "no":
            return {asked.fact: True}
        case "yes":
            kind = asked.typed("kind")
            if kind not in [choice.value for choice in asked.live.choices]:
                raise asked.wrong("choice", N_("Choose what kind of money it is."), "kind")
            return {NEW_INCOME: kind, asked.fact: False}
    raise asked.wrong("choice", N_("Choose Yes or No."), "more")


NEW_PERSON = "form.new_person"
NEW_INCOME = "form.new_income"
"""Parts of a patch that add a person or an income; forms.answer acts on them."""

PARSERS: dict[Kind, Callable[[Asked], Patch]] = {
    Kind.TEXT: _text,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.INTEGER: _integer,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.MANY: _many,
    Kind.PERSON: _person,
    Kind.PARTNER: _person,
    Kind.PEOPLE: _people,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.MONEY_PERIOD: _money_period,
    Kind.MONEY_RANGE: _money_range,
    Kind.PAYS: _pays,
    Kind.ADDRESS: _address,
    Kind.ADD_PERSON: _add_person,
    Kind.MORE_INCOME: _more_income,
}
