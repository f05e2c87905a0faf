"""Strict readers for what people type: ASCII grammars that say what to do when they refuse."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from forms.message import N_, Message

MOST_TYPED = 2000
"""No field of a page is longer; the reader refuses before it looks."""
MOST_CENTS = 1_000_000_000_00


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """What was typed cannot be read; the code is for machines, the message for the person."""

    code: str
    message: Message


def _refuse(code: str, text: str, **values: int | str) -> Refused:
    return Refused(code, Message(text, values))


# Invisible, and part of how names are spelled in Persian, Malayalam, Sinhala and others.
JOINERS = "\u200c\u200d"
# With them all spaces: the last of these is U+3000.
OUTSIDE = JOINERS + "".join(filter(str.isspace, map(chr, range(0x3001))))
TYPED_BY_HAND = "\t\n\r" + JOINERS


def clean(raw: str) -> str:
    """The text without outer spaces, composed. Refuses what no person types."""
    if len(raw) > MOST_TYPED:
        raise _refuse("too_long", N_("This is too long. Write it in fewer words."))
    if any(_unprintable(character) for character in raw):
        raise _refuse("characters", N_("Some signs here cannot be read. Type it again by hand."))
    return unicodedata.normalize("NFC", raw).strip(OUTSIDE)


def _unprintable(character: str) -> bool:
    # Controls, lone surrogates, private and unassigned characters, and the invisible ones
    # that reverse or hide text. A tab or line break is a space to us.
    category = unicodedata.category(character)
    return character not in TYPED_BY_HAND and category in ("Cc", "Cf", "Cs", "Co", "Cn")


def text(raw: str, most: int) -> str:
    """Words on one line, at most `most` characters."""
    found = " ".join(clean(raw).split())
    if len(found) > most:
        raise _refuse("too_long", N_("Use at most {most} letters and signs."), most=most)
    return found


def _digits(found: str, most: int) -> int | None:
    if re.fullmatch(rf"[0-9]{{1,{most}}}", found, re.ASCII) is None:
        return None
    return int(found)


def integer(raw: str, low: int, high: int) -> int:
    """A whole number between two ends, in plain digits."""
    number = _digits(clean(raw), 9)
    if number is None:
        raise _refuse("not_a_number", N_("Use digits only, like 3."))
    if not low <= number <= high:
        message = N_("Write a number from {low} to {high}.")
        raise _refuse("out_of_range", message, low=low, high=high)
    return number


_MONEY_EN = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.([0-9]{1,2}))?", re.ASCII)
_MONEY_COMMA = re.compile(r"([0-9]{1,9}|[0-9]{1,3}(?:\.[0-9]{3}){1,2})(?:,([0-9]{1,2}))?", re.ASCII)


def decimal_comma(locale: str) -> bool:
    """Whether people who read this language may write cents after a comma."""
    return locale.replace("_", "-").partition("-")[0] == "es"


def money(raw: str, locale: str, high: int = MOST_CENTS) -> int:
    """Cents. English writes 1,424.58; Spanish may write 1.424,58 or 1,424.58.

    The two never clash: a mark before exactly three digits groups thousands, one before
    one or two digits begins the cents.
    """
    found = clean(raw).removeprefix("$").removesuffix("$").strip()
    match = _MONEY_EN.fullmatch(found)
    if match is None and decimal_comma(locale):
        match = _MONEY_COMMA.fullmatch(found)
    if match is None:
        raise _money_refused(found)
    whole, cents = match.groups()
    amount = int(whole.replace(",", "").replace(".", "")) * 100 + int((cents or "").ljust(2, "0"))
    if amount > high:
        raise _refuse("too_large", N_("This is more than we can take. Check the amount."))
    return amount


def _money_refused(found: str) -> Refused:
    if found.startswith(("-", "−", "(")):
        return _refuse("negative", N_("Write an amount of 0 or more."))
    return _refuse("not_money", N_("Write dollars and cents with digits, like 1424.58."))


def show_money(cents: int, locale: str) -> str:
    """How an amount stands in a field; `money` reads it back to the same cents."""
    dollars, rest = divmod(cents, 100)
    mark = "," if decimal_comma(locale) else "."
    return f"{dollars}{mark}{rest:02d}" if rest else str(dollars)


def day(year: str, month: str, of_month: str, *, oldest: int, latest: date) -> str:
    """An ISO date, or only its year ("1992") or year and month ("1992-03").

    The three fields are typed apart. A day without a month, a day that no calendar has,
    and a date outside `oldest` to `latest` are refused.
    """
    parts = [clean(part) for part in (year, month, of_month)]
    if not parts[0]:
        raise _refuse("no_year", N_("Write the year. The year alone is fine."))
    numbers = [_digits(part, 4) if part else 0 for part in parts]
    if None in numbers:
        raise _refuse("not_a_number", N_("Use digits only for the day, month and year."))
    y, m, d = (number or 0 for number in numbers)
    if len(parts[0]) != 4:
        raise _refuse("year", N_("Write the year with four digits, like 1992."))
    if (parts[1] and not 1 <= m <= 12) or (parts[2] and not parts[1]):
        raise _refuse("month", N_("Write the month as a number from 1 to 12."))
    if parts[2] and not 1 <= d <= (monthrange(y, m)[1] if y >= 1 else 31):
        raise _refuse("day", N_("There is no such day in that month. Check the day."))
    if y < oldest:
        raise _refuse("too_early", N_("Write a year from {year} on."), year=str(oldest))
    if (y, m or 1, d or 1) > (latest.year, latest.month, latest.day):
        raise _refuse("in_future", N_("This date has not come yet. Check the year."))
    return "-".join([f"{y:04d}", *([f"{m:02d}"] if m else []), *([f"{d:02d}"] if d else [])])


_ZIP = re.compile(r"[0-9]{5}(?:-[0-9]{4})?", re.ASCII)


def zip_code(raw: str) -> str:
    """A ZIP code of five digits, or nine with a dash."""
    found = clean(raw)
    if _ZIP.fullmatch(found) is None:
        raise _refuse("zip", N_("Write a ZIP code with five digits, like 98104."))
    return found


_STATE = re.compile(r"[A-Za-z]{2}", re.ASCII)


def state(raw: str) -> str:
    """A state's two letters, in capitals."""
    found = clean(raw)
    if _STATE.fullmatch(found) is None:
        raise _refuse("state", N_("Write the state with two letters, like WA."))
    return found.upper()


_PHONE = re.compile(r"(?:\+?1[-. ]?)?\(?([0-9]{3})\)?[-. ]?([0-9]{3})[-. ]?([0-9]{4})", re.ASCII)


def phone(raw: str) -> str:
    """A phone number of ten digits, kept as +1 and the digits."""
    match = _PHONE.fullmatch(clean(raw))
    if match is None or match.group(1)[0] in "01":
        raise _refuse("phone", N_("Write a phone number with ten digits, like 206-555-0100."))
    return "+1" + "".join(match.groups())


_MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z]{2,63}",
    re.ASCII,
)


def email(raw: str) -> str:
    """A mail address, as typed but for its domain in small letters."""
    found = clean(raw)
    local = found.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if len(found) > 254 or dots or _MAIL.fullmatch(found) is None:
        raise _refuse("email", N_("Write a mail address, like name@example.org."))
    return f"{local}@{found.partition('@')[2].lower()}"
