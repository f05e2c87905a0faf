"""`threshold tally`: counts a file of ballots, for whoever wants to check or compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.commands import BadUse

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

# As in petitions.counting.methods, which is only read when there is something to count.
METHODS = ("irv", "stv", "schulze", "approval", "greedy", "equal-shares")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("tally", help="count a file of ballots")
    parser.add_argument("file", metavar="FILE", help="ranked ballots as CSV, or a Pabulib .pb file")
    parser.add_argument("--method", required=True, choices=METHODS, help="how to count")
    parser.add_argument("--seats", type=int, default=1, help="how many to elect; 1 if not said")
    parser.add_argument(
        "--completion",
        choices=("none", "increment"),
        default="none",
        help="equal shares: what to do with money left; none if not said",
    )
    parser.add_argument("--seed", help="draw the order of ties; else they follow the listed order")
    parser.add_argument("--json", action="store_true", help="print the count as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """0: counted. 2: the file or what was asked of it cannot be counted; standard error says why
    and in which line."""
    from petitions.counting.methods import Asked, count_file
    from petitions.counting.profiles import NotCountable

    increment = arguments.completion == "increment"
    asked = Asked(arguments.method, arguments.seats, increment, arguments.seed)
    try:
        counted = count_file(Path(arguments.file), asked)
    except NotCountable as refused:
        raise BadUse([f"{arguments.file}: {refused}"]) from None
    except OSError as refused:
        raise BadUse([f"{arguments.file}: {refused.strerror or refused}."]) from None
    if arguments.json:
        sys.stdout.write(json.dumps(counted, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(_text(counted)) + "\n")
    return 0


def _text(counted: dict[str, Any]) -> Iterator[str]:
    yield from counted.get("notes", ())
    yield f"{counted['ballots']:,} ballots, {counted['blank']:,} of them blank."
    for one in counted["rounds"]:
        yield ""
        yield from _purchase(one) if "cost" in one else _round(one)
    if "pairwise" in counted:
        yield ""
        yield from _pairs(counted["pairwise"], counted["winners"])
    yield ""
    if "funded" in counted:
        yield f"Spent {_figure(counted['spent'])} of {_figure(counted['budget'])}."
        if "share" in counted:
            yield f"Each voter's share: {_figure(counted['share'])} ({counted['steps']} added)."
        yield f"Funded: {', '.join(counted['funded']) or 'nothing'}."
        return
    if counted["exhausted"]:
        yield f"Exhausted: {_figure(counted['exhausted'])}."
    word = "Order" if "pairwise" in counted else "Elected"
    yield f"{word}: {', '.join(counted['winners']) or 'nobody'}."


def _round(one: dict[str, Any]) -> Iterator[str]:
    yield f"Round {one['round']}"
    moved = one.get("transfers", {})
    for name, votes in sorted(one["votes"].items(), key=lambda row: -row[1]):
        gained = f"  then +{_figure(moved[name])}" if name in moved else ""
        yield f"  {_figure(votes):>12}  {name}{gained}"
    if one.get("exhausted") or one.get("newly_exhausted"):
        more = one.get("newly_exhausted", 0)
        gained = f"  then +{_figure(more)}" if more else ""
        yield f"  {_figure(one['exhausted']):>12}  (exhausted){gained}"
    if one.get("tied"):
        yield f"  Equal, so the tie order chose: {', '.join(one['tied'])}"
    for label, key in (("Elected", "elected"), ("Moved the surplus of", "surplus_of")):
        names = one.get(key)
        if names:
            yield f"  {label}: {names if isinstance(names, str) else ', '.join(names)}"
    if one.get("excluded"):
        yield f"  Excluded: {one['excluded']}"


def _purchase(one: dict[str, Any]) -> Iterator[str]:
    yield f"{one['round']}. {one['project']} {one['name']}".rstrip()
    price = f", at most {_figure(one['price'])} for each supporter" if "price" in one else ""
    what = "funded" if one["funded"] else "not funded"
    yield f"  {_figure(one['votes'])} votes, cost {_figure(one['cost'])}: {what}{price}"
    yield f"  {_figure(one['left'])} left"
    if one.get("tied"):
        yield f"  Equal, so the tie order chose: {', '.join(one['tied'])}"


def _pairs(table: dict[str, dict[str, int]], order: list[str]) -> Iterator[str]:
    """Who is preferred by how many: the row over the column, both in the order found."""
    yield "How many put the row above the column:"
    width = max((len(name) for name in order), default=0)
    yield " " * (width + 6) + "".join(f"{at:>8}" for at in range(1, len(order) + 1))
    for at, name in enumerate(order, 1):
        cells = (f"{table[name][other]:>8,}" if other != name else " " * 8 for other in order)
        yield f"  {at:>3} {name:<{width}}" + "".join(cells)


def _figure(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"
