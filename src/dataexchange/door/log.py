"""Log lines as JSON objects, one a line, for whatever collects them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

#: What the present work is about; every line that is logged meanwhile says so.
_ABOUT: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """`with about(submission="3f2a9c81d04e"):` marks the lines that are logged within."""
    token = _ABOUT.set({**(_ABOUT.get() or {}), **fields})
    try:
        yield
    finally:
        _ABOUT.reset(token)


class JsonLines(logging.Formatter):
    """`{"time": "2026-11-22T16:20:00.123Z", "level": "info", "event": "request", "status": 200, …}`"""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **(_ABOUT.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def log_to_stderr(level: str, *, others: tuple[str, ...] = ()) -> None:
    """Our own log as JSON lines to standard error; `others` are loggers of libraries that are to join in."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("dataexchange", *others):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level.upper())
        logger.propagate = False
