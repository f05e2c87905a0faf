"""The agency at work: pull, store, acknowledge, decide; slow, dead or wrong when told to be."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from service.demo_agency.hints import Hints

if TYPE_CHECKING:
    from service.demo_agency.inbox import Inbox

Case = dict[str, Any]
LIMIT, LEASE_SECONDS = 100, 60
SLOW_SECONDS = 3.0
TROUBLE_SECONDS = 0.3
LONGEST_TROUBLE = 3.0
DAYS_TO_REPLY = 10
LOOK_SECONDS = 1.0
QUESTION = "Please tell us in your own words how much you were paid in the last 30 days."


class KeyRefused(Exception):
    """The service answered 401."""


class Trouble(Exception):
    """The service is away or answered 5xx: try again."""


@dataclass(slots=True)
class Agency:
    """One agency. `decide` is auto (by the screening), approve, deny, ask or none."""

    id: str
    url: str
    key: str
    inbox: Inbox
    mode: str = "ok"
    decide: str = "auto"
    poll: float = 1.0
    port: int | None = None
    transport: httpx.AsyncBaseTransport | None = None
    asked: dict[str, Case] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    _next_look: float = 0.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until cancelled. Trouble with the service is waited out."""
        hints = Hints(self.mode, self._wake.set)
        async with httpx.AsyncClient(
            base_url=self.url,
            headers={"authorization": f"Bearer {self.key}"},
            transport=self.transport,
            trust_env=False,
            timeout=30.0,
        ) as client:
            try:
                await self._begin(client, hints)
                if self.mode == "dead":
                    await asyncio.Event().wait()
                await self._work(client)
            finally:
                await hints.close()

    async def _begin(self, client: httpx.AsyncClient, hints: Hints) -> None:
        if self.port is not None:
            port = await hints.listen(self.port)
            address = {"url": f"http://127.0.0.1:{port}/hints"}
            hints.keys = (await self._patiently(client, "PUT", "/webhook", address)).json()["keys"]
        programs = await self._patiently(client, "GET", "/programs")
        self.reasons = {each["id"]: list(each["reasons"]) for each in programs.json()["items"]}
        self._say(f"ready ({self.mode}), {len(self.inbox)} in the inbox")

    async def _work(self, client: httpx.AsyncClient) -> None:
        pause = TROUBLE_SECONDS
        while True:
            self._wake.clear()
            try:
                more = await self._round(client)
                pause = TROUBLE_SECONDS
            except Trouble:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_TROUBLE)
                continue
            if not more:
                await self._rest()

    async def _rest(self) -> None:
        """Until a hint or the next look."""
        try:
            async with asyncio.timeout(self.poll):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _round(self, client: httpx.AsyncClient) -> bool:
        """One pull and all that follows; True when there may be more."""
        body = {"limit": LIMIT, "lease_seconds": LEASE_SECONDS}
        pulled = await self._call(client, "POST", "/referrals/pull", body)
        answer = pulled.json()
        cases: list[Case] = answer["referrals"]
        if self.mode == "wrong" and cases:
            await self._misbehave(client, answer, pulled.content)
            return False
        if self.mode == "slow" and cases:
            await asyncio.sleep(SLOW_SECONDS)
        new = self.inbox.add(cases)
        if cases:
            receipt = {
                "lease": answer["lease"],
                "ids": [case["id"] for case in cases],
                "count": answer["count"],
                "sha256": hashlib.sha256(pulled.content).hexdigest(),
            }
            acknowledged = await self._call(client, "POST", "/referrals/ack", receipt)
            self._say(f"pulled {len(cases)}, new {len(new)}, ack {acknowledged.status_code}")
        for case in new:
            await self._settle(client, case)
        await self._look_for_replies(client)
        return len(cases) == LIMIT

    # ---- answers to residents -------------------------------------------------------------------

    async def _settle(self, client: httpx.AsyncClient, case: Case) -> None:
        if self.decide == "none" or not self.inbox.is_newest(case):
            return
        wish = self._wish(case)
        if wish == "ask":
            due = date.fromisoformat(case["filed_at"][:10]) + timedelta(days=DAYS_TO_REPLY)
            question = {"items": [], "due_on": due.isoformat(), "text": QUESTION}
            asked = await self._call(client, "POST", f"/referrals/{case['id']}/requests", question)
            if asked.status_code < 300:
                self.asked[case["id"]] = case
            return
        await self._decide(client, case, wish)

    def _wish(self, case: Case) -> str:
        """What a person might do who believes the screening. Real agencies look for themselves."""
        if self.decide != "auto":
            return self.decide
        outcomes = {each["outcome"] for each in case["screening"]}
        if "likely" in outcomes:
            return "approve"
        return "ask" if "unclear" in outcomes else "deny"

    async def _decide(self, client: httpx.AsyncClient, case: Case, wish: str) -> None:
        decision: dict[str, Any] = {"version": case["version"], "outcome": "approved"}
        reasons = self.reasons.get(case["program"], [])
        if wish == "deny" and reasons:
            decision = {"version": case["version"], "outcome": "denied", "reason": reasons[0]}
        path = f"/referrals/{case['id']}/decision"
        answer = await self._call(client, "POST", path, decision)
        self._say(f"{decision['outcome']} {case['program']}: {answer.status_code}")

    async def _look_for_replies(self, client: httpx.AsyncClient) -> None:
        if not self.asked or time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        for referral, case in list(self.asked.items()):
            standing = (await self._call(client, "GET", f"/referrals/{referral}")).json()
            if standing["state"] == "in_review":
                del self.asked[referral]
                await self._decide(client, {**case, "version": standing["version"]}, "approve")
            elif standing["state"] != "information_requested":
                del self.asked[referral]

    # ---- mischief -------------------------------------------------------------------------------

    async def _misbehave(self, client: httpx.AsyncClient, answer: Case, body: bytes) -> None:
        """Receipts and decisions that must all be refused; nothing is stored or acknowledged."""
        ids = [case["id"] for case in answer["referrals"]]
        right = {
            "lease": answer["lease"],
            "ids": ids,
            "count": answer["count"],
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        tries = [
            ("/referrals/ack", {**right, "sha256": hashlib.sha256(b"other").hexdigest()}),
            ("/referrals/ack", {**right, "count": right["count"] + 1}),
            ("/referrals/ack", {**right, "ids": [*ids, str(uuid4())]}),
            ("/referrals/ack", {**right, "lease": str(uuid4())}),
            (f"/referrals/{uuid4()}/decision", {"version": 1, "outcome": "approved"}),
            (f"/referrals/{ids[0]}/decision", {"version": 1, "outcome": "approved"}),
        ]
        codes = []
        for path, wrong in tries:
            codes.append((await self._call(client, "POST", path, wrong)).status_code)
        self._say(f"wrong on cue, refused with {codes}")

    # ---- calls ----------------------------------------------------------------------------------

    async def _patiently(
        self, client: httpx.AsyncClient, method: str, path: str, body: object = None
    ) -> httpx.Response:
        """A call at the start: the service may not be up yet."""
        while True:
            try:
                return await self._call(client, method, path, body)
            except Trouble:
                await asyncio.sleep(TROUBLE_SECONDS)

    async def _call(
        self, client: httpx.AsyncClient, method: str, path: str, body: object = None
    ) -> httpx.Response:
        try:
            answer = await client.request(method, f"/api/v1{path}", json=body)
        except httpx.HTTPError as error:
            raise Trouble(type(error).__name__) from None
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise KeyRefused
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Trouble(f"answered {answer.status_code}")
        return answer

    def _say(self, words: str) -> None:
        sys.stdout.write(f"{self.id}: {words}\n")
        sys.stdout.flush()
