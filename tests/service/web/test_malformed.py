"""A thousand malformed requests: refused in plain words, and alike on both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from service.settings import ROOT
from tests.service.web.malformed import COUNT


def sent_on(backend: str) -> list[list[Any]]:
    """The answers of one back end, in a process of its own: a process has one back end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.web.malformed"],
        cwd=ROOT,
        env={**os.environ, "THRESHOLD_TEST_DATABASE": backend},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[list[Any]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.postgres
def test_a_thousand_malformed_requests_get_the_same_answers_on_both_databases() -> None:
    with ThreadPoolExecutor() as both:
        sqlite, postgres = both.map(sent_on, ("sqlite", "postgres"))
    statuses = Counter(status for _method, _path, status, _code in sqlite)
    assert len(sqlite) == COUNT
    assert [row for row in sqlite + postgres if row[2] >= 500] == []
    assert {400, 404, 413, 422} <= set(statuses)
    assert [pair for pair in zip(sqlite, postgres, strict=True) if pair[0] != pair[1]] == []
