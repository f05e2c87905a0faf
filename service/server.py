"""Running the application: checks before the start, one process or several, and a graceful stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import uvicorn

from eligibility.findings import RulesError
from service import db, migrator
from service.app import create_app, own_rules
from service.commands import BadUse
from service.http_protocol import PatientHttpsProtocol, PatientProtocol
from service.later import read_pages, read_pages_between_requests
from service.logs import log
from service.loop import leave_to_itself, run_now
from service.security.roles import RolesError
from service.services import Services, load_services
from service.urls import routes

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from service.clock import Clock
    from service.settings import Settings

STOPPING = (signal.SIGTERM, signal.SIGINT)
GRACE_SECONDS = 20
KEEP_ALIVE_SECONDS = 15
BACKLOG = 2048
RESTART_PAUSE_SECONDS = 1.0


def prepare(settings: Settings, clock: Clock) -> tuple[Services, list[str]]:
    """Load and check what the service stands on; in the demonstration also make it. Gives the
    services and the lines to greet with. Raises BadUse with every problem."""
    problems: list[str] = []
    services = None
    try:
        services = load_services(settings, clock)
    except RulesError as wrong:
        problems.extend(str(finding) for finding in wrong.findings)
    try:
        own_rules()
    except RolesError as wrong:
        problems.extend(wrong.problems)
    lines = run_now(prepare_database(settings, services, problems))
    if services is None or problems:
        raise BadUse(problems)
    return services, lines


async def prepare_database(
    settings: Settings, services: Services | None, problems: list[str]
) -> list[str]:
    try:
        if settings.demo:
            await migrator.migrate(settings)
        await db.open_database(settings)
    except (db.DatabaseUnavailable, db.DatabaseError):
        problems.append("The database of THRESHOLD_DATABASE_URL cannot be reached.")
        return []
    try:
        if not await migrator.migrations_current():
            problems.append("The database is not at this version: run `threshold migrate`.")
        elif settings.demo and services is not None and not problems:
            from service.demo import prepare_demo

            return (await prepare_demo(services)).lines()
    finally:
        await db.close_database()
    return []


def bind(host: str, port: int) -> socket.socket:
    """The listening socket. Raises BadUse where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as taken:
        listening.close()
        raise BadUse([f"Cannot listen on {host} port {port}: {taken.strerror}."]) from None
    listening.listen(BACKLOG)
    return listening


def serve_here(services: Services, listening: socket.socket, greeting: str) -> int:
    """Web in this process, with the worker on SQLite, until a signal."""
    with_worker = services.settings.database_url.startswith("sqlite:")
    return run_now(serve(services, listening, greeting, with_worker=with_worker))


def serve_processes(services: Services, listening: socket.socket, count: int, greeting: str) -> int:
    """Several web processes on one socket. One that dies is started again; a signal ends all."""
    read_before_forking()
    processes = WebProcesses(services, listening)
    for number in range(count):
        processes.begin(greeting if number == 0 else "")
    for each in STOPPING:
        signal.signal(each, processes.stop)
    return processes.watch()


class WebProcesses:
    """The children of a process that only looks after them."""

    def __init__(self, services: Services, listening: socket.socket) -> None:
        self.services = services
        self.listening = listening
        self.pipe = os.pipe()
        self.children: set[int] = set()
        self.stopping = False

    def begin(self, greeting: str) -> None:
        """One more."""
        self.children.add(fork_web(self.services, self.listening, greeting, self.pipe))
        if self.stopping:  # and this one was not there yet to be told
            self.stop(signal.SIGTERM, None)

    def stop(self, _number: int, _frame: object) -> None:
        """Always the gentle signal: a terminal has sent its own to the children already, and the
        second of that kind means "at once"."""
        self.stopping = True
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)

    def watch(self) -> int:
        """Wait for the last of them."""
        while self.children:
            child, status = os.wait()
            self.children.discard(child)
            if self.stopping:
                continue
            log.error("web process ended", pid=child, status=os.waitstatus_to_exitcode(status))
            # A child that dies at once must not make the parent spin. Nothing else runs here.
            select.select([], [], [], RESTART_PAUSE_SECONDS)
            self.begin_unless_stopping()
        return 0

    def begin_unless_stopping(self) -> None:
        """The signal may have come in the pause."""
        if not self.stopping:
            self.begin("")


def read_before_forking() -> None:
    """What the parent has read its children share, as long as nobody walks over it."""
    read_pages(routes)
    leave_to_itself()


def fork_web(
    services: Services, listening: socket.socket, greeting: str, pipe: tuple[int, int]
) -> int:
    """A child that shares everything loaded so far; no thread or loop runs at this moment."""
    # What the child is told before it has its own way with signals waits until then.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    child = os.fork()
    if not child:
        for number in STOPPING:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    if child:
        return child
    reading, writing = pipe
    os.close(writing)
    status = 1
    try:
        status = run_now(
            serve(services, listening, greeting, with_worker=False, parent_alive=reading)
        )
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


async def serve(
    services: Services,
    listening: socket.socket,
    greeting: str,
    *,
    with_worker: bool,
    parent_alive: int | None = None,
) -> int:
    """One process's whole life. The database outlives both web and worker."""
    raise_file_limit()
    await db.open_database(services.settings)
    try:
        app = create_app(services.settings, services.clock, services=services, opens_database=False)
        server = Server(server_config(app, services.settings), greeting)
        if parent_alive is not None:
            # The pipe's other end is the parent's alone: it reads as ended when the parent is gone,
            # even killed, and a child without a parent must not keep the port.
            asyncio.get_running_loop().add_reader(parent_alive, server.stop)
        await serve_and_work(server, services, listening, with_worker=with_worker)
    finally:
        await db.close_database()
    return 0


async def serve_and_work(
    server: Server, services: Services, listening: socket.socket, *, with_worker: bool
) -> None:
    """The worker stops after the last request, so what that request left is seen at once."""
    stop = asyncio.Event()
    beside = asyncio.create_task(work_beside(server, services, stop, with_worker=with_worker))
    beside.add_done_callback(lambda _ended: server.stop())
    try:
        await server.serve(sockets=[listening])
    finally:
        stop.set()
        server.listens.set()
        await beside


async def work_beside(
    server: Server, services: Services, stop: asyncio.Event, *, with_worker: bool
) -> None:
    """What a process does beside answering, from the moment it listens until it is to stop."""
    await server.listens.wait()
    await read_pages_between_requests(routes, stop)
    leave_to_itself()
    if not with_worker:
        await stop.wait()
        return
    from service.handlers import handlers
    from service.worker import Worker

    await Worker(services, handlers()).run(stop)


class Server(uvicorn.Server):
    """uvicorn's server, with our signals (it would end the process before the database closes)
    and a greeting once it listens."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self.greeting = greeting
        self.listens = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.greeting:
            sys.stdout.write(self.greeting + "\n")
            sys.stdout.flush()
        self.listens.set()


def server_config(app: Starlette, settings: Settings) -> uvicorn.Config:
    https = settings.base_url.startswith("https:")
    return uvicorn.Config(
        app,
        http=PatientHttpsProtocol if https else PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        # We read the proxy's word ourselves, and only a configured proxy's.
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def raise_file_limit() -> None:
    """Half-open connections are many before they are cut; the usual soft limit is low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
