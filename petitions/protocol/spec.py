"""The rule of a vote, frozen and hashed at opening."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from petitions.protocol.canonical import NotWhatItSays, canonical, digest

METHODS = (
    "single",
    "approval",
    "score",
    "irv",
    "stv",
    "schulze",
    "greedy",
    "equal-shares",
    "pairwise",
)
MODES = ("open", "quiet")
# Under this many ballots only totals are published: a rare ballot would show who cast it.
FEWEST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str
    cost: int = 0


@dataclass(frozen=True, slots=True)
class VoteSpec:
    """What cannot change once a vote is open. Amounts are whole units, times are RFC 3339 in UTC.

    `rank_depth` is how many options one may rank or choose, or how many pairs one may answer (0:
    all); `pairs` how many pairs everybody is asked; `highest` the best score. `trustee_key` seals
    the ballots (X25519), `signing_key` signs receipts and roots (Ed25519); both and
    `tie_commitment` are in hex.
    """

    vote: str
    question: str
    options: tuple[Option, ...]
    method: str
    mode: str
    identifier: str
    tier: str
    electorate: str
    opens_at: str
    closes_at: str
    trustee_key: str
    signing_key: str
    tie_commitment: str
    seats: int = 1
    completion: str = "none"
    budget: int = 0
    rank_depth: int = 0
    highest: int = 5
    dispute_hours: int = 72
    pairs: int = 0

    def __post_init__(self) -> None:
        ids = [option.id for option in self.options]
        if self.method not in METHODS or self.mode not in MODES:
            raise NotWhatItSays("The vote's method or mode is not known.")
        if len(ids) < 2 or len(set(ids)) != len(ids) or not all(ids):
            raise NotWhatItSays("A vote needs two or more options, each with an id of its own.")
        if self.seats < 1 or not 1 <= self.highest <= 100 or self.dispute_hours < 0:
            raise NotWhatItSays("A number of the vote's rule is out of range.")
        if self.pairs < 0 or (self.pairs and self.method != "pairwise"):
            raise NotWhatItSays("Only a vote by pairs says how many pairs are asked.")

    def __hash__(self) -> int:
        """Enough to look a rule up by: each ballot does so several times, and options are many."""
        return hash((self.vote, self.tie_commitment))

    def document(self) -> dict[str, Any]:
        """Without what only another method has, so that a rule keeps the hash it had before that
        method was there."""
        found = asdict(self)
        if not self.pairs:
            del found["pairs"]
        return found

    def text(self) -> bytes:
        """The bytes that are published; their SHA-256 is the hash that freezes the vote."""
        return canonical(self.document())

    @property
    def hash(self) -> str:
        return _hash_of(self)

    @classmethod
    def parse(cls, text: bytes) -> VoteSpec:
        """Raises NotWhatItSays unless these are the very bytes that `text` writes."""
        try:
            found = json.loads(text)
            options = tuple(Option(**option) for option in found.pop("options"))
            spec = cls(options=options, **found)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise NotWhatItSays("This is not the rule of a vote.") from None
        if not (_of_its_kinds(spec) and all(map(_of_its_kinds, options))):
            raise NotWhatItSays(
                "A value in the rule of the vote is of another kind than it can be."
            )
        if spec.text() != text.strip():
            raise NotWhatItSays(
                "The rule of the vote is not written as it is published: bytes of it were changed."
            )
        return spec


def _of_its_kinds(told: VoteSpec | Option) -> bool:
    """JSON may hold a number where words belong."""
    return all(
        type(getattr(told, one.name)).__name__ == one.type
        for one in fields(told)
        if one.type in {"str", "int"}
    )


@lru_cache(64)
def _hash_of(spec: VoteSpec) -> str:
    """Each ballot is bound to it, and the rule is long."""
    return digest(spec.text())


def tie_commitment(secret: bytes) -> str:
    """Published at opening. Until the end it tells nothing of the seed."""
    return sha256(b"\x02" + secret).hexdigest()


def tie_seed(secret: bytes, final_root: bytes) -> str:
    """Nobody chose it: the secret was fixed before the ballots, the root after."""
    return sha256(secret + final_root).hexdigest()


@lru_cache(64)
def option_places(spec: VoteSpec) -> Mapping[str, int]:
    return MappingProxyType({option.id: at for at, option in enumerate(spec.options)})
