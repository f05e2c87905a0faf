"""`threshold worker`: do what was put off, as a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.commands import read_settings

if TYPE_CHECKING:
    import argparse

    from service.services import Services


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "worker", help="send notices and hints, seal the audit log, remove what is kept no longer"
    )
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Work until told to stop: 0."""
    import asyncio

    from service.clock import Clock
    from service.logs import configure_logs
    from service.services import load_services

    settings = read_settings()
    configure_logs(settings.log_level)
    services = load_services(settings, Clock(settings.now_offset))
    asyncio.run(work(services))
    return 0


async def work(services: Services) -> None:
    """One worker process's whole life."""
    import asyncio
    import signal

    from service import db
    from service.handlers import handlers
    from service.worker import Worker

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await db.open_database(services.settings)
    try:
        await Worker(services, handlers()).run(stop)
    finally:
        await db.close_database()
