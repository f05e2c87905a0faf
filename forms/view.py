"""A page ready to draw: sentences, fields, options and what was typed, all without a language."""

from __future__ import annotations

from dataclasses import dataclass

from forms.answer import skips
from forms.asked import Raw
from forms.definition import Each, Kind, Wording
from forms.drawing import Drawn, Field
from forms.flow import Flow
from forms.message import N_, Cents, Message
from forms.pay import a_month
from forms.steps import Live, Step
from forms.wording import caption, said, say


@dataclass(frozen=True, slots=True)
class Group:
    """One question: its sentence, hint, reason, and the fields that answer it."""

    id: str
    kind: Kind
    ask: Message
    hint: Message | None
    why: Message | None
    fields: tuple[Field, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class PageView:
    """One step to draw. The title is the h1; a group whose `ask` is the title needs no legend.

    `caption` names the job or income, `about` the person a page is about (None for the
    household), `sum` is the running sum under pays, `skips` the quiet ways out offered.
    """

    key: str
    section: Message
    title: Message
    caption: Message | None
    about: str | None
    hint: Message | None
    why: Message | None
    groups: tuple[Group, ...]
    sum: Message | None
    skips: tuple[str, ...]


def page_view(flow: Flow, step: Step, locale: str, raw: Raw | None = None) -> PageView:
    """The page of a step; `raw` is what was just typed, else the draft's own answers show."""
    lives = flow.shown(step)
    title = said(flow, step.page.title, step.place)
    if len(lives) == 1:
        title = said(flow, lives[0].question.ask, lives[0].place)
    # What helps to answer stands once above everybody's.
    shared = lives[0].question.hint if step.page.together and len(lives) > 1 else Wording()
    section = next(s for s in flow.form.sections if s.id == step.page.section)
    why = step.page.why or next((x.question.why for x in lives if x.question.why), "")
    return PageView(
        key=step.key,
        section=Message(section.title),
        title=title,
        caption=caption(flow, step.place) if step.page.each is Each.INCOME else None,
        about=step.place.person or None,
        hint=say(flow, step.page.hint or shared, step.place),
        why=Message(why) if why else None,
        groups=tuple(
            _group(flow, live, locale, raw, live.question.hint != shared) for live in lives
        ),
        sum=running_sum(flow, step),
        skips=skips(flow, step),
    )


def running_sum(flow: Flow, step: Step) -> Message | None:
    """What the pays told so far come to a month, once they are known."""
    if not step.place.income:
        return None
    income = flow.draft.income(step.place)
    period, amounts = income.get("period"), income.get("amounts")
    if not isinstance(amounts, list) or not isinstance(period, str):
        return None
    total = Cents(a_month(period, amounts))
    return Message(N_("That is about {amount} a month."), {"amount": total})


def _group(flow: Flow, live: Live, locale: str, raw: Raw | None, hinted: bool) -> Group:
    question, place = live.question, live.place
    drawn = Drawn(flow, live, locale, raw)
    return Group(
        id=live.name,
        kind=question.kind,
        ask=said(flow, question.ask, place),
        hint=say(flow, question.hint, place) if hinted else None,
        why=Message(question.why) if question.why else None,
        fields=drawn.fields(),
        required=question.required,
    )
