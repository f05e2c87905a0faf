"""The author's own page behind the link in their mail, and the page for those who stand behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from petitions.petition import MOVES, State
from service.actions.voice import petitions as doing
from service.actions.voice.petitions import OwnPetition, sponsor_token
from service.actions.voice.signing import SPONSOR, ask_to_sign
from service.body import read_form
from service.errors import Conflict, Invalid, Malformed, NotFound
from service.i18n import _
from service.public_voice.author_again import lost
from service.public_voice.petition import FIELDS, TYPED, look_for, tries_to_sign, wish_of
from service.public_voice.showing import Option, area_options, state_words
from service.public_voice.signature import SaidView, gone, token_in
from service.public_voice.typed import WHY_LETTERS, Typed, problems_of, read_ask, why_problem
from service.public_voice.typed import paragraphs as clean
from service.queries.voice import petitions as asking
from service.rendering import language_switch, redirect, render, translator_of
from service.security.rate_limits import limit
from service.security.sessions import set_session_cookie
from service.templating import FieldProblem
from service.web import address_of, now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator

NEWS = {
    State.DRAFT: _("Press the button, and your petition begins. Nobody else sees it before that."),
    State.SPONSORS: _("Now it needs people behind it. Share this link with them:"),
    State.MODERATION: _("Enough people stand behind it. Somebody at the city reads it now."),
    State.REFUSED: _("The city did not open it. You can change the words and send it again."),
    State.OPEN: _("It is open. Everybody can sign it."),
    State.AWAITING: _("Enough people signed. The city has to answer now."),
    State.CLOSED: _("It is closed."),
    State.WITHDRAWN: _("You took it back."),
    State.MERGED: _("It was joined with another petition. Nobody counts twice."),
}
SEE_PAGE = _("See on its page what the city said.")


@dataclass(frozen=True, slots=True)
class MineView:
    """Where one's own petition stands, and what one can do."""

    heading: str
    language: str
    look: str
    state: str
    news: str
    stage: str
    progress: str
    share: str | None
    reason: str
    page_link: str | None
    action: str
    may_retire: bool
    form_id: str = "mine"


@dataclass(frozen=True, slots=True)
class WordsView:
    """The words of a refused petition, to be mended."""

    heading: str
    reason: str
    action: str
    letters: int
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    errors: Sequence[FieldProblem]
    back: str
    form_id: str = "mend"


@dataclass(frozen=True, slots=True)
class SponsorView:
    """A petition that looks for people to stand behind it."""

    heading: str
    language: str
    why: Sequence[str]
    by: str
    action: str
    areas: Sequence[Option]
    typed: Mapping[str, str]
    problems: Mapping[str, str]
    errors: Sequence[FieldProblem]
    tiers: Sequence[str]
    form_id: str = "sign"


async def mine(request: Request) -> Response:
    """The author's page. Looking at it changes nothing."""
    try:
        own = await doing.by_author(services_of(request), token_in(request))
    except NotFound:
        return await lost(request)
    return await _mine(request, own)


async def mine_changed(request: Request) -> Response:
    """The button that was pressed: begin, write on, or take back."""
    form, token = await read_form(request), token_in(request)
    services, now = services_of(request), now_of(request)
    here = redirect(f"/voice/mine/{token}", request)
    if language_switch(request, form) is not None:
        return redirect(f"/voice/mine/{token}", request)
    try:
        match form.get("_action"):
            case "confirm":
                await doing.confirm_author(services, token, now)
            case "write":
                session = await doing.write_again(services, token, now)
                here = redirect("/voice/start/check", request)
                set_session_cookie(here, doing.DOOR, session, services.settings)
            case "retire":
                await doing.retire(services, token, now)
            case _:
                raise Malformed("unknown_action")
    except NotFound:
        return gone(request)
    except Conflict:
        # It moved on since the page was shown: the page says how it stands.
        return redirect(f"/voice/mine/{token}", request)
    return here


async def words_page(request: Request) -> Response:
    """The words of one's own refused petition."""
    own = await _refused(request)
    if own is None:
        return redirect(f"/voice/mine/{token_in(request)}", request)
    return await _words(request, Typed({"ask": own.ask, "why": own.why}), own)


async def words_sent(request: Request) -> Response:
    """Mended words go to the moderators again."""
    form, own = await read_form(request), await _refused(request)
    token, words = token_in(request), translator_of(request)
    if own is None:
        return redirect(f"/voice/mine/{token}", request)
    values = {"ask": form.get("ask"), "why": form.get("why")}
    if language_switch(request, form) is not None:
        return await _words(request, Typed(values), own)
    asked, why = read_ask(form, words), clean(form.get("why"))
    problems = dict(asked.problems)
    if problem := why_problem(why, words):
        problems["why"] = problem
    if problems:
        return await _words(request, Typed(values, problems), own, 422)
    new = {"ask": asked.values["ask"], "why": why}
    await doing.send_again(services_of(request), token, new, now_of(request))
    return redirect(f"/voice/mine/{token}", request)


