"""The tripwire itself: what it watches, it finds; and after a send nothing stands in the clear."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from service import db
from service.logs import log
from service.services import Services
from tests.service.exchange.conftest import Api, Sending
from tests.support.canaries import Leak, Watch, check_log, watching
from tests.support.databases import Databases


def test_a_name_in_a_log_line_is_found(canaries: Watch) -> None:
    with pytest.raises(Leak, match="Luz Prado"), watching(pytest.MonkeyPatch()):
        log.error("x", code="Luz Prado")
    with pytest.raises(Leak, match="ana@example"), watching(pytest.MonkeyPatch()):
        logging.getLogger("threshold.x").warning("for %s", "ana@example.org")
    assert len(canaries.seen) == 2
    canaries.seen.clear()


async def test_pay_in_an_address_is_found(client: httpx.AsyncClient, canaries: Watch) -> None:
    await client.get("/programs?income=61200")
    with pytest.raises(Leak, match="61200"):
        canaries.check()
    canaries.seen.clear()


async def test_a_secret_in_a_column_or_in_the_file_is_found(
    services: Services,
    partner: Api,
    a_send: Sending,
    canaries: Watch,
    database_maker: Databases,
) -> None:
    secret = (await partner.send(a_send(["orca_lift"]))).json()["secret"]
    assert secret in canaries.secrets
    # Not the real one: what was written once stands in SQLite's log for a while.
    await db.execute("update applications set partner = 'says 4071555301928846'")
    canaries.secrets.add("4071555301928846")
    await canaries.read_database(services.settings, await database_maker.filled())
    with pytest.raises(Leak, match=r"applications\.partner"):
        canaries.check()
    if db.dialect() == "sqlite":
        with pytest.raises(Leak, match=r"threshold\.db"):
            canaries.check()
    canaries.seen.clear()
    canaries.secrets.clear()


async def test_after_a_send_the_file_and_its_log_hold_nothing_in_the_clear(
    services: Services,
    partner: Api,
    metro: Api,
    a_send: Sending,
    canaries: Watch,
    database_maker: Databases,
) -> None:
    await partner.send(a_send())
    assert (await (await metro.pull()).ack()).status_code == 200
    await canaries.read_database(services.settings, await database_maker.filled())
    assert len(canaries.secrets) >= 3
    assert {"referrals.granted", "outbox.key", "audit_entries.detail"} <= {
        place for place, _text in canaries.seen
    }
    canaries.check()


def test_the_log_of_a_process_is_read_line_by_line(tmp_path: Path) -> None:
    written = tmp_path / "service.log"
    written.write_text('{"event": "request"}\n{"event": "600 4th Ave"}\n', encoding="utf-8")
    with pytest.raises(Leak, match=r"service\.log:2"):
        check_log(written)
