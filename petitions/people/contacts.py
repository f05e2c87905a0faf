"""Mail addresses and telephone numbers in the one form that all their spellings share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from petitions.people.lookalikes import plain_letters


class NotAContact(ValueError):
    """This cannot be a mail address or telephone number; a sentence says why."""


@dataclass(frozen=True, slots=True)
class MailRule:
    """What a provider does not tell apart. `ignored`: characters of the name that do not count;
    `tags`: what begins a tag that leads to the same box; `same_as`: the domain it is another name
    of; `by_subdomain`: tag@name.domain is name@domain."""

    ignored: str = ""
    tags: str = "+"
    same_as: str = ""
    by_subdomain: bool = False


_GMAIL = MailRule(ignored=".")
_PROTON = MailRule(ignored=".-_", same_as="proton.me")
RULES = {
    "gmail.com": _GMAIL,
    "googlemail.com": MailRule(ignored=".", same_as="gmail.com"),
    "proton.me": MailRule(ignored=".-_"),
    "protonmail.com": _PROTON,
    "pm.me": _PROTON,
    "icloud.com": MailRule(),
    "me.com": MailRule(same_as="icloud.com"),
    "mac.com": MailRule(same_as="icloud.com"),
    "yahoo.com": MailRule(tags="+-"),
    "ymail.com": MailRule(tags="+-"),
    "fastmail.com": MailRule(by_subdomain=True),
    "fastmail.fm": MailRule(by_subdomain=True),
}
# A tag is common enough to be looked for everywhere; dots count except where they are known not to.
_USUAL = MailRule()
_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$")


def canonical_mail(text: str, rules: Mapping[str, MailRule] = RULES) -> str:
    """One form for all spellings of one mail box. Never an address to write to: keep the one that
    was given for that. `rules`: what each domain does not tell apart. Raises NotAContact for what
    cannot be an address."""
    name, at, domain = text.strip().rpartition("@")
    name = name.strip().strip('"')
    if not at or not name or len(text) > 320:
        raise NotAContact("A mail address has a name, an @ and a domain.")
    domain = _domain(domain)
    rule = rules.get(domain, _USUAL)
    name = plain_letters(name)
    parent = domain.partition(".")[2]
    if parent in rules and rules[parent].by_subdomain:
        name, domain, rule = domain.partition(".")[0], parent, rules[parent]
    for mark in rule.tags:
        name = name.partition(mark)[0] or name
    for ignored in rule.ignored:
        name = name.replace(ignored, "")
    if not name or re.search(r"[\s@]", name):
        raise NotAContact("A mail address has a name before the @.")
    return f"{name}@{rule.same_as or domain}"


def _domain(text: str) -> str:
    """Lower-case, as the name system writes it, with look-alike letters as Latin ones."""
    given = unicodedata.normalize("NFKC", text.strip()).casefold().replace("。", ".").rstrip(".")
    if given.isascii() and "xn--" not in given and _DOMAIN.match(given):
        return given
    labels = []
    for label in given.split("."):
        if label.startswith("xn--"):
            try:
                label = label.encode().decode("idna")
            except UnicodeError:
                raise NotAContact("The domain of this mail address cannot be one.") from None
        labels.append(_ascii(plain_letters(label)))
    domain = ".".join(labels)
    if not _DOMAIN.match(domain):
        raise NotAContact("The domain of this mail address cannot be one.")
    return domain


def _ascii(label: str) -> str:
    try:
        return label.encode("idna").decode()
    except UnicodeError:
        raise NotAContact("The domain of this mail address cannot be one.") from None


_EXTENSION = re.compile(r"(?:ext\.?|extension|x|#)\s*\d{1,6}\s*$", re.IGNORECASE)


def canonical_phone(text: str, country: str = "1") -> str:
    """+, country, number: the form that all spellings of one number share. `country` is that of a
    number without one. Raises NotAContact for what cannot be a number."""
    shown = unicodedata.normalize("NFKC", text).strip()
    shown = _EXTENSION.sub("", re.sub(r"^tel:", "", shown, flags=re.IGNORECASE))
    digits = "".join(str(unicodedata.digit(one)) for one in shown if one.isdigit())
    if re.search(r"[^\W\d_]", shown) or not digits:
        raise NotAContact("A telephone number is written in digits.")
    abroad = shown.lstrip("( ").startswith("+")
    if not abroad and digits.startswith("011"):
        abroad, digits = True, digits[3:]
    elif not abroad and digits.startswith("00"):
        abroad, digits = True, digits[2:]
    if not abroad and country == "1":
        digits = digits if len(digits) == 11 and digits[0] == "1" else f"1{digits}"
    elif not abroad:
        digits = country + digits.removeprefix("0")
    elif "(0)" in shown.replace(" ", "") and not digits.startswith("1"):
        # +44 (0)20 …: the zero in brackets is only dialed at home.
        head = sum(one.isdigit() for one in shown.replace(" ", "").partition("(0)")[0])
        digits = digits[:head] + digits[head + 1 :]
    if digits.startswith("1") and not re.fullmatch(r"1[2-9]\d{2}[2-9]\d{6}", digits):
        raise NotAContact("This number does not have the digits of a number here.")
    if not 8 <= len(digits) <= 15:
        raise NotAContact("A telephone number has 8 to 15 digits with its country.")
    return f"+{digits}"
