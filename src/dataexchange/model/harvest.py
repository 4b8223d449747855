"""Harvests: runs over a source of national series, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    WANTED = "wanted"  #: asked for; a worker takes it up
    RUNNING = "running"
    PUBLISHED = "published"  #: a new vintage, in one release
    UNCHANGED = "unchanged"  #: the source has nothing new; nothing was touched
    FAILED = "failed"  #: `message` says why; the vintage before is still the one that is served
    INTERRUPTED = "interrupted"  #: its process ended in the middle; the vintage before is still served


#: After these the answers that were kept are the vintage that is served.
GOOD = frozenset({Outcome.PUBLISHED, Outcome.UNCHANGED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One address that was fetched: its bytes are kept under `sha256`. `status` 304: they are those of an earlier run."""

    name: str
    url: str
    status: int
    sha256: str
    size: int
    fetched_at: datetime
    attempts: int = 1
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """One run. `message` is a sentence: what is being done while it runs, what came of it afterwards."""

    id: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    release: int | None
    report_hash: str | None
    message: str
    #: Who asked for it, as the audit log has it.
    asked_by: str
    #: Origin, licence and counts: {"provider": "KG_NSC", "licence": "CC-BY-4.0", "requests": 3, …}.
    facts: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()
