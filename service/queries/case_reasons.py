"""Why a case's screening came out so, made again from what its office was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from eligibility import FactErrors, Household, Rulebook
from service.audit import record_read
from service.deciding import can_narrow, explained
from service.queries.replays import Shelf
from service.referrals.grants import veiled
from service.security.access import access_referral
from service.unturned import unturned

if TYPE_CHECKING:
    from uuid import UUID

    from eligibility.program import Program
    from service.actor import Actor
    from service.services import Services


@dataclass(frozen=True, slots=True)
class CaseReasons:
    """The screening of one version of a case. `program` is as the rules stood then; None where
    they cannot be read any more, and `screening` is then as it was stored. `fewest` says that its
    reasons name no answer that the result could do without."""

    id: UUID
    version: int
    on: date
    granted: Mapping[str, Any]
    program: Program | None
    screening: Sequence[Mapping[str, Any]]
    fewest: bool


async def reasons_of_case(services: Services, actor: Actor, referral: UUID | str) -> CaseReasons:
    """Raises NotFound for another agency's case. That it was read is noted."""
    row = await access_referral(actor, referral)
    await record_read(actor, "case.read", row["id"], services.clock.now())
    granted = unturned(
        services.keyring.open_json(
            row["granted"], table="referrals", column="granted", row_id=row["id"]
        )
    )
    amended = granted.get("amended_at")
    at = datetime.fromisoformat(amended) if amended else row["filed_at"]
    on = services.city.calendar.day_of(at)
    stored = granted["screening"]
    book = await _rules_of(services, row["program"], stored)
    household = None if book is None else _household(granted["facts"], book)
    if book is None or household is None:
        return CaseReasons(row["id"], row["version"], on, granted, None, stored, fewest=False)
    made = await explained(household, book, on, [row["program"]])
    program = book.programs[row["program"]]
    shown = [veiled(each.to_json(), program.fields) for each in made]
    fewest = can_narrow(household)
    return CaseReasons(row["id"], row["version"], on, granted, program, shown, fewest)


async def _rules_of(
    services: Services, program: str, stored: Sequence[Mapping[str, Any]]
) -> Rulebook | None:
    """The rules the screening was made by, as they stand or as they were stored."""
    if not stored:
        return None
    digest = str(stored[0]["rules"])
    now = services.rules
    if program in now.programs and now.hash_of(program) == digest:
        return now
    return await Shelf(services).book(digest, program)


def _household(facts: Mapping[str, Any], book: Rulebook) -> Household | None:
    try:
        return Household.from_facts(book.facts.told(dict(facts)), book.facts)
    except FactErrors:
        return None
