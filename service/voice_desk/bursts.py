"""Bursts on the desk: what came too many at once is judged by people; what was made up is counted
first, taken out in hundreds, stopped and put back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.actions.voice import batches
from service.actions.voice.batches import DONE, PREVIEWED, RUNNING, STOPPED, UNDOING, UNDONE
from service.body import Form, read_form, read_query
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.i18n import _
from service.queries.voice import bursts as reading
from service.queries.voice.bursts import Batch, Burst
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.voice.bursts import BAD, DOMAIN, FINE, NETWORK, OPEN, PACE, RANGE, SETTLED
from service.web import now_of, services_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from starlette.requests import Request
    from starlette.responses import Response

    from service.actor import Actor
    from service.i18n import Translator

LIST = "/staff/voice/bursts"
PAGE = LIST + "/{id}"
BATCH = "/staff/voice/batches/{id}"
JUDGED = "judged"
KINDS = {
    NETWORK: _("One network"),
    RANGE: _("One range of networks"),
    DOMAIN: _("One mail domain"),
    PACE: _("Very many in one hour"),
}
STATES = {
    OPEN: _("Waits for a look"),
    FINE: _("Called fine"),
    BAD: _("Called made up"),
    SETTLED: _("Taken out"),
}
BATCH_STATES = {
    PREVIEWED: _("Counted, nothing taken out"),
    RUNNING: _("Being taken out"),
    STOPPED: _("Stopped"),
    DONE: _("Taken out"),
    UNDOING: _("Being put back"),
    UNDONE: _("Put back"),
}


@dataclass(frozen=True, slots=True)
class BurstsView:
    """What waits or was judged, and what was taken out so far."""

    heading: str
    tabs: Sequence[tuple[str, str, bool]]
    rows: Sequence[Sequence[object]]
    batches: Sequence[Sequence[object]]
    back: str = "/staff/voice"


@dataclass(frozen=True, slots=True)
class BurstView:
    """One burst: what it is made of, and the two things that can be said of it."""

    heading: str
    ask: str
    lang: str
    facts: Sequence[Mapping[str, str]]
    names: Sequence[str]
    action: str
    seen: str
    may_be_fine: bool
    reason: str
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]
    back: str = LIST


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch. The flags say which buttons there are."""

    heading: str
    ask: str
    lang: str
    facts: Sequence[Mapping[str, str]]
    burst: str
    action: str
    can_run: bool
    can_stop: bool
    can_undo: bool
    errors: Sequence[FieldProblem]
    back: str = LIST


# ---- all of them --------------------------------------------------------------------------------


async def bursts(request: Request) -> Response:
    """The queue, the oldest first."""
    services, words = services_of(request), translator_of(request)
    view = read_query(request).get("view")
    if view not in ("", JUDGED):
        raise NotFound
    judged = view == JUDGED
    shown = BurstsView(
        heading=words.gettext("Many signatures at once"),
        tabs=[
            (words.gettext("Waiting"), LIST, not judged),
            (words.gettext("Judged"), f"{LIST}?view={JUDGED}", judged),
        ],
        rows=[
            [
                {"text": each.ask, "href": PAGE.format(id=each.id)},
                words.gettext(KINDS[each.kind]),
                words.number(each.found),
                words.moment(each.first_at, "long"),
                words.gettext(STATES[each.state]),
            ]
            for each in await reading.bursts(services, judged=judged)
        ],
        batches=[
            [
                {"text": each.ask, "href": BATCH.format(id=each.id)},
                words.gettext(BATCH_STATES[each.state]),
                words.number(each.done),
                each.reason,
                words.moment(each.made_at, "long"),
            ]
            for each in await reading.batches(services)
        ],
    )
    return render(request, "voice_desk/bursts.html", shown)


# ---- one burst ----------------------------------------------------------------------------------


async def burst(request: Request) -> Response:
    """Opening it changes nothing."""
    return await _burst(request, await _wanted(request), Form(()))


async def burst_changed(request: Request) -> Response:
    """Called fine, or called made up and counted: then its own page asks once more."""
    form, found = await read_form(request), await _wanted(request)
    actor, now, words = request.state.actor, now_of(request), translator_of(request)
    if language_switch(request, form) is not None:
        return await _burst(request, found, form)
    seen = form.get("seen")
    try:
        match form.get("_action"):
            case "fine":
                await batches.judge(actor, found.id, FINE, now, seen=seen)
                return redirect(LIST)
            case "" | "count":
                return redirect(await _counted(actor, found, form, now))
            case _:
                raise Malformed
    except Invalid as refused:
        told = FieldProblem("reason", words.gettext(refused.faults[0].detail))
        return await _burst(request, found, form, [told])
    except Conflict as late:
        told = FieldProblem(None, words.gettext(late.message))
        return await _burst(request, await _wanted(request), form, [told], status=409)


