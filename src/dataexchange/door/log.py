"""Log lines as JSON objects, one a line, for whatever collects them. docs/operate.md lists their fields."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

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


def marks() -> Mapping[str, str]:
    """What the present work is about: {"request": "6f1c…"}."""
    return _ABOUT.get() or {}


class JsonLines(logging.Formatter):
    """`{"time": "2026-11-22T16:20:00.123Z", "level": "info", "event": "request", "status": 200, …}`"""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **marks(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def log_settings(level: str) -> dict[str, Any]:
    """For `logging.config`, here and in the processes that uvicorn starts: every line of the process as JSON to standard error.

    Our own log and the server's say what `level` asks for. The job queue tells of every look into it at "info": that is for "debug".
    """
    ours, quiet = level.upper(), level.upper() if level in ("debug", "error") else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "dataexchange.door.log.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "dataexchange": {"level": ours},
            "uvicorn": {"level": ours},
            # Says of each request less than `door.requests` does.
            "uvicorn.access": {"level": "CRITICAL"},
            "huey": {"level": quiet},
        },
    }


def log_to_stderr(level: str) -> None:
    """All of this process's log as JSON lines, Python's own warnings among them."""
    logging.config.dictConfig(log_settings(level))
    logging.captureWarnings(True)
