"""A disk that takes no more: nobody is told that something is stored that is not."""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.journeys.sending import Parcel, Partner, post
from tests.support.servers import Service

SLACK = 200 * 1024
MOST = 400
pytestmark = pytest.mark.slow


def limit_files(service: Service, size: int) -> None:
    """No file of this process may grow beyond `size`: a write past it is refused, as on a full
    disk. Already open files are no exception."""
    _soft, hard = resource.prlimit(service.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (size, hard))


async def test_on_a_full_disk_no_send_is_acknowledged_that_is_not_stored(tmp_path: Path) -> None:
    async with Service(tmp_path) as service:
        partner = await Partner.at(service.url, service.demo()["partner_key"])
        told: dict[str, tuple[Parcel, str]] = {}
        statuses: Counter[int] = Counter()
        async with partner.client() as client:
            largest = max(path.stat().st_size for path in tmp_path.glob("threshold.db*"))
            limit_files(service, largest + SLACK)
            refused: list[Parcel] = []
            for number in range(MOST):
                parcel = partner.parcel(f"full-{number}", ["orca_lift", "fresh_bucks"])
                answer = await post(client, parcel)
                statuses[answer.status_code] += 1
                if answer.status_code == 201:
                    told[parcel.key] = (parcel, answer.text)
                else:
                    refused.append(parcel)
                if len(refused) >= 10:
                    break
            assert set(statuses) == {201, 503}, statuses
            assert told
            assert (await client.get("/healthz")).status_code == 200
            limit_files(service, resource.RLIM_INFINITY)
            await taken_again(client, refused[0])
            # What was acknowledged is there under its key, and what was refused can be sent.
            for parcel, body in told.values():
                again = await post(client, parcel)
                assert (again.status_code, again.text) == (201, body)
                assert "idempotency-replayed" in again.headers
            for parcel in refused:
                assert (await post(client, parcel)).status_code == 201
        counted = json.loads(service.run("reconcile", "--json").stdout)
        assert all(agency["differences"] == [] for agency in counted["agencies"])


async def taken_again(client: httpx.AsyncClient, parcel: Parcel) -> None:
    """Space is back: so is the service, without a restart."""
    async with asyncio.timeout(60):
        while (await post(client, parcel)).status_code != 201:
            await asyncio.sleep(0.2)
