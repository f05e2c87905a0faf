"""For somebody who lost the secret number and gave no mail: where to go, what to bring, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.i18n import _
from service.rendering import render, translator_of
from service.resident.returning import RETURN
from service.web import services_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


# What an office looks at (service/actions/given_secrets.py), as the resident brings it.
PAPERS = (
    _("A photo ID with your name."),
    _("Or two papers with your name from two places, such as a bill and a letter."),
    _("Or a helper who knows you. They bring their work ID."),
)


@dataclass(frozen=True, slots=True)
class DeskView:
    """One office: what is known of where and when."""

    name: str
    what: str
    lines: Sequence[str]
    phone: str | None
    web: str | None


@dataclass(frozen=True, slots=True)
class LostView:
    """What to do without a number and without mail."""

    heading: str
    papers: Sequence[str]
    desks: Sequence[DeskView]
    back: str = RETURN


async def lost(request: Request) -> Response:
    """The same for everybody: nobody is looked up here."""
    services, words = services_of(request), translator_of(request)
    agencies = services.city.agencies.values()
    view = LostView(
        heading=words.gettext("You lost your secret number"),
        papers=[words.gettext(line) for line in PAPERS],
        desks=[
            DeskView(
                name=words.gettext(each.name),
                what=words.gettext(each.what),
                lines=[words.gettext(line) for line in (each.address, each.hours) if line],
                phone=each.phone.number if each.phone else None,
                web=each.web,
            )
            for each in agencies
        ],
    )
    return render(request, "resident/lost.html", view)
