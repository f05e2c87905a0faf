"""What answers are called where somebody reads them: choices, periods and ties in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.fact_names import fact_name
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
# What an answer is called beside its value, whoever reads it: a yes must mean yes, and "you" would
# be the caseworker. Everything else has its name from `fact_names`.
BESIDE_ITS_VALUE: Mapping[str, str] = {
    "household.address": _("Address"),
    "household.mailing_address": _("Address for letters"),
    "household.lives_in_city": _("Lives in the city"),
    "household.county": _("County"),
    "household.tenure": _("Rents or owns the home"),
    "household.homeless": _("Has no steady place to live"),
    "household.occupied_home_6_months": _("Lived in the home for six months of the year"),
    "household.heating_paid": _("Pays for heating or cooling apart from rent"),
    "household.utility_account": _("Has a utility bill in their own name"),
    "household.heat_at_risk": _("The heat is off, or soon will be"),
    "household.no_place_tonight": _("Someone has no place to sleep tonight"),
    "household.shared_meter": _("Shares a meter with others"),
    "household.receives": _("Already gets"),
    "people_complete": _("Everyone in the home is listed"),
    "person.birth_date": _("Birth date"),
    "person.applies_for": _("Applies for"),
    "person.ties": _("Related to"),
    "person.pregnant": _("Pregnant"),
    "person.expected_children": _("Children expected"),
    "person.recent_birth": _("Gave birth"),
    "person.breastfeeding": _("Breastfeeding"),
    "person.disabled": _("Has a disability"),
    "person.veteran": _("Veteran"),
    "person.medicare": _("Has Medicare"),
    "person.paratransit": _("Rides paratransit"),
    "person.retired_on_disability": _("Stopped work because of a disability"),
    "person.college_student": _("In college"),
    "person.work_study": _("In work-study"),
    "person.in_school": _("Goes to school"),
    "person.foster_child": _("In foster care"),
    "person.needs_child_care": _("Needs child care"),
    "person.special_needs": _("Has special needs"),
    "person.in_approved_activity": _("Works, studies or looks for work"),
    "person.child_support_paid": _("Child support paid"),
    "person.receives": _("Already gets"),
    "person.immigration": _("Immigration status"),
    "person.incomes": _("Pay and other money"),
    "person.incomes_complete": _("All money is listed"),
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
    "tax_household": _("files taxes in household {name}"),
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


def answer_name(fact: str, words: Translator) -> str:
    """What an answer is called on a case."""
    known = BESIDE_ITS_VALUE.get(fact)
    return words.gettext(known) if known is not None else fact_name(fact, words)


def benefit_name(benefit: str, services: Services, words: Translator) -> str:
    """A program or benefit somebody gets, by its name."""
    program = services.rules.programs.get(benefit)
    known = program.name if program else services.rules.facts.benefits.get(benefit, benefit)
    return words.gettext(known)
