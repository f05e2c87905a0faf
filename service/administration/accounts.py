"""Accounts of staff: the list, a new one, and one to change, close, open or help in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from service.actions.accounts import (
    ONE_TIME_KEPT,
    OWN,
    change_role,
    close_account,
    create_account,
    one_time_password,
    open_account,
    reset_password,
)
from service.actions.second_factors import remove
from service.administration.shown_once import shown_once
from service.body import read_form
from service.caseworker.case_words import agency_name
from service.caseworker.second_step import ROLES
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.i18n import _
from service.queries.accounts import all_accounts, one_account
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.actions.accounts import Account
    from service.i18n import Translator
    from service.services import Services

LIST = "/staff/accounts"
LONGEST = {"mail": 254, "name": 100}
PROBLEMS = {
    "/mail": ("mail", _("Give a mail address.")),
    "/role": ("role", _("Choose a role.")),
    "/agency": ("agency", _("Caseworkers and supervisors need an office; the others have none.")),
}
TAKEN = _("This mail has an account.")
ONCE = _("Good once, for 24 hours, to choose one’s own password on the sign-in page.")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Place:
    """A role and its office as a form offers them."""

    roles: Sequence[Option]
    agencies: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Line:
    """One account of the list."""

    href: str
    name: str
    mail: str
    role: str
    office: str
    second: bool
    active: bool


@dataclass(frozen=True, slots=True)
class AccountsView:
    """Everybody who can sign in, and the form for one more."""

    heading: str
    lines: Sequence[Line]
    place: Place
    typed: Mapping[str, str]
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    form_id: str = "new"


@dataclass(frozen=True, slots=True)
class OneView:
    """One account. `own`: the reader's, who changes neither role nor state of it."""

    heading: str
    back: str
    here: str
    line: Line
    place: Place
    role: str
    agency: str
    own: bool
    errors: Sequence[FieldProblem] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)


async def accounts(request: Request) -> Response:
    """Everybody, the city's own first."""
    return await _list_page(request, {})


async def made(request: Request) -> Response:
    """A new account; its one-time password is shown this once."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    typed = {name: form.get(name) for name in ("mail", "name", "role", "agency")}
    if language_switch(request, form) is not None:
        return await _list_page(request, typed)
    cut = {name: " ".join(typed[name].split())[:most] for name, most in LONGEST.items()}
    password, words = one_time_password(), translator_of(request)
    try:
        await create_account(
            services,
            request.state.actor,
            cut["mail"],
            typed["role"],
            typed["agency"] or None,
            password,
            now,
            name=cut["name"],
            until=now + ONE_TIME_KEPT,
        )
    except Invalid as refused:
        return await _list_page(request, typed, _problems(refused, words))
    except Conflict:
        return await _list_page(request, typed, [FieldProblem("mail", words.gettext(TAKEN))])
    heading = words.gettext("One-time password")
    return shown_once(request, heading, password, words.gettext(ONCE), LIST)


async def one(request: Request) -> Response:
    """One account."""
    return await _one_page(request, await _account(request))


async def changed(request: Request) -> Response:
    """One change of one account; each ends that person's sessions where it takes something away."""
    form, services = await read_form(request), services_of(request)
    actor, now, words = request.state.actor, now_of(request), translator_of(request)
    account = await _account(request)
    if language_switch(request, form) is not None:
        return await _one_page(request, account, (), form.get("role"), form.get("agency"))
    if account.id == actor.account and form.get("_action") != "reset":
        raise Conflict("own_account", OWN)
    match form.get("_action"):
        case "role":
            place = (form.get("role"), form.get("agency") or None)
            try:
                await change_role(services, actor, account.id, *place, now)
            except Invalid as refused:
                return await _one_page(request, account, _problems(refused, words), *place)
        case "reset":
            password = one_time_password()
            await reset_password(services, actor, account.id, password, now)
            heading = words.gettext("One-time password")
            return shown_once(request, heading, password, words.gettext(ONCE), _href(account.id))
        case "close":
            await close_account(services, actor, account.id, now)
        case "open":
            try:
                await open_account(services, actor, account.id, now)
            except Invalid as refused:
                return await _one_page(request, account, _problems(refused, words))
        case "factor":
            await remove(actor, account.id, now)
        case _:
            raise Malformed("unknown_action")
    return redirect(_href(account.id))


async def _account(request: Request) -> Account:
    found = await one_account(services_of(request), as_id(request.path_params["id"]))
    if found is None:
        raise NotFound
    return found


async def _list_page(
    request: Request, typed: Mapping[str, str], problems: Sequence[FieldProblem] = ()
) -> Response:
    services, words = services_of(request), translator_of(request)
    view = AccountsView(
        heading=words.gettext("Accounts"),
        lines=[_line(each, services, words) for each in await all_accounts(services)],
        place=_place(services, words),
        typed={name: typed.get(name, "") for name in ("mail", "name", "role", "agency")},
        errors=problems,
        wrong={each.target or "": each.text for each in problems},
    )
    status = 422 if problems else 200
    return render(request, "administration/accounts.html", view, status=status)


async def _one_page(
    request: Request,
    account: Account,
    problems: Sequence[FieldProblem] = (),
    role: str | None = None,
    agency: str | None = None,
) -> Response:
    services, words = services_of(request), translator_of(request)
    view = OneView(
        heading=account.name,
        back=LIST,
        here=_href(account.id),
        line=_line(account, services, words),
        place=_place(services, words),
        role=role or account.role,
        agency=(agency if role else account.agency) or "",
        own=account.id == request.state.actor.account,
        errors=problems,
        wrong={each.target or "": each.text for each in problems},
    )
    status = 422 if problems else 200
    return render(request, "administration/account.html", view, status=status)


def _line(account: Account, services: Services, words: Translator) -> Line:
    office = agency_name(account.agency, services, words) if account.agency else services.city.name
    role = words.gettext(ROLES.get(account.role, account.role))
    name, mail = account.name, account.mail
    return Line(_href(account.id), name, mail, role, office, account.second, account.active)


def _place(services: Services, words: Translator) -> Place:
    roles = [Option(role, words.gettext(name)) for role, name in ROLES.items()]
    agencies = [Option(id, agency_name(id, services, words)) for id in services.city.agencies]
    return Place(roles, agencies)


def _problems(refused: Invalid, words: Translator) -> list[FieldProblem]:
    told = [PROBLEMS[each.pointer] for each in refused.faults]
    return [FieldProblem(target, words.gettext(text)) for target, text in told]


def _href(account: UUID) -> str:
    return f"{LIST}/{account}"
