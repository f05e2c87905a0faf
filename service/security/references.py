"""References and secrets that people read out over the phone.

A reference is eight random characters and one that checks them, in Crockford's base32 (no I, L, O
or U). It names an application and is not secret. The secret is sixteen digits: 53 bits, the same in
every language.
"""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
RANDOM_CHARACTERS = 8
LENGTH = RANDOM_CHARACTERS + 1
SECRET_DIGITS = 16
FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1: GF(32)


def new_reference() -> str:
    """Nine characters, the last one checking the others."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return letters + _check_character(letters)


def show_reference(reference: str, prefix: str = "") -> str:
    """As printed: SEA-7K4M-2QX9C."""
    grouped = f"{reference[:4]}-{reference[4:]}"
    return f"{prefix}-{grouped}" if prefix else grouped


def parse_reference(text: str, prefix: str = "") -> str | None:
    """The nine characters from whatever was typed, or None.

    Spaces, dashes, case, O for 0 and I or L for 1 do not matter, nor whether the city's letters
    stand in front. One wrong character, or two swapped neighbours, is always noticed.
    """
    letters = unicodedata.normalize("NFKC", text[:64]).upper()
    letters = "".join(letter for letter in letters if letter.isalnum())
    if prefix and len(letters) == len(prefix) + LENGTH and letters.startswith(prefix.upper()):
        letters = letters[len(prefix) :]
    if len(letters) != LENGTH or any(letter not in VALUES for letter in letters):
        return None
    plain = "".join(ALPHABET[VALUES[letter]] for letter in letters)
    return plain if _check_character(plain[:-1]) == plain[-1] else None


def new_secret() -> str:
    """Sixteen random digits."""
    return f"{secrets.randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}d}"


def show_secret(secret: str) -> str:
    """In fours, as it is read aloud."""
    return " ".join(secret[start : start + 4] for start in range(0, SECRET_DIGITS, 4))


def parse_secret(text: str) -> str | None:
    """Sixteen digits, in any script's figures and any grouping; None for anything else."""
    digits = []
    for letter in text[:64]:
        if letter.isspace() or letter in "-.‐‑–":
            continue
        value = unicodedata.decimal(letter, None)
        if value is None:
            return None
        digits.append(str(value))
    return "".join(digits) if len(digits) == SECRET_DIGITS else None


def _check_character(letters: str) -> str:
    """Sum of the values, each times another power of a generator of GF(32): any one change and any
    swap of two unequal characters changes it."""
    total = 0
    for letter in letters:
        total = _times_two(total ^ VALUES[letter])
    return ALPHABET[total]


def _times_two(value: int) -> int:
    doubled = value << 1
    return doubled ^ FIELD_POLYNOMIAL if doubled & 0b100000 else doubled
