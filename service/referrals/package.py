"""All of a send that needs no database: checked, screened, routed and sealed beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic_core import to_json

from eligibility import FactErrors, Household, Program, is_urgent, screen
from service.errors import Fault, Invalid
from service.ids import time_ordered_id
from service.referrals.clock import due_on
from service.referrals.grants import share
from service.referrals.request import Sent
from service.security.blind_index import blind_index, normal_name

if TYPE_CHECKING:
    from service.referrals.request import Contact, SendRequest
    from service.services import Services

MOST_PROGRAMS = 50
DEFAULT_WORKING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signed what for whom: all that a submission and its referrals have in common."""

    reference: str
    language: str
    contact: Contact
    signature: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SealedSubmission:
    """The row of one version, and the rule sets its determinations name."""

    id: UUID
    facts: bytes
    screening: bytes
    signature: bytes
    rules: Mapping[str, str]  # hash -> program


@dataclass(frozen=True, slots=True)
class SealedReferral:
    """The row of one referral; `granted` is exactly what the agency receives."""

    sent: Sent
    granted: bytes
    applicant_index: str
    urgent: bool = False


def check(services: Services, request: SendRequest, on: date) -> dict[str, str]:
    """The agency of each program. Raises Invalid with every fault of the request at once."""
    faults = [*_contact_faults(request), *_consent_faults(services, request)]
    agencies: dict[str, str] = {}
    if not 0 < len(request.programs) <= MOST_PROGRAMS:
        faults.append(Fault("/programs", "no_program", "Name at least one program."))
    if len(set(request.programs)) != len(request.programs):
        faults.append(Fault("/programs", "repeated", "Name each program once."))
    for place, program in enumerate(request.programs[:MOST_PROGRAMS]):
        agency, fault = _agency(services, program, request.facts, on, f"/programs/{place}")
        if fault is not None:
            faults.append(fault)
        elif agency is not None:
            agencies[program] = agency
    if faults:
        incomplete = any(fault.code == "consent_incomplete" for fault in faults)
        raise Invalid(faults, code="consent_incomplete" if incomplete else None)
    return agencies


def read_household(services: Services, facts: Mapping[str, Any], at: str = "") -> Household:
    """The facts as a household. Raises Invalid with the engine's own findings."""
    try:
        return Household.from_facts(facts, services.rules.facts)
    except FactErrors as errors:
        found = [Fault(at + pointer, code, words) for pointer, code, words in errors.errors]
        raise Invalid(found) from None


def seal_submission(
    services: Services, facts: Mapping[str, Any], household: Household, signing: Signing
) -> SealedSubmission:
    """Freeze the first version: the facts and what they say on the filing date."""
    signature = {"name": signing.signature, "signed_at": signing.at.isoformat()}
    return seal_version(services, facts, household, signature, signing.at)


def seal_version(
    services: Services,
    facts: Mapping[str, Any],
    household: Household,
    signature: Mapping[str, Any],
    at: datetime,
) -> SealedSubmission:
    """Freeze facts, screening and signature under the row's own id.

    The stored screening holds outcomes, amounts and the hash of the rules; its reasons are made
    again, the very same, from these facts and those rules whenever they are asked for.
    """
    on = services.city.calendar.day_of(at)
    made = [each.to_json() for each in screen(household, services.rules, on=on, explain=False)]
    row_id = time_ordered_id()

    def seal(column: str, value: Any) -> bytes:
        return services.keyring.seal(
            to_json(value), table="submissions", column=column, row_id=row_id
        )

    return SealedSubmission(
        row_id,
        seal("facts", dict(facts)),
        seal("screening", made),
        seal("signature", dict(signature)),
        {each["rules"]: each["program"] for each in made},
    )


