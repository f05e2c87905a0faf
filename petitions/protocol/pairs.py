"""Which pairs a voter is shown: one list for the whole vote, begun at another place by each ballot.

The list follows from the vote's hash, so anybody can make it again. Where a ballot begins is drawn
when it is first shown, and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from petitions.counting.ties import drawn

if TYPE_CHECKING:
    from petitions.protocol.spec import VoteSpec

Pair = tuple[int, int]


@lru_cache(64)
def pair_list(spec: VoteSpec) -> tuple[Pair, ...]:
    """Every pair once, in rounds as at a tournament: in a round each option meets one other, so
    that any run of the list shows all options about equally often."""
    rank = drawn(tuple(option.id for option in spec.options), spec.hash)
    order: list[int | None] = [*sorted(range(len(rank)), key=rank.__getitem__)]
    if len(order) % 2:
        order.append(None)  # whoever meets nobody sits out
    *circle, fixed = order
    size, pairs = len(circle), list[Pair]()
    for turn in range(size):
        met = [(circle[turn], fixed)]
        met += [
            (circle[(turn + step) % size], circle[(turn - step) % size])
            for step in range(1, size // 2 + 1)
        ]
        for step, (one, other) in enumerate(met):
            if one is not None and other is not None:
                pairs.append((one, other) if (turn + step) % 2 else (other, one))
    return tuple(pairs)


def turns(spec: VoteSpec) -> int:
    """In how many ways a ballot can begin: at each place of the list, either side first."""
    return 2 * pairs_of(len(spec.options))


def pairs_of(options: int) -> int:
    return options * (options - 1) // 2


def shown_pair(spec: VoteSpec, turn: int, at: int) -> Pair:
    """The ballot's pair number `at`, counted from 0: the option on the first side, the other."""
    pairs = pair_list(spec)
    one, other = pairs[(turn + at) % len(pairs)]
    return (one, other) if turn < len(pairs) else (other, one)


def most_pairs(spec: VoteSpec) -> int:
    """How many pairs one ballot may answer."""
    every = pairs_of(len(spec.options))
    return min(spec.rank_depth or every, every)


def asked_pairs(spec: VoteSpec) -> int:
    """How many a voter is asked before the ballot is shown for casting."""
    most = most_pairs(spec)
    return min(spec.pairs or most, most)


@lru_cache(64)
def _places(spec: VoteSpec) -> Mapping[frozenset[int], int]:
    return MappingProxyType({frozenset(pair): at for at, pair in enumerate(pair_list(spec))})


def is_one_run(answered: Iterable[Pair], spec: VoteSpec) -> bool:
    """Whether these pairs lie in one run of the list that a ballot could have been shown: nobody
    picks out the pairs of one option."""
    places = _places(spec)
    found = sorted(places[frozenset(pair)] for pair in answered)
    if not found:
        return True
    # The run leaves out the longest gap; the list is a ring.
    gaps = [after - before for before, after in pairwise(found)]
    longest = max([*gaps, found[0] + len(places) - found[-1]])
    return len(places) - longest + 1 <= most_pairs(spec)
