"""Coming in and going out: sign-in, the choice of one's own password, sign-out, and home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.accounts import SHORTEST, Proven, choose_password, prove
from service.body import read_form
from service.caseworker.second_step import HOME, SIGN_IN, WRONG_CODE, go_on, proves_second
from service.errors import Invalid
from service.i18n import _
from service.rendering import language_switch, redirect, render, translator_of
from service.security.blind_index import normal_mail
from service.security.rate_limits import (
    SIGN_IN_ACCOUNT,
    SIGN_IN_EVERYBODY,
    SIGN_IN_NETWORK,
    forgive,
    limit,
    unsay,
)
from service.security.sessions import clear_session_cookie, end_session
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CHOOSE = "/staff/choose-password"
# Where each role begins.
HOMES = {
    "caseworker": "/staff/cases",
    "supervisor": "/staff/cases",
    "admin": "/staff/accounts",
    "auditor": "/staff/audit",
    "moderator": "/staff/voice",
    "officer": "/staff/voice/votes",
}
OTHERS = "/staff/weekly"
LONGEST_MAIL = 254
NO_MATCH = _("This mail address and password do not go together. Check both.")
NOT_THE_SAME = _("The two new passwords are not the same.")


@dataclass(frozen=True, slots=True)
class SignInView:
    """The sign-in page; only the mail address stays typed."""

    heading: str
    mail: str = ""
    errors: Sequence[FieldProblem] = ()
    form_id: str = "sign-in"


@dataclass(frozen=True, slots=True)
class ChooseView:
    """One's own password, chosen with the one-time password in hand."""

    heading: str
    shortest: int
    mail: str = ""
    errors: Sequence[FieldProblem] = ()
    form_id: str = "choose"


async def home(request: Request) -> Response:
    """Where this role begins."""
    return redirect(HOMES.get(request.state.actor.kind, OTHERS))


async def sign_in_page(request: Request) -> Response:
    """The form; somebody who is known goes on."""
    if request.state.session is not None:
        return redirect(HOME)
    return _sign_in_page(request)


async def signed_in(request: Request) -> Response:
    """Check mail and password, under limits for the account, the network and everybody."""
    form = await read_form(request)
    mail = form.get("mail")[:LONGEST_MAIL]
    if language_switch(request, form) is not None:
        return _sign_in_page(request, mail)
    found = await _checked(request, mail, form.get("password"))
    if found is None:
        return _sign_in_page(request, mail, wrong=True)
    return redirect(CHOOSE, request) if found.once else await go_on(request, found)


async def choose_page(request: Request) -> Response:
    """The form of somebody who holds a one-time password, or wants another one."""
    return _choose_page(request)


async def chosen(request: Request) -> Response:
    """Take the new password, where the old one is right; then sign in with it."""
    form, words = await read_form(request), translator_of(request)
    mail = form.get("mail")[:LONGEST_MAIL]
    if language_switch(request, form) is not None:
        return _choose_page(request, mail)
    if form.get("new") != form.get("again"):
        return _choose_page(request, mail, FieldProblem("again", words.gettext(NOT_THE_SAME)))
    found = await _checked(request, mail, form.get("password"))
    if found is None:
        return _choose_page(request, mail, FieldProblem("mail", words.gettext(NO_MATCH)))
    if not await proves_second(request, found, form.get("code")):
        return _choose_page(request, mail, FieldProblem("code", words.gettext(WRONG_CODE)))
    try:
        await choose_password(services_of(request), found, mail, form.get("new"), now_of(request))
    except Invalid as refused:
        said = words.gettext(refused.faults[0].detail, n=SHORTEST)
        return _choose_page(request, mail, FieldProblem("new", said))
    return redirect(SIGN_IN, request)


async def sign_out(request: Request) -> Response:
    """End this session, in every process, and forget its pages."""
    if request.state.session is not None:
        await end_session(request.state.session)
    response = redirect(SIGN_IN, request)
    clear_session_cookie(response, "staff", services_of(request).settings)
    return response


async def _checked(request: Request, mail: str, password: str) -> Proven | None:
    """The account behind mail and password. Raises TooMany after too many tries."""
    services, now = services_of(request), now_of(request)
    account = normal_mail(mail)
    await limit(services, SIGN_IN_EVERYBODY, "", now)
    await limit(services, SIGN_IN_NETWORK, address_of(request), now)
    await limit(services, SIGN_IN_ACCOUNT, account, now)
    found = await prove(services, mail, password, now)
    if found is not None:
        await forgive(services, SIGN_IN_ACCOUNT, account, now)
        await unsay(services, SIGN_IN_NETWORK, address_of(request), now)
    return found


def _sign_in_page(request: Request, mail: str = "", *, wrong: bool = False) -> Response:
    words = translator_of(request)
    errors = [FieldProblem("mail", words.gettext(NO_MATCH))] if wrong else []
    view = SignInView(words.gettext("Sign in"), mail, errors)
    return render(request, "caseworker/sign_in.html", view, status=422 if wrong else 200)


def _choose_page(request: Request, mail: str = "", problem: FieldProblem | None = None) -> Response:
    heading = translator_of(request).gettext("Choose your password")
    view = ChooseView(heading, SHORTEST, mail, [problem] if problem else [])
    status = 422 if problem else 200
    return render(request, "caseworker/choose_password.html", view, status=status)
