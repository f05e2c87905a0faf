"""Languages: catalogues, and one Translator per language for words, numbers, money and dates."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  (the method date keeps its name)
from datetime import datetime, tzinfo
from datetime import time as Time  # noqa: N812  (as above)
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, parse_pattern
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

DOMAINS = ("service", "forms", "programs")
SOURCE = "en"
LOCALES = Path(__file__).resolve().parent.parent / "locales"

# English dates put the day first and spell the month, so 3/4 is never two days.
DATE_PATTERNS = {("en", "long"): "d MMMM y", ("en", "medium"): "d MMM y", ("en", "day"): "d MMMM"}
# No browser's list of languages is longer.
LONGEST_ACCEPT = 400
PSEUDO = {"qps": "ltr", "qps-rtl": "rtl"}
ACCENTS = str.maketrans("aceinosuyACEINOSUY", "åçéîñøšüýÅÇÉÎÑØŠÜÝ")


def _(message: str) -> str:
    """Mark a sentence for the catalogue; it is translated where it is shown."""
    return message


# What stands between these two is laid out by itself, whichever way the sentence runs.
ISOLATED, ISOLATED_MARKUP = "\u2068{}\u2069", Markup("\u2068{}\u2069")
AMOUNTS = {
    "week": _("{amount} a week"),
    "two_weeks": _("{amount} every two weeks"),
    "half_month": _("{amount} twice a month"),
    "month": _("{amount} a month"),
    "year": _("{amount} a year"),
}


@dataclass(frozen=True, slots=True)
class Language:
    """A language a city offers: its code, its own name, and whether its words were reviewed."""

    code: str
    name: str
    review: Literal["complete", "draft"] = "draft"


def locale_name(code: str) -> str:
    """A language code as Babel writes it: zh_Hans of zh-Hans."""
    return code.replace("-", "_")


def locale_of(code: str, territory: str = "US") -> Locale:
    """How a language writes numbers and days here, or else where it comes from: nobody wrote down
    how Amharic does in the United States. Raises UnknownLocaleError or ValueError."""
    name = locale_name(code)
    try:
        return Locale.parse(f"{name}_{territory}")
    except UnknownLocaleError:
        return Locale.parse(name)


class Translator:
    """Words, numbers, money and dates for one language; shared by all requests, never changed."""

    def __init__(
        self, code: str, catalogue: NullTranslations, zone: tzinfo, territory: str = "US"
    ) -> None:
        self.code = code
        self.zone = zone
        self.locale = locale_of(code, territory)
        self.direction = str(self.locale.text_direction)
        self._catalogue = catalogue
        self.money: Callable[[int], str] = lru_cache(8192)(self._money)
        self.number: Callable[[int], str] = lru_cache(4096)(self._number)
        self._day: Callable[[Day, str], str] = lru_cache(2048)(self._format_day)
        self._clock: Callable[[Time], str] = lru_cache(1440)(self._format_time)

    @property
    def language(self) -> str:
        """The value of `lang` on the page."""
        return self.code

    @property
    def date_order(self) -> tuple[str, ...]:
        """In which order a person of this language types day, month and year."""
        pattern = format_order(self.locale)
        parts = {"d": "day", "M": "month", "y": "year"}
        return tuple(parts[letter] for letter in pattern)

    def gettext(self, message: str, **values: object) -> str:
        """A whole sentence; `{name}` takes the value called name."""
        return self.fill(self._catalogue.gettext(message), values)

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        """A sentence that depends on a count; `{n}` is the count, written as here."""
        text = self._catalogue.ngettext(one, many, n)
        return self.fill(text, {"n": self.number(n), **values})

    def pgettext(self, context: str, message: str, **values: object) -> str:
        return self.fill(str(self._catalogue.pgettext(context, message)), values)

    def npgettext(self, context: str, one: str, many: str, n: int, **values: object) -> str:
        text = str(self._catalogue.npgettext(context, one, many, n))
        return self.fill(text, {"n": self.number(n), **values})

    def fill(self, text: str, values: Mapping[str, object]) -> str:
        """Put values into `{names}`. Where words run from right to left, a date or a name that runs
        the other way is isolated, so that it does not change places with its neighbours."""
        return fill(text, isolated(values) if self.direction == "rtl" else values)

    def has(self, message: str, context: str | None = None) -> bool:
        """Whether the catalogue itself holds this sentence; English always does."""
        if self.code == SOURCE:
            return True
        key = f"{context}\x04{message}" if context else message
        held = getattr(self._catalogue, "_catalog", {})
        return key in held or (key, 0) in held

    def date(self, day: Day, form: str = "long") -> str:
        """A day: long `2 December 2026`, medium `2 Dec 2026`, day `2 December`."""
        if isinstance(day, datetime):
            day = self.day(day)
        return self._day(day, form)

    def day(self, moment: datetime) -> Day:
        """The calendar day of a moment in the city."""
        return moment.astimezone(self.zone).date()

    def time(self, moment: datetime) -> str:
        """The clock time in the city."""
        return self._clock(moment.astimezone(self.zone).time().replace(second=0, microsecond=0))

    def moment(self, moment: datetime, form: str = "medium") -> str:
        """A day and its clock time in the city."""
        return f"{self.date(moment, form)}, {self.time(moment)}"

    def amount(self, cents: int, period: str = "") -> str:
        """Money, for each period where one is named: `$1,424.58 a month`."""
        money = self.money(cents)
        return self.gettext(AMOUNTS[period], amount=money) if period else money

    def month(self, year: int, month: int) -> str:
        """A month of a year: `December 2026`."""
        return str(format_skeleton("yMMMM", Day(year, month, 1), locale=self.locale))

    def percent(self, share: float) -> str:
        return str(format_percent(share, locale=self.locale))

    def list(self, items: Iterable[str], style: Literal["standard", "or"] = "standard") -> str:
        """Items joined as this language joins them: `a, b, and c`."""
        return str(format_list(list(items), style=style, locale=self.locale))

    def _money(self, cents: int) -> str:
        """Dollars from cents; whole dollars show no cents."""
        whole = cents % 100 == 0
        amount = format_decimal(abs(cents) / 100, "#,##0" if whole else "#,##0.00", self.locale)
        return f"{'-' if cents < 0 else ''}${amount}"

    def _number(self, value: int) -> str:
        return str(format_decimal(value, locale=self.locale))

    def _format_time(self, clock: Time) -> str:
        return str(format_time(clock, "short", locale=self.locale))

    def _format_day(self, day: Day, form: str) -> str:
        pattern = DATE_PATTERNS.get((self.locale.language, form))
        if pattern is None and form == "day":
            pattern = re.sub(r"[\s,]*(?:'de'\s*)?y+", "", str(self.locale.date_formats["long"]))
        return str(format_date(day, pattern or form, locale=self.locale))


class PseudoTranslator(Translator):
    """English in disguise: shows in tests which words never went through a catalogue."""

    def __init__(self, code: str, zone: tzinfo) -> None:
        super().__init__(SOURCE, NullTranslations(), zone)
        self.code = code
        self.direction = PSEUDO[code]

    @property
    def language(self) -> str:
        return "en-x-pseudo"

    def gettext(self, message: str, **values: object) -> str:
        return self.fill(disguise(message), values)

    def ngettext(self, one: str, many: str, n: int, **values: object) -> str:
        return self.fill(disguise(one if n == 1 else many), {"n": self.number(n), **values})

    def pgettext(self, context: str, message: str, **values: object) -> str:
        return self.gettext(message, **values)

    def npgettext(self, context: str, one: str, many: str, n: int, **values: object) -> str:
        return self.ngettext(one, many, n, **values)

    def has(self, message: str, context: str | None = None) -> bool:
        return True


def disguise(message: str) -> str:
    """A sentence made a third longer and accented, its placeholders left alone."""
    parts = re.split(r"(\{[^}]*\})", message)
    text = "".join(p if p.startswith("{") else p.translate(ACCENTS) for p in parts)
    return f"[{text}{' ··' * (len(message) // 9 + 1)}]"


def isolated(values: Mapping[str, object]) -> dict[str, object]:
    """Each value between two marks that nobody sees; Markup stays Markup."""
    return {
        name: (ISOLATED_MARKUP if hasattr(value, "__html__") else ISOLATED).format(value)
        for name, value in values.items()
    }


def fill(text: str, values: Mapping[str, object]) -> str:
    """Put values into `{names}`. With any Markup among them the result is safe Markup."""
    if not values:
        return text
    if any(hasattr(value, "__html__") for value in values.values()):
        return escape(text).format(**values)
    return text.format(**values)


@lru_cache(64)
def format_order(locale: Locale) -> str:
    """The letters d, M, y in the order of the locale's short date."""
    pattern = str(parse_pattern(locale.date_formats["short"]).pattern)
    letters = [letter for letter in re.sub(r"(.)\1+", r"\1", pattern) if letter in "dMy"]
    return "".join(dict.fromkeys(letters))


