"""The agencies that take referrals, as a city's agencies.yaml says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eligibility.documents import Node, read_document
from service.pack.values import Phone, read_id, read_link, read_phone

if TYPE_CHECKING:
    from pathlib import Path

    from eligibility.reading import Reader

AGENCY_KEYS = (
    "id",
    "name",
    "what",
    "agreement",
    "channel",
    "filing",
    "address",
    "phone",
    "mail",
    "web",
    "hours",
    "programs",
)
AGENCY_NEEDS = ("id", "name", "what", "channel", "filing", "programs")
CHANNELS = ("pull", "email", "filedrop", "demo")
FILINGS = ("sent", "received")


@dataclass(frozen=True, slots=True)
class Agency:
    """An office that takes referrals. `filing`: whose day counts, the one a resident sent it or the
    one the agency received it."""

    id: str
    name: str
    what: str
    channel: str
    filing: str
    programs: tuple[str, ...]
    address: str | None = None
    phone: Phone | None = None
    mail: str | None = None
    web: str | None = None
    hours: str | None = None


def read_agencies(reader: Reader, path: Path) -> dict[str, Agency]:
    """Every agency by its id."""
    table = reader.table(read_document(path), ("agencies",), ("agencies",))
    agencies: dict[str, Agency] = {}
    for node in reader.items(table.entries.get("agencies")):
        agency = _agency(reader, node)
        if agency.id in agencies:
            reader.add(node.place, "twice", f'The agency "{agency.id}" is here twice.')
        agencies[agency.id] = agency
    return agencies


def _agency(reader: Reader, node: Node) -> Agency:
    table = reader.table(node, AGENCY_KEYS, AGENCY_NEEDS)
    get = table.entries.get

    def optional(key: str) -> str | None:
        return reader.text(get(key)) or None

    agency = Agency(
        id=read_id(reader, get("id")),
        name=reader.text(get("name")),
        what=reader.text(get("what")),
        channel=reader.choice(get("channel"), CHANNELS, "pull"),
        filing=reader.choice(get("filing"), FILINGS, "received"),
        programs=reader.texts(get("programs")),
        address=optional("address"),
        phone=read_phone(reader, get("phone")),
        mail=optional("mail"),
        web=read_link(reader, get("web")) or None,
        hours=optional("hours"),
    )
    if agency.channel == "email" and agency.mail is None:
        message = f'Cases of "{agency.id}" go by mail, so it needs the key "mail".'
        reader.add(table.place, "missing_key", message)
    return agency
