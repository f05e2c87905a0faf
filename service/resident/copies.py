"""A copy of what was sent, to print or save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.fact_rows import FactGroup, fact_groups
from service.queries.own_application import sent_facts
from service.rendering import render, translator_of
from service.resident.confirmation import NextView, next_view
from service.resident.sent_page import refuse_strangers, with_application
from service.security.references import show_reference
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from service.queries.own_application import OwnApplication


@dataclass(frozen=True, slots=True)
class CopyView:
    """The answers as they were frozen, and where they went."""

    heading: str
    reference: str
    sent: str
    programs: Sequence[NextView]
    groups: Sequence[FactGroup]
    back: str = "/benefits/status"


@with_application
async def copy(request: Request, own: OwnApplication) -> Response:
    """The newest version that was sent; not for who came by the secret alone."""
    refuse_strangers(request)
    services, words = services_of(request), translator_of(request)
    facts = await sent_facts(services, own.id) or {}
    view = CopyView(
        heading=words.gettext("A copy of what you sent"),
        reference=show_reference(own.reference, services.city.reference_prefix),
        sent=words.moment(own.submitted_at, "long"),
        programs=[next_view(services, each, words) for each in own.referrals],
        groups=fact_groups(facts, services, words, own.language),
    )
    return render(request, "resident/copy.html", view)
