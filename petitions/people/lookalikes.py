"""Letters of other scripts that look like Latin ones, so that they make no second person."""

from __future__ import annotations

import unicodedata

# Lower-case letters that a reader cannot tell from the Latin one, after Unicode's own folding
# (NFKC) has dealt with wide, styled and ligature forms: those of Unicode's confusables (UTS 39)
# that are one letter and that a keyboard somewhere types.
_CYRILLIC = dict(zip("аеорсухѕіјһԁԛԝѵӏкмтвнԍ", "aeopcyxsijhdqwvlkmtbhg", strict=True))
_GREEK = dict(zip("αορνικυχτε", "aopvikuxte", strict=True))
_OTHER = dict(zip("ıɑɡɩʋⅼհոսօցզԁ", "iagivlhnuogqd", strict=True))
_LATIN = str.maketrans({**_CYRILLIC, **_GREEK, **_OTHER})


def plain_letters(text: str) -> str:
    """Lower case, one form for each letter, nothing invisible, look-alikes as Latin."""
    if text.isascii() and text.isprintable():
        return text.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    seen = "".join(one for one in folded if unicodedata.category(one) not in {"Cf", "Cc", "Mn"})
    return seen.translate(_LATIN)