@dataclass(frozen=True, slots=True)
class Languages:
    """Every language the city offers, in its order; the first is the source."""

    offered: tuple[Language, ...]
    translators: Mapping[str, Translator]

    @classmethod
    def load(
        cls,
        offered: Sequence[Language],
        timezone: str,
        directory: Path = LOCALES,
        pseudo: bool = False,
    ) -> Languages:
        """Read the catalogues, compiling those that are missing or older than their source."""
        zone = ZoneInfo(timezone)
        translators: dict[str, Translator] = {
            language.code: Translator(language.code, catalogue(directory, language.code), zone)
            for language in offered
        }
        if pseudo:
            translators |= {code: PseudoTranslator(code, zone) for code in PSEUDO}
        return cls(tuple(offered), translators)

    def __getitem__(self, code: str) -> Translator:
        return self.translators[code]

    def __contains__(self, code: object) -> bool:
        return code in self.translators

    @property
    def source(self) -> Translator:
        return self.translators[self.offered[0].code]

    def review(self, code: str) -> str:
        """How far the words of a language were checked; made-up languages count as complete."""
        return next((o.review for o in self.offered if o.code == code), "complete")

    def choose(self, chosen: str | None, accept_language: str = "") -> Translator:
        """The language a person picked, else the best of the browser's list, else the source."""
        if chosen in self.translators:
            return self.translators[chosen or SOURCE]
        for code in wanted_languages(accept_language[:LONGEST_ACCEPT]):
            if code in self.translators and code not in PSEUDO:
                return self.translators[code]
        return self.source