def seal_referrals(
    services: Services,
    facts: Mapping[str, Any],
    agencies: Mapping[str, str],
    signing: Signing,
) -> list[SealedReferral]:
    """One sealed case a program."""
    index = blind_index(services.keyring, "name", normal_name(signing.contact.name))
    # Ids made within one millisecond are in no order; a receipt read back is in that of its ids.
    ids = sorted(time_ordered_id() for _ in agencies)
    return [
        _seal_referral(services, facts, case, signing, index)
        for case in zip(ids, agencies.items(), strict=True)
    ]


def _seal_referral(
    services: Services,
    facts: Mapping[str, Any],
    case: tuple[UUID, tuple[str, str]],
    signing: Signing,
    index: str,
) -> SealedReferral:
    row_id, (program, agency) = case
    calendar = services.city.calendar
    definition = services.rules.programs[program]
    shared = share(facts, program, services.rules, calendar.day_of(signing.at))
    granted = {
        "reference": signing.reference,
        "language": signing.language,
        "contact": signing.contact.to_json(),
        "facts": dict(shared.facts),
        "consent": {
            "program": program,
            "agency": agency,
            "fields": list(definition.fields),
            "given_at": signing.at.isoformat(),
        },
        "signature": {"name": signing.signature, "signed_at": signing.at.isoformat()},
        "screening": shared.screening,
    }
    sealed = services.keyring.seal(
        to_json(granted), table="referrals", column="granted", row_id=row_id
    )
    on = calendar.day_of(signing.at)
    # Only what the agency is granted may hurry its case: it can see why.
    urgent = is_urgent(shared.household, services.rules, program, on)
    due = due_on(calendar, signing.at, working_days(definition, urgent=urgent))
    return SealedReferral(Sent(row_id, program, agency, due), sealed, index, urgent)


def _contact_faults(request: SendRequest) -> Iterable[Fault]:
    if not request.contact.name.strip():
        yield Fault("/contact/name", "missing", "A contact needs a name.")
    if not request.signature.strip():
        yield Fault("/signature/name", "missing", "A signature is the signer's name.")


def _consent_faults(services: Services, request: SendRequest) -> Iterable[Fault]:
    given = {consent.program: frozenset(consent.fields) for consent in request.consents}
    if len(given) != len(request.consents):
        yield Fault("/consents", "repeated", "Give one consent for each program.")
    for place, consent in enumerate(request.consents):
        at = f"/consents/{place}"
        if consent.program not in request.programs:
            yield Fault(f"{at}/program", "not_sent", "This program is not among those sent.")
        for field in consent.fields:
            if field not in services.rules.facts:
                yield Fault(f"{at}/fields", "unknown_fact", f"There is no fact {field!r:.60}.")
    for program in dict.fromkeys(request.programs):
        definition = services.rules.programs.get(program)
        if definition is None:
            continue
        missing = [field for field in definition.fields if field not in given.get(program, ())]
        if missing:
            words = f"The consent for {program} does not name {', '.join(missing)}."
            yield Fault("/consents", "consent_incomplete", words)


def _agency(
    services: Services, program: str, facts: Mapping[str, Any], on: date, at: str
) -> tuple[str | None, Fault | None]:
    definition = services.rules.programs.get(program)
    if definition is None:
        return None, Fault(at, "unknown_program", "There is no program with this id.")
    if definition.apply != "routed":
        return None, Fault(at, "not_routed", "This program is not applied for here.")
    if not takes_applications(definition, on):
        return None, Fault(at, "program_closed", "This program takes no applications now.")
    agency = services.city.routing.agency_for(program, facts)
    if agency is None:
        return None, Fault(at, "no_agency", "No agency takes this program at this place.")
    return agency, None


def takes_applications(program: Program, on: date) -> bool:
    """True when the program may be sent on that day."""
    return program.status_on(on) == "open"


def working_days(program: Program, *, urgent: bool = False) -> int:
    """The program's clock; a program that names none gives its agency thirty working days."""
    if program.clock is None:
        return DEFAULT_WORKING_DAYS
    if urgent and program.clock.urgent_working_days is not None:
        return program.clock.urgent_working_days
    return program.clock.working_days
