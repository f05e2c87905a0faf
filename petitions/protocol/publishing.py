"""The files of a vote that anyone may fetch, written in the order in which they appear."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.counting.report import Plain
from petitions.protocol.canonical import NotWhatItSays, canonical, sign
from petitions.protocol.choices import Choice, count_choices, read_choice, written_apart
from petitions.protocol.merkle import root
from petitions.protocol.sealing import leaf, unseal
from petitions.protocol.spec import FEWEST_SHOWN, VoteSpec, tie_seed

SPEC, LEAVES, CLOSED, FINAL = "spec.json", "leaves.txt", "closed.json", "final.json"
BALLOTS, PLAIN, OPENED, RESULT = "ballots.txt", "plain.txt", "opened.json", "result.json"
Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Removal:
    """A ballot taken out in the dispute window, and why. Content was seen by nobody then."""

    leaf: str
    reason: str


def root_of(leaves: Iterable[str]) -> bytes:
    """The root over the sorted list of live leaves."""
    return root([bytes.fromhex(one) for one in sorted(leaves)])


def _lines(rows: Iterable[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def publish_opening(spec: VoteSpec) -> Files:
    return {SPEC: spec.text()}


def publish_closing(
    spec: VoteSpec, leaves: Sequence[str], at: str, key: Ed25519PrivateKey
) -> Files:
    """At the close: the list of live leaves, sorted, and its signed root."""
    document = {
        "vote": spec.vote,
        "spec": spec.hash,
        "closed_at": at,
        "leaves": len(leaves),
        "root": root_of(leaves).hex(),
    }
    return {LEAVES: _lines(sorted(leaves)), CLOSED: canonical(sign(document, "closed", key))}


def publish_final(
    spec: VoteSpec,
    leaves: Sequence[str],
    removals: Sequence[Removal],
    voters: Mapping[str, Mapping[str, int]],
    at: str,
    key: Ed25519PrivateKey,
) -> Files:
    """After the dispute window: what was removed and why, the root of what stays, the counts of
    voters, and that roll, box and key are destroyed."""
    gone = {one.leaf for one in removals}
    if len(gone) != len(removals) or not gone <= set(leaves):
        raise NotWhatItSays("A removal names a ballot that is not in the list, or names it twice.")
    kept = [one for one in leaves if one not in gone]
    document = {
        "vote": spec.vote,
        "spec": spec.hash,
        "at": at,
        "removed": sorted([one.leaf, one.reason] for one in removals),
        "leaves": len(kept),
        "root": root_of(kept).hex(),
        "voters": {group: dict(counts) for group, counts in voters.items()},
        "destroyed": ["roll", "box", "key"],
    }
    return {FINAL: canonical(sign(document, "final", key))}


def open_ballots(
    spec: VoteSpec, sealed: Iterable[bytes], trustee: X25519PrivateKey
) -> tuple[list[bytes], int]:
    """The ballots, sorted by what they say, and how many could not be opened or read."""
    plain: list[bytes] = []
    unreadable = 0
    for one in sealed:
        try:
            ballot = unseal(one, trustee, spec)
            read_choice(ballot, spec)
        except NotWhatItSays:
            unreadable += 1
        else:
            plain.append(ballot)
    return sorted(plain), unreadable


def shown_mode(spec: VoteSpec, ballots: int) -> str:
    """How much of the ballots is published: all sealed ones with the key, the plain ones shuffled,
    or nothing but totals when there are few."""
    return "totals" if ballots < FEWEST_SHOWN else spec.mode


def publish_result(
    spec: VoteSpec,
    sealed: Sequence[bytes],
    trustee: X25519PrivateKey,
    tie_secret: bytes,
    auditors: Sequence[str] = (),
) -> Files:
    """After the trustees opened: the key or the plain ballots, the tie secret and the count."""
    plain, unreadable = open_ballots(spec, sealed, trustee)
    by_leaf = sorted(sealed, key=leaf)
    seed = tie_seed(tie_secret, root_of([leaf(one) for one in by_leaf]))
    mode = shown_mode(spec, len(sealed))
    opened = {"vote": spec.vote, "mode": mode, "tie_secret": tie_secret.hex()}
    choices = [read_choice(one, spec) for one in plain]
    files: Files = {RESULT: result_text(choices, spec, seed, few=mode == "totals")}
    if mode == "open":
        opened["trustee_key"] = trustee.private_bytes_raw().hex()
        files[BALLOTS] = _lines(b64encode(one).decode() for one in by_leaf)
    elif mode == "quiet":
        apart = sorted(one for ballot in plain for one in written_apart(ballot, spec))
        files[PLAIN] = _lines(one.decode() for one in apart)
    files[OPENED] = canonical({**opened, "auditors": list(auditors), "unreadable": unreadable})
    return files


def result_text(
    choices: Iterable[Choice],
    spec: VoteSpec,
    seed: str,
    cast: int | None = None,
    *,
    few: bool = False,
) -> bytes:
    """The count with the seed of its ties. Of few ballots by pairs only the order: what was said of
    each pair would show whole ballots."""
    counted: Plain = count_choices(choices, spec, seed, cast)
    if few and spec.method == "pairwise":
        for name in ("scores", "exact", "pairwise"):
            counted.pop(name, None)
    return json.dumps({"seed": seed, **counted}, ensure_ascii=False, indent=1).encode() + b"\n"
