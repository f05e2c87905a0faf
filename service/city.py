"""A city's folder as one value: names, languages, calendar, agencies and routing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import UnknownLocaleError

from eligibility.documents import Node, Table, plain, read_document
from eligibility.reading import Reader
from service.i18n import Language, locale_of
from service.referrals.clock import Calendar
from service.referrals.routing import Routing, RoutingError, parse_routing

CITY_KEYS = (
    "id",
    "name",
    "service_name",
    "label",
    "languages",
    "time_zone",
    "currency",
    "reference_prefix",
    "phone",
    "exit_link",
    "source_link",
    "place",
    "counties",
    "calendar",
    "retention",
    "second_step",
    "what_if_before_sending",
)
CITY_NEEDS = ("id", "name", "label", "languages", "time_zone", "currency", "place", "calendar")
CALENDAR_KEYS = ("source", "note", "from", "until", "weekend", "holidays")
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
SECOND_STEPS = ("administrators", "everybody")
SERVICE_NAME = "Threshold"
CASE_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call. `demonstration`: nobody answers it, and the page says so."""

    number: str
    demonstration: bool = False


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
    agreement: str | None = None
    address: str | None = None
    phone: Phone | None = None
    mail: str | None = None
    web: str | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class City:
    """What differs from one city to the next."""

    id: str
    name: str
    service_name: str
    label: str
    languages: tuple[Language, ...]
    time_zone: str
    currency: str
    reference_prefix: str
    phone_line: Phone | None
    exit_link: str
    place: Mapping[str, str]
    counties: Mapping[str, str]
    calendar: Calendar
    calendar_until: str
    agencies: Mapping[str, Agency]
    routing: Routing
    # How long a closed application stays after the last thing that happened to it.
    case_months: int = CASE_MONTHS
    # Where a changed copy of the code can be had; whoever runs one owes it to residents.
    source_link: str | None = None
    # Whose sign-in must have a second step: the administrators', or everybody's.
    second_step: str = "administrators"
    # Whether residents may try changes before they send; it can read as coaching.
    what_if_before_sending: bool = False

    @property
    def phone(self) -> str | None:
        return None if self.phone_line is None else self.phone_line.number


def load_city(folder: Path) -> City:
    """Read a city's folder. Raises RulesError naming file and line of everything that is wrong."""
    reader = Reader()
    table = reader.table(read_document(folder / "city.yaml"), CITY_KEYS, CITY_NEEDS)
    agencies = _agencies(reader, folder / "agencies.yaml")
    city = _city(reader, table, agencies, _routing(reader, folder / "routing.yaml", agencies))
    reader.stop_if_any()
    return city


def _city(reader: Reader, table: Table, agencies: Mapping[str, Agency], routing: Routing) -> City:
    get = table.entries.get
    time_zone = reader.text(get("time_zone"), "UTC")
    return City(
        id=reader.text(get("id")),
        name=reader.text(get("name")),
        service_name=reader.text(get("service_name"), SERVICE_NAME),
        label=reader.text(get("label")),
        languages=_languages(reader, table),
        time_zone=time_zone,
        currency=reader.text(get("currency")),
        reference_prefix=reader.text(get("reference_prefix")),
        phone_line=_phone(reader, get("phone")),
        exit_link=reader.text(get("exit_link"), "https://www.weather.gov/"),
        place=_named_texts(reader, get("place")),
        counties=dict(_county(reader, node) for node in reader.items(get("counties"))),
        calendar=_calendar(reader, table, time_zone),
        calendar_until=_calendar_end(reader, get("calendar")),
        agencies=agencies,
        routing=routing,
        source_link=reader.text(get("source_link"), "") or None,
        case_months=_case_months(reader, get("retention")),
        second_step=reader.choice(get("second_step"), SECOND_STEPS, "administrators"),
        what_if_before_sending=reader.flag(get("what_if_before_sending")),
    )


