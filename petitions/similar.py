"""Which texts ask for the same: a plain method that needs no model, no network and no language.

Each text becomes its words' pieces of three and four letters, the rare ones weighing more (TF-IDF),
and with them the things it speaks of, by a short list of words of several languages. Two texts are
as near as the angle between them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
CITY_WORDS = Path(__file__).with_name("city_words.txt")
PIECES = (3, 4)
# A thing two texts share says more than a piece of a word; the same thing is said in any language.
THING_WEIGHS = 6.0
# Measured on the examples of the tests: below this, strangers.
NEAR_ENOUGH = 0.12
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def folded(text: str) -> str:
    """Without case and accents, so that `Árbol` is found by `arbol`."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


@cache
def things() -> Mapping[str, int]:
    """Each listed word, and the line of the thing it stands for."""
    lines = CITY_WORDS.read_text(encoding="utf-8").splitlines()
    return {
        folded(word): number
        for number, line in enumerate(lines)
        if not line.startswith("#")
        for word in line.split()
    }


def features(text: str) -> Counter[str]:
    """What a text is made of: pieces of its words, and things by number."""
    known, found = things(), Counter[str]()
    words = WORD.findall(folded(text))
    for word in words:
        edged = f" {word} "
        for size in PIECES:
            found.update(edged[at : at + size] for at in range(len(edged) - size + 1))
        if (thing := known.get(word)) is not None:
            found[f"#{thing}"] += 1
    return found


@dataclass(frozen=True, slots=True)
class Similar(Generic[K]):
    """Texts under their keys, ready to be asked for the nearest ones. `places`: in which order they
    were given."""

    rarity: Mapping[str, float] = field(default_factory=dict)
    holders: Mapping[str, tuple[tuple[K, float], ...]] = field(default_factory=dict)
    places: Mapping[K, int] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Mapping[K, str]) -> Similar[K]:
        """Takes about a millisecond for each text of a paragraph."""
        made = {key: features(text) for key, text in texts.items()}
        spread = Counter(name for each in made.values() for name in each)
        rarity = {
            name: math.log((1 + len(made)) / (1 + count)) + 1 for name, count in spread.items()
        }
        holders: dict[str, list[tuple[K, float]]] = {}
        for key, counts in made.items():
            for name, weight in _weighed(counts, rarity).items():
                holders.setdefault(name, []).append((key, weight))
        places = {key: place for place, key in enumerate(texts)}
        return cls(rarity, {name: tuple(rows) for name, rows in holders.items()}, places)

    def nearest(
        self, text: str, most: int = 5, least: float = NEAR_ENOUGH
    ) -> list[tuple[K, float]]:
        """Keys with how near they are, from 0 to 1, the nearest first and the equally near as they
        were given; none below `least`."""
        near: dict[K, float] = {}
        for name, weight in _weighed(features(text), self.rarity).items():
            for key, held in self.holders.get(name, ()):
                near[key] = near.get(key, 0.0) + weight * held
        told = [(key, round(value, 6)) for key, value in near.items() if value >= least]
        return sorted(told, key=lambda one: (-one[1], self.places[one[0]]))[:most]


def _weighed(counts: Mapping[str, int], rarity: Mapping[str, float]) -> dict[str, float]:
    """Weights of length one. A feature no text has is as rare as can be, and counts in length."""
    rarest = max(rarity.values(), default=1.0)
    weights = {
        name: (1 + math.log(count))
        * rarity.get(name, rarest)
        * (THING_WEIGHS if name[0] == "#" else 1.0)
        for name, count in counts.items()
    }
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {name: weight / length for name, weight in weights.items()}
