"""`python -m benchmarks.oracle FILE`: how far our answers agree with an independent model's."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.oracle.answers import answers_for
from benchmarks.oracle.compare import compare
from benchmarks.oracle.households import UnreadableFile, load_file
from benchmarks.oracle.report import as_json, as_text, reached


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every answer is within its gate, 1 when one is not, 2 when the file is no use."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oracle", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="households as docs/oracle.md says")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--answers", type=Path, metavar="OUT", help="write our own answers here, comparing nothing"
    )
    given = parser.parse_args(arguments)
    try:
        file = load_file(given.file)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    ours, unread = answers_for(file)
    if given.answers is not None:
        return _write(given.answers, ours, unread)
    found = compare(file, ours)
    size = len(file.households)
    print(json.dumps(as_json(size, found, unread)) if given.json else as_text(size, found, unread))
    return 0 if reached(found, unread) else 1


def _write(out: Path, ours: Mapping[str, Any], unread: Mapping[str, str]) -> int:
    try:
        out.write_text(json.dumps(ours, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        print(f"{out}: {error.strerror}.", file=sys.stderr)
        return 2
    for name, why in unread.items():
        print(f"{name}: {why}", file=sys.stderr)
    return 1 if unread else 0


if __name__ == "__main__":
    sys.exit(main())
