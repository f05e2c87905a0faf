"""Every fact by the name people read: in consents, on program pages and in a caseworker's case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.i18n import _

if TYPE_CHECKING:
    from service.i18n import Translator

FACT_NAMES: Mapping[str, str] = {
    "household.address": _("Where you live"),
    "household.mailing_address": _("Where letters go"),
    "household.lives_in_city": _("Whether you live in the city"),
    "household.county": _("Your county"),
    "household.tenure": _("Whether you rent or own your home"),
    "household.homeless": _("Whether you have a steady place to live"),
    "household.rent": _("Rent"),
    "household.mortgage": _("House payment"),
    "household.property_tax": _("Property tax"),
    "household.home_insurance": _("Home insurance"),
    "household.occupied_home_6_months": _(
        "Whether you lived in your home for six months of the year"
    ),
    "household.heating_paid": _("Whether you pay for heating or cooling apart from rent"),
    "household.electricity_bill": _("Electricity bill"),
    "household.water_bill": _("Water, sewer and garbage bills"),
    "household.phone_bill": _("Phone bill"),
    "household.utility_account": _("Whether a utility bill is in your name"),
    "household.heat_at_risk": _("Whether your heat is off, or soon will be"),
    "household.no_place_tonight": _("Whether someone has no place to sleep tonight"),
    "household.shared_meter": _("Whether you share a meter with others"),
    "household.childcare_cost": _("Cost of child care or care for an adult"),
    "household.liquid_assets": _("Money in cash and in the bank"),
    "household.receives": _("Help your household already gets"),
    "household.language": _("Language you prefer"),
    "person.name": _("Names"),
    "person.birth_date": _("Birth dates"),
    "person.age_months": _("Birth dates"),
    "person.applies_for": _("Who applies for what"),
    "person.ties": _("How the people in your home are related"),
    "person.pregnant": _("Who is pregnant"),
    "person.expected_children": _("How many children are expected"),
    "person.recent_birth": _("Who gave birth in the last year"),
    "person.breastfeeding": _("Who is breastfeeding"),
    "person.disabled": _("Who has a disability"),
    "person.va_rating": _("Disability rating from Veterans Affairs"),
    "person.veteran": _("Who is a veteran"),
    "person.medicare": _("Who has Medicare"),
    "person.paratransit": _("Who rides paratransit"),
    "person.retired_on_disability": _("Who stopped work because of a disability"),
    "person.college_student": _("Who goes to college"),
    "person.weekly_hours_worked": _("Hours worked in a week"),
    "person.work_study": _("Who is in work-study"),
    "person.in_school": _("Who goes to school"),
    "person.foster_child": _("Which children are in foster care"),
    "person.needs_child_care": _("Which children need child care"),
    "person.special_needs": _("Which children have special needs"),
    "person.in_approved_activity": _("Who works, studies or looks for work"),
    "person.medical_expenses": _("Medical costs"),
    "person.child_support_paid": _("Child support you pay"),
    "person.medicare_premium": _("Medicare premium"),
    "person.receives": _("Help each person already gets"),
    "person.immigration": _("Immigration status of the people who apply"),
    "person.incomes": _("Pay and other money each person gets"),
    "person.incomes_complete": _("Whether all money is listed"),
    "income.kind": _("Kind of money"),
    "income.period": _("How often it comes"),
    "income.amount": _("Amount"),
    "income.amounts": _("Amounts of the last few times"),
    "income.dates": _("Dates of pay"),
    "income.after_costs": _("Whether costs of your own work are taken off"),
    "income.costs": _("Costs of your own work"),
    "income.steady": _("Whether it is about the same all year"),
    "income.employer": _("Employer"),
    "people_complete": _("Whether everyone in your home is listed"),
}


def fact_name(fact: str, words: Translator) -> str:
    """The name of a fact, also of one member of it such as `household.receives.wic`."""
    entity, _dot, rest = fact.partition(".")
    known = FACT_NAMES.get(f"{entity}.{rest.partition('.')[0]}" if rest else entity)
    return words.gettext(known) if known is not None else fact
