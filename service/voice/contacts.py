"""How somebody shows that they are one person: each way is a tier behind one Protocol.

A mail, a text, a letter, a code from an office and the city's own sign-in. A city switches on those
it wants in voice.yaml; the others refuse.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from petitions.people.addresses import canonical_address
from petitions.people.contacts import NotAContact, canonical_mail, canonical_phone
from petitions.people.lookalikes import plain_letters
from service.errors import Fault, Invalid, NotFound
from service.i18n import _
from service.voice.proofs import read_proof

if TYPE_CHECKING:
    from service.security.keyring import Keyring
    from service.services import Services

MAIL, PHONE, ADDRESS, IN_PERSON, SIGN_IN = "mail", "phone", "address", "in_person", "sign_in"
NOT_MAIL = _("Enter a mail address, such as name@example.org.")
NOT_PHONE = _("Enter a telephone number, such as 206-555-0100.")
NOT_ADDRESS = _("Enter the house number and street, and the postal code.")
NOT_SIGNED_IN = _("Sign in again.")
NOT_CODE = _("Enter the code from your card. It has 16 letters and digits.")
# Crockford's base 32: no letter that looks like another one or like a digit.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LIKE = str.maketrans("OIL", "011", " -.")
SERIAL_BYTES, PROOF_BYTES = 3, 7
# A list, a comment or a quoted name would let one box stand for many people.
PLAIN_MAIL = re.compile(r"""[^\s@"(),:;<>\[\\\]]+@[^\s@"(),:;<>\[\\\]]+""")
CODE_LETTERS = (SERIAL_BYTES + PROOF_BYTES) * 8 // 5


@dataclass(frozen=True, slots=True)
class Contact:
    """What stands for one person. `given` is what may be written to; `canonical` what all its
    spellings share; `proven`: nothing more is asked of them."""

    kind: str
    canonical: str
    given: str
    proven: bool = False

    @property
    def domain(self) -> str:
        """Of a mail address; else nothing."""
        return self.canonical.rpartition("@")[2] if self.kind == MAIL else ""


class Tier(Protocol):
    """One way to be one person. `subject` is the petition, question or vote it is for."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        """The contact behind what was typed. Raises Invalid."""


class MailTier:
    """A link by mail: who opens it and presses the button has the box."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        given = typed.strip()
        try:
            if not PLAIN_MAIL.fullmatch(given):
                raise NotAContact("A mail address stands alone and on one line.")
            canonical = canonical_mail(given, services.voice.mail_domains)
            return Contact(MAIL, canonical, _writable(given, canonical))
        except NotAContact:
            raise Invalid([Fault("/contact", "not_a_mail", NOT_MAIL)]) from None


def _writable(given: str, canonical: str) -> str:
    """The address as mail can carry it: look-alike letters as the Latin ones they stand for."""
    name, _at, domain = given.rpartition("@")
    name = name if name.isascii() else plain_letters(name)
    domain = domain if domain.isascii() else canonical.rpartition("@")[2]
    if not name.isascii():
        raise NotAContact("This name cannot be written to.")
    return f"{name}@{domain}"


class PhoneTier:
    """A link by text message. One number is one person, however it is written."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        try:
            number = canonical_phone(typed, services.voice.phone_country)
        except NotAContact:
            raise Invalid([Fault("/contact", "not_a_phone", NOT_PHONE)]) from None
        return Contact(PHONE, number, number)


class AddressTier:
    """A letter with a code to where somebody lives. People of one home are told apart by name, as
    many as the city thinks may live at one address."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        try:
            canonical = canonical_address(typed)
        except NotAContact:
            raise Invalid([Fault("/contact", "not_an_address", NOT_ADDRESS)]) from None
        lines = [" ".join(line.split()) for line in typed.splitlines() if line.strip()]
        return Contact(ADDRESS, canonical, "\n".join(lines))


class SignInTier:
    """The city's own sign-in has said who it is; what is `typed` is our own proof of that."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        person = read_proof(services.keyring, subject, typed, services.clock.now())
        sign_in = services.voice.sign_in
        if person is None or sign_in is None:
            raise Invalid([Fault("/contact", "not_signed_in", NOT_SIGNED_IN)])
        return Contact(SIGN_IN, f"{sign_in.issuer}|{person}", "", proven=True)


class InPersonTier:
    """A code on a card that an office gives to one person it has seen. It is good for one petition
    or vote, and no list of codes is kept: a code proves itself."""

    def read(self, services: Services, subject: str, typed: str) -> Contact:
        serial = read_code(services.keyring, subject, typed)
        if serial is None:
            raise Invalid([Fault("/contact", "not_a_code", NOT_CODE)])
        return Contact(IN_PERSON, str(serial), "", proven=True)


TIERS: Mapping[str, Tier] = {
    MAIL: MailTier(),
    PHONE: PhoneTier(),
    ADDRESS: AddressTier(),
    IN_PERSON: InPersonTier(),
    SIGN_IN: SignInTier(),
}


def read_contact(services: Services, kind: str, subject: str, typed: str) -> Contact:
    """What was typed, by a tier that the city has switched on. Raises Invalid, or NotFound for a
    tier that is not there."""
    tier = TIERS.get(kind)
    if tier is None or kind not in services.voice.tiers:
        raise NotFound
    return tier.read(services, subject, typed)


def new_code() -> str:
    """A random code that can be typed: the token of a link in a text or a letter."""
    letters = [secrets.choice(ALPHABET) for _letter in range(CODE_LETTERS)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, CODE_LETTERS, 4))


def as_code(typed: str) -> str:
    """A typed code as it was given out, whatever is typed for look-alikes; other text unchanged."""
    plain = typed.upper().translate(LIKE)
    if len(plain) != CODE_LETTERS or not set(plain) <= set(ALPHABET):
        return typed
    return "-".join(plain[at : at + 4] for at in range(0, CODE_LETTERS, 4))


# ---- codes on cards -----------------------------------------------------------------------------


def new_codes(keyring: Keyring, subject: str, count: int) -> list[str]:
    """Codes to print, each in groups of four. Serials are random, so that two offices may print."""
    serials: set[int] = set()
    while len(serials) < count:
        serials.add(secrets.randbelow(1 << 8 * SERIAL_BYTES))
    return [_code(keyring.derive("voice/in-person")[0], subject, serial) for serial in serials]


def read_code(keyring: Keyring, subject: str, typed: str) -> int | None:
    """The serial of a good code, under any key of the ring; None for any other text."""
    plain = typed.upper().translate(LIKE)
    if len(plain) != CODE_LETTERS or not set(plain) <= set(ALPHABET):
        return None
    number = 0
    for letter in plain:
        number = number * 32 + ALPHABET.index(letter)
    serial = number >> 8 * PROOF_BYTES
    made = (
        _code(key, subject, serial).replace("-", "") for key in keyring.derive("voice/in-person")
    )
    good = [hmac.compare_digest(plain, code) for code in made]
    return serial if any(good) else None


def _code(key: bytes, subject: str, serial: int) -> str:
    head = serial.to_bytes(SERIAL_BYTES, "big")
    proof = hmac.new(key, f"{subject}|{serial}".encode(), sha256).digest()[:PROOF_BYTES]
    return spelled(int.from_bytes(head + proof, "big"))


def spelled(number: int) -> str:
    """A number of ten bytes as a code that can be typed, in groups of four."""
    letters = ""
    for _place in range(CODE_LETTERS):
        number, rest = divmod(number, 32)
        letters = ALPHABET[rest] + letters
    return "-".join(letters[at : at + 4] for at in range(0, CODE_LETTERS, 4))
