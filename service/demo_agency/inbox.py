"""The agency's own store: one line a case and version, on disk before it is acknowledged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any


class Inbox:
    """A JSON Lines file. A case and version that is there already is not written again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab+")
        self._versions: dict[str, int] = {}
        self._seen: set[tuple[str, int]] = set()
        self._read()

    def __enter__(self) -> Inbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _read(self) -> None:
        """What is there already; a last line that a crash cut short is taken off."""
        self._file.seek(0)
        whole = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            self._note(json.loads(line))
        self._file.truncate(whole)
        self._file.seek(0, os.SEEK_END)

    def _note(self, case: dict[str, Any]) -> None:
        key = (case["id"], case["version"])
        self._seen.add(key)
        self._versions[key[0]] = max(key[1], self._versions.get(key[0], 0))

    def __len__(self) -> int:
        return len(self._seen)

    def is_newest(self, case: dict[str, Any]) -> bool:
        """False once a later version of the case is here."""
        newest: int = self._versions.get(case["id"], 0)
        return bool(case["version"] >= newest)

    def add(self, cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Store those that are new and hand them back; returns when they are safely on disk."""
        new = [case for case in cases if (case["id"], case["version"]) not in self._seen]
        if not new:
            return []
        text = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in new)
        self._file.write(text.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        for case in new:
            self._note(case)
        return new
