"""Counts by group for publishing, so that no small group can be worked out from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SMALLEST = 10


@dataclass(frozen=True, slots=True)
class Release:
    """One publication. `shown` holds each group's count at that moment; `rest` is all others
    together. They add up to the total. `within` are the groups that may have people in the rest.
    `seen` is what it was made from: it is kept for the next one and never published."""

    shown: Mapping[str, int] = field(default_factory=dict)
    rest: int = 0
    within: frozenset[str] = frozenset()
    seen: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.shown.values()) + self.rest


def release(
    counts: Mapping[str, int], earlier: Release | None = None, smallest: int = SMALLEST
) -> Release:
    """The next publication after `earlier` (whose groups are the same).

    Those who came since are a table of their own, by the rule of a first publication, and a group
    is shown where every table so far told it. So each person is in one table alone, no two can be
    subtracted from each other, and all together tell no more than each. When a release is made may
    depend on totals, which everybody sees, and on nothing else."""
    before = earlier or Release()
    since = {group: count - before.seen.get(group, 0) for group, count in counts.items()}
    told = _table(since, smallest)
    hidden = before.within | told.within
    shown = {group: count for group, count in sorted(counts.items()) if group not in hidden}
    shown = {group: count for group, count in shown.items() if count}
    return Release(shown, sum(counts.values()) - sum(shown.values()), hidden, dict(counts))


def shown_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """A first and only release as it is written down: small groups together under `rest`."""
    told = release(counts)
    return {**told.shown, **({"rest": told.rest} if told.rest else {})}


def _table(counts: Mapping[str, int], smallest: int) -> Release:
    """One table by itself: the groups from `smallest` on, and the rest.

    The rest must not tell a group's size: it is empty, so that all others have nobody, or it holds
    at least two groups and enough people that it could be split in many ways even by somebody who
    knows this rule. Where it does not, a further group is kept in the rest: the first by name,
    since a choice by size would itself tell sizes."""
    shown = {group: count for group, count in counts.items() if count >= smallest}
    least = smallest
    while True:
        rest = sum(counts.values()) - sum(shown.values())
        if all(count == shown.get(group, 0) for group, count in counts.items()):
            return Release(shown, rest)
        hidden = frozenset(counts) - frozenset(shown)
        # As long as none is kept back, each hidden group has under `smallest`, and a rest near
        # that many for each would tell every one of them.
        most = rest if least > smallest else len(hidden) * (smallest - 1) - smallest // 2
        if (least <= rest <= most and len(hidden) > 1) or not shown:
            return Release(shown, rest, hidden)
        least = 2 * smallest
        del shown[min(shown)]
