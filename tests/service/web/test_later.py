"""Pages that the tables of routes only name: each is there, and none is read before the start."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys

import pytest
from starlette.routing import Route

from service import later
from service.later import modules_of, page_behind, pages_of, read_pages_between_requests
from service.urls import routes
from tests.house.tree import ROOT

# What a start needs; none of it may bring a page along that is read later.
READ_AT_A_START = """
import sys
from service.later import modules_of
from service.server import routes
print(*(name for name in [*modules_of(routes), "pydantic"] if name in sys.modules))
"""
READ_HERE = [f"tests.service.web.{name}" for name in ("callers", "malformed")]


def named(*names: str) -> list[Route]:
    page = pages_of("tests.service.web")
    return [Route(f"/{name}", page(name)) for name in names]


def takes_a_request(route: Route) -> bool:
    """AttributeError or ModuleNotFoundError where the table names what is not there."""
    page = page_behind(route.endpoint)
    parameters = inspect.signature(page, follow_wrapped=False).parameters
    return inspect.iscoroutinefunction(page) and len(parameters) == 1


def test_every_page_that_is_named_is_there_and_takes_a_request() -> None:
    assert [route.name for route in routes if not takes_a_request(route)] == []


def test_a_start_reads_no_page_that_can_be_read_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_AT_A_START],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"


def test_pages_with_one_module_have_it_read_once() -> None:
    assert modules_of(named("callers.one", "malformed.two", "callers.three")) == READ_HERE


async def test_who_asks_while_pages_are_read_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in READ_HERE:
        monkeypatch.delitem(sys.modules, name, raising=False)
    reading = read_pages_between_requests(named("callers.one", "malformed.two"), asyncio.Event())
    task = asyncio.create_task(reading)
    await asyncio.sleep(0)
    assert [name in sys.modules for name in READ_HERE] == [True, False]
    await task
    assert [name in sys.modules for name in READ_HERE] == [True, True]


async def test_a_request_of_many_turns_waits_for_one_module_and_not_at_each_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in READ_HERE:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(later, "PAUSE_SECONDS", 3_600.0)
    reading = read_pages_between_requests(named("callers.one", "malformed.two"), asyncio.Event())
    task = asyncio.create_task(reading)
    for _turn in range(20):
        await asyncio.sleep(0)
    assert [name in sys.modules for name in READ_HERE] == [True, False]
    task.cancel()


async def test_a_process_that_is_to_stop_reads_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, READ_HERE[0], raising=False)
    stop = asyncio.Event()
    stop.set()
    await read_pages_between_requests(named("callers.one"), stop)
    assert READ_HERE[0] not in sys.modules
