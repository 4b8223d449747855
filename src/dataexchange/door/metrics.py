"""What an operator's Prometheus reads at /metrics: counts of this service's requests, and facts of the exchange.

Several API processes behind one port count into files of one folder, which `serve` makes and names in PROMETHEUS_MULTIPROC_DIR before
they start; whichever is asked adds them up. Facts are read from the database at that moment, so every process says the same.
No label says who: routes are templates, methods and statuses a closed list.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Scope

from dataexchange.door.exchange import Exchange
from dataexchange.store.database import reading
from dataexchange.store.facts import Facts, facts

log = logging.getLogger("dataexchange.metrics")

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_LONGEST = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_API = "/api/v1/"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# A time of birth for every series of counts would double their number.
disable_created_metrics()  # type: ignore[no-untyped-call]
_OWN = CollectorRegistry()
_REQUESTS = Counter(
    "dataexchange_requests", "Requests that were answered.", ("route", "method", "status"), registry=_OWN
)
_SECONDS = Histogram(
    "dataexchange_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ("route",),
    buckets=_LONGEST,
    registry=_OWN,
)
_RECEIVED = Counter("dataexchange_received_bytes", "Bodies of requests: what was uploaded.", registry=_OWN)

_REFUSED = Counter(
    "dataexchange_refused",
    "Requests that would have passed a limit: too often (rate), too much (size), too much waiting (waiting).",
    ("limit",),
    registry=_OWN,
)

#: Looking up a metric by its labels takes longer than adding to it.
_counters: dict[tuple[str, str, int], tuple[Any, Any]] = {}


def note(scope: Scope, status: int, seconds: float) -> None:
    """Count a request that was answered. Some microseconds: every request pays it."""
    key = (route_of(scope), scope["method"] if scope["method"] in _METHODS else "other", status)
    found = _counters.get(key)
    if found is None:
        route, method, _ = key
        found = _counters[key] = (_REQUESTS.labels(route, method, str(status)), _SECONDS.labels(route))
    found[0].inc()
    found[1].observe(seconds)


def received(size: int) -> None:
    """Count bytes of a body as they come."""
    _RECEIVED.inc(size)


def refused(limit: str) -> None:
    """Count a request that a limit stood against."""
    _REFUSED.labels(limit).inc()


def route_of(scope: Scope) -> str:
    """`/api/v1/releases/{number}`; `/sdmx/v2/data` as its door says; "other" for what no door answers."""
    said = scope["state"].get("route") or getattr(scope.get("route"), "path", None)
    if not isinstance(said, str) or not said:
        return "other"
    # A route knows its own words, and not those of the router that it stands in.
    inside = scope["path"].startswith(_API) and not said.startswith(_API)
    return f"{_API}{said.lstrip('/')}" if inside else said


def exposition(exchange: Exchange) -> bytes:
    """Everything, in Prometheus' text. Where the database does not answer, that is one of the facts."""
    registry = CollectorRegistry()
    registry.register(_Exchange(exchange))
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(_OWN)


class _Exchange(Collector):
    """The facts as metrics."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def collect(self) -> Iterator[Metric]:
        try:
            with reading(self._exchange.engine) as conn:
                found = facts(conn)
        except Exception as error:
            log.error("no facts for metrics", exc_info=error)
            yield _gauge("dataexchange_database_up", "Whether the database answers.", 0)
            return
        yield _gauge("dataexchange_database_up", "Whether the database answers.", 1)
        yield from _told(found)


def _told(found: Facts) -> Iterator[Metric]:
    now = datetime.now(UTC)
    yield _by("dataexchange_submissions", "Submissions on record.", "status", found.submissions)
    yield _gauge("dataexchange_queue_length", "Submissions that wait for a worker.", found.queued)
    yield _gauge("dataexchange_submissions_held", "Submissions that a worker is at.", found.held)
    waited = (now - found.waiting_since).total_seconds() if found.waiting_since else 0
    yield _gauge("dataexchange_queue_oldest_seconds", "How long the oldest has waited, or been worked at.", waited)
    yield CounterMetricFamily("dataexchange_releases", "Releases on record.", found.releases)
    yield _gauge(
        "dataexchange_observations", "Observations that the last release of each dataset holds.", found.observations
    )
    yield _by("dataexchange_extracts", "Extracts on record.", "state", {s.value: n for s, n in found.extracts.items()})
    yield _gauge("dataexchange_extract_bytes", "What the files of extracts take.", found.extract_bytes)
    waited = (now - found.extracts_since).total_seconds() if found.extracts_since else 0
    yield _gauge("dataexchange_extracts_oldest_seconds", "How long the oldest extract that waits has waited.", waited)
    yield _by("dataexchange_harvests", "Runs over national sources on record.", "outcome", found.harvests)
    for name, told, moment in (
        ("dataexchange_last_release_timestamp_seconds", "When the last release was published.", found.last_release_at),
        (
            "dataexchange_harvest_oldest_success_timestamp_seconds",
            "The last good run of the source for which that is the longest ago.",
            found.harvested_since,
        ),
    ):
        if moment is not None:
            yield _gauge(name, told, moment.timestamp())


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, told, value)


def _by(name: str, told: str, label: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=[label])
    for value, n in sorted(counts.items()):
        family.add_metric([value], n)
    return family
