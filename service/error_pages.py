"""Refusals as pages: in words, with a way on, and with what was typed wherever it can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from service.body import LETS_IN
from service.errors import AppError, DraftUnreadable, FormExpired, SignInNeeded
from service.i18n import _
from service.problem import problem_response
from service.rendering import is_own_path, redirect, render, translator_of
from service.security import csrf
from service.security.sessions import DOORS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.body import Form

# Refusals after which the page that was asked for, or was sent from, is worth opening again.
AGAIN = (403, 409, 503)
KEPT = {"form_expired": FormExpired.kept, "no_cookie": FormExpired.kept_without_cookie}
JSON_PLACES = ("/api/", "/openapi.json", "/healthz", "/readyz", "/metrics")
# By code where it says more than the status.
HEADINGS: Mapping[str | int, str] = {
    "draft_unreadable": _("We cannot open what you saved"),
    400: _("We could not read that"),
    403: _("Please send that again"),
    404: _("We could not find that page"),
    408: _("The connection was too slow"),
    409: _("This has changed"),
    413: _("That is too much at once"),
    429: _("Please wait a little"),
    503: _("Please try again soon"),
}


@dataclass(frozen=True, slots=True)
class ErrorView:
    """What an error page shows; the code the person can read out over the phone is the id."""

    heading: str
    message: str
    status: int
    request_id: str
    again: str | None = None
    # A form that could not be taken just now: where it goes, what was in it, and whether it needs a
    # token of this page in place of its own.
    action: str = ""
    typed: Sequence[tuple[str, str]] = ()
    fresh_token: bool = False


def error_response(request: Request, error: AppError) -> Response:
    """A refusal as a page in the person's language, or as a problem for programs."""
    request_id: str = request.state.request_id
    path: str = request.scope["path"]
    if path.startswith(JSON_PLACES):
        return problem_response(error, request_id)
    if isinstance(error, SignInNeeded):
        return to_sign_in(request, error.door)
    view = _view(request, error, path)
    try:
        response: Response = render(request, "errors/error.html", view, status=error.status)
    except Exception:  # noqa: BLE001  (an error page that breaks must still say something)
        response = plain_error(view, error.status)
    response.headers.update(error.headers)
    return response


def _view(request: Request, error: AppError, path: str) -> ErrorView:
    words, ours = translator_of(request), is_own_path(path)
    expired = waited_too_long(request, error)
    typed = typed_in(request) if ours and (error.status == 503 or expired) else ()
    if expired:
        typed = [pair for pair in typed if pair[0] != csrf.FIELD]
    message = KEPT[error.code] if expired and typed else error.message
    return ErrorView(
        heading=words.gettext(heading_of(error)),
        message=words.gettext(message, **error.values),
        status=error.status,
        request_id=request.state.request_id,
        again=_again(request) if may_try_again(error) and ours else None,
        action=path,
        typed=typed,
        fresh_token=expired,
    )


def waited_too_long(request: Request, error: AppError) -> bool:
    """Whether only the token of a form has run out, at a door where nobody has come in: the browser
    itself says that our own page sent it, so it may be sent once more. In a session another token
    is another visit's, and its answers may be another person's."""
    known = "sec-fetch-site" in request.headers or "origin" in request.headers
    ran_out = isinstance(error, FormExpired) and error.code in KEPT
    return ran_out and known and getattr(request.state, "session", None) is None


def may_try_again(error: AppError) -> bool:
    """Whether the same page may answer another time; a draft that cannot be read stays so."""
    return error.status in AGAIN and not isinstance(error, DraftUnreadable)


def heading_of(error: AppError) -> str:
    """An error page's heading, still in English."""
    by_status = HEADINGS.get(error.status, _("Something went wrong"))
    return HEADINGS.get(error.code, by_status)


def _again(request: Request) -> str | None:
    """The page that was asked for, or the one of ours that a form stood on."""
    if request.method == "GET":
        return str(request.scope["path"])
    _scheme, _, came = request.headers.get("referer", "").partition("://")
    host, _, rest = came.partition("/")
    ours = host == request.headers.get("host") and is_own_path(f"/{rest}")
    return f"/{rest}" if ours else None


def to_sign_in(request: Request, door: str) -> Response:
    """To where this door is knocked at; a resident's page is remembered for its owner."""
    from service.resident.interrupted import remember  # it needs this module itself

    response = redirect(DOORS[door].sign_in)
    remember(request, response)
    return response


def typed_in(request: Request) -> Sequence[tuple[str, str]]:
    """What a form held that could not be taken just now, to be sent again with one button. Nothing
    of a form with a password or a secret in it: a page may stay on a screen for long."""
    form: Form | None = getattr(request.state, "form", None)
    if form is None or form.uploads or any(name in LETS_IN for name in form):
        return ()
    return form.pairs


def plain_error(view: ErrorView, status: int) -> HTMLResponse:
    """The page of last resort: needs no template, no database and no catalogue."""
    heading, message = escape(view.heading), escape(view.message)
    return HTMLResponse(
        '<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8">'
        f"<title>{heading}</title></head><body><main><h1>{heading}</h1><p>{message}</p>"
        f"<p>{escape(view.request_id)}</p></main></body></html>",
        status_code=status,
    )
