"""From a view object to a page: language, form token and frame are added here and nowhere else."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response

from service.actor import Actor
from service.security import csrf
from service.security.sessions import rests_until
from service.templating import Page
from service.web import Web, now_of, services_of, web_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from service.body import Form
    from service.i18n import Translator

LANGUAGE_COOKIE = "th_lang"
LANGUAGE_FIELD = "_language"
YEAR = 365 * 24 * 3600
CLEAR_URLS = {
    "benefits": "/benefits/clear",
    "status": "/benefits/status/clear",
    "voice": "/voice/clear",
}
LEAVE = "/benefits/leave"
# What an address may hold as it is; to look for the rest letter by letter takes ten times as long.
URL_MARKS = "-._~:/%#?=@[]!$&'()*+,;"
PLAIN_URL = re.compile(f"[A-Za-z0-9{re.escape(URL_MARKS)}]*")


def render(request: Request, template: str, view: object, *, status: int = 200) -> HTMLResponse:
    """A page from its view dataclass: its fields, `page` and `actor` are what the template sees."""
    web = web_of(request)
    token, new_cookie = session_token(request), None
    if token is None:
        token, new_cookie = form_token_for(request)
    context = {
        **values_of(view),
        "page": frame(request, web, token),
        "actor": getattr(request.state, "actor", Actor.ANONYMOUS),
    }
    language = translator_of(request).code
    response = HTMLResponse(web.templates.render(template, language, context), status_code=status)
    if new_cookie is not None:
        csrf.set_form_cookie(response, new_cookie, services_of(request).settings)
    keep_language(request, response)
    return response


def redirect(url: str, request: Request | None = None) -> Response:
    """See other: after a form, so that a reload does not send it again. Own addresses only."""
    if not is_own_path(url):
        raise ValueError("a redirect leads to a path of our own")
    response = Response(status_code=303)
    written = url if PLAIN_URL.fullmatch(url) else quote(url, safe=URL_MARKS)
    response.raw_headers.append((b"location", written.encode("ascii")))
    if request is not None:
        keep_language(request, response)
    return response


def is_own_path(url: str) -> bool:
    """Whether an address stays here: no host, no scheme, nothing a browser might read as one. What
    begins with one slash and has nothing hidden in it has neither."""
    if not url.startswith("/") or url.startswith("//") or "\\" in url:
        return False
    return url.isprintable() and " " not in url


def values_of(view: object) -> dict[str, Any]:
    """The names a template may use. Raises TypeError for what is no view dataclass."""
    return {each.name: getattr(view, each.name) for each in fields(cast("Any", view))}


def frame(request: Request, web: Web, token: str) -> Page:
    """What surrounds every page: names, languages and the ways out for this door."""
    services = services_of(request)
    city = services.city
    door = getattr(request.state, "door", "none")
    session = getattr(request.state, "session", None)
    translator = translator_of(request)
    staff = door == "staff"
    now = now_of(request)
    rests = rests_until(session, now) if session is not None and door in CLEAR_URLS else None
    return Page(
        service=city.service_name,
        path=path_of(request),
        csrf=token,
        languages=web.languages.offered,
        demo=services.settings.demo,
        home="/staff/" if staff else "/",
        phone=city.phone,
        exit_url=None if staff else LEAVE if in_benefits(request) else city.exit_link,
        source_url=city.source_link,
        clear_url=CLEAR_URLS.get(door) if session is not None else None,
        waits_until=translator.time(rests) if rests else None,
        waits_seconds=int((rests - now).total_seconds()) if rests else 0,
        draft_language=web.languages.review(translator.code) == "draft",
    )


def in_benefits(request: Request) -> bool:
    """Whether a page is one on which a visit to benefits may stand open."""
    path: str = request.scope["path"]
    return path.startswith("/benefits/")


def path_of(request: Request) -> str:
    """The page's own path, without what a browser would read as a query or a place in the page."""
    path: str = request.scope["path"]
    return path.partition("?")[0].partition("#")[0]


def session_token(request: Request) -> str | None:
    """The token of this page's own forms where it is shown in a session."""
    session = getattr(request.state, "session", None)
    return None if session is None else csrf.csrf_token(session)


def form_token_for(request: Request) -> tuple[str, csrf.FormCookie | None]:
    """The token of this browser at this place, and a cookie to set where it has no good one."""
    place = csrf.form_place(request.scope["path"])
    if place is None:
        return "", None
    keyring, now = services_of(request).keyring, now_of(request)
    cookie = request.cookies.get(csrf.FORM_COOKIE, "")
    if csrf.form_cookie_alive(cookie, now):
        return csrf.form_token(keyring, cookie), None
    fresh = csrf.new_form_cookie(now)
    return csrf.form_token(keyring, fresh), csrf.FormCookie(fresh, place)


def translator_of(request: Request) -> Translator:
    """The language of this request: chosen before, or the browser's, or the city's first."""
    state = request.scope["state"]
    languages = web_of(request).languages
    code = state.get("locale")
    if code is None:
        accept = request.headers.get("accept-language", "")
        translator = languages.choose(request.cookies.get(LANGUAGE_COOKIE), accept)
        state["locale"] = translator.code
        return translator
    return languages[code]


def language_switch(request: Request, form: Form) -> str | None:
    """The language just chosen by the page's own button, or None where the form means to go on.

    From here on the request speaks that language, and its answer keeps it in a cookie. The page
    shows itself again with what was typed; nothing is checked or saved as final.
    """
    code = form.get(LANGUAGE_FIELD)
    if not code or code not in web_of(request).languages:
        return None
    request.state.locale = code
    request.state.keep_language = True
    return code


def keep_language(request: Request, response: Response) -> None:
    """Remember a language that was chosen in this request."""
    if request.scope["state"].get("keep_language"):
        response.set_cookie(
            LANGUAGE_COOKIE,
            request.state.locale,
            max_age=YEAR,
            path="/",
            secure=web_of(request).https,
            httponly=True,
            samesite="lax",
        )
