"""`threshold worker`: do what was put off, as a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.commands import open_database, read_settings

if TYPE_CHECKING:
    import argparse

    from service.services import Services


# Told to stop, a worker has ended by then, whatever its database does: what it holds is leased to
# it for a minute, and done by another after that.
END_SECONDS = 7.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "worker", help="send notices and hints, seal the audit log, remove what is kept no longer"
    )
    parser.set_defaults(run=run)


def run(_arguments: argparse.Namespace) -> int:
    """Work until told to stop: 0."""
    from service.clock import Clock
    from service.logs import configure_logs
    from service.loop import leave_to_itself, run_now
    from service.services import load_services

    settings = read_settings()
    configure_logs(settings.log_level)
    services = load_services(settings, Clock(settings.now_offset))
    leave_to_itself()
    run_now(work(services))
    return 0


async def work(services: Services, end_seconds: float = END_SECONDS) -> None:
    """One worker process's whole life."""
    import asyncio
    import signal

    from service import db
    from service.handlers import handlers
    from service.worker import Worker

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_database(services.settings):
        working = asyncio.create_task(Worker(services, handlers()).run(stop))
        told = asyncio.create_task(stop.wait())
        await asyncio.wait((working, told), return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        await asyncio.wait((working,), timeout=end_seconds)
        if not working.done():
            # A database that stands still answers neither a question nor a goodbye.
            db.stop_waiting()
        await working
