"""Counts and times for whoever watches the service; no label ever names a person or an address."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from collections.abc import Mapping

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
GAUGES = {
    "outbox_waiting": "Rows of the outbox that are still to be sent",
    "outbox_needs_attention": "Rows of the outbox that a person has to look at",
    "outbox_oldest_seconds": "How long the oldest row has been due",
}


class Metrics:
    """The figures of one process; `/metrics` of several processes is asked one by one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "threshold_requests",
            "Requests by route, method and status",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "threshold_request_seconds",
            "Time from the first byte in to the last byte out",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.gauges = {
            name: Gauge(f"threshold_{name}", text, registry=self.registry)
            for name, text in GAUGES.items()
        }
        self._counter = lru_cache(2048)(self.requests.labels)
        self._timer = lru_cache(512)(self.seconds.labels)

    def observe(self, route: object, method: str, status: int, seconds: float) -> None:
        """Count one request. A method nobody defined must not make new labels without end."""
        name = route if isinstance(route, str) else "unmatched"
        known = method if method in KNOWN_METHODS else "other"
        self._counter(name, known, str(status)).inc()
        self._timer(name).observe(seconds)

    def text(self, figures: Mapping[str, float]) -> bytes:
        """The exposition, with the database's figures of this moment."""
        for name, value in figures.items():
            self.gauges[name].set(value)
        return generate_latest(self.registry)


KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
