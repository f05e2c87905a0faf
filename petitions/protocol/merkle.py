"""Merkle trees as RFC 6962 section 2.1 hashes them, with proofs and their checks."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes. Of none: the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [node_hash(left, right) for left, right in pairs] + odd
    return level[0]


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes beside the way from one leaf to the root."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(index, leaves[:split]), root(leaves[split:])]
    return [*inclusion_proof(index - split, leaves[split:]), root(leaves[:split])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Whether the proof leads from this leaf, at this place of so many, to this root (RFC 9162
    section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(beside, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == head


def consistency_proof(older: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What shows that the first `older` leaves are still there, unchanged and in order."""
    if not 0 < older <= len(leaves):
        raise IndexError(older)
    return _consistency(older, leaves, whole=True)


def _consistency(older: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if older == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if older <= split:
        return [*_consistency(older, leaves[:split], whole=whole), root(leaves[split:])]
    return [*_consistency(older - split, leaves[split:], whole=False), root(leaves[:split])]


def consistent(older: int, size: int, old_head: bytes, head: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves begins with that of `older` (RFC 9162 section 2.1.4.2)."""
    if not 0 < older <= size:
        return False
    if older == size:
        return not proof and old_head == head
    path = list(proof)
    if older & (older - 1) == 0:
        path.insert(0, old_head)
    if not path:
        return False
    at, last = older - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_found = new_found = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_found, new_found = node_hash(beside, old_found), node_hash(beside, new_found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_found = node_hash(new_found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and old_found == old_head and new_found == head
