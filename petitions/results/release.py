"""Counts by group for publishing, so that no small group can be worked out from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST = 10


@dataclass(frozen=True, slots=True)
class Release:
    """One publication. `shown` holds each group's count as last published; `rest` is all others
    together, with what came since to groups that are shown. They add up to the total. `within`
    are the groups that may have people in the rest."""

    shown: Mapping[str, int] = field(default_factory=dict)
    rest: int = 0
    within: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        return sum(self.shown.values()) + self.rest


def release(
    counts: Mapping[str, int], earlier: Release | None = None, smallest: int = SMALLEST
) -> Release:
    """The next publication after `earlier` (whose groups are the same).

    A group is shown from `smallest` on, and its number then only moves by `smallest` or more, so
    that two releases do not tell how a few people in it signed. The rest must not tell it either:
    it is empty, or holds at least two groups and enough people that it could be split in many ways
    even by somebody who knows this rule. Where it does not, a further group is kept in the rest:
    the first by name, since a choice by size would itself tell sizes."""
    before = dict(earlier.shown) if earlier else {}
    moved = {
        group: count
        for group, count in counts.items()
        if abs(count - before.get(group, 0)) >= smallest and count >= smallest
    }
    total = sum(counts.values())
    least = smallest
    while True:
        shown = _shown(counts, before, moved, smallest)
        rest = total - sum(shown.values())
        hidden = [group for group in counts if group not in moved]
        # As long as none is kept back, each hidden group has under `smallest` that is not shown,
        # and a rest near that many for each would tell every one of them.
        most = rest if least > smallest else len(hidden) * (smallest - 1) - smallest // 2
        exact = all(count == shown.get(group, 0) for group, count in counts.items())
        wide = least <= rest <= most and len(hidden) > 1
        if (exact or wide) and not _tells(earlier, counts, moved, smallest):
            return Release(dict(sorted(shown.items())), rest, frozenset(hidden))
        least = 2 * smallest
        if moved:
            del moved[min(moved)]
        elif shown:
            del before[min(shown)]
        else:
            return Release({}, total, frozenset(counts))


def shown_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """A first and only release as it is written down: small groups together under `rest`."""
    told = release(counts)
    return {**told.shown, **({"rest": told.rest} if told.rest else {})}


def _tells(
    earlier: Release | None, counts: Mapping[str, int], moved: Mapping[str, int], smallest: int
) -> bool:
    """Whether the earlier rest, less what the groups that leave it now have, says too much of
    those that stay: that many at least must have been theirs."""
    if earlier is None or not moved:
        return False
    left = sum(counts[group] - earlier.shown.get(group, 0) for group in moved)
    stay = len([group for group in earlier.within if group not in moved])
    return stay > 0 and earlier.rest - left > stay * (smallest - 1) - smallest // 2


def _shown(
    counts: Mapping[str, int], before: Mapping[str, int], moved: Mapping[str, int], smallest: int
) -> dict[str, int]:
    """A group that fell under `smallest` is not shown any more."""
    kept = {group: count for group, count in before.items() if counts.get(group, 0) >= smallest}
    return {**kept, **moved}
