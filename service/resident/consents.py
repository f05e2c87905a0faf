"""What an office gets, said before the signature; and the receipt after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.fact_names import fact_name
from service.rendering import redirect
from service.resident.draft_page import CHANGING
from service.resident.offices import agency_name
from service.security.sessions import open_session, set_session_cookie
from service.web import now_of, services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.i18n import Translator
    from service.services import Services

SENT = "/benefits/sent"


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One program's box: exactly what its office gets."""

    program: str
    title: str
    agency: str
    fields: Sequence[str]
    purpose: str
    checked: bool


def consent_view(
    services: Services, program: str, agency: str, ticked: Collection[str], words: Translator
) -> ConsentView:
    """The box of one program at one office."""
    definition = services.rules.programs[program]
    office = agency_name(services, agency, words)
    fields = {fact_name(fact, services.rules.facts, words) for fact in definition.fields}
    own = words.gettext("Your name, how to reach you, and your signature")
    return ConsentView(
        program=program,
        title=words.gettext(definition.name),
        agency=office,
        fields=[own, *sorted(fields, key=str.casefold)],
        purpose=words.gettext(
            "{agency} uses these answers to decide. It keeps them by its own rules.", agency=office
        ),
        checked=program in ticked,
    )


async def open_status(request: Request) -> str:
    """A session of the status page for who has sent something; its token. It may see what its owner
    might before: who came by the secret alone does not see more for having sent something."""
    session = request.state.session
    proof = session.proof.removeprefix(CHANGING) if session.proof.startswith(CHANGING) else "sent"
    token, _session = await open_session("status", session.subject, proof, now_of(request))
    return token


def receipt(request: Request, token: str, target: str = SENT) -> Response:
    """To the receipt, under the session of this token."""
    response = redirect(target, request)
    set_session_cookie(response, "status", token, services_of(request).settings)
    return response


async def sent(request: Request, target: str = SENT) -> Response:
    """To the receipt, under a session of its own."""
    return receipt(request, await open_status(request), target)
