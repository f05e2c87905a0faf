"""A city's rules of petitions and votes, read from its voice.yaml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from eligibility.documents import Node, Table, read_document
from eligibility.findings import nearest
from eligibility.reading import Reader
from petitions.people.contacts import RULES, MailRule

if TYPE_CHECKING:
    from pathlib import Path

EVERYWHERE = "all"
TIERS = ("mail", "phone", "address", "in_person", "sign_in")
KEYS = (
    "sponsors_needed",
    "threshold",
    "thresholds",
    "open_days",
    "answer_days",
    "grace_hours",
    "shared_address",
    "tiers",
    "mail_domains",
    "bursts",
    "large_domains",
    "topics",
    "areas",
    "refusals",
    "phone_country",
    "household",
    "sign_in",
    "limits",
)
# Tries an hour from one network, where a library or a shelter is one network.
LIMITS = {"sign": 600, "reply": 30, "ballot": 60, "code": 30}
BURSTS = ("network", "range", "domain", "all")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A published reason. `sentence` is an English message; `hidden` keeps the petition's own words
    from its public page."""

    id: str
    sentence: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """The city's own sign-in by OpenID Connect. `name` is what people know it by."""

    issuer: str
    client: str
    name: str


@dataclass(frozen=True, slots=True)
class VoiceRules:
    """What differs from one city to the next. Names and sentences are English message ids."""

    sponsors_needed: int = 5
    threshold: int = 1_000
    thresholds: Mapping[str, int] = field(default_factory=dict)
    open_days: int = 180
    answer_days: int = 30
    grace_hours: int = 24
    shared_address: bool = False
    tiers: tuple[str, ...] = ("mail",)
    mail_domains: Mapping[str, MailRule] = field(default_factory=lambda: RULES)
    bursts: Mapping[str, int] = field(
        default_factory=lambda: {"network": 60, "range": 200, "domain": 120, "all": 5_000}
    )
    large_domains: frozenset[str] = frozenset()
    topics: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    phone_country: str = "1"
    household: int = 6
    sign_in: SignIn | None = None
    limits: Mapping[str, int] = field(default_factory=lambda: LIMITS)

    @property
    def open_for(self) -> timedelta:
        return timedelta(days=self.open_days)

    @property
    def grace(self) -> timedelta:
        return timedelta(hours=self.grace_hours)

    def places(self, kind: str) -> int:
        """How many people may sign with one contact of this kind, told apart by their names."""
        if kind == "address":
            return self.household
        return 2 if self.shared_address and kind == "mail" else 1

    def threshold_of(self, topic: str) -> int:
        return self.thresholds.get(topic, self.threshold)


def load_voice(folder: Path) -> VoiceRules:
    """Read voice.yaml. Raises RulesError with everything that is wrong; a city without the file has
    the usual rules and no topics."""
    path = folder / "voice.yaml"
    if not path.is_file():
        return VoiceRules()
    reader = Reader()
    get = reader.table(read_document(path), KEYS).entries.get
    rules = _rules(reader, get)
    _topics_known(reader, get("thresholds"), rules)
    reader.stop_if_any()
    return rules


def _rules(reader: Reader, get: Callable[[str], Node | None]) -> VoiceRules:
    usual = VoiceRules()
    return VoiceRules(
        sponsors_needed=_positive(reader, get("sponsors_needed"), usual.sponsors_needed),
        threshold=_positive(reader, get("threshold"), usual.threshold),
        thresholds=_numbers(reader, get("thresholds")),
        open_days=_positive(reader, get("open_days"), usual.open_days),
        answer_days=_positive(reader, get("answer_days"), usual.answer_days),
        grace_hours=_positive(reader, get("grace_hours"), usual.grace_hours),
        shared_address=reader.flag(get("shared_address")),
        tiers=_tiers(reader, get("tiers")),
        mail_domains=dict(RULES)
        | dict(_mail_domain(reader, node) for node in reader.items(get("mail_domains"))),
        bursts=dict(usual.bursts) | _numbers(reader, get("bursts"), BURSTS),
        large_domains=frozenset(reader.texts(get("large_domains"))),
        topics=dict(_choice(reader, node) for node in reader.items(get("topics"))),
        areas=dict(_choice(reader, node) for node in reader.items(get("areas"))),
        refusals={each.id: each for each in _refusals(reader, get("refusals"))},
        phone_country=reader.text(get("phone_country"), usual.phone_country),
        household=_positive(reader, get("household"), usual.household),
        sign_in=_sign_in(reader, get("sign_in")),
        limits=LIMITS | _numbers(reader, get("limits"), tuple(LIMITS)),
    )


def _topics_known(reader: Reader, thresholds: Node | None, rules: VoiceRules) -> None:
    for topic, place in thresholds.keys.items() if isinstance(thresholds, Table) else ():
        if topic not in rules.topics:
            message = f'"{topic[:40]}" is not a topic of this file.'
            reader.add(place, "unknown_choice", message, nearest(topic, rules.topics))


def _positive(reader: Reader, node: Node | None, usual: int) -> int:
    value = reader.whole(node, usual)
    if value < 1 and node is not None:
        reader.add(node.place, "too_small", "This number is at least 1.")
    return value


def _numbers(
    reader: Reader, node: Node | None, known: tuple[str, ...] | None = None
) -> dict[str, int]:
    if node is None:
        return {}
    if known is not None:
        reader.table(node, known)
    return {name: _positive(reader, value, 1) for name, value in reader.named(node).items()}


def _tiers(reader: Reader, node: Node | None) -> tuple[str, ...]:
    return tuple(reader.choice(item, TIERS, "mail") for item in reader.items(node)) or ("mail",)


def _sign_in(reader: Reader, node: Node | None) -> SignIn | None:
    if node is None:
        return None
    needed = ("issuer", "client", "name")
    get = reader.table(node, needed, needed).entries.get
    issuer = reader.text(get("issuer")).rstrip("/")
    if not issuer.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        reader.add(node.place, "not_https", "The issuer of a sign-in is an https address.")
    return SignIn(issuer, reader.text(get("client")), reader.text(get("name")))


def _mail_domain(reader: Reader, node: Node) -> tuple[str, MailRule]:
    table = reader.table(node, ("domain", "ignored", "tags", "same_as"), ("domain",))
    get = table.entries.get
    return reader.text(get("domain")).lower(), MailRule(
        ignored=reader.text(get("ignored")),
        tags=reader.text(get("tags"), "+"),
        same_as=reader.text(get("same_as")),
    )


def _choice(reader: Reader, node: Node) -> tuple[str, str]:
    table = reader.table(node, ("id", "name"), ("id", "name"))
    return reader.text(table.entries.get("id")), reader.text(table.entries.get("name"))


def _refusals(reader: Reader, node: Node | None) -> list[Refusal]:
    found = []
    for item in reader.items(node):
        table = reader.table(item, ("id", "sentence", "hide"), ("id", "sentence"))
        get = table.entries.get
        found.append(
            Refusal(reader.text(get("id")), reader.text(get("sentence")), reader.flag(get("hide")))
        )
    return found
