"""Which free answers say much the same: a machine's suggestion, which people take or leave.

Each answer becomes the pieces of its words (see similar.py), the rare ones weighing more, folded
into a row of numbers by a hash of each piece. Rows are drawn to the nearest of a few centers, which
move to the middle of their rows (spherical k-means). It needs no model and no network, and gives
the same groups each time.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from petitions.similar import THING_WEIGHS, features

WIDTH = 512
ROUNDS = 12
# The part of the answers below which a word's piece is too rare to join two of them.
FEWEST_HOLDERS = 2
MOST_TIMES = 65_535
# How many rows are added up at a time: it bounds the memory.
AT_ONCE = 2_048
Rows = NDArray[np.float32]
Read = Callable[[Sequence[str]], Rows]


@dataclass(frozen=True, slots=True)
class Groups:
    """For each text its group, and how near it is to the middle of it, from 0 to 1."""

    group: tuple[int, ...]
    nearness: tuple[float, ...]
    count: int

    def members(self, group: int) -> list[int]:
        """The texts of a group, the most typical first."""
        mine = [at for at, one in enumerate(self.group) if one == group]
        return sorted(mine, key=lambda at: (-self.nearness[at], at))


def suggest(texts: Sequence[str], count: int, read: Read | None = None) -> Groups:
    """Up to `count` groups. 27,000 short answers take some ten seconds of one core. `read` makes a
    row of each text; if not said, its pieces do."""
    rows = (read or vectors)(texts)
    if not len(rows):
        return Groups((), (), 0)
    centers = _begin(rows, min(count, len(rows)))
    nearest = np.zeros(len(rows), np.int64)
    for _round in range(ROUNDS):
        nearest = np.argmax(rows @ centers.T, axis=1)
        centers = _middles(rows, nearest, centers)
    near = rows @ centers.T
    nearest = np.argmax(near, axis=1)
    values = near[np.arange(len(rows)), nearest]
    return Groups(
        tuple(int(one) for one in nearest),
        tuple(round(float(one), 6) for one in values),
        len(centers),
    )


def assign(
    texts: Sequence[str], themes: Sequence[Sequence[str]], read: Read | None = None
) -> Groups:
    """The nearest theme of each text, where people have put some answers into themes already.
    `themes`: the texts of each, at least one."""
    known = [text for theme in themes for text in theme]
    rows = (read or vectors)([*texts, *known])
    at, centers = len(texts), []
    for theme in themes:
        centers.append(_unit(rows[at : at + len(theme)].sum(axis=0)))
        at += len(theme)
    near = rows[: len(texts)] @ np.array(centers, np.float32).T
    nearest = np.argmax(near, axis=1) if len(texts) else np.zeros(0, np.int64)
    values = [float(near[row, one]) for row, one in enumerate(nearest)]
    return Groups(
        tuple(int(one) for one in nearest), tuple(round(v, 6) for v in values), len(themes)
    )


def vectors(texts: Sequence[str]) -> Rows:
    """One row of length one for each text. All pieces of all texts are held as numbers in three
    flat arrays, so 27,000 answers need tens of megabytes and not hundreds."""
    pieces = _pieces(texts)
    names, inverse, holders = np.unique(pieces.names, return_inverse=True, return_counts=True)
    weights = np.log((1 + len(texts)) / (1 + holders)) + 1
    # Half of all pieces count down, so that two that fall on one place do not add up.
    weights *= np.where(names & WIDTH, 1.0, -1.0)
    weights *= np.where(np.isin(names, pieces.things), THING_WEIGHS, 1.0)
    weights[holders < FEWEST_HOLDERS] = 0.0
    values = weights.astype(np.float32)[inverse] * (1 + np.log(pieces.times, dtype=np.float32))
    del inverse
    rows = np.zeros((len(texts), WIDTH), np.float32)
    for first in range(0, len(texts), AT_ONCE):
        last = min(first + AT_ONCE, len(texts))
        begin, end = pieces.begins[first], pieces.begins[last]
        owners = np.repeat(np.arange(last - first), np.diff(pieces.begins[first : last + 1]))
        flat = owners * WIDTH + pieces.names[begin:end] % WIDTH
        summed = np.bincount(flat, values[begin:end], minlength=(last - first) * WIDTH)
        rows[first:last] = summed.reshape(last - first, WIDTH)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths == 0, 1, lengths)
    return rows


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The pieces of all texts one after another: each piece's name as a number, and how often its
    text has it. Those of text n are from `begins[n]` on."""

    names: NDArray[np.uint32]
    times: NDArray[np.uint16]
    begins: NDArray[np.int64]
    things: NDArray[np.uint32]


def _pieces(texts: Sequence[str]) -> _Pieces:
    names, times, things, begins = array("I"), array("H"), set[int](), [0]
    for text in texts:
        for name, n in features(text).items():
            code = _code(name)
            names.append(code)
            times.append(min(n, MOST_TIMES))
            if name[0] == "#":
                things.add(code)
        begins.append(len(names))
    return _Pieces(
        np.frombuffer(names, np.uint32),
        np.frombuffer(times, np.uint16),
        np.array(begins, np.int64),
        np.array(sorted(things), np.uint32),
    )


def _code(name: str) -> int:
    """A number for a name: its last bits are the place, and the next one whether it counts down."""
    written = name.encode()
    return crc32(written) & ~WIDTH | (crc32(b"s" + written) % 2) * WIDTH


def _begin(rows: Rows, count: int) -> Rows:
    """Centers far apart: each next one is the row that is least like those chosen, among rows that
    are like many others."""
    middle = _unit(rows.sum(axis=0))
    chosen = [int(np.argmax(rows @ middle))]
    likeness = rows @ rows[chosen[0]]
    weight = np.abs(rows @ middle) + np.float32(0.05)
    while len(chosen) < count:
        following = int(np.argmax((1 - likeness) * weight))
        chosen.append(following)
        likeness = np.maximum(likeness, rows @ rows[following])
    return rows[chosen].copy()


def _middles(rows: Rows, nearest: NDArray[np.int64], centers: Rows) -> Rows:
    """The middle of each group; one that lost all its rows stays where it was."""
    sums = np.array([rows[nearest == group].sum(axis=0) for group in range(len(centers))])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths == 0, centers, sums / np.where(lengths == 0, 1, lengths))


def _unit(row: Rows) -> Rows:
    length = float(np.linalg.norm(row))
    return row / np.float32(length or 1.0)
