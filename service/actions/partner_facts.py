"""A partner's changed facts, put upon what stands: what the applicant said since is not undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from service import db
from service.errors import Conflict

if TYPE_CHECKING:
    from uuid import UUID

    from service.services import Services

Facts = Mapping[str, Any]
COLUMN = "partner_facts"
NOT_SAID = object()
SAME_PERSON = ("name", "birth_date")


async def told_last(services: Services, application: UUID) -> Facts:
    """The whole facts as the partner told them last: its first send, or a change since."""
    row = await db.fetch_one(
        "select a.partner_facts, s.id, s.facts from applications a"
        " join submissions s on s.application_id = a.id and s.number = 1 where a.id = ?",
        application,
    )
    if row is None:
        return {}
    keyring = services.keyring
    if row[COLUMN] is not None:
        found: Facts = keyring.open_json(
            row[COLUMN], table="applications", column=COLUMN, row_id=application
        )
        return found
    first: Facts = keyring.open_json(
        row["facts"], table="submissions", column="facts", row_id=row["id"]
    )
    return first


async def keep_told(services: Services, application: UUID, facts: Facts) -> None:
    """Note what the partner told, inside the transaction that stores the change."""
    sealed = services.keyring.seal_json(
        facts, table="applications", column=COLUMN, row_id=application
    )
    await db.execute("update applications set partner_facts = ? where id = ?", sealed, application)


def put_upon(told: Facts, now: Facts, stands: Facts) -> dict[str, Any]:
    """What stands, with every fact that the partner tells otherwise than before.

    A fact is one of the household or of one person; a person's incomes, and their ties, are one
    fact each. Raises Conflict(`newer_version`) where both added somebody under the same id.
    """
    lists = ("household", "people")
    plain = [{k: v for k, v in each.items() if k not in lists} for each in (told, now, stands)]
    households = [each.get("household") or {} for each in (told, now, stands)]
    people = [{one["id"]: one for one in each.get("people") or []} for each in (told, now, stands)]
    merged = _changed(plain[0], plain[1], plain[2])
    merged["household"] = _changed(households[0], households[1], households[2])
    merged["people"] = _people(people[0], people[1], people[2])
    return merged


def _changed(told: Facts, now: Facts, stands: Facts) -> dict[str, Any]:
    merged = dict(stands)
    for name in (*told, *now):
        if told.get(name, NOT_SAID) == now.get(name, NOT_SAID):
            continue
        if name in now:
            merged[name] = now[name]
        else:
            merged.pop(name, None)
    return merged


def _people(told: Facts, now: Facts, stands: Facts) -> list[dict[str, Any]]:
    merged = []
    for id in dict.fromkeys((*stands, *now)):
        if id in told and id not in now:
            continue  # the partner took them off the list
        if id not in now:
            merged.append(dict(stands[id]))
        elif id in stands:
            if id not in told and not _same_person(now[id], stands[id]):
                raise Conflict("newer_version", "The applicant added somebody since.")
            merged.append(_changed(told.get(id, {}), now[id], stands[id]))
        elif told.get(id) != now[id]:  # else the applicant took them off the list
            merged.append(dict(now[id]))
    return _without_loose_ties(merged)


def _same_person(one: Facts, other: Facts) -> bool:
    return all(one.get(name) == other.get(name) for name in SAME_PERSON)


def _without_loose_ties(people: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    here = {each["id"] for each in people}
    for each in people:
        if ties := each.get("ties"):
            each["ties"] = [tie for tie in ties if tie.get("to") is None or tie["to"] in here]
    return list(people)
