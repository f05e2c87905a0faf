"""The offices that have an application: which of them get a change is ticked, never assumed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, TypeAlias

from service.i18n import _
from service.referrals.states import FINAL, State

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.queries.own_application import OwnApplication
    from service.services import Services

OfficeBox: TypeAlias = dict[str, str]
"""A tick box: `value`, `label` (the office), `hint` (its programs)."""

NO_OFFICE = _("Tick at least one office, or go back.")


def open_programs(own: OwnApplication) -> list[str]:
    """Programs whose office can still use a change: all that were not taken back or refused."""
    done = FINAL - {State.APPROVED}
    return [case.program for case in own.referrals if State(case.state) not in done]


def programs_at(own: OwnApplication, agencies: Collection[str]) -> list[str]:
    """The programs of the ticked offices that can still use a change."""
    usable = open_programs(own)
    return [
        case.program for case in own.referrals if case.agency in agencies and case.program in usable
    ]


def office_boxes(services: Services, own: OwnApplication, words: Translator) -> list[OfficeBox]:
    """One box an office, with the programs it has."""
    usable = open_programs(own)
    cases = [case for case in own.referrals if case.program in usable]
    return [
        {
            "value": agency,
            "label": agency_name(services, agency, words),
            "hint": words.list(
                program_name(services, case.program, words)
                for case in cases
                if case.agency == agency
            ),
        }
        for agency in dict.fromkeys(case.agency for case in cases)
    ]


def chosen_offices(own: OwnApplication, ticked: Sequence[str]) -> tuple[str, ...]:
    """Those of the ticked values that are offices of one's own."""
    mine = {case.agency for case in own.referrals}
    return tuple(each for each in dict.fromkeys(ticked) if each in mine)


def agency_name(services: Services, agency: str, words: Translator) -> str:
    """An office's name, also where it is no longer in the city's list."""
    found = services.city.agencies.get(agency)
    return words.gettext(found.name) if found else agency


def program_name(services: Services, program: str, words: Translator) -> str:
    """A program's name, also where it is no longer among the rules."""
    found = services.rules.programs.get(program)
    return words.gettext(found.name) if found else program