async def sponsor(request: Request) -> Response:
    """The page an author shares: read it, and stand behind it."""
    own = await _shared(request)
    return gone(request) if own is None else _sponsor(request, own, Typed({}))


async def sponsored(request: Request) -> Response:
    """Ask to stand behind it. Everybody is told to look in their mail."""
    form, own = await read_form(request), await _shared(request)
    services, words, now = services_of(request), translator_of(request), now_of(request)
    if own is None:
        return gone(request)
    typed = {name: form.get(name) for name in FIELDS}
    if language_switch(request, form) is not None:
        return _sponsor(request, own, Typed(typed))
    await limit(services, tries_to_sign(services), address_of(request), now)
    try:
        wish = wish_of(form, words)
        asked = await ask_to_sign(services, own.id, wish, address_of(request), now, kind=SPONSOR)
    except Invalid as refusal:
        problems = problems_of(refusal.faults, {"/contact": TYPED[wish.tier]}, words)
        return _sponsor(request, own, Typed(typed, problems), 422)
    except Conflict:
        return redirect(f"/voice/sponsor/{token_in(request)}", request)
    return redirect(asked.link or look_for(wish), request)


async def _shared(request: Request) -> OwnPetition | None:
    """The petition of a sponsors' link. It has to be one whose author confirmed it."""
    try:
        own = await doing.by_sponsors_link(services_of(request), token_in(request))
    except NotFound:
        return None
    return None if own.state in (State.DRAFT, State.WITHDRAWN) else own


async def _refused(request: Request) -> OwnPetition | None:
    try:
        own = await doing.by_author(services_of(request), token_in(request))
    except NotFound:
        return None
    return own if own.state is State.REFUSED else None


async def _mine(request: Request, own: OwnPetition) -> Response:
    services, words, token = services_of(request), translator_of(request), token_in(request)
    look, state = state_words(own.state, words)
    public = own.number is not None and own.state in asking.SHOWN
    share = None
    if own.state is State.SPONSORS:
        share = f"{services.settings.base_url}/voice/sponsor/{sponsor_token(token)}"
    view = MineView(
        heading=own.ask,
        language=own.language,
        look=look,
        state=state,
        news=words.gettext(NEWS.get(own.state, SEE_PAGE)),
        stage=own.state,
        progress=_progress(own, words),
        share=share,
        reason=await _reason(request, own),
        page_link=f"/voice/petitions/{own.number}" if public else None,
        action=f"/voice/mine/{token}",
        may_retire=State.WITHDRAWN in MOVES[own.state],
    )
    return render(request, "voice/mine.html", view)


def _progress(own: OwnPetition, words: Translator) -> str:
    if own.state is State.SPONSORS:
        return words.ngettext(
            "{n} of {needed} people stand behind it",
            "{n} of {needed} people stand behind it",
            own.sponsors,
            needed=words.number(own.sponsors_needed),
        )
    if own.state in asking.SHOWN:
        return words.ngettext(
            "{n} of {threshold} signatures",
            "{n} of {threshold} signatures",
            own.count,
            threshold=words.number(own.threshold),
        )
    return ""


async def _reason(request: Request, own: OwnPetition) -> str:
    if own.state is not State.REFUSED:
        return ""
    reasons = services_of(request).voice.refusals
    reason = await asking.reason_of(own.id)
    return translator_of(request).gettext(reasons[reason].sentence) if reason in reasons else ""


async def _words(request: Request, typed: Typed, own: OwnPetition, status: int = 200) -> Response:
    here = f"/voice/mine/{token_in(request)}"
    view = WordsView(
        heading=translator_of(request).gettext("Change the words"),
        reason=await _reason(request, own),
        action=f"{here}/words",
        letters=WHY_LETTERS,
        typed=typed.values,
        problems={name: typed.problems.get(name, "") for name in ("ask", "why")},
        errors=typed.errors,
        back=here,
    )
    return render(request, "voice/mend.html", view, status=status)


def _sponsor(request: Request, own: OwnPetition, typed: Typed, status: int = 200) -> Response:
    services, words = services_of(request), translator_of(request)
    if own.state is not State.SPONSORS:
        view = SaidView(
            heading=words.gettext("Enough people stand behind it"),
            lead=words.gettext(
                "Thank you for coming. The city reads it now, or it is open already."
            ),
            then="",
            href="/voice/petitions",
            link=words.gettext("See all petitions"),
        )
        return render(request, "voice/said.html", view)
    shown = own.author.name if own.author and own.name_shown else ""
    return render(
        request,
        "voice/sponsor.html",
        SponsorView(
            heading=own.ask,
            language=own.language,
            why=[part for part in own.why.split("\n") if part],
            by=shown,
            action=f"/voice/sponsor/{token_in(request)}",
            areas=area_options(services.voice, words, everywhere=False),
            typed={name: typed.values.get(name, "") for name in FIELDS},
            problems={name: typed.problems.get(name, "") for name in FIELDS},
            errors=typed.errors,
            tiers=services.voice.tiers,
        ),
        status=status,
    )
