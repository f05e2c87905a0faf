"""Postal addresses in the one form that all their spellings share."""

from __future__ import annotations

import re
import unicodedata

from petitions.people.contacts import NotAContact

LONGEST = 200
# As the post shortens them; what a person writes in full or in short is the same street.
STREETS = {
    "avenue": "ave", "av": "ave", "aven": "ave", "avenu": "ave", "avn": "ave", "avnue": "ave",
    "boulevard": "blvd", "boul": "blvd", "boulv": "blvd", "bridge": "brg", "center": "ctr",
    "centre": "ctr", "circle": "cir", "circ": "cir", "court": "ct", "cove": "cv",
    "crescent": "cres", "drive": "dr", "driv": "dr", "drv": "dr", "expressway": "expy",
    "freeway": "fwy", "heights": "hts", "highway": "hwy", "hiway": "hwy", "hill": "hl",
    "junction": "jct", "lane": "ln", "loops": "loop", "parkway": "pkwy", "parkwy": "pkwy",
    "pky": "pkwy", "place": "pl", "plaza": "plz", "point": "pt", "ridge": "rdg", "road": "rd",
    "square": "sq", "sqr": "sq", "street": "st", "str": "st", "strt": "st", "terrace": "ter",
    "terr": "ter", "trail": "trl", "turnpike": "tpke", "view": "vw", "village": "vlg",
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw",
    "southeast": "se", "southwest": "sw", "mount": "mt", "saint": "st", "fort": "ft",
}  # fmt: skip
ORDINALS = {
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10", "eleventh": "11", "twelfth": "12",
}  # fmt: skip
UNITS = frozenset(
    {"apartment", "apt", "building", "bldg", "floor", "fl", "flat", "no", "num", "number", "rm",
     "room", "space", "spc", "ste", "suite", "trlr", "trailer", "unit"}
)  # fmt: skip
BOX = re.compile(r"\b(?:p\s*o|post\s+office|postal)\s*box\b|\bbox\b")
POSTCODE = re.compile(r"\b(\d{5})(?:-?\d{4})?\s*$")
NUMBER = re.compile(r"\d+[a-z]?$")
# 5th, 23rd: the ending of a number says nothing.
ENDING = re.compile(r"(\d+)(?:st|nd|rd|th)$")
NO_ADDRESS = "An address has a house number, a street and a postal code of five digits."


def canonical_address(text: str) -> str:
    """House number, street, unit and postal code; the town is left out, since the code says it.
    The first line or the part before a comma is the street. A box at the post office is nobody's
    home. Raises NotAContact."""
    shown = unicodedata.normalize("NFKC", text).strip()
    parts = [part.strip() for part in re.split(r"[,;\r\n]+", shown) if part.strip()]
    code = POSTCODE.search(parts[-1]) if parts else None
    if code is None or len(shown) > LONGEST:
        raise NotAContact(NO_ADDRESS)
    if len(parts) > 1:
        parts[-1] = parts[-1][: code.start()]
        named = [parts[0], *(part for part in parts[1:] if _is_unit(part))]
    else:
        named = [parts[0][: code.start()]]
    if BOX.search(_plain(" ".join(named)).replace(".", " ")):
        raise NotAContact("A post office box is no home.")
    street, unit = _split(" ".join(named))
    if len(street) < 2 or not NUMBER.match(street[0]):
        raise NotAContact(NO_ADDRESS)
    return "|".join((" ".join(street), " ".join(unit), code[1]))


def _is_unit(part: str) -> bool:
    words = _plain(part).split()
    return bool(words) and (part.lstrip().startswith("#") or words[0] in UNITS)


def _plain(text: str) -> str:
    """Lower case, without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in folded if not unicodedata.combining(one))


def _split(text: str) -> tuple[list[str], list[str]]:
    """The words of the street and those of the unit, each in its short form."""
    plain = _plain(text).replace(".", "").replace("'", "").replace("’", "")
    words = re.sub(r"[^\w#]+", " ", plain.replace("#", " # ")).split()
    street: list[str] = []
    for at, word in enumerate(words):
        if street and (word == "#" or (word in UNITS and at + 1 < len(words))):
            rest = [one for one in words[at:] if one != "#" and one not in UNITS]
            return street, rest
        street.append(_short(word))
    return street, []


def _short(word: str) -> str:
    word = ENDING.sub(r"\1", word)
    return STREETS.get(word, ORDINALS.get(word, word))
