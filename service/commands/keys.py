"""`threshold keys new` and `threshold keys rotate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.commands import open_database, read_settings

if TYPE_CHECKING:
    import argparse

    from service.rotation import RotationReport


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "keys", help="make a secret key; seal everything under a new one"
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    new = actions.add_parser("new", help="print a fresh key for THRESHOLD_SECRET_KEYS")
    new.set_defaults(run=run_new)
    rotate = actions.add_parser(
        "rotate", help="seal all that is stored under the first key of THRESHOLD_SECRET_KEYS"
    )
    rotate.set_defaults(run=run_rotate)


def run_new(_arguments: argparse.Namespace) -> int:
    """Print a key: 0."""
    import base64
    import secrets

    from service.settings import KEY_BYTES

    print(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    return 0


def run_rotate(_arguments: argparse.Namespace) -> int:
    """Everything is under the newest key: 0. Some value opens under no key: 1."""
    import asyncio

    from service.clock import Clock
    from service.rotation import rotate
    from service.security.keyring import Keyring

    settings = read_settings()

    async def work() -> RotationReport:
        async with open_database(settings):
            return await rotate(Keyring(settings.secret_keys), Clock(settings.now_offset).now())

    report = asyncio.run(work())
    for table, rows in report.changed.items():
        print(f"{table}: {rows} rows sealed anew")
    for place in report.broken:
        print(place)
    if not report.changed:
        print("Everything was under the newest key already.")
    return 1 if report.broken else 0
