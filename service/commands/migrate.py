"""`threshold migrate`: bring the database to this version's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.commands import BadUse, read_settings

if TYPE_CHECKING:
    import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "migrate", help="bring the database to this version; on SQLite a copy is made first"
    )
    parser.add_argument("--to", metavar="NAME", help="a migration to go to, forward or back")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate: 0. Rows that would point to nothing: 1, and nothing was changed."""
    import asyncio

    from service.db import DatabaseUnavailable
    from service.migrator import LATEST, MigrationBroken, migrate, migrations_on_disk

    settings = read_settings()
    if arguments.to and arguments.to not in migrations_on_disk():
        known = ", ".join(migrations_on_disk())
        raise BadUse([f"There is no migration {arguments.to}. There are: {known}."])
    try:
        report = asyncio.run(migrate(settings, arguments.to or LATEST))
    except MigrationBroken as broken:
        print(broken)
        return 1
    except DatabaseUnavailable as away:
        raise BadUse([f"The database cannot be reached: {away}."]) from None
    print(*(report.steps or ["Nothing to do."]), sep="\n")
    if report.backup is not None:
        print(f"A copy from before is at {report.backup}.")
    for statement in report.indexes_made_again:
        print(f"Made again: {statement}")
    return 0
