"""The public log of signatures: who came and who went, in one list that only grows.

Each step of a count is a leaf (RFC 6962); its head is signed once a minute. Whoever keeps a head
sees later whether anything before it was changed, taken out or put in. A mark stands for a person
who signed: the one who has the signer's own link finds it again, nobody else can tell whose it is.
That somebody left is told by a mark of its own, so that nobody sees who.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from petitions.protocol.canonical import TAG, sign, signature_holds
from petitions.protocol.findings import Finding
from petitions.protocol.merkle import leaf_hash, node_hash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KIND = "signature-head"
MARK_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a petition's part of the log: +1 or -1, and its mark."""

    petition: str
    step: int
    mark: str

    @property
    def leaf(self) -> bytes:
        return leaf_hash(f"{TAG}/step\n{self.petition}\n{self.step:+d}\n{self.mark}".encode())


def mark_of(signature: str, left: int | None = None) -> str:
    """The mark of a signature's coming; with the number of a later step, that of its going."""
    told = f"{TAG}/mark\n{signature}\n{'' if left is None else left}"
    return sha256(told.encode()).hexdigest()[:MARK_LETTERS]


@dataclass(frozen=True, slots=True)
class Peaks:
    """A tree as far as it is needed to go on: its size, and the roots of its whole parts, the
    largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> Peaks:
        parts, size = [*self.hashes, leaf], self.size
        while size & 1:
            right, left = parts.pop(), parts.pop()
            parts.append(node_hash(left, right))
            size >>= 1
        return Peaks(self.size + 1, tuple(parts))

    @property
    def root(self) -> bytes:
        """As RFC 6962 defines it."""
        if not self.hashes:
            return sha256(b"").digest()
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found


def signed_head(peaks: Peaks, at: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """What is published each minute."""
    told = {
        "size": peaks.size,
        "root": peaks.root.hex(),
        "at": at,
        "key": key.public_key().public_bytes_raw().hex(),
    }
    return sign(told, KIND, key)


def check_heads(
    heads: Sequence[Mapping[str, Any]],
    leaves: Sequence[bytes],
    kept: Mapping[int, str],
) -> list[Finding]:
    """Heads that are not signed or do not follow from the leaves, those that were `kept` earlier
    (root by size) among them."""
    found = [
        Finding("unsigned", f"The head of {head['size']} steps is not signed by its key.")
        for head in heads
        if not signature_holds(head, KIND, str(head["key"]))
    ]
    wanted: dict[int, set[str]] = {}
    for size, root in (*((head["size"], head["root"]) for head in heads), *kept.items()):
        wanted.setdefault(size, set()).add(root)
    return found + _roots_that_differ(wanted, leaves)


def _roots_that_differ(wanted: Mapping[int, set[str]], leaves: Sequence[bytes]) -> list[Finding]:
    """One pass over the leaves, with a look at each size that a head names."""
    peaks, found = Peaks(), []
    for leaf in (None, *leaves):
        peaks = peaks if leaf is None else peaks.add(leaf)
        if peaks.size in wanted and wanted[peaks.size] != {peaks.root.hex()}:
            found.append(
                Finding(
                    "changed",
                    f"The first {peaks.size} steps are not those that a head tells of.",
                )
            )
    return found + [
        Finding("cut", f"A head tells of {size} steps, but only {peaks.size} are here.")
        for size in wanted
        if size > peaks.size
    ]
