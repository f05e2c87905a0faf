"""`threshold verify-signatures`: the public log of signatures, checked from its files alone."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands import BadUse
from service.commands.findings import in_words

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from petitions.published_log import Checked

FINE, FOUND = 0, 1
KEPT = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "verify-signatures", help="check the log of signatures and count petitions again"
    )
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="with log.json, leaves.txt and petition-N.csv",
    )
    parser.add_argument(
        "--head", metavar="SIZE:ROOT", action="append", default=[], help="a head kept earlier"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: everything fits. 1: something was changed, cut off or is not of it. 2: asked wrongly."""
    from petitions.published_log import NoLog, check_folder

    kept = dict(_kept(told) for told in arguments.head)
    try:
        checked = check_folder(arguments.folder, kept)
    except NoLog as refused:
        raise BadUse([f"{arguments.folder} does not hold the log's files: {refused}"]) from None
    if arguments.json:
        sys.stdout.write(json.dumps(_as_json(checked)) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(checked)) + "\n")
    return FOUND if checked.findings else FINE


def _as_json(checked: Checked) -> dict[str, Any]:
    return {
        "sound": not checked.findings,
        "findings": [{"code": one.code, "text": one.text} for one in checked.findings],
        "steps": checked.steps,
        "heads": checked.heads,
        "keys": checked.keys,
        "after_last_head": checked.uncovered,
        "without_file": checked.unexplained,
        "counts": checked.counts,
    }


def _lines(checked: Checked) -> Iterator[str]:
    yield from in_words(checked.findings)
    yield from (f"{name}: {count} signatures" for name, count in checked.counts.items())
    yield f"Steps: {checked.steps}. Signed heads: {checked.heads}."
    yield from (f"Signed by {key}" for key in checked.keys)
    if checked.uncovered:
        yield f"Steps that came after the last head, which nothing signs: {checked.uncovered}."
    if checked.unexplained:
        yield (
            f"Steps of no file here: {checked.unexplained}. They are other petitions', or a line"
            " was taken out of a file."
        )
    yield "Everything fits." if not checked.findings else "Something does not fit."


def _kept(told: str) -> tuple[int, str]:
    parts = KEPT.fullmatch(told.strip())
    if parts is None:
        raise BadUse(["A head is a size, a colon and 64 hexadecimal digits."])
    return int(parts[1]), parts[2]
