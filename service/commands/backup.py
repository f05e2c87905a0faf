"""`threshold backup FILE` and `threshold restore FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from service.commands import BadUse, open_database, read_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Coroutine
    from typing import Any

    from service.backup import BackupReport


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, words in (
        ("backup", "write the whole database to one sealed file, while the service runs"),
        ("restore", "fill a new, empty database from such a file and check it"),
    ):
        parser = subparsers.add_parser(name, help=words)
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.set_defaults(run=run_backup if name == "backup" else run_restore)


def run_backup(arguments: argparse.Namespace) -> int:
    """Back up: 0. The file is there whole or not at all."""
    from service.backup import make_backup
    from service.clock import Clock
    from service.security.keyring import Keyring

    settings = read_settings()

    async def back_up() -> BackupReport:
        async with open_database(settings):
            keyring, clock = Keyring(settings.secret_keys), Clock(settings.now_offset)
            return await make_backup(settings, keyring, clock, arguments.file)

    return _tell(back_up, arguments.file, f"Written to {arguments.file}.")


def run_restore(arguments: argparse.Namespace) -> int:
    """Restore and check: 0. Anything wrong with the file: 2, and the database stays empty."""
    from service.backup import restore_backup
    from service.clock import Clock
    from service.security.keyring import Keyring

    settings = read_settings()
    if not arguments.file.is_file():
        raise BadUse([f"There is no file {arguments.file}."])

    async def restore() -> BackupReport:
        keyring, clock = Keyring(settings.secret_keys), Clock(settings.now_offset)
        return await restore_backup(settings, keyring, clock, arguments.file)

    return _tell(restore, arguments.file, "Restored, and the audit chain holds.")


def _tell(work: Callable[[], Coroutine[Any, Any, BackupReport]], file: Path, done: str) -> int:
    import asyncio

    from service.backup_file import BackupRefused
    from service.db import DatabaseUnavailable

    try:
        report = asyncio.run(work())
    except BackupRefused as refused:
        raise BadUse([str(refused)]) from None
    except DatabaseUnavailable as away:
        raise BadUse([f"The database cannot be reached: {away}."]) from None
    except OSError as refused:
        raise BadUse([f"{file} cannot be used: {refused.strerror}."]) from None
    print(done)
    for table, rows in report.rows.items():
        if rows:
            print(f"  {table}: {rows}")
    print(f"Audit chain: {report.head}")
    return 0
