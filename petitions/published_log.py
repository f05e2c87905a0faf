"""The public log of signatures as files, read without trust in any line and counted again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from petitions.protocol.findings import Finding
from petitions.signature_log import Step, check_heads

HEADS, LEAVES, PETITIONS = "log.json", "leaves.txt", "petition-*.csv"
COLUMNS = ("petition", "step", "mark")
STEPS = {"1": 1, "-1": -1}
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD = {"root": _HASH, "key": _HASH, "signature": re.compile(r"[0-9a-f]{128}")}


class NoLog(ValueError):
    """The folder holds no log: its heads or its leaves are not there."""


@dataclass(frozen=True, slots=True)
class Checked:
    """`counts` by file. `uncovered` leaves come after the last signed head; `unexplained` ones are
    no step of any petition whose file is here."""

    findings: tuple[Finding, ...]
    heads: int
    keys: tuple[str, ...]
    steps: int
    uncovered: int
    unexplained: int
    counts: Mapping[str, int]


def check_folder(folder: Path, kept: Mapping[int, str]) -> Checked:
    """Everything that does not fit. `kept` are heads from earlier, root by size."""
    return _Check(folder).run(kept)


class _Check:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def find(self, code: str, text: str) -> None:
        self.findings.append(Finding(code, text))

    def run(self, kept: Mapping[int, str]) -> Checked:
        heads, leaves = list(self.heads()), list(self.leaves())
        self.findings += check_heads(heads, leaves, kept)
        last = max((int(head["size"]) for head in heads), default=0)
        if leaves and not heads:
            self.find("unsigned", f"{HEADS} has no signed head, so nothing vouches for {LEAVES}.")
        places: dict[bytes, list[int]] = {}
        for at in reversed(range(len(leaves))):
            places.setdefault(leaves[at], []).append(at)
        counts = {
            path.stem: self.petition(path.name, places)
            for path in sorted(self.folder.glob(PETITIONS))
        }
        return Checked(
            tuple(self.findings),
            len(heads),
            tuple(sorted({str(head["key"]) for head in heads})),
            len(leaves),
            max(0, len(leaves) - last),
            sum(map(len, places.values())),
            counts,
        )

    def read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            raise NoLog(f"{name} is missing.") from None

    def heads(self) -> Iterator[Mapping[str, Any]]:
        try:
            found = json.loads(self.read(HEADS))["heads"]
        except (ValueError, KeyError, TypeError, RecursionError) as refused:
            if isinstance(refused, NoLog):
                raise
            found = None
        if not isinstance(found, list):
            self.find("unreadable_file", f"{HEADS} is not the document it should be.")
            return
        for number, head in enumerate(found, 1):
            if _is_head(head):
                yield head
            else:
                self.find("bad_head", f"Head {number} of {HEADS} is none.")

    def leaves(self) -> Iterator[bytes]:
        for number, line in enumerate(self.read(LEAVES).split(), 1):
            if _HASH.fullmatch(line):
                yield bytes.fromhex(line)
            else:
                self.find("bad_leaf", f"Line {number} of {LEAVES} is no hash.")
                yield b""

    def petition(self, name: str, places: dict[bytes, list[int]]) -> int:
        """The sum of a petition's steps. Each takes its place in the log, the first that is left;
        so they stand there in the order of their lines."""
        count, before, petition = 0, -1, ""
        for line, step in self.steps(name):
            where = f"Line {line} of {name}"
            count += step.step
            free = places.get(step.leaf)
            if not free:
                self.find("not_in_log", f"{where} is no leaf of the log, or stands here twice.")
            elif free[-1] < before:
                self.find("step_order", f"{where} came before the line above it.")
            if free:
                before = free.pop()
            if petition and step.petition != petition:
                self.find("other_petition", f"{where} is of another petition than the one above.")
            petition = step.petition
        return count

    def steps(self, name: str) -> Iterator[tuple[int, Step]]:
        head, *lines = self.read(name).splitlines() or [""]
        if head != ",".join(COLUMNS):
            self.find("bad_line", f"Line 1 of {name} does not name {', '.join(COLUMNS)}.")
            return
        for number, line in enumerate(lines, 2):
            cells = line.split(",")
            if len(cells) == len(COLUMNS) and cells[1] in STEPS:
                yield number, Step(cells[0], STEPS[cells[1]], cells[2])
            elif line:
                self.find("bad_line", f"Line {number} of {name} is no step.")


def _is_head(told: object) -> bool:
    return (
        isinstance(told, dict)
        and type(told.get("size")) is int
        and told["size"] >= 0
        and all(shape.fullmatch(str(told.get(name))) for name, shape in _HEAD.items())
    )
