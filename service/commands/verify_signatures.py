"""`threshold verify-signatures`: the public log of signatures, checked from its files alone."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands import BadUse

if TYPE_CHECKING:
    import argparse

    from petitions.signature_log import Step

FINE, FOUND = 0, 1
HEADS, LEAVES, PETITIONS = "log.json", "leaves.txt", "petition-*.csv"
KEPT = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "verify-signatures", help="check the log of signatures and count petitions again"
    )
    parser.add_argument(
        "folder", type=Path, metavar="FOLDER", help=f"with {HEADS}, {LEAVES} and {PETITIONS}"
    )
    parser.add_argument(
        "--head", metavar="SIZE:ROOT", action="append", default=[], help="a head kept earlier"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: everything fits. 1: something was changed, cut off or is not of it. 2: asked wrongly."""
    from petitions.signature_log import check_log

    kept = dict(_kept(told) for told in arguments.head)
    try:
        heads = json.loads((arguments.folder / HEADS).read_bytes())["heads"]
        leaves = [bytes.fromhex(line) for line in _lines(arguments.folder / LEAVES)]
        petitions = {path.stem: _steps(path) for path in sorted(arguments.folder.glob(PETITIONS))}
    except (OSError, ValueError, KeyError, TypeError) as refused:
        raise BadUse([f"{arguments.folder} does not hold the log's files: {refused}"]) from None
    steps = [step for each in petitions.values() for step in each]
    findings = check_log(heads, leaves, steps, kept)
    counts = {name: sum(step.step for step in each) for name, each in petitions.items()}
    told: dict[str, Any] = {
        "sound": not findings,
        "findings": [{"code": one.code, "text": one.text} for one in findings],
        "steps": len(leaves),
        "heads": len(heads),
        "counts": counts,
    }
    _tell(told, as_json=arguments.json)
    return FOUND if findings else FINE


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
        return
    lines = [f"{one['code']}: {one['text']}" for one in told["findings"]]
    lines += [f"{name}: {count} signatures" for name, count in told["counts"].items()]
    lines.append(f"Steps: {told['steps']}. Signed heads: {told['heads']}.")
    lines.append("Everything fits." if told["sound"] else "Something does not fit.")
    sys.stdout.write("\n".join(lines) + "\n")


def _kept(told: str) -> tuple[int, str]:
    parts = KEPT.fullmatch(told.strip())
    if parts is None:
        raise BadUse(["A head is a size, a colon and 64 hexadecimal digits."])
    return int(parts[1]), parts[2]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").split()


def _steps(path: Path) -> list[Step]:
    from petitions.signature_log import Step

    with path.open(encoding="utf-8", newline="") as file:
        return [
            Step(row["petition"], int(row["step"]), row["mark"]) for row in csv.DictReader(file)
        ]
