"""`threshold demo-agency`: an agency in its own process, good or bad on cue."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Coroutine

BAD_USE = 2
MODES = ("ok", "slow", "dead", "wrong")
DECIDE = ("auto", "approve", "deny", "ask", "none")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "demo-agency", help="run a demonstration agency with its own inbox"
    )
    parser.add_argument("id", help="the agency's id")
    parser.add_argument("--url", required=True, help="the service, such as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="the agency's API key")
    parser.add_argument("--mode", choices=MODES, default="ok")
    parser.add_argument("--inbox", required=True, type=Path, help="a JSON Lines file")
    parser.add_argument("--port", type=int, help="also take webhook hints here (0: any port)")
    parser.add_argument("--decide", choices=DECIDE, default="auto", help="what to answer (auto)")
    parser.add_argument("--poll", type=float, default=1.0, help="seconds between pulls (1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until told to stop: 0. A key that is not known ends it: 2."""
    from service.demo_agency.agency import Agency, KeyRefused
    from service.demo_agency.inbox import Inbox

    with Inbox(arguments.inbox) as inbox:
        agency = Agency(
            arguments.id,
            arguments.url.rstrip("/"),
            arguments.key,
            inbox,
            mode=arguments.mode,
            decide=arguments.decide,
            poll=arguments.poll,
            port=arguments.port,
        )
        try:
            asyncio.run(_until_stopped(agency.run()))
        except KeyRefused:
            sys.stderr.write("The service does not know this key.\n")
            return BAD_USE
    return 0


async def _until_stopped(work: Coroutine[object, object, None]) -> None:
    """End the work tidily on SIGTERM and Ctrl-C."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
