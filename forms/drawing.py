"""The controls of one question, with what was typed or what the draft holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forms.asked import NONE, Raw
from forms.definition import Choice, Json, Kind
from forms.draft import APPLICANT
from forms.flow import Flow
from forms.grammars import show_money
from forms.message import N_, Day, Message
from forms.parsers import ADDRESS_PARTS
from forms.pay import pay_dates
from forms.steps import Live
from forms.stored import stored_choice, stored_ticks
from forms.wording import person_label, said, say


@dataclass(frozen=True, slots=True)
class Option:
    """One radio button or tick box."""

    value: str
    label: Message
    hint: Message | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One control. `widget` is text, email, tel, number, money, radios or checkboxes."""

    name: str
    widget: str
    label: Message
    value: str = ""
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws the fields of one question, with what was typed or what the draft holds."""

    flow: Flow
    live: Live
    locale: str
    raw: Raw | None

    def fields(self) -> tuple[Field, ...]:
        question = self.live.question
        match question.kind:
            case Kind.YES_NO:
                return (self._radios("", self._yes_no(), self._stored_yes_no()),)
            case Kind.CHOICE:
                return (self._radios("", self._choices(), self._stored_choice()),)
            case Kind.MANY | Kind.PEOPLE:
                return (self._boxes(),)
            case Kind.PERSON | Kind.PARTNER:
                nobody = (Option(NONE, Message(question.none)),)
                return (self._radios("", (*self._named(), *nobody), self._stored_text()),)
            case Kind.DATE:
                return self._date()
            case Kind.MONEY:
                return (self._money("", self.ask, self._stored()),)
            case Kind.MONEY_PERIOD:
                return self._money_period()
            case Kind.MONEY_RANGE:
                low, high = self._between()
                return (
                    self._money("low", Message(N_("The least")), low),
                    self._money("high", Message(N_("The most")), high),
                )
            case Kind.PAYS:
                return self._pays()
            case Kind.ADDRESS:
                return self._address()
            case Kind.ADD_PERSON:
                name = self._text("name", Message(N_("Their first name, if someone does")), "", 60)
                return (self._radios("more", self._yes_no(), self._closed()), name)
            case Kind.MORE_INCOME:
                kinds = self._radios("kind", self._choices(), "", Message(N_("What kind?")))
                return (self._radios("more", self._yes_no(), self._closed()), kinds)
        widget = {Kind.EMAIL: "email", Kind.PHONE: "tel", Kind.INTEGER: "number"}
        most = question.high if question.kind is Kind.TEXT else 0
        kind = widget.get(question.kind, "text")
        return (self._text("", self.ask, self._stored_text(), most or 100, kind),)

    @property
    def ask(self) -> Message:
        return said(self.flow, self.live.question.ask, self.live.place)

    def _name(self, part: str) -> str:
        return f"{self.live.name}-{part}" if part else self.live.name

    def _value(self, part: str, stored: str) -> str:
        if self.raw is None:
            return stored
        return next(iter(self.raw.get(self._name(part), ())), "")

    def _text(
        self, part: str, label: Message, stored: str, most: int, widget: str = "text"
    ) -> Field:
        complete = self.live.question.autocomplete if not part else ""
        value = self._value(part, stored)
        return Field(self._name(part), widget, label, value, (), complete, most)

    def _radios(
        self, part: str, options: Sequence[Option], stored: str, label: Message | None = None
    ) -> Field:
        value = self._value(part, stored)
        ticked = tuple(Option(o.value, o.label, o.hint, o.value == value) for o in options)
        return Field(self._name(part), "radios", label or self.ask, value, ticked)

    def _boxes(self) -> Field:
        question = self.live.question
        options = self._choices() if self.live.choices else self._named()
        ticked = self._stored_ticks() if self.raw is None else self.raw.get(self.live.name, ())
        none = (Option(NONE, Message(question.none or N_("None of these"))),)
        shown = tuple(
            Option(o.value, o.label, o.hint, o.value in ticked) for o in (*options, *none)
        )
        return Field(self.live.name, "checkboxes", self.ask, "", shown)

    def _choices(self) -> tuple[Option, ...]:
        return tuple(
            Option(c.value, said(self.flow, c.label, self.live.place), self._choice_hint(c))
            for c in self.live.choices
        )

    def _choice_hint(self, choice: Choice) -> Message | None:
        return say(self.flow, choice.hint, self.live.place)

    def _named(self) -> tuple[Option, ...]:
        return tuple(Option(p, person_label(self.flow, p)) for p in self.live.people)

    def _yes_no(self) -> tuple[Option, ...]:
        return Option("yes", Message(N_("Yes"))), Option("no", Message(N_("No")))

    def _stored(self) -> Json:
        facts = self.live.question.facts
        return self.flow.draft.value(facts[0], self.live.place) if facts else None

    def _stored_text(self) -> str:
        stored = self._stored()
        return str(stored) if isinstance(stored, str | int) else ""

    def _stored_yes_no(self) -> str:
        stored = self._stored()
        if not isinstance(stored, bool):
            return ""
        return "yes" if stored else "no"

    def _closed(self) -> str:
        return "no" if self._stored() is True else ""

    def _stored_choice(self) -> str:
        return stored_choice(self.flow, self.live)

    def _stored_ticks(self) -> tuple[str, ...]:
        return stored_ticks(self.flow, self.live)

    def _date(self) -> tuple[Field, ...]:
        stored = self._stored_text().split("-") if self._stored_text() else []
        year, month, day = (*stored, "", "", "")[:3]
        parts = (
            ("month", N_("Month"), month.lstrip("0"), 2),
            ("day", N_("Day"), day.lstrip("0"), 2),
            ("year", N_("Year"), year, 4),
        )
        complete = "bday" if self.live.place.person == APPLICANT else ""
        return tuple(
            Field(
                self._name(part),
                "number",
                Message(label),
                self._value(part, value),
                (),
                f"{complete}-{part}" if complete else "",
                most,
            )
            for part, label, value, most in parts
        )

    def _money(self, part: str, label: Message, stored: Json) -> Field:
        shown = show_money(stored, self.locale) if isinstance(stored, int) else ""
        return Field(self._name(part), "money", label, self._value(part, shown))

    def _between(self) -> tuple[Json, Json]:
        stored = self._stored()
        found = stored.get("between") if isinstance(stored, dict) else None
        return (found[0], found[1]) if found else (None, None)

    def _money_period(self) -> tuple[Field, ...]:
        question, stored = self.live.question, self._stored()
        period: Json = None
        if len(question.facts) == 2:
            period = self.flow.draft.value(question.facts[1], self.live.place)
        elif isinstance(stored, dict):
            period, stored = stored.get("period"), stored.get("amount")
        amount = self._money("", self.ask, stored)
        if len(question.periods) == 1:
            return (amount,)
        how_often = tuple(Option(p, Message(PERIOD_LABELS[p])) for p in question.periods)
        chosen = str(period or "")
        return amount, self._radios("period", how_often, chosen, Message(N_("How often?")))

    def _pays(self) -> tuple[Field, ...]:
        income = self.flow.draft.income(self.live.place)
        period = str(income.get("period") or "month")
        dates = pay_dates(period, self.flow.on)
        told = income.get("amounts")
        same = income.get("dates") == [day.isoformat() for day in dates]
        amounts: list[Json] = list(told) if isinstance(told, list) and same else []
        amounts += [None] * (len(dates) - len(amounts))
        return tuple(
            self._money(str(n), _pay_label(period, day), amount)
            for n, (day, amount) in enumerate(zip(dates, amounts, strict=True), start=1)
        )

    def _address(self) -> tuple[Field, ...]:
        stored = self._stored()
        told = stored if isinstance(stored, dict) else {}
        state = "" if told else "WA"
        return tuple(
            Field(
                self._name(part),
                "text",
                Message(ADDRESS_LABELS[part][0]),
                self._value(part, str(told.get(part) or (state if part == "state" else ""))),
                (),
                ADDRESS_LABELS[part][1],
                100,
            )
            for part in ADDRESS_PARTS
        )


def _pay_label(period: str, day: date) -> Message:
    text = {
        "week": N_("Week of {day}"),
        "two_weeks": N_("Two weeks from {day}"),
        "half_month": N_("Half month from {day}"),
    }.get(period, N_("Month from {day}"))
    return Message(text, {"day": Day(day.year, day.month, day.day, near=True)})


PERIOD_LABELS = {
    "week": N_("Every week"),
    "two_weeks": N_("Every two weeks"),
    "half_month": N_("Twice a month"),
    "month": N_("Every month"),
    "year": N_("Every year"),
}

ADDRESS_LABELS = {
    "line1": (N_("Street and number"), "address-line1"),
    "unit": (N_("Apartment or unit (if any)"), "address-line2"),
    "city": (N_("City"), "address-level2"),
    "state": (N_("State"), "address-level1"),
    "zip": (N_("ZIP code"), "postal-code"),
}
