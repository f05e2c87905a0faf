"""What would change a case's result: from the answers of this office alone, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from eligibility import Household, screen
from eligibility.dates import months_before
from eligibility.facts import FactType
from eligibility.what_if import Search
from eligibility.what_if_facts import AGES, JOINS, LEAVES, with_answer, with_person, without_person
from forms import grammars
from forms.grammars import Refused
from service.body import Form, read_form
from service.caseworker.case_words import program_name
from service.caseworker.queue import QUEUE
from service.caseworker.what_if_words import CaseWords, ChangeRow
from service.errors import NotFound
from service.i18n import _
from service.queries.casefile import CaseFile, open_case
from service.rendering import language_switch, render, translator_of
from service.saying import say
from service.templating import FieldProblem
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from eligibility.facts import Vocabulary
    from eligibility.what_if_levers import Lever
    from service.i18n import Translator
    from service.services import Services

Facts = Mapping[str, Any]
CHOOSE = _("Choose an answer.")
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Tried:
    """One change that was asked for, and each result with it."""

    change: str
    results: Sequence[str]


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """The nearest changes, and two small forms to try one."""

    heading: str
    section: str
    back: str
    action: str
    day: str
    now: Sequence[str]
    rows: Sequence[ChangeRow]
    proved: bool
    numbers: Sequence[Mapping[str, str]]
    others: Sequence[Mapping[str, str]]
    typed: Mapping[str, str]
    tried: Tried | None
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    form_id: str = "number"


async def what_if_page(request: Request) -> Response:
    """What would change the results of one case."""
    found = await open_case(services_of(request), request.state.actor, request.path_params["id"])
    return _Case(request, found).page(Form(()))


async def what_if_tried(request: Request) -> Response:
    """One answer told otherwise, for this page alone."""
    found = await open_case(services_of(request), request.state.actor, request.path_params["id"])
    form = await read_form(request)
    case = _Case(request, found)
    if language_switch(request, form) is not None:
        return case.page(form)
    return case.tried(form)


class _Case:
    """The granted answers of one case, screened on the day on which the office was given them."""

    def __init__(self, request: Request, found: CaseFile) -> None:
        self.request = request
        self.found = found
        self.services: Services = services_of(request)
        self.words: Translator = translator_of(request)
        self.facts: dict[str, Any] = dict(found.granted["facts"])
        self.on = _day(found, self.services)
        if found.program not in self.services.rules.programs:
            raise NotFound
        household = Household.from_facts(self.facts, self.services.rules.facts)
        self.search = Search(household, self.services.rules, self.on, [found.program])
        self.say = CaseWords(self.facts, self.services, self.words)
        self.levers = self.search.levers()

    def tried(self, form: Form) -> Response:
        """The page with the result of what was chosen, or what is wrong with it."""
        number = form.get("_action") == "number"
        try:
            said, facts = self._number(form) if number else self._other(form)
        except Refused as refused:
            return self.page(form, problem=FieldProblem("value", say(refused.message, self.words)))
        except KeyError:
            target = "what" if number else "other"
            return self.page(form, problem=FieldProblem(target, self.words.gettext(CHOOSE)))
        return self.page(form, Tried(said, self._results(facts)))

    def page(
        self, form: Form, tried: Tried | None = None, problem: FieldProblem | None = None
    ) -> Response:
        found, words = self.found, self.words
        changes = self.search.changes()
        view = WhatIfView(
            heading=words.gettext("What would change this"),
            section=program_name(found.program, self.services, words),
            back=f"{QUEUE}/{found.id}",
            action=f"{QUEUE}/{found.id}/what-if",
            day=words.date(self.on),
            now=self._results(self.facts),
            rows=[self.say.row(one) for one in changes],
            proved=all(one.proved for one in changes),
            numbers=[
                {"value": _key(one), "label": self.say.lever(one)}
                for one in self.levers
                if one.is_number
            ],
            others=[{"value": key, "label": label} for key, label, _ in self._others()],
            typed={name: form.get(name) for name in ("what", "value", "other")},
            tried=tried,
            wrong={problem.target: problem.text} if problem and problem.target else {},
            errors=[problem] if problem else [],
        )
        status = 422 if problem else 200
        return render(self.request, "caseworker/what_if.html", view, status=status)

    def _results(self, facts: Facts) -> list[str]:
        """Each result of the program, with its exact amount."""
        rules = self.services.rules
        household = Household.from_facts(facts, rules.facts)
        made = screen(household, rules, self.on, [self.found.program], explain=False)
        known = {one["id"] for one in self.facts.get("people") or []}
        lines = []
        for one in made:
            result = self.say.result(one.outcome, one.amount)
            if one.person is None or one.person in known:
                lines.append(f"{self.say.who(one.person)}: {result}")
        return lines

    def _number(self, form: Form) -> tuple[str, Facts]:
        """A number told otherwise. Raises LookupError or Refused for what cannot be."""
        lever = {_key(one): one for one in self.levers if one.is_number}[form.get("what")]
        value = self._typed(lever, form.get("value"))
        said = f"{self.say.lever(lever)}: {self.say.value(lever.fact, value, None)}"
        told = value.isoformat() if isinstance(value, date) else value
        return said, with_answer(self.facts, lever.fact, lever.person, lever.income, told)

    def _typed(self, lever: Lever, raw: str) -> int | date:
        if lever.fact in ("person.birth_date", "person.age_months"):
            years = grammars.integer(raw, 0, OLDEST)
            months = 12 * years
            is_date = lever.fact == "person.birth_date"
            return months_before(self.on, months) if is_date else months
        fact = self.services.rules.facts.facts[lever.fact]
        if lever.period is not None or fact.type is FactType.MONEY:
            return grammars.money(raw, self.words.code, lever.high)
        return grammars.integer(raw, lever.low, lever.high)

    def _other(self, form: Form) -> tuple[str, Facts]:
        """Another answer, or somebody more or fewer. Raises KeyError for none of these."""
        made = {key: (said, change) for key, said, change in self._others()}
        said, change = made[form.get("other")]
        return said, change()

    def _others(self) -> list[tuple[str, str, Callable[[], Facts]]]:
        """Every single change that is no number: key, words, and the answers with it made."""
        made: list[tuple[str, str, Callable[[], Facts]]] = []
        facts, vocabulary = self.facts, self.services.rules.facts
        for one in self.levers:
            whose = (one.fact, one.person, one.income)
            for value in one.values:
                said = f"{self.say.lever(one)}: {self.say.value(one.fact, value, None)}"
                made.append(
                    (f"{_key(one)}={value}", said, partial(with_answer, facts, *whose, value))
                )
        for who in AGES:
            joined = partial(_joined, facts, who, vocabulary, self.on)
            made.append((f"{JOINS}={who}", self.say.move(JOINS, who), joined))
        for person in (facts.get("people") or [])[1:]:
            left = partial(without_person, facts, person["id"])
            made.append((f"{LEAVES}={person['id']}", self.say.move(LEAVES, person["id"]), left))
        return made


def _joined(facts: Facts, who: str, vocabulary: Vocabulary, on: date) -> Facts:
    return with_person(facts, who, vocabulary, on)[0]


def _key(lever: Lever) -> str:
    return f"{lever.fact} {lever.person or ''} {'' if lever.income is None else lever.income}"


def _day(found: CaseFile, services: Services) -> date:
    """The day on which the office's own screening was made."""
    amended = found.granted.get("amended_at")
    at = datetime.fromisoformat(amended) if amended else found.filed_at
    return services.city.calendar.day_of(at)
