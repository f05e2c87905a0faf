"""What if something changes? One answer told otherwise, tried and shown; nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from eligibility import Household
from eligibility.what_if_facts import AGES, with_answer, with_person, without_person
from eligibility.what_if_levers import may_work
from forms import (
    APPLICANT,
    FieldErrors,
    Flow,
    PageView,
    Step,
    answer,
    grammars,
    page_view,
    parse_page,
    person_label,
    sendable_facts,
)
from forms.grammars import Refused
from service.answer_words import CHOICES
from service.body import Form, read_form
from service.errors import NotFound
from service.i18n import _
from service.rendering import language_switch, redirect, render, translator_of
from service.resident.changes import blank_flow, facts_with, step_title, steps_of
from service.resident.draft_page import CHECK, RESULTS, STATUS, with_draft
from service.resident.offices import open_programs
from service.resident.question_view import Drawing, GroupView, error_lines, problems_of
from service.resident.sent_page import refuse_strangers, with_application
from service.resident.what_if_view import ProgramView, compared
from service.saying import say
from service.templating import FieldProblem
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms.draft import Patch
    from service.drafts import Held
    from service.i18n import Translator
    from service.queries.own_application import OwnApplication
    from service.services import Services

HERE, AHEAD = f"{STATUS}/what-if", "/benefits/what-if"
MOVES, JOB, MONEY = "moves", "job", "money"
PAGES = ("rent", "owner_costs", "childcare_cost")
MOVES_IN = {
    "baby": _("A baby comes to live with you"),
    "child": _("A child of 8 comes to live with you"),
    "adult": _("An adult with no money comes to live with you"),
}
TITLES = {MOVES: _("Somebody moves in or out"), JOB: _("A new job")}
USUAL = {
    "week": _("What would come in every week, before taxes, in dollars?"),
    "two_weeks": _("What would come in every two weeks, before taxes, in dollars?"),
    "half_month": _("What would come in twice a month, before taxes, in dollars?"),
    "month": _("What would come in every month, before taxes, in dollars?"),
    "year": _("What would come in every year, before taxes, in dollars?"),
}
CHOOSE = _("Choose one.")
MOST_PAY = 100_000_000

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a change is tried on: a form to tell it with, the facts, and how an answer gets in."""

    flow: Flow
    facts: Facts
    changed: Callable[[Step, Patch], Facts]
    programs: Sequence[str]
    place: str
    back: str
    really: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Money that comes in: whose, the place in their list, how often, and what it is called."""

    person: str
    place: int
    period: str
    title: str


@dataclass(frozen=True, slots=True)
class ListView:
    """What can be tried."""

    heading: str
    choices: Sequence[tuple[str, str]]
    really: str
    back: str


@dataclass(frozen=True, slots=True)
class OneView:
    """One change to try."""

    heading: str
    caption: str | None
    action: str
    groups: Sequence[GroupView]
    who: Sequence[Mapping[str, str]]
    chosen: str
    amount: str | None
    usual: str
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    back: str
    form_id: str = "what-if"


@dataclass(frozen=True, slots=True)
class ShownView:
    """What each program would seem to say."""

    heading: str
    change: str
    differing: Sequence[ProgramView]
    others: Sequence[ProgramView]
    same: Sequence[str]
    again: str
    really: str
    back: str


@with_application
async def what_if(request: Request, own: OwnApplication) -> Response:
    """After sending: what can be tried."""
    if own.state != "submitted":
        return redirect(STATUS)
    return _list(request, await _sent(request, own))


@with_application
async def what_if_one(request: Request, own: OwnApplication) -> Response:
    """After sending: one change to try."""
    if own.state != "submitted":
        return redirect(STATUS)
    return _Try(request, await _sent(request, own)).page()


@with_application
async def what_if_shown(request: Request, own: OwnApplication) -> Response:
    """After sending: what it would change."""
    if own.state != "submitted":
        return redirect(STATUS)
    return await _Try(request, await _sent(request, own)).shown()


@with_draft
async def ahead(request: Request, held: Held) -> Response:
    """The same before sending, where the city turned it on."""
    return _list(request, _unsent(request, held))


@with_draft
async def ahead_one(request: Request, held: Held) -> Response:
    """Before sending: one change to try."""
    return _Try(request, _unsent(request, held)).page()


@with_draft
async def ahead_shown(request: Request, held: Held) -> Response:
    """Before sending: what it would change."""
    return await _Try(request, _unsent(request, held)).shown()


async def _sent(request: Request, own: OwnApplication) -> Ground:
    """What was sent. By trying one could find out what is hidden from who has the secret alone."""
    refuse_strangers(request)
    flow, facts = await blank_flow(request, own)

    def changed(step: Step, patch: Patch) -> Facts:
        return facts_with(facts, step, patch)

    really = f"{STATUS}/change"
    return Ground(flow, facts, changed, open_programs(own), HERE, STATUS, really)


def _unsent(request: Request, held: Held) -> Ground:
    if not services_of(request).city.what_if_before_sending or held.sent:
        raise NotFound
    flow = held.flow

    def changed(step: Step, patch: Patch) -> Facts:
        return sendable_facts(answer(flow, step, patch))

    return Ground(flow, sendable_facts(flow), changed, flow.draft.chosen, AHEAD, RESULTS, CHECK)


def _list(request: Request, ground: Ground) -> Response:
    words = translator_of(request)
    money = [(key, each.title) for key, each in _money(ground, words).items()]
    asked = [(step.key, step_title(ground.flow, step, words)) for step in _steps(ground.flow)]
    own = [(key, words.gettext(title)) for key, title in TITLES.items()]
    view = ListView(
        heading=words.gettext("What if something changes?"),
        choices=[(f"{ground.place}/{key}", title) for key, title in (*money, *asked, *own)],
        really=ground.really,
        back=ground.back,
    )
    return render(request, "resident/what_if.html", view)


def _steps(flow: Flow) -> list[Step]:
    return [step for step in steps_of(flow) if step.page.key in PAGES]


def _money(ground: Ground, words: Translator) -> dict[str, Coming]:
    """All money that comes in at known times, by the end of its page's address."""
    found = {}
    for person in ground.facts.get("people") or []:
        incomes = person.get("incomes")
        whose = say(person_label(ground.flow, person["id"]), words)
        for place, income in enumerate(incomes if isinstance(incomes, list) else []):
            period, kind = income.get("period"), str(income.get("kind"))
            if period not in USUAL:
                continue
            named = income.get("employer")
            known = words.gettext(CHOICES["income.kind"].get(kind, kind))
            what = named if isinstance(named, str) else known
            if person["id"] != APPLICANT:
                what = f"{what} ({whose})"
            title = words.gettext("More or less money: {what}", what=what)
            found[f"{MONEY}/{person['id']}/{place}"] = Coming(person["id"], place, period, title)
    return found


