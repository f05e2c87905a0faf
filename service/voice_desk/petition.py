"""One petition on the moderators' desk: what bears on it, and each thing that can be done to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from petitions.petition import CAN_HIDE
from service.actions.voice import merges, moderation
from service.actions.voice.moderation import Seen
from service.body import Form, read_form
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.queries.voice.desk import OnDesk, is_there, on_desk
from service.rendering import language_switch, redirect, render, translator_of
from service.security.access import as_id
from service.templating import FieldProblem
from service.voice.speech import spoken_in
from service.voice_desk.petition_words import (
    JoiningRow,
    Option,
    ReviewRow,
    event_rows,
    joining_rows,
    review_rows,
)
from service.voice_desk.queue import QUEUE, STATES, age_words, waited
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.actor import Actor
    from service.services import Services

PAGE = QUEUE + "/petitions/{id}"
DIGITS = 9


@dataclass(frozen=True, slots=True)
class PetitionView:
    """A petition under review. The flags say which forms the page has."""

    heading: str
    back: str
    action: str
    revision: int
    lang: str
    ask: str
    paragraphs: Sequence[str]
    facts: Sequence[Mapping[str, str]]
    mine: bool
    holder: str
    alike: Sequence[Option]
    reviews: Sequence[ReviewRow]
    merges: Sequence[JoiningRow]
    events: Sequence[tuple[str, str]]
    proposed: str | None
    own_proposal: bool
    can_judge: bool
    can_restore: bool
    can_hide: bool
    can_show: bool
    can_join: bool
    reasons: Sequence[Mapping[str, str]]
    reason: str
    note: str
    letter: str
    letter_lang: str
    passages: str
    other: str
    wrong: Mapping[str, str]
    errors: Sequence[FieldProblem]


async def petition(request: Request) -> Response:
    """The page. Opening it changes nothing."""
    return await _page(request, Form(()))


async def petition_changed(request: Request) -> Response:
    """One of the page's forms. A change that came too late is said in a sentence."""
    services, form = services_of(request), await read_form(request)
    wanted = as_id(request.path_params["id"])
    if not await is_there(wanted):
        raise NotFound
    if language_switch(request, form) is not None:
        return await _page(request, form)
    if form.get("_action") == "preview":
        return await _preview(request, form)
    do = ACTIONS.get(form.get("_action"))
    revision = form.get("revision")
    if do is None or not (revision.isascii() and revision.isdigit() and len(revision) < DIGITS):
        raise Malformed
    seen, now = Seen(wanted, int(revision)), now_of(request)
    try:
        await do(services, request.state.actor, seen, form, now)
    except Invalid as refused:
        words = translator_of(request)
        faults = [
            FieldProblem(each.pointer.strip("/"), words.gettext(each.detail))
            for each in refused.faults
        ]
        return await _page(request, form, faults)
    except Conflict as late:
        words = translator_of(request)
        told = FieldProblem(None, words.gettext(late.message, **late.values))
        return await _page(request, form, [told], status=409)
    return redirect(PAGE.format(id=wanted))


async def _preview(request: Request, form: Form) -> Response:
    """The letter as the author would read it, before anything happens."""
    services, words = services_of(request), translator_of(request)
    reason = form.get("reason")
    if reason not in services.voice.refusals:
        fault = FieldProblem("reason", words.gettext(moderation.NO_REASON))
        return await _page(request, form, [fault])
    note = form.get("note").strip()[: moderation.LONGEST_NOTE]
    wanted = as_id(request.path_params["id"])
    letter = await moderation.letter_of(services, wanted, reason, note)
    return await _page(request, form, letter=letter)