async def _counted(actor: Actor, found: Burst, form: Form, now: datetime) -> str:
    """The address of the batch. The reason is looked at first, so that nothing is judged without
    one."""
    batches.check_reason(form.get("reason"))
    await batches.judge(actor, found.id, BAD, now, seen=form.get("seen"))
    made = await batches.preview_burst(actor, found.id, form.get("reason"), now)
    return BATCH.format(id=made.batch)


async def _wanted(request: Request) -> Burst:
    return await reading.burst_of(services_of(request), as_id(request.path_params["id"]))


async def _burst(
    request: Request,
    found: Burst,
    form: Form,
    problems: Sequence[FieldProblem] = (),
    *,
    status: int = 0,
) -> Response:
    services, words = services_of(request), translator_of(request)
    made = await reading.made_of(services, found)
    facts = [
        (words.gettext("What they share"), words.gettext(KINDS[found.kind])),
        (words.gettext("State"), _judged(found, words)),
        (words.gettext("Most within an hour"), words.number(found.found)),
        (words.gettext("Seen first"), words.moment(found.first_at, "long")),
        (words.gettext("Seen last"), words.moment(found.last_at, "long")),
        (words.gettext("Count now"), words.number(made.signatures)),
        (words.gettext("From so many networks"), words.number(made.networks)),
        (words.gettext("From so many smaller mail domains"), words.number(made.domains)),
        (words.gettext("All signatures of the petition"), words.number(found.count)),
    ]
    view = BurstView(
        heading=words.gettext("Many signatures at once"),
        ask=found.ask,
        lang=found.language,
        facts=[{"key": key, "value": value} for key, value in facts],
        names=made.names,
        action=PAGE.format(id=found.id),
        seen=found.state,
        may_be_fine=found.state != FINE,
        reason=form.get("reason"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    status = status or (422 if problems else 200)
    return render(request, "voice_desk/burst.html", view, status=status)


def _judged(found: Burst, words: Translator) -> str:
    state = words.gettext(STATES[found.state])
    return f"{state} · {found.judge}" if found.judge and found.state != OPEN else state


# ---- one batch ----------------------------------------------------------------------------------

Do = Callable[["Actor", "UUID", "datetime"], Awaitable[None]]
ACTIONS: Mapping[str, Do] = {"run": batches.run, "stop": batches.stop, "undo": batches.undo}


async def batch(request: Request) -> Response:
    """How many it would take out, or has."""
    return await _batch(request)


async def batch_changed(request: Request) -> Response:
    """Run it, stop it, or take it back; whoever comes second is told."""
    form, words = await read_form(request), translator_of(request)
    found = await _batch_of(request)
    if language_switch(request, form) is not None:
        return await _batch(request)
    do = ACTIONS.get(form.get("_action"))
    if do is None:
        raise Malformed
    try:
        await do(request.state.actor, found.id, now_of(request))
    except Conflict as late:
        return await _batch(request, [FieldProblem(None, words.gettext(late.message))], status=409)
    return redirect(BATCH.format(id=found.id))


async def _batch_of(request: Request) -> Batch:
    return await reading.batch_of(services_of(request), as_id(request.path_params["id"]))


async def _batch(
    request: Request, problems: Sequence[FieldProblem] = (), *, status: int = 200
) -> Response:
    words, found = translator_of(request), await _batch_of(request)
    facts = [
        (words.gettext("State"), words.gettext(BATCH_STATES[found.state])),
        (words.gettext("Reason"), found.reason),
        (words.gettext("Found by the count"), words.number(found.found)),
        (words.gettext("Out now"), words.number(found.done)),
        (words.gettext("All signatures of the petition"), words.number(found.count)),
        (words.gettext("Counted by"), found.maker),
        (words.gettext("Counted on"), words.moment(found.made_at, "long")),
    ]
    view = BatchView(
        heading=words.gettext("Signatures to take out"),
        ask=found.ask,
        lang=found.language,
        facts=[{"key": key, "value": value} for key, value in facts],
        burst=PAGE.format(id=found.burst) if found.burst else "",
        action=BATCH.format(id=found.id),
        can_run=found.state in (PREVIEWED, STOPPED),
        can_stop=found.state == RUNNING,
        can_undo=found.done > 0 and found.state in (DONE, STOPPED),
        errors=problems,
    )
    return render(request, "voice_desk/batch.html", view, status=status)
