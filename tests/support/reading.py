"""How hard English words are to read: the Flesch-Kincaid grade, by a plain count of syllables."""

from __future__ import annotations

import re


def grade(text: str) -> float:
    """The school grade of a text. Each line or sentence counts as a sentence of its own."""
    sentences = [part for part in re.split(r"[.?:;\n]+(?:\s|$)|\n", text) if re.search(r"\w", part)]
    words = re.findall(r"[A-Za-z][A-Za-z'’]*", text)
    if not words or not sentences:
        return 0.0
    syllables = sum(map(syllables_of, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def syllables_of(word: str) -> int:
    """Groups of vowels, without a silent e at the end."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", plain))
    silent = plain.endswith("e") and not plain.endswith("le") and groups > 1
    silent = silent or (plain.endswith("ed") and not plain.endswith(("ted", "ded")) and groups > 1)
    return max(1, groups - silent)
