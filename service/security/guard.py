"""What stands before every route: who is calling, may they, and did our own page send this form."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from starlette.routing import BaseRoute, Route

from service import db
from service.actions import kept_forms
from service.actor import Actor
from service.body import Form, FormRules, read_form
from service.errors import AppError, FormExpired, HttpsNeeded, NotFound, SignInNeeded, Unauthorized
from service.later import page_behind
from service.rendering import LANGUAGE_FIELD
from service.security import csrf
from service.security.rate_limits import UNKNOWN_KEY, limit
from service.security.roles import ANYONE, NO_DOOR, RolesError, Rule, unlisted
from service.security.sessions import DOORS, Ended, ended_session, find_session, was_shown
from service.security.tokens import token_hash
from service.web import address_of, now_of, services_of, web_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

Endpoint = Callable[["Request"], Awaitable["Response"]]
E = TypeVar("E", bound=Endpoint)
SAFE = frozenset({"GET", "HEAD"})
USUAL_FORM = FormRules()
LONGEST_KEY = 200
STAFF = "staff"
# Where staff write: to residents, colleagues and the public, and about accounts, keys and holds.
# Their pages show a form again, and do nothing else, when it only asks for a language.
WRITTEN_AT = re.compile(
    r"/staff/(cases/[^/]+/(notes|ask|decide|way-back)|objections/[^/]+|voice/.+"
    r"|accounts|accounts/[^/]+|keys|holds)",
    re.ASCII,
)
FIND_KEY = "SELECT id, kind, subject FROM api_keys WHERE key_hash = ? AND revoked_at IS NULL"
KEY_KINDS = {"agency": "agency_key", "partner": "partner_key"}


def takes_form(rules: FormRules) -> Callable[[E], E]:
    """Give a page other form limits than the usual ones, or let it take files."""

    def mark(endpoint: E) -> E:
        endpoint.form_rules = rules  # type: ignore[attr-defined]  # read once, below
        return endpoint

    return mark


def guard_routes(routes: Iterable[BaseRoute], rules: Mapping[str, Rule]) -> list[Route]:
    """The same routes behind their rule. Raises RolesError naming every route without one."""
    plain = [route for route in routes if isinstance(route, Route)]
    problems = unlisted(((route.name, route.methods or ()) for route in plain), rules)
    if problems:
        raise RolesError(problems)
    return [
        Route(
            route.path,
            guarded(route.endpoint, route.name, rules[route.name]),
            methods=sorted((route.methods or set()) - {"HEAD"}),
            name=route.name,
        )
        for route in plain
    ]


def guarded(endpoint: Endpoint, name: str, rule: Rule) -> Endpoint:
    """An endpoint that runs only for its audience, with `request.state` filled in."""

    async def enter(request: Request) -> Response:
        page = page_behind(endpoint)
        form_rules: FormRules = getattr(page, "form_rules", USUAL_FORM)
        request.scope["state"].update(
            route=name, door=rule.door, session=None, actor=Actor.ANONYMOUS
        )
        audience = rule.audiences["GET" if request.method == "HEAD" else request.method]
        if rule.door == "api":
            await admit_key(request, audience)
        else:
            try:
                await admit_session(request, rule.door, audience)
            except SignInNeeded:
                await note_interruption(request, rule.door, form_rules)
                raise
            if request.method not in SAFE:
                await check_form(request, form_rules)
        return await page(request)

    return enter


async def admit_session(request: Request, door: str, audience: frozenset[str]) -> None:
    """Find the session behind the door's cookie; someone signed in but not meant sees a 404."""
    state = request.state
    if door != NO_DOOR and (token := request.cookies.get(DOORS[door].cookie)):
        state.session = await find_session(token, door, now_of(request))
    if (session := state.session) is not None:
        if session.role is not None:
            state.actor = Actor(session.role, str(session.subject), session.agency, session.subject)
        else:
            state.actor = Actor("resident", str(session.subject))
    if ANYONE in audience or state.actor.kind in audience:
        return
    if state.actor.kind == "anonymous" and door in DOORS:
        raise SignInNeeded(door)
    raise NotFound


async def note_interruption(request: Request, door: str, rules: FormRules) -> None:
    """Whose visit has ended, and what its page was just sending, so that neither is lost.

    A form that another site sent is not looked at.
    """
    ended = await ended_session(request.cookies.get(DOORS[door].cookie, ""), door)
    request.state.ended = ended and ended.subject
    if ended is None or request.method in SAFE:
        return
    with suppress(AppError):
        csrf.check_sender(request)
        form = await read_form(request, rules)
        if door == STAFF and WRITTEN_AT.fullmatch(request.url.path):
            await keep_written(request, ended, form)


async def keep_written(request: Request, ended: Ended, form: Form) -> None:
    """What staff wrote waits for the same account. A form without that session's token is none of
    its pages'."""
    if hmac.compare_digest(form.get(csrf.FIELD).encode(), ended.csrf.encode()):
        services, now = services_of(request), now_of(request)
        await kept_forms.keep(services, ended.subject, request.url.path, form.pairs, now)


async def check_form(request: Request, rules: FormRules) -> None:
    """Every change by a page: sent by the same site, and with the token of this session."""
    csrf.check_sender(request)
    form, session, now = await read_form(request, rules), request.state.session, now_of(request)
    if not rules.token:
        return
    sent, keyring = form.get(csrf.FIELD), services_of(request).keyring
    staff = session is not None and session.door == STAFF
    try:
        csrf.check_token(request, sent, session, keyring, now)
    except FormExpired:
        # A page that stood open while its reader signed in again elsewhere is still theirs.
        if not staff or not await was_shown(session.subject, STAFF, sent, now):
            raise
    if staff and LANGUAGE_FIELD not in form and WRITTEN_AT.fullmatch(request.url.path):
        await kept_forms.forget(session.subject, request.url.path, now)


async def admit_key(request: Request, audience: frozenset[str]) -> None:
    """Find the caller by its bearer key: unknown is 401, known but not meant is 404."""
    header = request.headers.get("authorization")
    if header is None and ANYONE in audience:
        return
    if web_of(request).https and not request.state.https:
        raise HttpsNeeded
    request.state.actor = await key_holder(request, header or "")
    if ANYONE not in audience and request.state.actor.kind not in audience:
        raise NotFound


async def key_holder(request: Request, header: str) -> Actor:
    """The actor of a key; its `agency` is the agency or partner that holds the key."""
    scheme, _, key = header.partition(" ")
    key = key.strip()
    if scheme.lower() == "bearer" and 0 < len(key) <= LONGEST_KEY:
        row = await db.fetch_one(FIND_KEY, token_hash(key))
        if row is not None:
            return Actor(KEY_KINDS[row["kind"]], str(row["id"]), row["subject"])
    if header:
        await limit(services_of(request), UNKNOWN_KEY, address_of(request), now_of(request))
    raise Unauthorized
