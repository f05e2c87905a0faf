"""Counts and times for whoever watches the service; no label ever names a person or an address."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Metric

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LIMITS = [*map(str, BUCKETS), "+Inf"]
CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
GAUGES = {
    "outbox_waiting": "Rows of the outbox that are still to be sent",
    "outbox_needs_attention": "Rows of the outbox that a person has to look at",
    "outbox_oldest_seconds": "How long the oldest row has been due",
}


class Requests(Collector):
    """Every request's route, method and status, and how long it took. Nothing but this one thread
    counts; the library's own counters, safe for many, take five times as long."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._within: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        self._answers[route, method, status] += 1
        within = self._within.setdefault(route, [0] * (len(BUCKETS) + 1))
        within[bisect_left(BUCKETS, seconds)] += 1
        self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def collect(self) -> Iterator[Metric]:
        answers = CounterMetricFamily(
            "threshold_requests",
            "Requests by route, method and status",
            labels=("route", "method", "status"),
        )
        for (route, method, status), number in self._answers.items():
            answers.add_metric((route, method, str(status)), number)
        yield answers
        times = HistogramMetricFamily(
            "threshold_request_seconds",
            "Time from the first byte in to the last byte out",
            labels=("route",),
        )
        for route, within in self._within.items():
            counts = zip(LIMITS, accumulate(within), strict=True)
            times.add_metric((route,), [*counts], self._seconds[route])
        yield times


class Metrics:
    """The figures of one process; `/metrics` of several processes is asked one by one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Requests()
        self.registry.register(self.requests)
        self.gauges = {
            name: Gauge(f"threshold_{name}", text, registry=self.registry)
            for name, text in GAUGES.items()
        }

    def observe(self, route: object, method: str, status: int, seconds: float) -> None:
        """Count one request. A method nobody defined must not make new labels without end."""
        name = route if isinstance(route, str) else "unmatched"
        known = method if method in KNOWN_METHODS else "other"
        self.requests.observe(name, known, status, seconds)

    def text(self, figures: Mapping[str, float]) -> bytes:
        """The exposition, with the database's figures of this moment."""
        for name, value in figures.items():
            self.gauges[name].set(value)
        return generate_latest(self.registry)


KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
