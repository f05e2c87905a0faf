"""What every body of the interface is built from: strict models, types with one form each."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1900, 2200)
LARGEST = 2**53
CENTS = 10**12


class Strict(BaseModel):
    """No coercion and no unknown names, in this model and every one inside it. Each is built when
    it is first used, so that a start-up does not wait for all of them."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class Problem(BaseModel):
    """RFC 9457, plus a stable code, the request's id, and each value that will not do."""

    class Fault(BaseModel):
        """Where (a JSON pointer into the body), a stable code, and words for a person."""

        pointer: str
        code: str
        detail: str

    type: str
    title: str
    status: int
    code: str
    request_id: str
    errors: list[Fault]


def parse_uuid(text: object) -> UUID | None:
    """An id in its usual form; None for anything else, so that it is simply not there."""
    return UUID(text) if isinstance(text, str) and UUID_FORM.fullmatch(text) else None


def _uuid(value: object) -> UUID:
    found = value if isinstance(value, UUID) else parse_uuid(value)
    if found is None:
        raise ValueError("write an id in its usual form")
    return found


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    # fromisoformat alone would take 20260101 and week dates.
    if not isinstance(value, str) or not DATE_FORM.fullmatch(value):
        raise ValueError("write a day as 2026-11-22")
    day = date.fromisoformat(value)
    if day.year not in YEARS:
        raise ValueError("the year is out of range")
    return day


Id = Annotated[UUID, BeforeValidator(_uuid), PlainSerializer(str, return_type=str)]
Day = Annotated[date, BeforeValidator(_day), Field(json_schema_extra={"format": "date"})]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Count = Annotated[int, Field(ge=0, le=LARGEST)]
Cents = Annotated[int, Field(ge=0, le=CENTS, description="Cents")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
ProgramId = Annotated[str, Field(min_length=1, max_length=64)]
AgencyId = ProgramId
FactId = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=5000)]
Language = Annotated[
    str,
    Field(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$",
        max_length=16,
        description="BCP 47, such as en or es",
    ),
]
FactsObject = Annotated[
    dict[str, Any],
    Field(
        description="Facts as docs/api.md describes them: household, people, people_complete. "
        "Money is integer cents; any fact may be {between: [lo, hi]} or {unknown: dont_know}."
    ),
]
Outcome = Literal["approved", "denied", "waitlisted"]


class Contact(Strict):
    """How to reach the applicant. `safe_to_write` false means: call, or wait to be asked."""

    name: Name
    safe_to_write: bool
    mail: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[str, Field(max_length=40, pattern=r"[0-9]")] | None = None
    language: Language | None = None


class Consent(Strict):
    """A yes to one program's agency getting these facts: all that the program declares."""

    program: ProgramId
    fields: Annotated[list[FactId], Field(max_length=200)]


class Signature(Strict):
    """The applicant's typed name under the whole of it."""

    name: Name
