"""What one program's agency is given of the answers: its own fields and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligibility.facts import Vocabulary
from eligibility.program import Program

Facts = dict[str, Any]


def grant(facts: Mapping[str, Any], program: Program, vocabulary: Vocabulary) -> Facts:
    """The facts granted to a program's agency, in the contract's form.

    Received benefits are given member by member, only those the rules ask about. A fact for
    applicants only is given of those who apply for this program; of `applies_for` only its own
    id. Where the rules look at no one else, only those who apply are given at all.
    """
    granted: Facts = {"household": _household(facts.get("household") or {}, program)}
    if "on" in facts:
        granted["on"] = facts["on"]
    if "people_complete" in program.facts and "people_complete" in facts:
        granted["people_complete"] = facts["people_complete"]
    people = _whom(facts.get("people") or [], program)
    ids = frozenset(person["id"] for person in people)
    granted["people"] = [_person(person, program, vocabulary, ids) for person in people]
    return granted


def _whom(people: list[Facts], program: Program) -> list[Facts]:
    if program.unit == "household" or "people_complete" in program.facts:
        return people
    applicants = [person for person in people if applies(person, program.id)]
    return applicants or people


def applies(person: Mapping[str, Any], program_id: str) -> bool:
    """Whether a person said they apply for a program."""
    told = person.get("applies_for")
    if isinstance(told, list):
        return program_id in told
    return isinstance(told, dict) and told.get(program_id) is True


def _household(told: Mapping[str, Any], program: Program) -> Facts:
    fields = set(program.fields)
    kept = {
        name: value
        for name, value in told.items()
        if f"household.{name}" in fields and name != "receives"
    }
    return kept | _receives(told, "household", program)


def _receives(told: Mapping[str, Any], entity: str, program: Program) -> Facts:
    """Members of `receives` that the program's rules read, each said by name."""
    got = told.get("receives")
    wanted = sorted(
        fact.rpartition(".")[2] for fact in program.facts if fact.startswith(f"{entity}.receives.")
    )
    if got is None or not wanted:
        return {}
    if isinstance(got, list):
        return {"receives": {member: member in got for member in wanted}}
    if "unknown" in got:
        return {"receives": got}
    members = {member: got[member] for member in wanted if member in got}
    return {"receives": members} if members else {}


def _person(told: Facts, program: Program, vocabulary: Vocabulary, people: frozenset[str]) -> Facts:
    fields, applicant = set(program.fields), applies(told, program.id)
    kept: Facts = {"id": told["id"]}
    for name, value in told.items():
        fact_id = f"person.{name}"
        if fact_id not in fields or name in ("receives", "applies_for", "ties"):
            continue
        if vocabulary[fact_id].only_applicants and not applicant:
            continue
        kept[name] = value
    if "person.applies_for" in fields and applicant:
        kept["applies_for"] = [program.id]
    if "person.ties" in fields and "ties" in told:
        kept["ties"] = _ties(told["ties"], people)
    return kept | _receives(told, "person", program)


def _ties(told: Any, people: frozenset[str]) -> Any:
    """Ties to people who are granted too; tax labels stay."""
    if not isinstance(told, list):
        return told
    family = ("spouse", "parent_of")
    return [tie for tie in told if tie["kind"] not in family or tie["to"] in people]
