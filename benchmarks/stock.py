"""What the requests need to be there: a filled-in form, copies of it, and a thousand cases.

One draft is walked through the real pages and one application is sent through the real interface;
their rows are then copied, each sealed anew under its own id, because a thousand walks would take
longer than everything that is measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from benchmarks.load import Request
from forms import Flow
from service import db
from service.actions import drafts
from service.clock import Clock
from service.ids import time_ordered_id
from service.security.blind_index import blind_index
from service.security.csrf import csrf_token
from service.security.references import new_reference
from service.security.sessions import DOORS, find_session
from service.services import Services, load_services
from service.settings import Settings
from tests.programs.story import FACTS
from tests.service.resident.walking import SINGLE, begin, walk
from tests.support.browsing import FORM, Browser, FormSeen
from tests.support.servers import Service

PULLED, AGENCY, PROGRAM = 1000, "king_county_metro", "orca_lift"
PAGE = "/benefits/apply/rent"
ANSWERS = {
    **SINGLE,
    "tenure": {"tenure": "renter"},
    "rent": {"rent": "1,850", "rent-period": "month"},
    "bills": {"bills": ["heating", "electricity"]},
}
CHOSEN = ["orca_lift", "fresh_bucks"]
JSON = {"Content-Type": "application/json"}
GIVE_BACK = "update referrals set lease = null, state = 'queued' where state = 'offered'"
COPY_APPLICATION = """
insert into applications (id, state, revision, version, source, partner, language, safe_to_write,
  created_at, updated_at, submitted_at)
values (?, 'submitted', 0, 1, 'partner', 'benchmark', 'en', ?, ?, ?, ?)
"""
COPY_REFERRAL = """
insert into referrals (id, application_id, program, agency, state, version, acknowledged_version,
  waiting, granted, urgent, filed_at, due_on)
