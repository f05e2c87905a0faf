"""A small HTTP/1.1 load generator: keep-alive connections, prepared requests, status counts."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LONGEST_ANSWER = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """One prepared request. `body` is sent as it is."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, host: str) -> bytes:
        """The bytes on the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower case names, the last one wins) and body of one response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of requests gave. Seconds are wall-clock."""

    statuses: Counter[int]
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """A latency quantile in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """One response with a Content-Length or a chunked body."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    status = int(first.split(" ", 2)[1])
    if headers.get("transfer-encoding") == "chunked":
        return Answer(status, headers, await _read_chunks(reader))
    length = int(headers.get("content-length", "0"))
    return Answer(status, headers, await reader.readexactly(length) if length else b"")


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readline()).strip() or b"0", 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


async def _client(
    host: str, port: int, queue: Iterable[Request], counts: Counter[int], times: list[float]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        for request in queue:
            began = time.perf_counter()
            writer.write(request.encode(f"{host}:{port}"))
            answer = await asyncio.wait_for(read_answer(reader), LONGEST_ANSWER)
            times.append(time.perf_counter() - began)
            counts[answer.status] += 1
            if answer.headers.get("connection", "").lower() == "close":
                writer.close()
                reader, writer = await asyncio.open_connection(host, port)
    finally:
        writer.close()


async def run_load(host: str, port: int, queues: Sequence[Sequence[Request]]) -> Run:
    """One client for each queue; a client sends its own requests one after another."""
    counts: Counter[int] = Counter()
    times: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_client(host, port, queue, counts, times) for queue in queues))
    return Run(counts, time.perf_counter() - began, times)