class _Try:
    """One change: its page, what was typed, and what comes of it."""

    def __init__(self, request: Request, ground: Ground) -> None:
        self.request = request
        self.ground = ground
        self.services: Services = services_of(request)
        self.words = translator_of(request)
        self.key: str = request.path_params["key"]
        steps = {step.key: step for step in _steps(ground.flow)}
        self.step = steps.get(self.key)
        self.money = _money(ground, self.words).get(self.key)
        if self.step is None and self.money is None and self.key not in TITLES:
            raise NotFound
        self.on: date = ground.flow.on

    async def shown(self) -> Response:
        """What each program would say, or what is wrong with what was typed."""
        form = await read_form(self.request)
        if language_switch(self.request, form) is not None:
            return self.page(form)
        if self.step is None:
            return self._own(form)
        patch = parse_page(self.ground.flow, self.step, form.multi(), self.words.code)
        if isinstance(patch, FieldErrors):
            return self.page(form, errors=patch)
        title = step_title(self.ground.flow, self.step, self.words)
        return self._result(title, self.ground.changed(self.step, patch))

    def page(
        self,
        form: Form | None = None,
        errors: FieldErrors | None = None,
        problem: FieldProblem | None = None,
    ) -> Response:
        """The question, empty or as it was typed."""
        form = form or Form(())
        drawn = self._drawn(form)
        groups, found = self._groups(drawn, errors)
        if problem:
            found.append(problem)
        view = OneView(
            heading=say(drawn.title, self.words) if drawn else self._title(),
            caption=say(drawn.caption, self.words) if drawn and drawn.caption else None,
            action=f"{self.ground.place}/{self.key}",
            groups=groups,
            who=self._who(),
            chosen=form.get("who"),
            amount=form.get("amount") if self.key == JOB or self.money else None,
            usual=self.words.gettext(USUAL[self.money.period if self.money else "month"]),
            wrong={problem.target: problem.text} if problem and problem.target else {},
            errors=found,
            back=self.ground.place,
        )
        status = 422 if found else 200
        return render(self.request, "resident/what_if_one.html", view, status=status)

    def _title(self) -> str:
        return self.money.title if self.money else self.words.gettext(TITLES[self.key])

    def _drawn(self, form: Form) -> PageView | None:
        if self.step is None:
            return None
        return page_view(self.ground.flow, self.step, self.words.code, form.multi() or None)

    def _groups(
        self, drawn: PageView | None, errors: FieldErrors | None
    ) -> tuple[list[GroupView], list[FieldProblem]]:
        flow, step, words = self.ground.flow, self.step, self.words
        if step is None or drawn is None:
            return [], []
        lines = error_lines(flow, step, drawn, errors, words)
        draw = Drawing(flow, words, lines, say(drawn.title, words))
        pairs = zip(drawn.groups, flow.shown(step), strict=True)
        groups = [draw.group(group, live) for group, live in pairs]
        return groups, list(problems_of(lines, groups))

    def _who(self) -> list[dict[str, str]]:
        """Who may come or go, or who may have the job."""
        words, people = self.words, self.ground.facts.get("people") or []
        names = {p["id"]: say(person_label(self.ground.flow, p["id"]), words) for p in people}
        limits = self.services.rules.facts
        if self.key == JOB:
            home = Household.from_facts(dict(self.ground.facts), limits)
            able = [one.id for one in home.people if may_work(one, self.on)]
            full = {p["id"] for p in people if len(p.get("incomes") or ()) >= limits.max_incomes}
            return [{"value": each, "label": names[each]} for each in able if each not in full]
        if self.key != MOVES:
            return []
        room = len(people) < limits.max_people
        joins = [{"value": who, "label": words.gettext(MOVES_IN[who])} for who in AGES if room]
        leaves = [
            {"value": f"-{each}", "label": words.gettext("{name} moves out", name=name)}
            for each, name in names.items()
            if each != APPLICANT
        ]
        return [*joins, *leaves]

    def _own(self, form: Form) -> Response:
        """Somebody moves in or out, there is a new job, or more or less money comes in."""
        offered = {each["value"]: each["label"] for each in self._who()}
        who, facts = form.get("who"), self.ground.facts
        if self.money is None and who not in offered:
            wrong = FieldProblem("who", self.words.gettext(CHOOSE))
            return self.page(form, problem=wrong)
        if self.key != MOVES:
            return self._paid(form, who, offered.get(who, ""))
        if who.startswith("-"):
            return self._result(offered[who], without_person(facts, who[1:]))
        more = with_person(facts, who, self.services.rules.facts, self.on)[0]
        return self._result(offered[who], more)

    def _paid(self, form: Form, who: str, name: str) -> Response:
        try:
            pay = grammars.money(form.get("amount"), self.words.code, MOST_PAY)
        except Refused as refused:
            wrong = FieldProblem("amount", say(refused.message, self.words))
            return self.page(form, problem=wrong)
        facts, words, coming = self.ground.facts, self.words, self.money
        if coming is None:
            said = f"{self._title()}: {name}, {words.amount(pay, 'month')}"
            return self._result(said, with_answer(facts, "person.incomes", who, None, pay))
        told = (coming.person, coming.place, pay)
        said = f"{coming.title}. {words.amount(pay, coming.period)}"
        return self._result(said, with_answer(facts, "income.amount", *told))

    def _result(self, change: str, facts: Facts) -> Response:
        ground, both = self.ground, (self.ground.facts, facts)
        found = compared(self.services, self.words, self.on, both, ground.programs)
        view = ShownView(
            heading=self.words.gettext("What might change"),
            change=change,
            differing=[each for each in found if each.differs and each.program in ground.programs],
            others=[each for each in found if each.differs and each.program not in ground.programs],
            same=[each.title for each in found if not each.differs],
            again=ground.place,
            really=ground.really,
            back=f"{ground.place}/{self.key}",
        )
        return render(self.request, "resident/what_if_shown.html", view)
