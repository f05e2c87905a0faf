"""What answers are called where somebody reads them: choices, periods and ties in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.i18n import _

if TYPE_CHECKING:
    from service.i18n import Translator
    from service.services import Services

CHOICES: Mapping[str, Mapping[str, str]] = {
    "household.tenure": {
        "renter": _("Rents"),
        "owner": _("Owns"),
        "none": _("Neither rents nor owns"),
    },
    "person.recent_birth": {
        "none": _("No"),
        "under_6_months": _("In the last 6 months"),
        "6_to_12_months": _("6 to 12 months ago"),
    },
    "person.college_student": {
        "no": _("No"),
        "under_half_time": _("Under half time"),
        "half_time_or_more": _("Half time or more"),
    },
    "person.immigration": {
        "citizen": _("Citizen or national"),
        "qualified": _("Another status that programs name"),
        "other": _("None of these"),
    },
    "income.kind": {
        "wages": _("Job"),
        "self_employment": _("Own work"),
        "social_security_retirement": _("Social Security, retirement or survivor"),
        "social_security_disability": _("Social Security, disability (SSDI)"),
        "ssi": _("SSI"),
        "unemployment": _("Unemployment"),
        "pension": _("Pension"),
        "child_support_received": _("Child support"),
        "interest": _("Interest or dividends"),
        "tanf": _("Cash help (TANF)"),
        "veterans": _("Veterans Affairs"),
        "workers_comp": _("Workers’ compensation"),
        "rental": _("Rent from a tenant"),
        "other": _("Other money"),
    },
}
PERIODS: Mapping[str, str] = {
    "week": _("every week"),
    "two_weeks": _("every two weeks"),
    "half_month": _("twice a month"),
    "month": _("every month"),
    "year": _("every year"),
}
TIES: Mapping[str, str] = {
    "spouse": _("spouse of {name}"),
    "parent_of": _("parent of {name}"),
    "tax_household": _("on the tax return of {name}"),
}
TAX_ROLES: Mapping[str, str] = {
    "head": _("files the tax return"),
    "spouse": _("is the spouse on the tax return"),
    "dependent": _("is a dependent on the tax return"),
}
UNKNOWN: Mapping[str, str] = {
    "dont_know": _("Does not know"),
    "declined": _("Prefers not to say"),
}


def choice_name(fact: str, value: str, services: Services, words: Translator) -> str:
    """A chosen value in words; what has none stays as it is stored."""
    if fact == "household.county":
        return words.gettext(services.city.counties.get(value, value))
    if fact == "income.period":
        return words.gettext(PERIODS[value])
    known = CHOICES.get(fact, {}).get(value)
    return words.gettext(known) if known is not None else value


def benefit_name(benefit: str, services: Services, words: Translator) -> str:
    """A program or benefit somebody gets, by its name."""
    program = services.rules.programs.get(benefit)
    known = program.name if program else services.rules.facts.benefits.get(benefit, benefit)
    return words.gettext(known)
