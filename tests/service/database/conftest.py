"""The database core knows nothing of rules and forms, so its tests do without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.city import load_city
from service.security.keyring import Keyring
from service.security.passwords import Passwords
from service.services import Services
from tests.support.clock import StoppedClock
from tests.support.databases import TEST_KEY, settings_for
from tests.support.hashing import CHEAP

NOTHING: Any = None


@pytest.fixture(scope="session")
def loaded_services() -> Services:
    settings = settings_for("sqlite:///nowhere", Path("nowhere"))
    keyring = Keyring((TEST_KEY,))
    return Services(
        settings=settings,
        clock=StoppedClock(),
        rules=NOTHING,
        form=NOTHING,
        city=load_city(settings.city),
        keyring=keyring,
        passwords=Passwords(keyring, CHEAP),
    )
