"""Ballot files: ranked ballots as CSV and Pabulib files, plain or packed with gzip."""

from __future__ import annotations

import csv
import gzip
import io
import re
import shutil
import tempfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, cast

from petitions.counting.profiles import NotCountable, RankedBallots, Ranking, packed

MOST_BYTES = 1 << 30
BLOCK = 1 << 16
SECTIONS = {"meta", "projects", "votes"}
_RANK = re.compile(r"rank[ _]?([0-9]{1,3})$", re.IGNORECASE)
# What tabulators write into a rank that holds no one candidate.
_SKIPPED = {"", "skipped", "undervote", "undervoted", "undervotes", "under vote", "under-vote"}
_OVERVOTE = {"overvote", "overvoted", "overvotes", "over vote", "over-vote"}


class BadFile(NotCountable):
    """A file that cannot be read as ballots: what is wrong, and in which line if one is."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {problem}" if line else problem)
        self.line = line


class NoRow(BadFile):
    """A row whose quotes do not fit together."""


class _Bounded(io.RawIOBase):
    """Stops reading a file that unpacks to more than any ballot file holds."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._left = MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        data = self._source.read(len(into))
        self._left -= len(data)
        if self._left < 0:
            raise BadFile("The file is larger than 1 GiB.")
        into[: len(data)] = data
        return len(data)


@contextmanager
def kept(path: Path) -> Iterator[Path]:
    """The file itself, or a copy of what comes out of a pipe: that can be read only once, and a
    file is opened more than once here."""
    if path.is_file() or path.is_dir() or not path.exists():
        yield path
        return
    with tempfile.NamedTemporaryFile() as copy, path.open("rb") as pipe:
        shutil.copyfileobj(io.BufferedReader(_Bounded(pipe)), copy)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """The file's text. Packed or not is told by its first bytes, whatever its name says. Raises
    BadFile where it is no text."""
    try:
        with ExitStack() as stack:
            bounded = io.BufferedReader(_Bounded(_unpacked(path, stack)), BLOCK)
            yield stack.enter_context(io.TextIOWrapper(bounded, "utf-8-sig", newline=""))
    except UnicodeDecodeError:
        raise BadFile("The text is not UTF-8.", _first_not_utf8(path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BadFile("The packed file is damaged or not whole.") from None


def _unpacked(path: Path, stack: ExitStack) -> IO[bytes]:
    plain = stack.enter_context(path.open("rb"))
    if plain.peek(2)[:2] != b"\x1f\x8b":
        return plain
    return cast("IO[bytes]", stack.enter_context(gzip.GzipFile(fileobj=plain)))


def _first_not_utf8(path: Path) -> int:
    """Text is decoded in blocks, so which line it was is looked up, in blocks again: a line may be
    as long as the whole file."""
    line, decoder = 1, getincrementaldecoder("utf-8")()
    try:
        with ExitStack() as stack:
            source = _unpacked(path, stack)
            while block := source.read(BLOCK):
                decoder.decode(block)
                line += block.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
    return line


def rows(text: IO[str], delimiter: str, *, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
    """Each row with its line; blank lines are left out. Raises NoRow with the line where a row
    begins whose quotes do not fit. Not strict is for rows where a quote that opens a value does
    not close it."""
    reader = csv.reader(text, delimiter=delimiter, strict=strict)
    begins = 1
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
            begins = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end" in str(error) or "field limit" in str(error):
            raise NoRow("A quote is not closed, or a value is too long.", begins) from None
        raise NoRow(f"This is no row of values ({error}).", begins) from None


def is_pabulib(path: Path) -> bool:
    """Whether the first row is the one word that begins a part of every Pabulib file."""
    with open_text(path) as text:
        for _, row in rows(text, ";", strict=False):
            return row[0].strip().lower() in SECTIONS and not any(map(str.strip, row[1:]))
    return False


def read_ranked(path: Path) -> RankedBallots:
    """Ballots in columns rank1, rank2 and so on; other columns are not looked at. Options are
    listed as the file first names them, line by line and left to right."""
    with open_text(path) as text:
        lines = rows(text, ",")
        first = next(lines, None)
        if first is None:
            raise BadFile("The file is empty.")
        header, places = len(first[1]), _rank_columns(*first)
        numbers: dict[str, int] = {}
        found: dict[tuple[int, ...], int] = {}
        for line, row in lines:
            if header > 1 and len(row) == 1 and not row[0].strip():
                continue
            if len(row) < header or any(map(str.strip, row[header:])):
                raise BadFile(f"This row has {len(row)} values and the header has {header}.", line)
            ranking = _ranking([row[place] for place in places], numbers)
            found[ranking] = found.get(ranking, 0) + 1
    if not found:
        raise BadFile("The file has a header and no ballots.")
    blank = found.pop((), 0)
    options = tuple(numbers)
    rankings: dict[Ranking, int] = {packed(one, len(options)): n for one, n in found.items()}
    return RankedBallots(options, rankings, blank)


def _rank_columns(line: int, header: list[str]) -> list[int]:
    """Where the ranks are, first rank first."""
    columns: dict[int, int] = {}
    for place, name in enumerate(header):
        rank = _RANK.match(name.strip())
        if rank:
            if int(rank[1]) in columns:
                raise BadFile(f"There are two columns for rank {int(rank[1])}.", line)
            columns[int(rank[1])] = place
    if not columns:
        raise BadFile(
            "Here a header with columns rank1, rank2 and so on, parted by commas, should stand; "
            "or META, with which a Pabulib file begins.",
            line,
        )
    missing = set(range(1, max(columns) + 1)) - set(columns)
    if missing:
        raise BadFile(f"The header has no column for rank {min(missing)}.", line)
    return [columns[rank] for rank in sorted(columns)]


def _ranking(marks: list[str], numbers: dict[str, int]) -> tuple[int, ...]:
    """One ballot: what was skipped is closed up, a repeated candidate counts once, and marks from
    an overvote on count for nobody."""
    ranking: list[int] = []
    for mark in marks:
        known = numbers.get(mark)
        if known is None:
            name = mark.strip()
            plain = name.lower()
            if plain in _SKIPPED:
                continue
            if plain in _OVERVOTE:
                break
            known = numbers.setdefault(name, len(numbers))
        if known not in ranking:
            ranking.append(known)
    return tuple(ranking)
