"""Fetch what a source answers now, and keep it: every answer under its hash, whole or not at all. No database is open meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

from dataexchange.errors import Declined, Unreachable
from dataexchange.model.harvest import Answered, Harvest
from dataexchange.model.source import Format, Source
from dataexchange.remote.http import Fetched, Patience, fetch
from dataexchange.remote.sdmx_service import Request, data_requests, structure_request
from dataexchange.store import files
from dataexchange.workflow.progress import Progress, silent


@dataclass(slots=True)
class Gathered:
    """What a run has asked for and fetched so far. `requests` and `retries` count those that came to nothing as well; `received` counts
    bytes that moved, decoded; answers of status 304 move none."""

    answers: list[Answered] = field(default_factory=list)
    structures: Answered | None = None
    requests: int = 0
    received: int = 0
    retries: int = 0

    @property
    def facts(self) -> Mapping[str, Any]:
        return {
            "requests": self.requests,
            "not_modified": sum(a.status == HTTPStatus.NOT_MODIFIED for a in self.answers),
            "received": self.received,
            "retries": self.retries,
        }

    @property
    def kept(self) -> tuple[Answered, ...]:
        return (*self.answers, *((self.structures,) if self.structures else ()))


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: with which bearer token, and how it waits between two requests."""

    token: str | None = None
    sleep: Callable[[float], None] = time.sleep


def gather(
    home: Path,
    source: Source,
    last: Harvest | None,
    gathered: Gathered,
    asker: Asker,
    *,
    force: bool = False,
    progress: Progress = silent,
) -> None:
    """Fetch all answers; where the source says that one has not changed since the `last` good run, its kept bytes stand for it.

    Where it says so of other bytes than those (304, and another ETag than was asked with), they are asked for without condition.
    """
    before = {} if force or last is None else {a.url: a for a in last.answers if files.path_of(a.sha256, home).exists()}
    requests = data_requests(source)
    for number, request in enumerate(requests, 1):
        if number > 1:
            asker.sleep(source.pause)
        progress(f"Fetching {request.name} ({number} of {len(requests)})")
        gathered.answers.append(_gather_one(home, source, request, before.get(request.url), gathered, asker))


def gather_structures(home: Path, source: Source, gathered: Gathered, asker: Asker) -> None:
    gathered.structures = _gather_one(home, source, structure_request(source), None, gathered, asker)


def _gather_one(
    home: Path,
    source: Source,
    request: Request,
    before: Answered | None,
    gathered: Gathered,
    asker: Asker,
) -> Answered:
    headers = {"Accept": request.accept, **_conditions(before)}
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"

    def wait(seconds: float) -> None:
        asker.sleep(seconds)
        gathered.retries += 1

    patience = Patience(source.attempts, source.timeout, source.patience, sleep=wait)
    # Where `files.sweep` finds it, should this process end now.
    part = home / "files" / f"part-{uuid4().hex}"
    part.parent.mkdir(parents=True, exist_ok=True)
    gathered.requests += 1
    fetched = fetch(request.url, part, headers=headers, limit_bytes=source.limit_bytes, patience=patience)
    if fetched.status == HTTPStatus.NOT_MODIFIED:
        if before is None:
            raise Unreachable(
                f"{request.url} answered 304 although nothing was asked for on condition: ask its operator."
            )
        if not _is_of(before, fetched):
            return _gather_one(home, source, request, None, gathered, asker)
        # Its validators stay those that came with the bytes.
        status, now = HTTPStatus.NOT_MODIFIED.value, datetime.now(UTC)
        return replace(before, status=status, fetched_at=now, attempts=fetched.attempts)
    gathered.received += fetched.size
    try:
        if source.format is Format.CSV and not fetched.framed:
            raise Declined(f"{request.url} does not say where its answer ends; ask it for another `format`.")
        return _answered(request, fetched, files.keep(part, home))
    finally:
        part.unlink(missing_ok=True)


def _conditions(before: Answered | None) -> dict[str, str]:
    if before is None:
        return {}
    given = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified}
    return {name: value for name, value in given.items() if value}


def _is_of(before: Answered, fetched: Fetched) -> bool:
    """Whether a 304 is about the bytes that it was asked about, as far as it says."""
    etag = fetched.headers.get("etag")
    if before.etag and etag:
        return etag.removeprefix("W/") == before.etag.removeprefix("W/")
    changed = fetched.headers.get("last-modified")
    return bool(before.etag) or changed in (None, before.last_modified)


def _answered(request: Request, fetched: Fetched, digest: str) -> Answered:
    return Answered(
        name=request.name,
        url=request.url,
        status=fetched.status,
        sha256=digest,
        size=fetched.size,
        fetched_at=datetime.now(UTC),
        attempts=fetched.attempts,
        etag=fetched.headers.get("etag"),
        last_modified=fetched.headers.get("last-modified"),
    )
