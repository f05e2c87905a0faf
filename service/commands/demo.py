"""`threshold demo`: print the demonstration's address, sign-ins and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.commands import BadUse, read_settings

if TYPE_CHECKING:
    import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("demo", help="print the demonstration's sign-ins and keys")
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print them, made where they were not: 0. Raises BadUse outside the demonstration.

    They are loaded into the database by `serve`, so this may run beside it at any time.
    """
    settings = read_settings()
    if not settings.demo:
        raise BadUse(["This is for the demonstration: set THRESHOLD_DEMO=1."])

    from service.city import load_city
    from service.demo import as_text, kept_access

    access = kept_access(settings, load_city(settings.city))
    print(as_text(access) if arguments.json else "\n".join(access.lines()))
    return 0
