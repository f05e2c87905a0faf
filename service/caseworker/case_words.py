"""What cases are called: their states, offices and programs in a caseworker's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.i18n import _

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.services import Services

STATES: Mapping[str, str] = {
    "queued": _("New"),
    "offered": _("Being fetched"),
    "acknowledged": _("Taken in"),
    "in_review": _("In review"),
    "information_requested": _("Resident’s turn"),
    "waitlisted": _("On the waiting list"),
    "reopened": _("Opened again"),
    "approved": _("Approved"),
    "denied": _("Not approved"),
    "withdrawn": _("Taken back"),
}
# Which look of the status tag each state has.
TAGS: Mapping[str, str] = {
    "queued": "sent",
    "offered": "sent",
    "information_requested": "their_turn",
    "waitlisted": "waitlisted",
    "approved": "approved",
    "denied": "denied",
    "withdrawn": "withdrawn",
}


def agency_name(agency: str, services: Services, words: Translator) -> str:
    found = services.city.agencies.get(agency)
    return words.gettext(found.name) if found else agency


def program_name(program: str, services: Services, words: Translator) -> str:
    found = services.rules.programs.get(program)
    return words.gettext(found.name) if found else program
