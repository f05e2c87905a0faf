"""Checks and recounts a vote from its published files alone, and names what does not fit."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.canonical import NotWhatItSays, signature_holds
from petitions.protocol.choices import BLANK, read_choice
from petitions.protocol.findings import Finding
from petitions.protocol.matching import is_leaf, listed_wrongly, match
from petitions.protocol.pairs import most_pairs
from petitions.protocol.publishing import (
    BALLOTS,
    CLOSED,
    FINAL,
    LEAVES,
    OPENED,
    PLAIN,
    RESULT,
    SPEC,
    open_ballots,
    result_text,
    root_of,
    shown_mode,
)
from petitions.protocol.sealing import Receipt, leaf
from petitions.protocol.spec import VoteSpec, tie_commitment, tie_seed

_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """No finding: the count matches the recorded ballots. `recounted` says whether the ballots
    were there to count again; under 50, only totals are published."""

    findings: tuple[Finding, ...]
    leaves: int
    removed: int
    recounted: bool
    result: dict[str, Any] | None


def verify_tally(
    folder: Path, *, spec_hash: str | None = None, receipts: Sequence[Receipt] = ()
) -> Verdict:
    """`spec_hash` is the one that was published at opening, from wherever you kept it."""
    return _Check(folder).run(spec_hash, receipts)


class _Check:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self.removed = 0
        self.final_root = ""

    def find(self, code: str, text: str, leaf: str | None = None) -> None:
        self.findings.append(Finding(code, text, leaf))

    def run(self, spec_hash: str | None, receipts: Sequence[Receipt]) -> Verdict:
        spec = self.spec(spec_hash)
        if spec is None:
            return Verdict(tuple(self.findings), 0, 0, recounted=False, result=None)
        leaves = self.lines(LEAVES)
        if leaves is None:
            return Verdict(tuple(self.findings), 0, 0, recounted=False, result=None)
        self.closing(spec, leaves)
        kept = self.final(spec, leaves)
        for one in receipts:
            self.receipt(one, spec, set(leaves), set(kept))
        recounted, result = self.opened(spec, kept)
        return Verdict(tuple(self.findings), len(kept), self.removed, recounted, result)

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        try:
            if path.stat().st_size > _MOST_BYTES:
                self.find("too_large", f"{name} is larger than 1 GiB.")
                return None
            return path.read_bytes()
        except OSError:
            self.find("missing_file", f"{name} is missing.")
            return None

    def document(self, name: str) -> dict[str, Any] | None:
        data = self.read(name)
        if data is None:
            return None
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self.find("unreadable_file", f"{name} is not the document it should be.")
            return None
        return found

    def lines(self, name: str) -> list[str] | None:
        """Line ends of another system are no change. None: the file is missing, which is told."""
        data = self.read(name)
        if data is None:
            return None
        text = data.decode("utf-8", "replace")
        return [line for line in text.replace("\r\n", "\n").split("\n") if line]

    def spec(self, spec_hash: str | None) -> VoteSpec | None:
        data = self.read(SPEC)
        if data is None:
            return None
        try:
            spec = VoteSpec.parse(data)
        except NotWhatItSays as refused:
            self.find("bad_spec", str(refused))
            return None
        if spec_hash is not None and spec.hash != spec_hash.strip().lower():
            self.find("spec_changed", f"The rule's hash is {spec.hash}, not the one given.")
        return spec

    def signed(self, name: str, kind: str, spec: VoteSpec) -> dict[str, Any] | None:
        found = self.document(name)
        if found is None:
            return None
        if not signature_holds(found, kind, spec.signing_key):
            self.find("bad_signature", f"The signature of {name} does not hold.")
        if found.get("spec") != spec.hash or found.get("vote") != spec.vote:
            self.find("other_vote", f"{name} is about another vote than {SPEC}, or another rule.")
        return found

    def closing(self, spec: VoteSpec, leaves: list[str]) -> None:
        self.findings += listed_wrongly(leaves)
        closed = self.signed(CLOSED, "closed", spec)
        good = [one for one in leaves if is_leaf(one)]
        if closed and not self.agrees(closed, good):
            self.find(
                "root_differs",
                f"{LEAVES} has {len(leaves)} lines and another root than the one signed for "
                f"{closed.get('leaves')} at the close: a leaf was altered, added or taken out.",
            )

    def agrees(self, document: dict[str, Any], leaves: Iterable[str]) -> bool:
        known = list(leaves)
        root = root_of(known).hex()
        return bool(document.get("root") == root and document.get("leaves") == len(known))

    def final(self, spec: VoteSpec, leaves: list[str]) -> list[str]:
        """The leaves that stay after removals."""
        kept = {one: None for one in leaves if is_leaf(one)}
        document = self.signed(FINAL, "final", spec)
        if document is None:
            return list(kept)
        self.final_root = str(document.get("root"))
        removed = document.get("removed")
        for row in removed if isinstance(removed, list) else []:
            one = str(row[0]) if isinstance(row, list) and len(row) == 2 else str(row)
            if one in kept:
                del kept[one]
                self.removed += 1
            else:
                self.find("removed_unknown", f"{FINAL} removes a leaf that was not there.", one)
        if not self.agrees(document, kept):
            self.find("root_differs", f"The root in {FINAL} is not that of the leaves that stay.")
        return list(kept)

    def receipt(self, one: Receipt, spec: VoteSpec, leaves: set[str], kept: set[str]) -> None:
        if not one.holds(spec):
            self.find("bad_receipt", "The signature of a receipt does not hold.", one.leaf)
        elif one.leaf not in leaves:
            self.find("receipt_missing", "A receipt's ballot is not in the list.", one.leaf)
        elif one.leaf not in kept:
            self.find("receipt_removed", "A receipt's ballot was removed; see why.", one.leaf)

    def opened(self, spec: VoteSpec, kept: list[str]) -> tuple[bool, dict[str, Any] | None]:
        opened = self.document(OPENED)
        result = self.document(RESULT)
        if opened is None:
            return False, result
        mode = opened.get("mode")
        if mode != shown_mode(spec, len(kept)):
            self.find(
                "mode", f"The ballots are published as {mode!r}, which the rule does not say."
            )
        try:
            secret = bytes.fromhex(str(opened.get("tie_secret", "")))
        except ValueError:
            secret = b""
        if tie_commitment(secret) != spec.tie_commitment:
            self.find("tie_secret", "The tie secret is not the one committed to at opening.")
        seed = tie_seed(secret, root_of(kept))
        if mode == "totals":
            return False, result
        plain = (
            self.sealed(spec, kept, opened) if mode == "open" else self.plain(spec, kept, opened)
        )
        if plain is None:
            return False, result
        self.recount(spec, plain, seed, result, self.cast(len(kept), opened))
        return True, result

    def cast(self, kept: int, opened: dict[str, Any]) -> int:
        """How many ballots were counted: those that stayed and could be read."""
        unreadable = opened.get("unreadable")
        return kept - unreadable if isinstance(unreadable, int) else kept

    def sealed(self, spec: VoteSpec, kept: list[str], opened: dict[str, Any]) -> list[bytes] | None:
        lines = self.lines(BALLOTS)
        if lines is None:
            return None
        ballots: list[bytes] = []
        for number, line in enumerate(lines, 1):
            try:
                ballots.append(b64decode(line, validate=True))
            except ValueError:
                self.find("bad_ballot", f"Line {number} of {BALLOTS} is no sealed ballot.")
                ballots.append(line.encode())
        found = [leaf(one) for one in ballots]
        list_is_wrong = root_of(found).hex() == self.final_root
        self.findings += match(kept, found, list_is_wrong=list_is_wrong)
        try:
            key = X25519PrivateKey.from_private_bytes(bytes.fromhex(str(opened["trustee_key"])))
        except (KeyError, ValueError):
            self.find("trustee_key", "The vote's private key is missing or cannot be one.")
            return None
        if key.public_key().public_bytes_raw().hex() != spec.trustee_key:
            self.find("trustee_key", "The private key does not belong to the vote's public key.")
        plain, unreadable = open_ballots(spec, ballots, key)
        if unreadable != opened.get("unreadable"):
            told = f"Ballots that cannot be read: {unreadable}; {OPENED} says"
            self.find("unreadable", f"{told} {opened.get('unreadable')}.")
        return plain

    def plain(self, spec: VoteSpec, kept: list[str], opened: dict[str, Any]) -> list[bytes] | None:
        lines = self.lines(PLAIN)
        if lines is None:
            return None
        plain = [line.encode() for line in lines]
        cast, unreadable = self.cast(len(kept), opened), opened.get("unreadable")
        if spec.method == "pairwise":
            # Each answer stands alone there, and each blank ballot once.
            blank = plain.count(BLANK)
            answered, answers = cast - blank, len(plain) - blank
            fits = answered <= answers <= answered * most_pairs(spec)
        else:
            fits = len(plain) == cast
        if not fits or not isinstance(unreadable, int):
            text = f"{len(plain)} plain ballots and {unreadable} unreadable ones for {len(kept)}."
            self.find("ballot_count", text)
        if plain != sorted(plain):
            text = f"{PLAIN} is not sorted, and an order can say whose ballot is whose."
            self.find("ballot_order", text)
        return plain

    def recount(
        self,
        spec: VoteSpec,
        plain: list[bytes],
        seed: str,
        result: dict[str, Any] | None,
        cast: int,
    ) -> None:
        choices = []
        for number, ballot in enumerate(plain, 1):
            try:
                choices.append(read_choice(ballot, spec))
            except NotWhatItSays as refused:
                self.find("bad_ballot", f"Plain ballot {number}: {refused}")
        mine = json.loads(result_text(choices, spec, seed, cast))
        if result is not None and result != mine:
            names = sorted(name for name in {*mine, *result} if mine.get(name) != result.get(name))
            text = f"The published result differs from the recount in: {', '.join(names)}."
            self.find("result_differs", text)
