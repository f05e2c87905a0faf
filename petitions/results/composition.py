"""Who took part beside who lives here, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from petitions.results.release import Release

# A group with less than this part of its share of residents counts as missing.
MISSING_BELOW = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Group:
    """One group. None where its count is not shown, because it is small."""

    name: str
    residents: Fraction
    part: Fraction | None
    ratio: Fraction | None
    missing: bool


@dataclass(frozen=True, slots=True)
class Composition:
    groups: tuple[Group, ...]
    # What part of those who took part is in groups that are not shown.
    not_shown: Fraction


def composition(took_part: Release, residents: Mapping[str, int]) -> Composition:
    """Compare what is published of who took part with a city's own figures. Groups that the
    figures do not know are left to `not_shown`: nothing here is guessed."""
    everyone = sum(residents.values())
    total = took_part.total
    if not everyone or not total:
        return Composition((), Fraction(int(bool(total))))
    groups = tuple(
        _group(name, Fraction(people, everyone), took_part.shown.get(name), total)
        for name, people in residents.items()
    )
    known = sum(count for name, count in took_part.shown.items() if name in residents)
    return Composition(groups, 1 - Fraction(known, total))


def _group(name: str, share: Fraction, count: int | None, total: int) -> Group:
    if count is None:
        return Group(name, share, None, None, missing=False)
    part = Fraction(count, total)
    ratio = part / share if share else None
    return Group(name, share, part, ratio, missing=ratio is not None and ratio < MISSING_BELOW)
