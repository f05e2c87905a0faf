"""Who a voter is, under the one kind of contact that the vote's rule names, and codes for letters.

A letter cannot carry a sealed link, and what is typed from paper has to be short. So its code is a
keyed hash of the voter, of how often the ballot was cast and of the week: it is worked out again
when it is typed, beside the name and address, and stored nowhere.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING

from service.errors import Fault, Invalid
from service.i18n import _
from service.security.blind_index import normal_name
from service.voice.contacts import ADDRESS, SIGN_IN, Contact, as_code, read_contact, spelled

if TYPE_CHECKING:
    from datetime import datetime

    from service.queries.voice.votes import VoteRecord
    from service.services import Services
    from service.voice.vote_keys import VoteKey

WEEK = 7 * 24 * 3600
WEEKS_GOOD = 3
CODE_BYTES = 10
LONGEST_NAME = 100


def voter(services: Services, record: VoteRecord, typed: str, name: str = "") -> Contact:
    """The contact behind what somebody typed. A letter's person is a name at an address: case,
    accents and spaces do not make another name. Raises Invalid."""
    kind = record.spec.identifier
    said = normal_name(name)
    if kind == ADDRESS and not 0 < len(said) <= LONGEST_NAME:
        text = _("Enter your name, in up to 100 letters.")
        raise Invalid([Fault("/name", "name", text)])
    found = read_contact(services, kind, str(record.id), typed)
    if kind == ADDRESS:
        return replace(found, canonical=f"{found.canonical}|{said}")
    return found


def home_of(contact: Contact) -> str:
    """The address of a letter's person, without the name."""
    return contact.canonical.rpartition("|")[0]


def known_voter(services: Services, record: VoteRecord, typed: str) -> Contact:
    """As the desk knows one: of a letter the name comes first, on a line of its own; of the city's
    sign-in it is what the sign-in calls the person. Raises Invalid."""
    if record.spec.identifier == ADDRESS:
        name, _line, address = typed.strip().partition("\n")
        return voter(services, record, address, name)
    sign_in = services.voice.sign_in
    if record.spec.identifier == SIGN_IN and sign_in is not None and typed.strip():
        return Contact(SIGN_IN, f"{sign_in.issuer}|{typed.strip()}", "", proven=True)
    return voter(services, record, typed)


def letter_code(key: VoteKey, roll: str, cast: int, now: datetime, *, ago: int = 0) -> str:
    """The code of this week, or of one some weeks ago."""
    week = int(now.timestamp()) // WEEK - ago
    own = hmac.digest(key.secret, b"threshold/1/letter-code", "sha256")
    made = hmac.digest(own, f"{roll}|{cast}|{week}".encode(), "sha256")
    return spelled(int.from_bytes(made[:CODE_BYTES], "big"))


def is_letter_code(key: VoteKey, roll: str, cast: int, typed: str, now: datetime) -> bool:
    """Whether a code was made for this voter and this ballot in the last weeks."""
    given = as_code(typed.strip())
    made = [letter_code(key, roll, cast, now, ago=weeks) for weeks in range(WEEKS_GOOD)]
    good = [hmac.compare_digest(given.encode(), code.encode()) for code in made]
    return any(good)
