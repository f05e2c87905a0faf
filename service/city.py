"""A city's folder as one value: names, languages, calendar, agencies and routing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import UnknownLocaleError

from eligibility.documents import Node, Table, read_document
from eligibility.reading import Reader
from service.i18n import Language, locale_of
from service.pack.values import Phone, read_id, read_link, read_phone
from service.referrals.agencies import Agency, read_agencies
from service.referrals.clock import SATURDAY, SUNDAY, Calendar
from service.referrals.routing import Routing, read_routing

CITY_KEYS = (
    "id",
    "name",
    "service_name",
    "label",
    "languages",
    "time_zone",
    "reference_prefix",
    "phone",
    "exit_link",
    "source_link",
    "counties",
    "calendar",
    "retention",
    "second_step",
    "what_if_before_sending",
)
CITY_NEEDS = ("id", "name", "label", "languages", "time_zone", "calendar")
CALENDAR_KEYS = ("source", "note", "from", "until", "weekend", "holidays")
PREFIX = re.compile(r"[A-Z]{0,8}")
SECOND_STEPS = ("administrators", "everybody")
SERVICE_NAME = "Threshold"
EXIT_LINK = "https://www.weather.gov/"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CASE_MONTHS = 24


@dataclass(frozen=True, slots=True)
class City:
    """What differs from one city to the next."""

    id: str
    name: str
    service_name: str
    label: str
    languages: tuple[Language, ...]
    time_zone: str
    reference_prefix: str
    phone_line: Phone | None
    exit_link: str
    counties: Mapping[str, str]
    calendar: Calendar
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
    agencies = read_agencies(reader, folder / "agencies.yaml")
    routing = read_routing(reader, read_document(folder / "routing.yaml"), agencies)
    city = _city(reader, table, agencies, routing)
    reader.stop_if_any()
    return city


def _city(reader: Reader, table: Table, agencies: Mapping[str, Agency], routing: Routing) -> City:
    get = table.entries.get
    return City(
        id=read_id(reader, get("id")),
        name=reader.text(get("name")),
        service_name=reader.text(get("service_name"), SERVICE_NAME),
        label=reader.text(get("label")),
        languages=_languages(reader, table),
        time_zone=reader.text(get("time_zone"), "UTC"),
        reference_prefix=_prefix(reader, get("reference_prefix")),
        phone_line=read_phone(reader, get("phone")),
        exit_link=read_link(reader, get("exit_link"), EXIT_LINK),
        counties=dict(_county(reader, node) for node in reader.items(get("counties"))),
        calendar=_calendar(reader, table),
        agencies=agencies,
        routing=routing,
        source_link=read_link(reader, get("source_link")) or None,
        case_months=_case_months(reader, get("retention")),
        second_step=reader.choice(get("second_step"), SECOND_STEPS, "administrators"),
        what_if_before_sending=reader.flag(get("what_if_before_sending")),
    )


def _prefix(reader: Reader, node: Node | None) -> str:
    """Letters that stand before a reference, and that nobody has to type."""
    letters = reader.text(node)
    if node is not None and not PREFIX.fullmatch(letters):
        reader.add(node.place, "reference_prefix", "Up to eight capital letters, such as SEA.")
    return letters


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


def _county(reader: Reader, node: Node) -> tuple[str, str]:
    table = reader.table(node, ("id", "name"), ("id", "name"))
    return reader.text(table.entries.get("id")), reader.text(table.entries.get("name"))


def _calendar(reader: Reader, table: Table) -> Calendar:
    zone, node = _zone(reader, table), table.entries.get("calendar")
    if node is None:
        return Calendar(zone)
    get = reader.table(node, CALENDAR_KEYS, ("holidays",)).entries.get
    first, last = reader.day(get("from")), reader.day(get("until"))
    if first and last and first > last:
        reader.add(node.place, "calendar", "The calendar ends before it begins.")
    holidays: set[date] = set()
    for holiday in reader.items(get("holidays")):
        row = reader.table(holiday, ("date", "name"), ("date", "name"))
        day = reader.day(row.entries.get("date"))
        if day is None:
            continue
        if (first and day < first) or (last and day > last):
            reader.add(row.place, "calendar", f"{day} is not within the days of this calendar.")
        holidays.add(day)
    return Calendar(zone, frozenset(holidays), _weekend(reader, get("weekend")), last)


def _weekend(reader: Reader, node: Node | None) -> frozenset[int]:
    named = [reader.choice(day, WEEKDAYS, "sunday") for day in reader.items(node)]
    return frozenset(map(WEEKDAYS.index, named)) if node else frozenset({SATURDAY, SUNDAY})


def _zone(reader: Reader, table: Table) -> ZoneInfo:
    node = table.entries.get("time_zone")
    try:
        return ZoneInfo(reader.text(node, "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f'"{reader.text(node)[:40]}" is not a time zone like America/Los_Angeles.'
        reader.add(node.place if node else table.place, "time_zone", message)
        return ZoneInfo("UTC")
