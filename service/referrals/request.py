"""What is sent and what comes back: one request for pages and partners, one receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Consent:
    """A resident's yes to one program's agency getting exactly these facts."""

    program: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the applicant. Writing is safe only when they said so."""

    name: str
    safe_to_write: bool
    mail: str | None = None
    phone: str | None = None
    language: str | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Contact:
        """From a draft's or application's sealed contact; a missing answer about safety is no."""
        return cls(
            name=str(stored.get("name") or ""),
            safe_to_write=stored.get("safe_to_write") is True,
            mail=stored.get("mail") or None,
            phone=stored.get("phone") or None,
            language=stored.get("language") or None,
        )

    def to_json(self) -> dict[str, Any]:
        """The contract's object; what was not given is left out."""
        optional = {"mail": self.mail, "phone": self.phone, "language": self.language}
        given = {name: value for name, value in optional.items() if value is not None}
        return {"name": self.name, **given, "safe_to_write": self.safe_to_write}


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One signing. `application` is the draft it closes; None makes a new one (partners).

    `revision` is the draft's revision that was shown and signed.
    """

    application: UUID | None
    facts: Mapping[str, Any]
    programs: tuple[str, ...]
    consents: tuple[Consent, ...]
    signature: str
    contact: Contact
    language: str
    revision: int | None = None

    def hash(self) -> str:
        """Tells the same send again from another one; the time and the revision play no part."""
        content = {
            "facts": self.facts,
            "programs": sorted(self.programs),
            "consents": sorted([c.program, *sorted(c.fields)] for c in self.consents),
            "signature": self.signature,
            "contact": self.contact.to_json(),
            "language": self.language,
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sent:
    """One referral of a receipt."""

    id: UUID
    program: str
    agency: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the resident or partner is told. `secret` is there once only, for a new application."""

    application: UUID
    reference: str
    filed_at: datetime
    referrals: tuple[Sent, ...]
    secret: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The body of a partner's 201."""
        referrals = [
            {"id": str(sent.id), "program": sent.program, "agency": sent.agency}
            for sent in self.referrals
        ]
        return {"reference": self.reference, "secret": self.secret, "referrals": referrals}
