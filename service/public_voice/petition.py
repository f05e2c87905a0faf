"""One petition: what it asks, how far it is, the form to sign it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from petitions.petition import State
from petitions.response import Owed, Story, response_clock
from service.actions.voice.signing import Wish, ask_to_sign
from service.body import Form, read_form, read_query
from service.errors import Conflict, Invalid
from service.i18n import _
from service.public_voice.rush import in_a_rush
from service.public_voice.showing import (
    Option,
    area_name,
    area_options,
    of_threshold,
    state_words,
    topic_name,
)
from service.public_voice.sign_in import leave
from service.public_voice.typed import one_line, problems_of
from service.queries.voice import petitions as asking
from service.queries.voice.petitions import Listed, Promised
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import HOUR, Limit, limit
from service.templating import FieldProblem
from service.voice.contacts import ADDRESS, IN_PERSON, MAIL, PHONE, SIGN_IN
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

LOOK = "/voice/look"
OPEN_PROMISE = "open"
FIELDS = ("name", "mail", "area", "show_name", "follow", "code", "phone", "street", "postcode")
# The field that each way of being one person is typed into. Where several are filled, the first.
TYPED = {IN_PERSON: "code", MAIL: "mail", PHONE: "phone", ADDRESS: "street"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the petition's history."""

    text: str
    state: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class AnswerBox:
    """The city's answer, by whom and when."""

    paragraphs: Sequence[str]
    office: str
    when: str


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One promise: who owes it, by when, and where it stands."""

    text: str
    owner: str
    due: str
    look: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class PetitionView:
    """The whole page."""

    heading: str
    section: str
    language: str
    number: int
    look: str
    state: str
    about: str
    by: str
    why: Sequence[str]
    count: int
    threshold: int
    progress: str
    then: str
    steps: Sequence[Step]
    answers: Sequence[AnswerBox]
    promises: Sequence[PromiseCard]
    names: Sequence[str]
    joined: int | None
    signable: bool
    grace: str
    areas: Sequence[Option]
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str | None
    tiers: Sequence[str] = ()
    sign_in: str = ""
    back: str = "/voice/petitions"


@dataclass(frozen=True, slots=True)
class LookView:
    """The same for everybody who asked to sign."""

    heading: str
    hours: int
    by: str
    back: str = "/voice/petitions"


@dataclass(frozen=True, slots=True)
class _Filled:
    """The form as it was sent, with words about what will not do."""

    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    others: Sequence[str] = ()


async def petition(request: Request) -> Response:
    """One petition, by its number."""
    return await in_a_rush(request, _as_it_is)


async def _as_it_is(request: Request) -> Response:
    return await _page(request, await _one(request), _Filled())


async def sign(request: Request) -> Response:
    """Ask to sign. Everybody is told to look in their mail, signed before or not."""
    form, petition = await read_form(request), await _id(request)
    services, words = services_of(request), translator_of(request)
    if language_switch(request, form) is not None:
        return await _again(request, form)
    await limit(services, tries_to_sign(services), address_of(request), now_of(request))
    wish = wish_of(form, words)
    try:
        if form.get("_action") == SIGN_IN:
            return await leave(request, await _one(request), wish)
        asked = await ask_to_sign(services, petition, wish, address_of(request), now_of(request))
    except Invalid as refusal:
        problems = problems_of(refusal.faults, {"/contact": TYPED[wish.tier]}, words)
        return await _again(request, form, problems, status=422)
    except Conflict as refusal:
        return await _again(request, form, others=[words.gettext(refusal.message)], status=409)
    return redirect(asked.link or look_for(wish), request)


async def _again(
    request: Request,
    form: Form,
    problems: Mapping[str, str] | None = None,
    others: Sequence[str] = (),
    status: int = 200,
) -> Response:
    """The page with what was typed, and what will not do."""
    typed = {name: form.get(name) for name in FIELDS}
    return await _page(request, await _one(request), _Filled(typed, problems or {}, others), status)


def look_for(wish: Wish) -> str:
    """The page that says where to look; the same whoever signed before."""
    return LOOK if wish.tier == MAIL else f"{LOOK}?by={wish.tier}"


def tries_to_sign(services: Services) -> Limit:
    """A library or a shelter is one network. A rush on one petition is judged by people."""
    return Limit("voice-sign/network", services.voice.limits["sign"], HOUR, fails_open=True)


def wish_of(form: Form, words: Translator) -> Wish:
    """What somebody filled in. A code from a card goes before a mail address."""
    filled = [tier for tier, field in TYPED.items() if form.get(field).strip()]
    tier = filled[0] if filled else MAIL
    contact = form.get(TYPED[tier]).strip()
    if tier == ADDRESS:
        contact = f"{one_line(contact)}\n{one_line(form.get('postcode'))}"
    return Wish(
        name=one_line(form.get("name")),
        contact=contact,
        area=form.get("area"),
        show_name=form.get("show_name") == "yes",
        follow=form.get("follow") == "yes" and tier == MAIL,
        tier=tier,
        language=words.code,
    )


async def look(request: Request) -> Response:
    """A mail, a text or a letter is on its way."""
    words, by = translator_of(request), read_query(request).get("by")
    headings = {
        PHONE: words.gettext("Look at your phone"),
        ADDRESS: words.gettext("Look in your mailbox at home"),
    }
    view = LookView(
        heading=headings.get(by, words.gettext("Look in your mail")),
        hours=services_of(request).voice.grace_hours,
        by=by if by in headings else MAIL,
    )
    return render(request, "voice/look.html", view)


async def _id(request: Request) -> UUID:
    return await asking.id_at(request.path_params["number"])


async def _one(request: Request) -> Listed:
    return await asking.at_address(request.path_params["number"])


async def _page(request: Request, item: Listed, filled: _Filled, status: int = 200) -> Response:
    services, words, now = services_of(request), translator_of(request), now_of(request)
    rules, today = services.voice, words.day(now)
    if item.state is State.MERGED:
        item = replace(item, closes_at=await asking.joined_at(item.id) or now)
    promises = await asking.promises(item.id)
    signable = item.state in asking.SIGNABLE and now < item.closes_at
    grace_over = item.closes_at + rules.grace
    in_grace = item.state in asking.SIGNABLE and item.closes_at <= now < grace_over
    look, state = state_words(item.state, words)
    place = [topic_name(rules, item.topic, words), area_name(rules, item.area, words)]
    view = PetitionView(
        heading=item.ask,
        section=words.gettext("Petition {number}", number=item.number),
        language=item.language,
        number=item.number,
        look=look,
        state=state,
        about=" · ".join(part for part in place if part),
        by=item.author_name,
        why=[part for part in item.why.split("\n") if part],
        count=min(item.count, item.threshold),
        threshold=max(item.threshold, 1),
        progress=of_threshold(item, words),
        then=_then(item, services, words, signable=signable),
        steps=_steps(item, promises, services, words, today),
        answers=[_answer(each, words) for each in await asking.answers(item.id)],
        promises=[_promise(each, words, today) for each in promises],
        names=await asking.shared_names(services, item.id),
        joined=await asking.number_of(item.merged_into),
        signable=signable,
        grace=words.moment(grace_over, "long") if in_grace else "",
        areas=area_options(rules, words, everywhere=False),
        typed={name: filled.typed.get(name, "") for name in FIELDS},
        problems={name: filled.problems.get(name, "") for name in FIELDS},
        errors=_errors(filled),
        form_id="sign" if signable else None,
        tiers=rules.tiers,
        sign_in=rules.sign_in.name if rules.sign_in and SIGN_IN in rules.tiers else "",
    )
    return render(request, "voice/petition.html", view, status=status)


def _errors(filled: _Filled) -> list[FieldProblem]:
    fields = [FieldProblem(name, text) for name, text in filled.problems.items()]
    return [*fields, *(FieldProblem(None, text) for text in filled.others)]


def _then(item: Listed, services: Services, words: Translator, *, signable: bool) -> str:
    """What is still missing, and until when."""
    missing = item.threshold - item.count
    if signable and item.threshold_at is None and missing > 0:
        return words.ngettext(
            "{n} more by {date}, and the city must answer.",
            "{n} more by {date}, and the city must answer.",
            missing,
            date=words.date(item.closes_at),
        )
    if signable:
        return words.gettext("You can sign until {date}.", date=words.date(item.closes_at))
    return words.gettext("Signing ended on {date}.", date=words.date(item.closes_at))


# ---- what came of it ----------------------------------------------------------------------------


def _steps(
    item: Listed,
    promises: Sequence[Promised],
    services: Services,
    words: Translator,
    today: date,
) -> list[Step]:
    """Opened, reached, answered, promised, done: with dates as facts, and what comes next."""
    steps = [Step(words.gettext("Opened"), "done", words.date(item.opened_at))]
    if item.threshold_at is not None:
        reached = words.gettext("Enough people signed")
        steps.append(Step(reached, "done", words.date(item.threshold_at)))
    elif item.state is State.OPEN:
        text = words.ngettext("{n} signature", "{n} signatures", item.threshold)
        steps.append(Step(text, "now", words.gettext("until {date}", date=_day(item, words))))
        steps.append(Step(_must_answer(services, words), "next"))
    elif item.state in (State.CLOSED, State.MERGED):
        steps.append(Step(state_words(item.state, words)[1], "done", _day(item, words)))
    steps += _after(item, promises, words, today, services.voice.answer_days)
    return steps


def _after(
    item: Listed, promises: Sequence[Promised], words: Translator, today: date, days: int
) -> list[Step]:
    clock = response_clock(_story(item, words), today, days)
    if clock.owed is Owed.ANSWER and clock.due is not None and item.state is State.AWAITING:
        due = item.answer_due_on or clock.due
        text = _("The city’s answer is late") if due < today else _("The city must answer")
        return [Step(words.gettext(text), "now", words.gettext("by {date}", date=words.date(due)))]
    steps: list[Step] = []
    if item.answered_at is not None:
        text = words.gettext("The city answered")
        steps.append(Step(text, "done", words.date(item.answered_at)))
    steps += [
        Step(words.gettext("The city made a promise"), "done", words.date(each.made_at))
        for each in promises
    ]
    if item.state is State.DELIVERED:
        settled = [each.settled_on for each in promises if each.settled_on is not None]
        when = words.date(max(settled)) if settled else ""
        steps.append(Step(words.gettext("Done"), "done", when))
    elif open_ones := [each.due_on for each in promises if each.state == OPEN_PROMISE]:
        due = min(open_ones)
        text = words.gettext("Done, as promised")
        steps.append(Step(text, "now", words.gettext("by {date}", date=words.date(due))))
    return steps


def _story(item: Listed, words: Translator) -> Story:
    def day(moment: datetime | None) -> date | None:
        return None if moment is None else words.day(moment)

    return Story(reached=day(item.threshold_at), answered=day(item.answered_at))


def _must_answer(services: Services, words: Translator) -> str:
    return words.ngettext(
        "The city must answer within {n} day",
        "The city must answer within {n} days",
        services.voice.answer_days,
    )


def _day(item: Listed, words: Translator) -> str:
    return words.date(item.closes_at)


def _answer(each: asking.Answered, words: Translator) -> AnswerBox:
    parts = [part for part in each.text.split("\n") if part]
    return AnswerBox(parts, each.office, words.date(each.at))


def _promise(each: Promised, words: Translator, today: date) -> PromiseCard:
    due = words.gettext("by {date}", date=words.date(each.due_on))
    if each.state != OPEN_PROMISE:
        look, state = "approved", words.gettext("Done")
        due = words.date(each.settled_on) if each.settled_on else ""
    elif each.due_on < today:
        look, state = "late", words.gettext("Late")
    else:
        soon = each.due_on - today < timedelta(days=30)
        look, state = ("soon" if soon else "their_turn"), words.gettext("Promised")
    return PromiseCard(each.text, each.owner, due, look, state, each.note)
