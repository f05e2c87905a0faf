"""`threshold inventory`: what is stored, how, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "inventory", help="print every stored column with its class and how long it is kept"
    )
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Print docs/data-inventory.md as it should be now: 0."""
    from tortoise import Tortoise

    from service.city import load_city
    from service.commands import read_settings
    from service.inventory import inventory

    Tortoise.init_models(["service.models"], "threshold")
    print(inventory(load_city(read_settings().city)), end="")
    return 0
