"""Processes of `threshold` without reading its thousand modules again for each.

python -m tests.support.forker reads them once, and the rules of the demonstration's city, and then
forks a process for each command it is told of: what the command does from its first line on is its
own. Nothing else is made before the fork: no thread, no loop, no open file, no setting.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[2]
# What the long commands read when they run.
READ_AHEAD = (
    "service.commands",
    "service.demo_agency",
    "service.server",
    "service.handlers",
    "service.worker",
    "service.demo",
)
# Of a household that has told little, more has to be worked out than of one that told all.
LITTLE = {
    "people_complete": True,
    "household": {"county": "king", "lives_in_city": True},
    "people": [{"id": "p1", "birth_date": "1985-03-04", "incomes_complete": True, "incomes": []}],
}


class Forker:
    """The parent of the processes, and the one who knows how each ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forker"],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("THRESHOLD_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        atexit.register(self.close)

    def start(
        self, arguments: Sequence[str], env: Mapping[str, str], out: Path, err: Path
    ) -> Forked:
        """Start `threshold` with these arguments; its words are added to the files."""
        files = {"out": str(out), "err": str(err)}
        pid = self.ask(start=list(arguments), env=dict(env), cwd=str(Path.cwd()), **files)
        assert pid is not None
        return Forked(self, pid)

    def close(self) -> None:
        """At the end of its input it ends by itself."""
        self._process.communicate()

    def ask(self, **question: Any) -> int | None:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        with self._lock:
            asked.write(json.dumps(question) + "\n")
            asked.flush()
            line = answered.readline()
        if not line:
            raise RuntimeError("the forker ended; its own words tell why")
        answer: int | None = json.loads(line)
        return answer


@dataclass(frozen=True, slots=True)
class Forked:
    """One of its processes, with as much of `subprocess.Popen` as is used of it."""

    parent: Forker
    pid: int

    def poll(self) -> int | None:
        """How it ended, as Popen says it; None while it runs."""
        return self.parent.ask(ended=self.pid)

    def wait(self, timeout: float) -> int:
        """The same, once it has ended. Raises subprocess.TimeoutExpired."""
        until = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("threshold", timeout)
            time.sleep(0.005)
        return status


@lru_cache(1)
def forker() -> Forker:
    """This test process's own: it ends with it."""
    return Forker()


def read_ahead() -> None:
    """Import all that a command may need."""
    for name in READ_AHEAD:
        module = importlib.import_module(name)
        for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
            importlib.import_module(f"{name}.{inner.name}")
    from service.later import read_pages
    from service.urls import routes

    read_pages(routes)


def read_the_rules() -> None:
    """The demonstration city's rules once for all: nothing changes them after they are read. First
    screenings make functions of them, so some are made here, and the routes are guarded."""
    import eligibility
    from service.app import own_signposts
    from tests.programs.story import DAY, FACTS

    own_signposts()
    read, the_city = eligibility.load_rules, (ROOT / "eligibility", ROOT / "cities" / "seattle")
    rules = read(*the_city)
    for told in (FACTS, LITTLE):
        household = eligibility.Household.from_facts(told, rules.facts)
        eligibility.screen(household, rules, DAY)
        eligibility.screen(household, rules, DAY, explain=False)

    def load_rules(shared: Path, city: Path | None = None) -> eligibility.Rulebook:
        return rules if (shared, city) == the_city else read(shared, city)

    eligibility.load_rules = load_rules


def main() -> int:
    """Answer one line after another until there are no more; in a child, be the command."""
    read_ahead()
    read_the_rules()
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()
    ended: dict[int, int] = {}
    for line in sys.stdin:
        question = json.loads(line)
        if "start" in question:
            answer: int | None = fork(question)
        else:
            answer = status_of(question["ended"], ended)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def fork(question: Mapping[str, Any]) -> int:
    """Start a command; it leads its own process group when this returns."""
    settled, settling = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(settled)
        os.setsid()
        os.close(settling)
        be_the_command(question)
    os.close(settling)
    os.read(settled, 1)  # ends when the child has closed its side
    os.close(settled)
    return pid


def status_of(pid: int, ended: dict[int, int]) -> int | None:
    if pid not in ended:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended.get(pid)


def be_the_command(question: Mapping[str, Any]) -> NoReturn:
    """With the files and the environment of a command of its own."""
    os.chdir(question["cwd"])
    for path, number in ((os.devnull, 0), (question["out"], 1), (question["err"], 2)):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_APPEND | os.O_CREAT
        opened = os.open(path, flags, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(question["env"])
    sys.argv = ["threshold", *question["start"]]
    from service.cli import main as threshold

    sys.exit(threshold())


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
