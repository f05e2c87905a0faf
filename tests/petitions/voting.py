"""A whole made-up vote, from opening to its published folder."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.choices import write_choice
from petitions.protocol.pairs import shown_pair, turns
from petitions.protocol.publishing import (
    Files,
    Removal,
    publish_closing,
    publish_final,
    publish_opening,
    publish_result,
)
from petitions.protocol.sealing import leaf, seal
from petitions.protocol.spec import Option, VoteSpec, tie_commitment

SERVER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
TRUSTEES = X25519PrivateKey.from_private_bytes(b"t" * 32)
TIE_SECRET = b"secret of thirty-two bytes, fixed"


def a_spec(method: str = "irv", mode: str = "open", options: str = "abcd") -> VoteSpec:
    return VoteSpec(
        vote="7d0c",
        question="Which corner gets the new crossing?",
        options=tuple(Option(one, f"Corner {one}", cost=10) for one in options),
        method=method,
        mode=mode,
        identifier="mail",
        tier="mail",
        electorate="city",
        opens_at="2026-11-01T08:00:00Z",
        closes_at="2026-11-15T20:00:00Z",
        trustee_key=TRUSTEES.public_key().public_bytes_raw().hex(),
        signing_key=SERVER.public_key().public_bytes_raw().hex(),
        tie_commitment=tie_commitment(TIE_SECRET),
        budget=25,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A vote that was held: its rule, what was cast and what was published."""

    spec: VoteSpec
    sealed: list[bytes]
    files: Files

    def write(self, folder: Path) -> Path:
        for name, data in self.files.items():
            (folder / name).write_bytes(data)
        return folder


def a_choice(spec: VoteSpec, dice: random.Random) -> object:
    ids = [option.id for option in spec.options]
    if spec.method == "score":
        return [[one, dice.randint(0, 5)] for one in sorted(dice.sample(ids, 3))]
    if spec.method == "pairwise":
        turn, answers = dice.randrange(turns(spec)), dice.randint(0, 4)
        run = [shown_pair(spec, turn, at) for at in range(answers)]
        return sorted([ids[one] for one in dice.sample(pair, 2)] for pair in run)
    if spec.method == "single":
        return [dice.choice(ids)]
    chosen = dice.sample(ids, dice.randint(0, len(ids)))
    return chosen if spec.method in {"irv", "stv", "schulze"} else sorted(chosen)


def hold(spec: VoteSpec, voters: int = 60, removed: int = 0, seed: int = 1) -> Held:
    dice = random.Random(seed)
    sealed = [seal(write_choice(a_choice(spec, dice), spec), spec) for _ in range(voters)]
    leaves = sorted(leaf(one) for one in sealed)
    removals = [Removal(one, "not a resident") for one in leaves[:removed]]
    kept = [one for one in sealed if leaf(one) not in {gone.leaf for gone in removals}]
    counts = {"tier": {"mail": len(kept)}}
    files: Files = {
        **publish_opening(spec),
        **publish_closing(spec, leaves, "2026-11-15T20:00:00Z", SERVER),
        **publish_final(spec, leaves, removals, counts, "2026-11-18T20:00:00Z", SERVER),
        **publish_result(spec, kept, TRUSTEES, TIE_SECRET, ["A. Auditor", "B. Auditor"]),
    }
    return Held(spec, kept, files)
