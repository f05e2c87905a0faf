"""A vote's ballots beside its list of leaves: what was altered, is missing, was added or moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from petitions.protocol.findings import Finding
from petitions.protocol.publishing import BALLOTS, LEAVES


def is_leaf(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def listed_wrongly(leaves: Sequence[str]) -> Iterator[Finding]:
    """Lines that are no leaves, and leaves out of their order."""
    for number, one in enumerate(leaves, 1):
        if not is_leaf(one):
            yield Finding("bad_leaf", f"Line {number} of {LEAVES} is no hash in small letters.")
    for number, (before, after) in enumerate(pairwise(leaves), 2):
        if after <= before and is_leaf(before) and is_leaf(after):
            yield Finding(
                "leaf_order", f"Line {number} of {LEAVES} is out of order or a repeat.", after
            )


def match(kept: Sequence[str], found: Sequence[str], *, list_is_wrong: bool) -> Iterator[Finding]:
    """`kept` is the list, `found` what the ballots hash to. Two that stand at the same place and
    have no partner are one that was altered. `list_is_wrong`: the signed root is that of the
    ballots, so whatever differs was changed in the list."""
    listed, present = set(kept), set(found)
    altered: set[str] = set()
    for number, (one, other) in enumerate(zip(kept, found, strict=False), 1):
        if one in present or other in listed:
            continue
        altered |= {one, other}
        if list_is_wrong:
            text = f"Leaf {number} of the list was altered: the signed root has {other} there."
            yield Finding("altered_leaf", text, one)
        else:
            text = f"Ballot {number} was altered: it now hashes to {other}."
            yield Finding("altered_ballot", text, one)
    gone = ("missing_ballot", "A listed ballot is missing.")
    new = ("added_ballot", "A ballot is there that no leaf lists.")
    if list_is_wrong:
        gone = ("added_leaf", "The list has a leaf more than the signed root; it has no ballot.")
        new = ("missing_leaf", "The list lacks a leaf of the signed root; its ballot is there.")
    yield from (Finding(*gone, one) for one in sorted(listed - present - altered))
    yield from (Finding(*new, one) for one in sorted(present - listed - altered))
    for one, times in sorted(Counter(found).items()):
        if times > 1:
            yield Finding("repeated_ballot", f"A ballot is there {times} times.", one)
    if Counter(kept) == Counter(found):
        yield from _moved(found)


def _moved(found: Sequence[str]) -> Iterator[Finding]:
    """Nothing is counted otherwise for that, but an order can say whose ballot is whose."""
    for number, (one, other) in enumerate(zip(sorted(found), found, strict=True), 1):
        if one != other:
            text = f"Line {number} of {BALLOTS} is another ballot than the list has there."
            yield Finding("ballot_order", text, other)