async def _page(
    request: Request,
    form: Form,
    problems: Sequence[FieldProblem] = (),
    *,
    letter: str = "",
    status: int = 0,
) -> Response:
    services, words, actor = services_of(request), translator_of(request), request.state.actor
    found = await on_desk(services, as_id(request.path_params["id"]))
    line, proposed = found.line, found.proposed
    rules, state = services.voice, found.line.state
    view = PetitionView(
        heading=words.gettext("A petition on the desk"),
        back=QUEUE,
        action=PAGE.format(id=line.id),
        revision=found.revision,
        lang=line.language,
        ask=line.ask,
        paragraphs=[part for part in found.why.split("\n") if part.strip()],
        facts=_facts(request, found),
        mine=line.held_by == actor.account,
        holder="" if line.held_by in (None, actor.account) else line.holder,
        alike=[
            Option(str(each.id), each.ask, each.language, words.gettext(STATES[each.state]))
            for each in found.alike
        ],
        reviews=review_rows(found.reviews, services, words),
        merges=joining_rows(found.merges, words),
        events=event_rows(found.events, words),
        proposed=str(proposed.id) if proposed else None,
        own_proposal=proposed is not None and proposed.first_by == actor.account,
        can_judge=state == "moderation" and proposed is None,
        can_restore=state == "refused",
        can_hide=state in CAN_HIDE,
        can_show=state == "hidden",
        can_join=state in merges.FROM,
        reasons=[
            {"value": each.id, "label": words.gettext(each.sentence)}
            for each in rules.refusals.values()
        ],
        reason=form.get("reason"),
        note=form.get("note"),
        letter=letter,
        letter_lang=spoken_in(services, line.language).code,
        passages=form.get("passages"),
        other=form.get("other"),
        wrong={each.target: each.text for each in problems if each.target},
        errors=problems,
    )
    return render(
        request, "voice_desk/petition.html", view, status=status or (422 if problems else 200)
    )


def _facts(request: Request, found: OnDesk) -> list[dict[str, str]]:
    services, words = services_of(request), translator_of(request)
    line, rules = found.line, services.voice
    days = waited(services, line, now_of(request))
    facts = [
        (words.gettext("State"), words.gettext(STATES[line.state])),
        (words.gettext("Number"), words.number(line.number) if line.number else ""),
        (words.gettext("Came to the desk"), age_words(words, days)),
        (words.gettext("Topic"), words.gettext(rules.topics.get(line.topic, line.topic))),
        (words.gettext("Area"), words.gettext(rules.areas.get(found.area, "The whole city"))),
        (words.gettext("Name shown"), found.author_name or words.gettext("None")),
        (words.gettext("People behind it"), words.number(found.sponsors)),
        (words.gettext("Signatures"), words.number(line.count)),
    ]
    return [{"key": key, "value": value} for key, value in facts if value]


# ---- what the forms do --------------------------------------------------------------------------

Do = Callable[["Services", "Actor", Seen, Form, datetime], Awaitable[None]]


async def _take(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    force = form.get("_action") == "take_over"
    await moderation.take(services, actor, seen.petition, now, force=force)


async def _let_go(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await moderation.let_go(actor, seen.petition, now)


async def _approve(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await moderation.approve(services, actor, seen, now)


async def _refuse(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    words = form.get("note").strip()[: moderation.LONGEST_NOTE]
    await moderation.propose_refusal(services, actor, seen, form.get("reason"), words, now)


async def _settle(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    settle = {
        "confirm": moderation.confirm_refusal,
        "overturn": moderation.overturn_refusal,
    }[form.get("_action")]
    await settle(services, actor, seen, as_id(form.get("review")), now)


async def _restore(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await moderation.restore(services, actor, seen, now)


async def _redact(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    passages = form.get("passages").splitlines()
    await moderation.redact(services, actor, seen, passages, now)


async def _hide(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await moderation.hide(services, actor, seen, now)


async def _show(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await moderation.show(services, actor, seen, now)


async def _join(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await merges.propose(services, actor, seen.petition, as_id(form.get("other")), now)


async def _part(services: Services, actor: Actor, seen: Seen, form: Form, now: datetime) -> None:
    await merges.undo(services, actor, as_id(form.get("merge")), now)


ACTIONS: Mapping[str, Do] = {
    "take": _take,
    "take_over": _take,
    "let_go": _let_go,
    "approve": _approve,
    "refuse": _refuse,
    "confirm": _settle,
    "overturn": _settle,
    "restore": _restore,
    "redact": _redact,
    "hide": _hide,
    "show": _show,
    "join": _join,
    "part": _part,
}
