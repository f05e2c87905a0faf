"""The second step of a sign-in, and everybody's own page: app, recovery codes, what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions import second_factors
from service.actions.accounts import Proven, find_account, sign_in
from service.actions.kept_forms import is_kept
from service.body import read_form
from service.caseworker.case_words import agency_name
from service.caseworker.kept import KEPT
from service.errors import Malformed, NotFound
from service.i18n import _
from service.queries.accounts import one_account
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import DAY, MINUTE, Limit, limit, unsay
from service.security.sessions import end_session, set_session_cookie
from service.security.totp import app_link, as_typed
from service.templating import FieldProblem
from service.web import now_of, services_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from service.services import Services

HOME, SIGN_IN, ACCOUNT = "/staff/", "/staff/sign-in", "/staff/account"
SECOND = "/staff/second-step"
# Three codes are good at a time: twenty tries a day find one once in some 45 years of trying.
CODE_QUARTER = Limit("second-step/quarter", 5, 15 * MINUTE)
CODE_DAY = Limit("second-step/day", 20, DAY)
WRONG_CODE = _("This code does not fit. Wait for the next one in your app, and type that.")
NEEDED = _("The city asks for the app on this account, so it stays.")
ROLES = {
    "caseworker": _("Caseworker"),
    "supervisor": _("Supervisor"),
    "moderator": _("Moderator"),
    "leader": _("Leader"),
    "officer": _("Officer of votes"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}


@dataclass(frozen=True, slots=True)
class SecondView:
    """The page that asks for a code. `half` proves that the password was right just now."""

    heading: str
    half: str
    errors: Sequence[FieldProblem] = ()
    form_id: str = "second"


@dataclass(frozen=True, slots=True)
class SetUpView:
    """An app is set up: its secret to type or to open, and a first code. Signed in, there is no
    `half`."""

    heading: str
    action: str
    secret: str
    link: str
    half: str | None = None
    needed: bool = False
    errors: Sequence[FieldProblem] = ()
    form_id: str = "set-up"


@dataclass(frozen=True, slots=True)
class CodesView:
    """Recovery codes, shown this once."""

    heading: str
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class AccountView:
    """One's own account."""

    heading: str
    name: str
    mail: str
    role: str
    place: str
    second: bool
    needed: bool
    left: int
    errors: Sequence[FieldProblem] = ()
    form_id: str | None = None


def needs_second(services: Services, role: str) -> bool:
    """Whether this role must have an app. The demonstration asks nobody: its passwords stand in a
    file for whoever tries it."""
    everybody = services.city.second_step == "everybody"
    return not services.settings.demo and (everybody or role == "admin")


async def go_on(request: Request, found: Proven) -> Response:
    """After a right password: in at once, or to the second step."""
    services, now = services_of(request), now_of(request)
    held = await second_factors.factor_of(services, found.account)
    if held is not None and held.confirmed:
        return _second_page(request, await _half(request, found))
    if needs_second(services, found.role):
        return await _set_up_page(request, found, await _half(request, found))
    return await _open(request, found, await sign_in(found, now))


async def second_page(_request: Request) -> Response:
    """An address kept or reloaded: the way in begins with the password."""
    return redirect(SIGN_IN)


async def second_checked(request: Request) -> Response:
    """Take the code, with what proves the password; then the session begins."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    half = form.get("half")
    if form.get("_action") == "confirm":
        return await _first_code(request, half, form.get("code"))
    if language_switch(request, form) is not None:
        return _second_page(request, half)
    found = await second_factors.read_half(services, half, now)
    if found is None:
        return redirect(SIGN_IN, request)
    await _limited(request, found.account)
    token = await second_factors.sign_in_with_code(
        services, found, form.get("code"), now, _true_time(request)
    )
    if token is None:
        return _second_page(request, half, wrong=True)
    await _forgiven(request, found.account)
    return await _open(request, found, token)


async def _first_code(request: Request, half: str, code: str) -> Response:
    """The first code of somebody who must have an app: puts it in use, and opens the session."""
    services, now = services_of(request), now_of(request)
    found = await second_factors.read_half(services, half, now)
    if found is None:
        return redirect(SIGN_IN, request)
    if language_switch(request, await read_form(request)) is not None:
        return await _set_up_page(request, found, half)
    await _limited(request, found.account)
    codes = await second_factors.confirm(
        services, found.actor, found.account, code, now, _true_time(request)
    )
    if codes is None:
        return await _set_up_page(request, found, half, wrong=True)
    await _forgiven(request, found.account)
    response = _codes_page(request, codes)
    set_session_cookie(response, "staff", await sign_in(found, now), services.settings)
    return response


async def account(request: Request) -> Response:
    """One's own account."""
    return await _account_page(request)


