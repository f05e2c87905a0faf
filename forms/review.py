"""The rows of Check answers: what was told, by section and person, with where to change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forms.asked import NONE
from forms.definition import DECLINED, DONT_KNOW, Json, Kind
from forms.draft import APPLICANT, Place
from forms.flow import Flow
from forms.message import N_, Cents, Day, Message, Value
from forms.steps import Live, Step
from forms.stored import stored_choice, stored_ticks
from forms.wording import caption, person_label, said

NOT_PROVIDED = Message(N_("Not provided"))
UNKNOWN = {
    DONT_KNOW: Message(N_("I don't know")),
    DECLINED: Message(N_("I'd rather not say")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `values` are typed; several stand under each other.

    `change` is the step to go to, `place` whom or what the answer is about there, `hidden` what
    a screen reader adds to "Change".
    `provided` is false for what was skipped or not reached.
    """

    label: Message
    values: tuple[Value, ...]
    provided: bool
    change: Step
    hidden: Message
    place: Place


@dataclass(frozen=True, slots=True)
class Subject:
    """The rows about the household (`about` None), a person, or one income of a person."""

    about: Message | None
    income: Message | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ReviewSection:
    """A section's title and its rows, subject by subject."""

    id: str
    title: Message
    subjects: tuple[Subject, ...]


def review(flow: Flow) -> tuple[ReviewSection, ...]:
    """Every question that applies now, in the form's order; empty sections are left out."""
    sections = []
    for section in flow.form.sections:
        steps = [step for step in flow.steps if step.page.section == section.id]
        subjects: dict[str, list[tuple[Step, Live]]] = {}
        for step in steps:
            for live in flow.live(step):
                subjects.setdefault(live.place.scope, []).append((step, live))
        if steps:
            found = tuple(_subject(flow, asked) for asked in subjects.values())
            sections.append(ReviewSection(section.id, Message(section.title), found))
    return tuple(sections)


def _subject(flow: Flow, asked: list[tuple[Step, Live]]) -> Subject:
    place = asked[0][1].place
    rows = tuple(_row(flow, step, live) for step, live in asked)
    about = person_label(flow, place.person) if place.person else None
    return Subject(about, caption(flow, place) if place.income else None, rows)


def _row(flow: Flow, step: Step, live: Live) -> Row:
    label = said(flow, live.question.row, live.place)
    values = _values(flow, live)
    hidden = Message(N_("{what}"), {"what": label})
    if live.place.person and live.place.person != APPLICANT:
        name = flow.draft.name(live.place.person)
        hidden = Message(N_("{what} for {name}"), {"what": label, "name": name})
    return Row(label, values or (NOT_PROVIDED,), bool(values), step, hidden, live.place)


def _values(flow: Flow, live: Live) -> tuple[Value, ...]:
    """What was told, or () when nothing was."""
    facts = live.question.facts
    stored = flow.draft.value(facts[0], live.place) if facts else None
    if isinstance(stored, dict) and "unknown" in stored:
        return (UNKNOWN[stored["unknown"]],)
    match live.question.kind:
        case Kind.CHOICE:
            return _choice(flow, live)
        case Kind.MANY | Kind.PEOPLE:
            return _ticked(flow, live)
        case Kind.ADD_PERSON:
            return tuple(person_label(flow, person) for person in flow.draft.people)
    if stored is None:
        return ()
    return _SHOWN[live.question.kind](flow, live, stored)


def _choice(flow: Flow, live: Live) -> tuple[Value, ...]:
    chosen = stored_choice(flow, live)
    label = next((c.label for c in live.choices if c.value == chosen), None)
    if label is not None:
        return (said(flow, label, live.place),)
    return _marked(flow, live)


def _marked(flow: Flow, live: Live) -> tuple[Value, ...]:
    """How a question of several facts was left, when it was left."""
    for fact in sorted(live.facts):
        stored = flow.draft.value(fact, live.place)
        if isinstance(stored, dict):
            marks = [stored, *stored.values()]
            found = [m["unknown"] for m in marks if isinstance(m, dict) and "unknown" in m]
            if found:
                return (UNKNOWN[found[0]],)
    return ()


def _ticked(flow: Flow, live: Live) -> tuple[Value, ...]:
    ticked = stored_ticks(flow, live)
    if ticked == (NONE,):
        return (Message(live.question.none or N_("None of these")),)
    labels = {choice.value: said(flow, choice.label, live.place) for choice in live.choices}
    named = {person: person_label(flow, person) for person in live.people}
    shown = tuple({**labels, **named}[value] for value in ticked if value in {**labels, **named})
    return shown or _marked(flow, live)


def _text(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    return (str(stored),)


def _yes_no(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    return (Message(N_("Yes")) if stored is True else Message(N_("No")),)


def _person(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    if stored == NONE:
        return (Message(live.question.none),)
    return (person_label(flow, stored),)


def _date(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    return (Day(*(int(part) for part in str(stored).split("-"))),)


def _money(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    return (Cents(stored),) if isinstance(stored, int) else ()


def _money_period(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    if isinstance(stored, dict):
        return (Cents(stored["amount"], stored["period"]),)
    period = flow.draft.value(live.question.facts[1], live.place)
    return (Cents(stored, str(period or "")),)


def _money_range(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    if not isinstance(stored, dict):
        return ()
    low, high = (Cents(end) for end in stored["between"])
    return (Message(N_("{low} to {high}"), {"low": low, "high": high}),)


def _pays(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    dates = flow.draft.value("income.dates", live.place) or ()
    return tuple(
        Message(
            N_("{day}: {amount}"),
            {"day": Day(*(int(part) for part in day.split("-"))), "amount": Cents(amount)},
        )
        for day, amount in zip(dates, stored, strict=False)
    )


def _address(flow: Flow, live: Live, stored: Json) -> tuple[Value, ...]:
    lines = [stored.get("line1"), stored.get("unit"), stored.get("city")]
    last = " ".join(part for part in (stored.get("state"), stored.get("zip")) if part)
    return tuple(line for line in (*lines, last) if line)


_SHOWN: dict[Kind, Callable[[Flow, Live, Json], tuple[Value, ...]]] = {
    Kind.TEXT: _text,
    Kind.EMAIL: _text,
    Kind.PHONE: _text,
    Kind.INTEGER: _text,
    Kind.YES_NO: _yes_no,
    Kind.MORE_INCOME: _yes_no,
    Kind.PERSON: _person,
    Kind.PARTNER: _person,
    Kind.DATE: _date,
    Kind.MONEY: _money,
    Kind.MONEY_PERIOD: _money_period,
    Kind.MONEY_RANGE: _money_range,
    Kind.PAYS: _pays,
    Kind.ADDRESS: _address,
}
