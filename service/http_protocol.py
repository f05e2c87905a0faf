"""uvicorn's HTTP protocol with what it lacks: deadlines for slow clients, headers on refusals."""

from __future__ import annotations

import secrets
from collections import deque
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.edge import WHOLE
from service.errors import Malformed
from service.problem import MEDIA_TYPE, problem_bytes
from service.security.headers import complete, security_headers

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

# From the first byte of a request, or the opening of the connection, to the end of its headers.
HEADER_SECONDS = 10.0
# To the end of its body. A route that reads the body has its own, shorter one.
MESSAGE_SECONDS = 30.0
# For a client that takes its answer too slowly, counted from the end of the answer.
DRAIN_SECONDS = 20.0
# The same where no rest comes before it: more waits to be sent, or the connection ends anyway.
STUCK_SECONDS = 40.0
# llhttp sets no bound on all headers together.
HEADER_BYTES = 32 * 1024
HEADER_LINES = 100
# Requests that came before those they follow were answered. Browsers and proxies wait instead.
MOST_QUEUED = 100
# What comes as headers after a body is no part of the request, and kept by nobody.
NOWHERE: deque[tuple[bytes, bytes]] = deque(maxlen=0)


class PatientProtocol(HttpToolsProtocol):
    """Waits for a request as long as a poor connection needs, and no longer."""

    https = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._headers_done = True
        self._message_done = True
        # What came of headers that have not ended, and whether the same piece held another's end.
        self._unread = 0
        self._one_ended = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """uvicorn narrows the type in the same way."""
        super().connection_made(transport)
        self._arm(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        self._goes_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Most requests come whole in one piece and never meet a timer."""
        was_open, self._one_ended = not self._message_done, False
        super().data_received(data)
        self._wait_for_more(was_open=was_open)
        if not self._headers_done and not self._one_ended:
            self._unread += len(data)
            if self._unread > HEADER_BYTES and not self.transport.is_closing():
                self.send_400_response("more headers than any browser sends")

    def on_message_begin(self) -> None:
        self._headers_done = self._message_done = False
        self._unread = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Raises ValueError, which the parser tells as a request that is none."""
        size = len(self.url) + sum(map(len, chain.from_iterable(self.headers)))
        if size > HEADER_BYTES or len(self.headers) > HEADER_LINES:
            raise ValueError("more headers than any browser sends")
        if len(self.pipeline) >= MOST_QUEUED:
            raise ValueError("more requests at once than any browser sends")
        super().on_headers_complete()
        self.headers = NOWHERE  # type: ignore[assignment]  # it only appends
        self._headers_done = True
        if self._deadline is not None:
            self._arm(MESSAGE_SECONDS)

    def on_message_complete(self) -> None:
        self._message_done = self._one_ended = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._arm(STUCK_SECONDS)

    def pause_writing(self) -> None:
        """The client has not taken what it was sent; whoever never does must not stay."""
        super().pause_writing()
        self._stuck = self.loop.call_later(STUCK_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._goes_on()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """A resting connection ends; one that still takes its answer gets a while to finish."""
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > 0:
            self.loop.call_later(DRAIN_SECONDS, self.transport.abort)
        super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses gets the same headers and shape as every other answer."""
        self._disarm()
        request_id = secrets.token_hex(8)
        body = problem_bytes(Malformed("malformed_http"), request_id)
        headers = complete(
            [
                (b"content-type", MEDIA_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
            security_headers(https=self.https),
            request_id.encode(),
        )
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join([STATUS_LINE[400], *lines, b"\r\n", body]))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        scope: Any = cycle.scope
        scope["extensions"] = {WHOLE: partial(self.send_whole, cycle)}
        super()._start_asgi_task(cycle, app)

    async def send_whole(
        self, cycle: RequestResponseCycle, status: int, head: bytes, body: bytes
    ) -> None:
        """A whole answer in one write: what uvicorn does with two messages, whose headers it looks
        through one by one. The edge has looked, and knows the length of the body."""
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        last = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        shown = b"" if cycle.scope["method"] == "HEAD" else body
        usual = [b"%b: %b\r\n" % header for header in cycle.default_headers]
        self.transport.write(b"".join([STATUS_LINE[status], *usual, head, last, shown]))
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def _wait_for_more(self, *, was_open: bool) -> None:
        """No connection rests here without a timer but while its request is answered."""
        if self.transport.is_closing():
            self._arm(STUCK_SECONDS)
        elif not self._message_done:
            if not was_open:
                self._arm(MESSAGE_SECONDS if self._headers_done else HEADER_SECONDS)
        elif self.cycle is not None and not self.cycle.response_complete:
            self._disarm()
        elif was_open or self._deadline is None:
            # An empty line, or the rest of a body after its answer, ended uvicorn's own waiting.
            self._arm(HEADER_SECONDS)

    def _goes_on(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        """Nothing is said to a client that is not listening; the connection just ends."""
        self._deadline = None
        self.transport.abort()


class PatientHttpsProtocol(PatientProtocol):
    """The same behind a public https address: its refusals carry HSTS too."""

    https = True
