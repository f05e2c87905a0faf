"""A petition that can be signed, and hands to sign it with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.clock import Clock
from service.services import Services
from tests.service.voice.signers import Signers, new_petition
from tests.support.clock import StoppedClock


@pytest.fixture
async def signers(database: object, services: Services, clock: StoppedClock) -> Signers:
    """Everybody who signs one open petition."""
    petition = await new_petition(services, clock.now() + timedelta(days=30))
    return Signers(services, petition)


@pytest.fixture
def ticking() -> Clock:
    return Clock()
