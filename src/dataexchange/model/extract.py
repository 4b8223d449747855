"""Extracts: answers to data queries that a worker makes as files, for those who do not want to wait on the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"  #: a worker makes it, or will
    READY = "ready"  #: the file can be fetched until it expires
    FAILED = "failed"  #: `reason` says why; whoever asks again sets it going again


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A data query as it was called: all that decides the bytes of its answer, beside what is published."""

    version: str  #: of the API: "v1", "v2"
    path: str
    query: str
    accept: str | None
    language: str | None
    #: The address of that version as the caller knows it.
    base_url: str

    @property
    def url(self) -> str:
        return f"{self.base_url}/data/{self.path}" + (f"?{self.query}" if self.query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """`id` is made of the question and the state of the exchange: the same question is the same extract until something is published."""

    id: str
    state: State
    question: Question
    asked_at: datetime
    #: A worker is at it until then.
    claimed_until: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    sha256: str | None = None
    size: int | None = None
    media_type: str | None = None
    reason: str | None = None

    def stands_at(self, moment: datetime) -> bool:
        """Whether its file can be fetched."""
        return self.state is State.READY and self.expires_at is not None and moment < self.expires_at

    def is_over_at(self, moment: datetime) -> bool:
        return self.expires_at is not None and moment >= self.expires_at
