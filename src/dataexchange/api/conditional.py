"""Conditional requests: has this answer changed since the client last had it?

A validator is made of what decides an answer (releases, structures, query, format), never of the answer, so "nothing
changed" is said without reading observations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b

#: What decides the bytes of an answer beside its address.
VARY = b"Accept, Accept-Encoding, Accept-Language"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a client may ask "has it changed?" with."""

    digest: str
    modified: datetime
    #: The content coding of the answer: other bytes, so another tag.
    coding: str | None = None

    @property
    def tag(self) -> str:
        return f'"{self.digest}-{self.coding}"' if self.coding else f'"{self.digest}"'

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        return (
            (b"etag", self.tag.encode()),
            (b"last-modified", http_date(self.modified).encode()),
            (b"vary", VARY),
            (b"cache-control", b"no-cache"),
        )

    def unchanged(self, headers: Mapping[str, str]) -> bool:
        """True where 304 is the answer. If-None-Match goes before If-Modified-Since, as RFC 9110 has it."""
        if "if-none-match" in headers:
            return holds(headers, self.tag)
        since = _moment(headers.get("if-modified-since"))
        return since is not None and self.modified.replace(microsecond=0) <= since


def holds(headers: Mapping[str, str], tag: str) -> bool:
    """Whether If-None-Match names the answer of that tag, strong or weak, or whatever there is."""
    held = {part.strip().removeprefix("W/") for part in headers.get("if-none-match", "").split(",")}
    return tag in held or "*" in held


def digest_of(parts: Iterable[object]) -> str:
    """Of what decides the answer.

    >>> digest_of(["a", 1]) == digest_of(["a", 1]) != digest_of(["a1", ""])
    True
    """
    digest = blake2b(digest_size=12)
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(4, "big") + text)
    return digest.hexdigest()


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _moment(text: str | None) -> datetime | None:
    """An HTTP date, or ISO 8601 as some SDMX clients write it; anything else is as if it were not there."""
    if text is None:
        return None
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text.strip())
        except (ValueError, TypeError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
