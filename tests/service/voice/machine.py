"""A computer on which somebody of the city types commands, each at a time that the test says."""

from __future__ import annotations

import base64
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.cli import main

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Capture = pytest.CaptureFixture[str]
KEYS = base64.b64encode(bytes(range(32))).decode()


class Machine:
    """A computer of the city's with its own folder and database, but the same keys."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, out: Capture) -> None:
        folder.mkdir()
        self.folder, self.monkeypatch, self.out = folder, monkeypatch, out

    def __call__(
        self, *arguments: str, days: float = 0, typed: str = "", as_json: bool = True
    ) -> Any:
        """What a command prints, typed so many days after the start."""
        for name, value in {
            "STORAGE": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder}/city.db",
            "SECRET_KEYS": KEYS,
            "DEMO": "1",
            "LOG_LEVEL": "error",
            "NOW": (START + timedelta(days=days)).isoformat(),
        }.items():
            self.monkeypatch.setenv(f"THRESHOLD_{name}", value)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        self.out.readouterr()
        status = main([*arguments, *(["--json"] if as_json else [])])
        told = self.out.readouterr()
        assert status == 0, told.err
        return json.loads(told.out) if as_json else told.out