@lru_cache(256)
def wanted_languages(header: str) -> tuple[str, ...]:
    """Language codes of an Accept-Language header, most wanted first, each with its base."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        match = re.fullmatch(
            r"\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*", part
        )
        if match and match[2] not in ("0", "0.0", "0.00", "0.000"):
            ranked.append((-float(match[2] or 1), place, match[1].lower()))
    codes = [code for _quality, _place, tag in sorted(ranked) for code in (tag, tag.split("-")[0])]
    return tuple(dict.fromkeys(codes))


def catalogue(directory: Path, code: str) -> NullTranslations:
    """All domains of one language merged; English is its own catalogue."""
    merged = Translations()
    if code == SOURCE:
        return NullTranslations()
    for domain in DOMAINS:
        po = directory / code / "LC_MESSAGES" / f"{domain}.po"
        if po.exists():
            merged.merge(Translations(io.BytesIO(compiled(po)), domain=domain))
    return merged


def compiled(po: Path) -> bytes:
    """The binary catalogue of a .po file, kept beside it when the folder lets us."""
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
        return mo.read_bytes()
    with po.open("rb") as source:
        words = read_po(source, locale=locale_name(po.parent.parent.name))
    buffer = io.BytesIO()
    write_mo(buffer, words)
    part = mo.with_suffix(".mo.part")
    try:
        part.write_bytes(buffer.getvalue())
        part.replace(mo)
    except OSError:
        part.unlink(missing_ok=True)  # a read-only installation compiles in memory at each start
    return buffer.getvalue()


def interface(translator: Translator) -> dict[str, Any]:
    """The names a template uses for words; one set per language."""
    return {
        "t": translator,
        "_": translator.gettext,
        "gettext": translator.gettext,
        "ngettext": translator.ngettext,
        "pgettext": translator.pgettext,
        "npgettext": translator.npgettext,
    }
