"""Asking for a link takes as long for a reference that exists as for one that does not."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from statistics import median

import pytest

from service.actions.returning import send_link
from service.services import Services
from tests.service.resident.walking import CONTACT, give
from tests.support.browsing import PageSeen

ASKED = 120
# Two medians of the same work, taken in turn, differ by less than this once there are enough.
APART, ROUNDS = 1.25, 5
pytestmark = pytest.mark.timing


async def test_a_known_reference_takes_no_longer_than_an_unknown_one(
    first: PageSeen, services: Services
) -> None:
    page = await give(first, CONTACT)
    found = re.search(r"SEA-[0-9A-Z]{4}-[0-9A-Z]{5}", page.text)
    assert found
    taken: dict[str, list[float]] = {found[0]: [], "SEA-7K4M-2QX9C": [], "nothing like it": []}
    now = services.clock.now()
    for _round in range(ROUNDS):
        for _ in range(ASKED):
            now += timedelta(days=1)  # no limit is reached
            for reference, times in taken.items():
                began = time.perf_counter()
                await send_link(services, reference, "10.0.0.1", now)
                times.append(time.perf_counter() - began)
        medians = [median(times) for times in taken.values()]
        if max(medians) <= APART * min(medians):
            return
    raise AssertionError(f"apart after {ROUNDS} rounds: {medians}")