def _case_months(reader: Reader, node: Node | None) -> int:
    if node is None:
        return CASE_MONTHS
    table = reader.table(node, ("case_months", "note"), ("case_months",))
    months = reader.whole(table.entries.get("case_months"), CASE_MONTHS)
    if not 1 <= months <= 1200:
        reader.add(table.place, "case_months", "case_months is from 1 to 1200.")
    return months


def _languages(reader: Reader, table: Table) -> tuple[Language, ...]:
    nodes = reader.items(table.entries.get("languages"))
    if not nodes:
        reader.add(table.place, "language", "A city offers at least one language.")
    return tuple(_language(reader, node) for node in nodes)


def _language(reader: Reader, node: Node) -> Language:
    table = reader.table(node, ("code", "name", "review"), ("code", "name"))
    review = reader.choice(table.entries.get("review"), ("complete", "draft"), "draft")
    code = reader.text(table.entries.get("code"))
    try:
        locale_of(code)
    except (UnknownLocaleError, ValueError):
        reader.add(node.place, "language", f'"{code[:20]}" is not a language code like es.')
    return Language(
        code,
        reader.text(table.entries.get("name")),
        "complete" if review == "complete" else "draft",
    )


def _phone(reader: Reader, node: Node | None) -> Phone | None:
    if node is None:
        return None
    table = reader.table(node, ("number", "demonstration"), ("number",))
    return Phone(
        reader.text(table.entries.get("number")), reader.flag(table.entries.get("demonstration"))
    )


def _named_texts(reader: Reader, node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    return {name: reader.text(value) for name, value in reader.named(node).items()}


def _county(reader: Reader, node: Node) -> tuple[str, str]:
    table = reader.table(node, ("id", "name"), ("id", "name"))
    return reader.text(table.entries.get("id")), reader.text(table.entries.get("name"))


def _calendar(reader: Reader, table: Table, time_zone: str) -> Calendar:
    node = table.entries.get("calendar")
    calendar = reader.table(node, CALENDAR_KEYS, ("holidays",)) if node else table
    days = []
    for holiday in reader.items(calendar.entries.get("holidays")) if node else ():
        row = reader.table(holiday, ("date", "name"), ("date", "name"))
        days.append(reader.day(row.entries.get("date")))
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        reader.add(table.place, "time_zone", f'"{time_zone}" is not a time zone.')
        zone = ZoneInfo("UTC")
    return Calendar(zone, frozenset(day for day in days if day is not None))


def _calendar_end(reader: Reader, node: Node | None) -> str:
    return reader.text(node.entries.get("until")) if isinstance(node, Table) else ""


def _agencies(reader: Reader, path: Path) -> dict[str, Agency]:
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

    def optional(key: str) -> str | None:
        return reader.text(table.entries.get(key)) or None

    return Agency(
        id=reader.text(table.entries.get("id")),
        name=reader.text(table.entries.get("name")),
        what=reader.text(table.entries.get("what")),
        channel=reader.choice(table.entries.get("channel"), CHANNELS, "pull"),
        filing=reader.choice(table.entries.get("filing"), FILINGS, "received"),
        programs=reader.texts(table.entries.get("programs")),
        agreement=optional("agreement"),
        address=optional("address"),
        phone=_phone(reader, table.entries.get("phone")),
        mail=optional("mail"),
        web=optional("web"),
        hours=optional("hours"),
    )


def _routing(reader: Reader, path: Path, agencies: Mapping[str, Agency]) -> Routing:
    table = reader.table(read_document(path), ("routes",), ("routes",))
    node = table.entries.get("routes")
    rows = cast("list[Mapping[str, object]]", plain(node) if node is not None else [])
    try:
        routing = parse_routing(rows)
    except RoutingError as problem:
        reader.add(table.place, "routing", str(problem))
        return Routing({})
    for program in routing.rules:
        for agency in routing.agencies_of(program):
            if agency not in agencies or program not in agencies[agency].programs:
                reader.add(
                    table.place,
                    "no_agreement",
                    f'{program} goes to "{agency}", which does not take it in agencies.yaml.',
                )
    return routing
