"""What every page of an unsent application shares: its draft, and the ways on from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING

from forms import Stage
from service.actions import drafts
from service.body import read_query
from service.errors import NotFound, SignInNeeded
from service.rendering import redirect, translator_of
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from forms import Flow, Step
    from service.drafts import Held

STATUS = "/benefits/status"
ADD = "/benefits/status/add"
RESULTS = "/benefits/results"
CHECK = "/benefits/check"
# How a session says that it is about changes to what was sent, before how its owner came.
CHANGING = "change-"
ORIGINS = {"check": CHECK, "results": RESULTS}

DraftPage = Callable[["Request", "Held"], Awaitable["Response"]]


def with_draft(page: DraftPage) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that is given the caller's draft; once it was sent, there is only its status."""

    @wraps(page)
    async def enter(request: Request) -> Response:
        try:
            held = await drafts.read(services_of(request), request.state.session.subject)
        except NotFound:
            # It was deleted in another window.
            raise SignInNeeded("benefits") from None
        if held is None or not may_see(request, held):
            return redirect(STATUS)
        return await page(request, held)

    return enter


def may_see(request: Request, held: Held) -> bool:
    """Changes begun by who may see everything are not for one who came by the secret alone, nor
    for a visit to the draft that was left open since before it was sent."""
    proof = request.state.session.proof
    if not held.sent:
        return True
    return proof.startswith(CHANGING) and (
        proof != f"{CHANGING}secret" or bool(held.draft.told_before)
    )


async def saved(request: Request, held: Held, change: drafts.Change) -> Held | None:
    """The draft after a change; None once it was sent meanwhile."""
    language = translator_of(request).code
    return await drafts.save(services_of(request), held, change, language, now_of(request))


def question_url(step: Step, origin: str = "") -> str:
    """Where a step is asked; `origin` is the page that wants its reader back."""
    suffix = f"?from={origin}" if origin else ""
    return f"/benefits/apply/{step.key}{suffix}"


def origin_of(request: Request) -> str:
    """Which page sent somebody here to change an answer; empty on the way through the form.

    Changes to what was sent begin and end at checking.
    """
    if request.state.session.proof.startswith(CHANGING):
        return "check"
    origin = read_query(request).get("from")
    return origin if origin in ORIGINS else ""


def going_on(flow: Flow, origin: str = "") -> str:
    """Where an application goes on: the first open question, the programs, or checking."""
    if origin:
        step = flow.first_open(None if origin == "check" else Stage.DECIDE)
        return question_url(step, origin) if step else ORIGINS[origin]
    step = flow.first_open(Stage.DECIDE)
    if step is not None:
        return question_url(step)
    if not flow.draft.chosen:
        return RESULTS
    step = flow.first_open()
    return question_url(step) if step else CHECK


def after(flow: Flow, step: Step, origin: str = "") -> str:
    """Where Continue leads from a question that was just answered."""
    if origin and flow.answered(step):
        return going_on(flow, origin)
    following = flow.next_after(step)
    if following is not None:
        return question_url(following, origin)
    return RESULTS if step.page.stage is Stage.DECIDE else CHECK