values (?, ?, ?, ?, 'queued', 1, 0, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Window:
    """One resident's browser: a draft of its own, its cookie and its form token."""

    cookie: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Walked:
    """The forms of the one real walk, with every field as a browser would send it."""

    answer: FormSeen
    send: FormSeen


class Stock:
    """Prepared requests against one running service whose database is open here too."""

    def __init__(self, service: Service) -> None:
        self.service = service
        settings = Settings.from_env(service.settings)
        self.services: Services = load_services(settings, Clock(settings.now_offset))
        self.keys = service.demo()
        self.fields: dict[str, list[str]] = {}

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    async def walk(self) -> Walked:
        """From the first page to the signature, with nothing but pages."""
        async with self._client() as client:
            browser = Browser(client)
            page = await walk(await begin(browser), ANSWERS)
            page = await page.form().fill(choose=CHOSEN).submit("Continue with")
            page = await walk(page, {}, until="/benefits/check")
            page = await page.form("/benefits/check").submit()
            sign = page.form().fill(consent=page.form().options("consent"), signature="Luz Prado")
            rent = (await browser.get(PAGE)).form()
            return Walked(rent, sign)

    async def windows(self, count: int) -> list[Window]:
        """Copies of the walked draft, each with a session and a reference."""
        row = await db.fetch_one("select id from applications where state = 'draft'")
        assert row is not None, "the walk left no draft"
        walked = await drafts.read(self.services, row["id"])
        assert walked is not None, "the walked draft was sent"
        return [await self._copy(walked.flow) for _ in range(count)]

    async def _copy(self, flow: Flow) -> Window:
        token = await drafts.start(self.services, None, "en", self.now)
        session = await find_session(token, "benefits", self.now)
        assert session is not None
        held = await drafts.read(self.services, session.subject)
        assert held is not None
        await drafts.save(
            self.services, held, lambda new: new.with_draft(flow.draft), "en", self.now
        )
        reference, keyring = new_reference(), self.services.keyring
        sealed = keyring.seal(
            reference.encode(), table="applications", column="reference", row_id=session.subject
        )
        await db.execute(
            "update applications set reference = ?, reference_index = ? where id = ?",
            sealed,
            blind_index(keyring, "reference", reference),
            session.subject,
        )
        return Window(f"{DOORS['benefits'].cookie}={token}", csrf_token(session))

    def sign_page(self, window: Window, walked: Walked) -> Request:
        """The page the signed form stands on; a resident has it open before sending."""
        return Request("GET", urlsplit(walked.send.page.url).path, {"Cookie": window.cookie})

    async def cases(self) -> None:
        """As many waiting cases of one agency as one pull may take."""
        async with self._client() as client:
            sent = await client.post(
                "/api/v1/applications",
                content=json.dumps(await self.send_body([PROGRAM])),
                headers={**self.partner_headers, "Idempotency-Key": "stock"},
            )
        sent.raise_for_status()
        row = await db.fetch_one("select * from referrals where program = ?", PROGRAM)
        assert row is not None
        keyring, now = self.services.keyring, self.now
        granted = keyring.open_json(
            bytes(row["granted"]), table="referrals", column="granted", row_id=row["id"]
        )
        applications, referrals = [], []
        for _ in range(PULLED):
            application, referral = time_ordered_id(), time_ordered_id()
            sealed = keyring.seal_json(
                granted, table="referrals", column="granted", row_id=referral
            )
            applications.append((application, True, now, now, now))
            place = (referral, application, PROGRAM, AGENCY, True, sealed, False)
            referrals.append((*place, row["filed_at"], row["due_on"]))
        await db.execute_many(COPY_APPLICATION, applications)
        await db.execute_many(COPY_REFERRAL, referrals)

    async def give_back(self) -> None:
        """Every pulled case waits again."""
        await db.execute(GIVE_BACK)

    @property
    def partner_headers(self) -> dict[str, str]:
        return {**JSON, "Authorization": f"Bearer {self.keys['partner_key']}"}

    async def send_body(self, programs: Sequence[str]) -> dict[str, Any]:
        """The family of four, sent by a partner."""
        if not self.fields:
            async with self._client() as client:
                listed = (await client.get("/api/v1/programs")).raise_for_status().json()
            self.fields = {each["id"]: each["fields"] for each in listed["items"]}
        return {
            "facts": FACTS,
            "programs": list(programs),
            "consents": [{"program": each, "fields": self.fields[each]} for each in programs],
            "signature": {"name": "Elena Ruiz"},
            "contact": {"name": "Elena Ruiz", "safe_to_write": True},
            "language": "es",
        }

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.service.url, trust_env=False, timeout=30.0)

    # ---- requests -------------------------------------------------------------------------------

    def answer(self, window: Window, walked: Walked) -> Request:
        """The page of the rent, as this window would send it."""
        return self._post(window, walked.answer, {"_csrf": window.csrf})

    def send(self, window: Window, walked: Walked) -> Request:
        """The signed form; a copied draft was saved once."""
        return self._post(window, walked.send, {"_csrf": window.csrf, "revision": "1"})

    def _post(self, window: Window, form: FormSeen, own: dict[str, str]) -> Request:
        fields = [(name, own.get(name, value)) for name, value in form.successful()]
        headers = {**FORM, "Cookie": window.cookie, "Origin": self.service.url}
        return Request("POST", urlsplit(form.action).path, headers, urlencode(fields).encode())

    def pull(self) -> Request:
        """All waiting cases of the agency at once."""
        keys = {each["id"]: each["api_key"] for each in self.keys["agencies"]}
        headers = {**JSON, "Authorization": f"Bearer {keys[AGENCY]}"}
        body = json.dumps({"limit": PULLED, "lease_seconds": 3600}).encode()
        return Request("POST", "/api/v1/referrals/pull", headers, body)

    def screening(self) -> Request:
        """Every program of the city for the family of four."""
        body = json.dumps({**FACTS, "on": "2026-11-22"}).encode()
        return Request("POST", "/api/v1/screenings", JSON, body)
