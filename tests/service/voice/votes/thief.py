"""What somebody with a copy of the database can try: say which roll row came with which ballot."""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from service import db

HEADER, FRAME = 32, 24
LEAF, INNER = 10, 2
Guess = dict[str, str]


def by_rank(rolls: Sequence[str], slots: Sequence[str]) -> Guess:
    """Both in the order in which they seem to have come: the first with the first."""
    return dict(zip(rolls, slots, strict=False))


# ---- PostgreSQL ---------------------------------------------------------------------------------


async def by_transaction() -> Guess:
    """Rows written by one transaction came together; among several, by where they lie."""
    order = "order by xmin::text::bigint, ctid"
    rolls = await db.fetch(f"select p_hash as id, xmin::text as at from voice_roll {order}")
    slots = await db.fetch(f"select s_hash as id, xmin::text as at from voice_box {order}")
    guess: Guess = {}
    for at in {row["at"] for row in rolls}:
        mine = [row["id"] for row in rolls if row["at"] == at]
        theirs = [row["id"] for row in slots if row["at"] == at]
        guess |= by_rank(mine, theirs)
    return guess


async def by_place() -> Guess:
    """By where the rows lie, whoever wrote them."""
    rolls = await db.fetch("select p_hash as id from voice_roll order by ctid")
    slots = await db.fetch("select s_hash as id from voice_box order by ctid")
    return by_rank([row["id"] for row in rolls], [row["id"] for row in slots])


# ---- SQLite -------------------------------------------------------------------------------------


def copied(path: Path, folder: Path) -> Path:
    """The file and its log, as a thief would take them."""
    folder.mkdir()
    for end in ("", "-wal"):
        source = path.with_name(path.name + end)
        if source.exists():
            shutil.copy(source, folder / f"copy.db{end}")
    return folder / "copy.db"


def by_log(copy: Path, rolls: set[str]) -> Guess:
    """The log commit by commit, what is left of older rounds of it as well: the keys that are new
    on the pages of one commit came together."""
    log = copy.with_name("copy.db-wal")
    data = log.read_bytes() if log.exists() else b""
    if len(data) < HEADER:
        return {}
    size, salts = struct.unpack(">I", data[8:12])[0], data[16:24]
    seen = _keys(copy.read_bytes())
    pages: dict[int, set[str]] = {}
    guess: Guess = {}
    new: set[str] = set()
    for start in range(HEADER, len(data) - FRAME - size + 1, FRAME + size):
        page, ends = struct.unpack(">II", data[start : start + 8])
        keys = _keys(data[start + FRAME : start + FRAME + size])
        if data[start + 8 : start + 16] == salts:
            new |= keys - seen
        elif page in pages:
            new |= keys - pages[page]
        pages[page] = keys
        seen |= keys
        if ends:
            guess |= by_rank(sorted(new & rolls), sorted(new - rolls))
            new = set()
    return guess


def _keys(page: bytes) -> set[str]:
    return {found.decode() for found in re.findall(rb"[0-9a-f]{64}", page)}


def by_page(copy: Path) -> Guess:
    """Each page keeps its rows from the back in the order they came: place each row in time by
    its rank within its page, and join the two lists."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        size = connection.execute("pragma page_size").fetchone()[0]
        roots = dict(
            connection.execute(
                "select name, rootpage from sqlite_master where name in ('voice_roll','voice_box')"
            )
        )
    data = copy.read_bytes()
    pages = {name: list(_leaves(data, size, root)) for name, root in roots.items()}
    return by_rank(_in_time(pages["voice_roll"]), _in_time(pages["voice_box"]))


def _in_time(pages: Sequence[Sequence[str]]) -> list[str]:
    ranked = [((at + 0.5) / len(page), key) for page in pages for at, key in enumerate(page)]
    return [key for _at, key in sorted(ranked)]


def _leaves(data: bytes, size: int, number: int) -> Iterator[list[str]]:
    """The keys of each leaf below a page, as they were written into it."""
    page = data[(number - 1) * size : number * size]
    kind, count = page[0], struct.unpack(">H", page[3:5])[0]
    start = 8 if kind == LEAF else 12
    places = struct.unpack(f">{count}H", page[start : start + 2 * count])
    if kind == INNER:
        for place in places:
            yield from _leaves(data, size, struct.unpack(">I", page[place : place + 4])[0])
        yield from _leaves(data, size, struct.unpack(">I", page[8:12])[0])
    cells = sorted(places, reverse=True)
    yield [key for place in cells if (key := _key(page[place : place + 120]))]


def _key(cell: bytes) -> str:
    """The 64 hex digits that the row begins with."""
    digits = b"0123456789abcdef"
    for at in range(3, 20):
        found = cell[at : at + 64]
        if len(found) == 64 and all(byte in digits for byte in found):
            return found.decode()
    return ""
