"""Rules about code that no linter of ours knows; each keeps one promise to residents."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import calls as calls_in
from tests.house.tree import imports, name, nodes, product_modules

# The only doors where any error at all may be caught: the worker's loop, the outermost handler.
CATCH_ALL = {"service/worker.py", "service/errors.py", "service/app.py", "service/error_pages.py"}
CLOCK = {
    "service/clock.py",
    "service/settings.py",  # works out the demonstration's offset
    "service/logs.py",  # a log tells the machine's own time
    "service/migrator.py",  # so does the name of a copy
}
CLOCKS = re.compile(r"\b(datetime|date)\.(now|utcnow|today|fromtimestamp)$|^time\.time$")


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "BaseException"
    names = set(re.findall(r"\w+", caught))
    if not names & {"Exception", "BaseException"}:
        return False
    # Tidying up and raising again hides nothing.
    return not any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_no_error_is_swallowed_outside_the_two_named_doors() -> None:
    found = [
        f"{name(path)}:{node.lineno}"
        for path in product_modules()
        if name(path) not in CATCH_ALL
        for node in nodes(path)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node)
    ]
    assert found == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    """The demonstration shifts every process's time; one place that does not would disagree."""
    found = [
        f"{name(path)}:{call.lineno} {written}"
        for path in product_modules()
        if name(path) not in CLOCK
        for call, written in calls_in(path)
        if CLOCKS.search(written)
    ]
    assert found == []


def test_the_service_never_sleeps_while_it_holds_the_loop() -> None:
    in_a_thread_of_its_own = {"service/sqlite_engine.py"}  # the one writing connection's
    found = [
        f"{name(path)}:{call.lineno}"
        for path in product_modules()
        if name(path) not in in_a_thread_of_its_own
        for call, written in calls_in(path)
        if written in {"time.sleep", "sleep"}
    ]
    assert found == []


def test_only_settings_and_the_command_line_read_the_environment() -> None:
    allowed = {"service/settings.py", "service/cli.py", "service/db.py"}
    found = [
        f"{name(path)}:{node.lineno}"
        for path in product_modules()
        if name(path) not in allowed and not name(path).startswith("service/commands/")
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}
    ]
    assert found == []


def test_nothing_runs_text_as_code() -> None:
    found = [
        f"{name(path)}:{call.lineno} {written}"
        for path in product_modules()
        for call, written in calls_in(path)
        if written in {"eval", "exec", "yaml.load", "pickle.loads", "pickle.load"}
    ]
    assert found == []


@pytest.mark.parametrize("module", ["pickle", "shelve", "marshal", "random"])
def test_some_modules_are_not_for_a_service_that_keeps_secrets(module: str) -> None:
    """`random` too: what looks random here is always a secret or a reference."""
    found = [
        f"{name(path)}:{line}"
        for path in product_modules()
        for line, imported in imports(path)
        if imported.split(".")[0] == module
    ]
    assert found == []