async def account_changed(request: Request) -> Response:
    """Set up an app, put it in use, make new recovery codes, or take the app away."""
    form, services, now = await read_form(request), services_of(request), now_of(request)
    mine, action = request.state.actor, form.get("_action")
    own = Proven(mine.account, mine.kind, mine.agency, once=False)
    if action == "begin" or language_switch(request, form) is not None:
        return await _set_up_page(request, own, None)
    if action not in ("confirm", "codes", "remove"):
        raise Malformed("unknown_action")
    await _limited(request, own.account)
    proof = (services, mine, own.account, form.get("code"), now, _true_time(request))
    if action == "confirm":
        codes = await second_factors.confirm(*proof)
        if codes is None:
            return await _set_up_page(request, own, None, wrong=True)
    elif not await second_factors.check(*proof):
        return await _account_page(request, (f"code-{action}", WRONG_CODE))
    elif action == "remove":
        if needs_second(services, mine.kind):
            return await _account_page(request, ("code-codes", NEEDED))
        await second_factors.remove(mine, own.account, now, keep_sessions=True)
        return redirect(ACCOUNT, request)
    else:
        codes = await second_factors.renew_codes(mine, own.account, now)
    await _forgiven(request, own.account)
    return _codes_page(request, codes)


async def proves_second(request: Request, found: Proven, code: str) -> bool:
    """Whether somebody whose password was right also holds the app, where the account has one. A
    one-time password comes from an administrator and needs no more."""
    services, now = services_of(request), now_of(request)
    held = await second_factors.factor_of(services, found.account)
    if found.once or held is None or not held.confirmed:
        return True
    await _limited(request, found.account)
    right = await second_factors.check(
        services, found.actor, found.account, code, now, _true_time(request)
    )
    if right:
        await _forgiven(request, found.account)
    return right


async def _open(request: Request, whose: Proven, token: str) -> Response:
    """In: to what was typed when the last session ended, or to where the role begins."""
    if request.state.session is not None:
        await end_session(request.state.session)
    waits = await is_kept(whose.account, now_of(request))
    response = redirect(KEPT if waits else HOME, request)
    set_session_cookie(response, "staff", token, services_of(request).settings)
    return response


async def _half(request: Request, found: Proven) -> str:
    services = services_of(request)
    row = await find_account(services, found.account)
    return second_factors.make_half(services, found, row["password_hash"], now_of(request))


def _true_time(request: Request) -> datetime:
    """The machine's own time: the demonstration may shift its clock, and no phone follows."""
    return now_of(request) - services_of(request).settings.now_offset


async def _limited(request: Request, account: UUID) -> None:
    services, now = services_of(request), now_of(request)
    await limit(services, CODE_DAY, str(account), now)
    await limit(services, CODE_QUARTER, str(account), now)


async def _forgiven(request: Request, account: UUID) -> None:
    """A right code takes itself back, not the wrong ones: those may be somebody else's."""
    services, now = services_of(request), now_of(request)
    await unsay(services, CODE_DAY, str(account), now)
    await unsay(services, CODE_QUARTER, str(account), now)


def _second_page(request: Request, half: str, *, wrong: bool = False) -> Response:
    words = translator_of(request)
    errors = [FieldProblem("code", words.gettext(WRONG_CODE))] if wrong else []
    view = SecondView(words.gettext("Your second step"), half, errors)
    return render(request, "caseworker/second_step.html", view, status=422 if wrong else 200)


async def _set_up_page(
    request: Request, whose: Proven, half: str | None, *, wrong: bool = False
) -> Response:
    services, words = services_of(request), translator_of(request)
    known = await one_account(services, whose.account)
    if known is None:
        raise NotFound
    secret = await second_factors.offer(services, whose.actor, whose.account, now_of(request))
    view = SetUpView(
        heading=words.gettext("Set up your second step"),
        action=ACCOUNT if half is None else SECOND,
        secret=as_typed(secret),
        link=app_link(secret, services.city.service_name, known.mail),
        half=half,
        needed=needs_second(services, whose.role),
        errors=[FieldProblem("code", words.gettext(WRONG_CODE))] if wrong else [],
    )
    return render(request, "caseworker/set_up.html", view, status=422 if wrong else 200)


def _codes_page(request: Request, codes: Sequence[str]) -> Response:
    view = CodesView(translator_of(request).gettext("Your recovery codes"), codes)
    return render(request, "caseworker/codes.html", view)


async def _account_page(request: Request, problem: tuple[str, str] | None = None) -> Response:
    services, mine, words = services_of(request), request.state.actor, translator_of(request)
    known = await one_account(services, mine.account)
    if known is None:
        raise NotFound
    city = services.city.name
    view = AccountView(
        heading=words.gettext("Your account"),
        name=known.name,
        mail=known.mail,
        role=words.gettext(ROLES.get(known.role, known.role)),
        place=agency_name(known.agency, services, words) if known.agency else city,
        second=known.second,
        needed=needs_second(services, mine.kind),
        left=await second_factors.codes_left(mine.account) if known.second else 0,
        errors=[FieldProblem(problem[0], words.gettext(problem[1]))] if problem else [],
    )
    return render(request, "caseworker/account.html", view, status=422 if problem else 200)
