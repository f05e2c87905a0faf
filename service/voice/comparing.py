"""What other ways of counting would have chosen from the same ballots: for judging a result, never
in place of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from petitions.protocol.canonical import canonical
from petitions.protocol.choices import count_choices, read_choice
from petitions.protocol.publishing import open_ballots

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from petitions.protocol.spec import VoteSpec

# Which methods can count the same ballots.
ALIKE = {
    "irv": ("schulze",),
    "stv": ("schulze",),
    "schulze": ("irv",),
    "greedy": ("equal-shares",),
    "equal-shares": ("greedy",),
}


def counted_otherwise(
    spec: VoteSpec, sealed: Sequence[bytes], trustee: X25519PrivateKey, result: bytes
) -> bytes:
    """The other methods' choices. Ties follow the same draw."""
    told = json.loads(result)
    others = []
    for method in ALIKE.get(spec.method, ()):
        other = replace(spec, method=method, seats=1 if method == "irv" else spec.seats)
        plain, _unreadable = open_ballots(spec, sealed, trustee)
        choices = [read_choice(ballot, spec) for ballot in plain]
        found = _chosen(count_choices(choices, other, told["seed"]), spec)
        same = sorted(found) == sorted(_chosen(told, spec))
        others.append({"method": method, "chosen": found, "same": same})
    return canonical({"vote": spec.vote, "others": others})


def _chosen(counted: Mapping[str, Any], spec: VoteSpec) -> list[str]:
    """As many as the vote has to fill; of an order the first ones."""
    if "funded" in counted:
        return list(counted["funded"])
    return list(counted["winners"][: spec.seats])
