"""What stands beside a result for judging it: other ways of counting, and how firm it is. Both come
from the ballots that are published, so anybody can work them out again."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from petitions.protocol.canonical import canonical
from petitions.protocol.choices import Choice, answers_apart, count_choices, read_choice
from petitions.protocol.publishing import BALLOTS, OPENED, PLAIN, open_ballots
from petitions.protocol.spec import FEWEST_SHOWN
from petitions.results.otherwise import chosen_of, otherwise
from petitions.results.stability import FEWEST, stability, times_for
from service import db
from service.ids import time_ordered_id
from service.queries.voice.votes import STABILITY, stored_file, vote_by_id

if TYPE_CHECKING:
    from uuid import UUID

    from petitions.protocol.spec import VoteSpec
    from service.services import Services

# How much longer equal shares with their completion take to count than any other method.
SLOWER = 4
DUE = """
select v.id from voice_votes v where v.state = 'counted' and v.turnout >= ? and not exists
  (select 1 from voice_publications p where p.vote = v.id and p.name = ?)
order by v.number limit 20
"""
PUBLISH = """
insert into voice_publications (id, vote, name, body, at) values (?, ?, ?, ?, ?)
on conflict (vote, name) do nothing
"""


def counted_otherwise(
    spec: VoteSpec, sealed: Sequence[bytes], trustee: X25519PrivateKey, result: bytes
) -> bytes:
    """The other ways' choices, from the sealed ballots."""
    plain, _unreadable = open_ballots(spec, sealed, trustee)
    return others_text(spec, [read_choice(ballot, spec) for ballot in plain], json.loads(result))


def others_text(spec: VoteSpec, choices: Sequence[Choice], counted: Mapping[str, Any]) -> bytes:
    """The file of the other ways. Under 50 ballots it holds none: they would say too much."""
    few = len(choices) < FEWEST_SHOWN
    found = [
        {"method": each.way, "chosen": list(each.chosen), "same": each.same}
        for each in (() if few else otherwise(spec, choices, counted))
    ]
    return canonical({"vote": spec.vote, "others": found})


async def redraw_due(services: Services) -> int:
    """How firm each counted vote is, once for each; says how many were worked out now. It takes
    long for a large vote, so it is not part of the opening."""
    due = await db.fetch(DUE, FEWEST_SHOWN, STABILITY)
    for row in due:
        record = await vote_by_id(row["id"])
        counted = record.result or {}
        if "seed" not in counted:
            continue
        choices = await _published_choices(record.id, record.spec)
        body = await asyncio.to_thread(redrawn, record.spec, choices, counted["seed"])
        now = services.clock.now()
        await db.execute(PUBLISH, time_ordered_id(), record.id, STABILITY, body.decode(), now)
    return len(due)


async def _published_choices(vote: UUID, spec: VoteSpec) -> list[Choice]:
    opened: dict[str, Any] = json.loads(await stored_file(vote, OPENED))
    if opened["mode"] == "open":
        lines = (await stored_file(vote, BALLOTS)).split()
        key = X25519PrivateKey.from_private_bytes(bytes.fromhex(opened["trustee_key"]))
        sealed = [b64decode(line) for line in lines]
        plain, _unreadable = await asyncio.to_thread(open_ballots, spec, sealed, key)
    elif opened["mode"] == "quiet":
        plain = (await stored_file(vote, PLAIN)).splitlines()
    else:
        return []
    return [read_choice(ballot, spec) for ballot in plain]


def redrawn(spec: VoteSpec, choices: Sequence[Choice], seed: str) -> bytes:
    """The file: how often of how many draws each option was chosen, and all of them together. Of
    ballots by pairs the single answers are drawn: a quiet vote publishes nothing else."""
    drawn = [one for choice in choices for one in answers_apart(choice, spec)]
    told = Counter(drawn)

    def count(ballots: Mapping[Choice, int]) -> Sequence[str]:
        every = (choice for choice, n in ballots.items() for _ in range(n))
        return chosen_of(count_choices(every, spec, seed), spec)

    times = times_for(len(drawn))
    if spec.completion == "increment":
        times = max(FEWEST, times // SLOWER)
    found = stability(told, count, f"{seed}\nstability", times)
    return canonical(
        {
            "vote": spec.vote,
            "seed": f"{seed}\nstability",
            "times": found.times,
            "same": found.same,
            "chosen": dict(found.chosen),
        }
    )
