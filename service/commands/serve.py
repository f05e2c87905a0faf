"""`threshold serve`: the web side, and on SQLite the worker beside it in the same process."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from typing import TYPE_CHECKING

from service.commands import BadUse, read_settings

if TYPE_CHECKING:
    import argparse
    import socket

    from service.services import Services
    from service.settings import Settings

EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104  (compared with, not bound to)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "serve", help="answer requests; on SQLite also do the work that was put off"
    )
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, default=1, help="web processes; PostgreSQL only")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop: 0. Raises BadUse with everything that keeps it from starting."""
    settings = placed(read_settings(), arguments.host, arguments.port)
    if problems := usage_problems(settings, arguments.workers):
        raise BadUse(problems)
    # What is loaded from here to the first request stays: looking through it would find nothing.
    gc.disable()

    from service.clock import Clock
    from service.logs import configure_logs
    from service.server import bind, prepare

    configure_logs(settings.log_level)
    services, lines = prepare(settings, Clock(settings.now_offset))
    with bind(settings.host, settings.port) as listening:
        greeting = "\n".join([f"Threshold is at {address(settings, listening)}", *lines])
        return serve(services, listening, arguments.workers, greeting)


def serve(services: Services, listening: socket.socket, workers: int, greeting: str) -> int:
    from service.server import serve_here, serve_processes

    if workers > 1:
        return serve_processes(services, listening, workers, greeting)
    return serve_here(services, listening, greeting)


def placed(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with the address of the command line; a demonstration is called by it."""
    host = host or settings.host
    port = settings.port if port is None else port
    settings = replace(settings, host=host, port=port)
    if settings.demo and not os.environ.get("THRESHOLD_BASE_URL"):
        name = "127.0.0.1" if host in EVERY_ADDRESS else host
        settings = replace(settings, base_url=f"http://{name}:{port}")
    return settings


def usage_problems(settings: Settings, workers: int) -> list[str]:
    problems = []
    if not 1 <= workers <= 64:
        problems.append("--workers must be from 1 to 64.")
    if workers > 1 and settings.database_url.startswith("sqlite:"):
        problems.append("--workers needs PostgreSQL: one process serves a SQLite file.")
    if not 1 <= settings.port <= 65535:
        problems.append("--port must be from 1 to 65535.")
    return problems


def address(settings: Settings, listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    name = "127.0.0.1" if host in EVERY_ADDRESS else f"[{host}]" if ":" in host else host
    return settings.base_url if settings.demo else f"http://{name}:{port}"
