"""What people write, as it can stand on a page: no letters that turn a page around, and a tag that
says in which writing it is."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

# Unseen marks that make the words after them run backward or hide what stands there. What joins
# letters (in Persian names, in emoji) and what marks a direction for one sign stays.
TRICKS = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2060-\u206f\ufeff]"
)
# The first word of a letter's Unicode name, and its writing by ISO 15924.
WRITINGS = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "ETHIOPIC": "Ethi",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "TAMIL": "Taml",
    "THAI": "Thai",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
    "CJK": "Hani",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
    "HANGUL": "Kore",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
}
# Of languages that are not written in Latin letters.
OF_LANGUAGE = {
    "am": "Ethi",
    "ti": "Ethi",
    "ar": "Arab",
    "fa": "Arab",
    "ps": "Arab",
    "ur": "Arab",
    "he": "Hebr",
    "hi": "Deva",
    "ja": "Jpan",
    "ko": "Kore",
    "km": "Khmr",
    "lo": "Laoo",
    "th": "Thai",
    "ru": "Cyrl",
    "uk": "Cyrl",
    "zh": "Hani",
}
UNKNOWN = "und-"


def without_tricks(text: str) -> str:
    """The text without marks that nobody sees and that change what others read."""
    return TRICKS.sub("", text)


def tag_of(text: str, chosen: str) -> str:
    """The language tag of a text whose writer read the page in `chosen`. Where most of its letters
    are of another writing, the tag names only that, such as `und-Arab`: a voice that reads aloud
    then does not read Arabic as English."""
    found = Counter(
        writing
        for letter in text
        if letter.isalpha() and (writing := WRITINGS.get(_named(letter))) is not None
    )
    if not found:
        return chosen
    most = max(sorted(found), key=lambda writing: found[writing])
    if most == "Hani" and found["Jpan"]:
        most = "Jpan"
    return chosen if most == OF_LANGUAGE.get(chosen[:2], "Latn") else UNKNOWN + most


def _named(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
