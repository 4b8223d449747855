"""How often a caller may ask: so many requests in a minute, told by the RateLimit headers (draft-ietf-httpapi-ratelimit-headers).

    RateLimit-Policy: "address";q=600;w=60
    RateLimit: "address";r=599;t=1

Requests wear off steadily, one every 0.1 s here, and up to a minute's worth may come at once; what is kept of a caller is one
number, the moment when all of theirs will have worn off. It stands in memory that the API processes of one service share, without a lock:
two that count the same caller in the same microsecond may count one for two. Services on several machines count for themselves.
"""

from __future__ import annotations

import math
import mmap
import os
import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from struct import Struct

#: The folder that `serve` makes for the processes that it starts (see `cli.serving`); without it a process counts alone.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"

WINDOW = 60.0

#: Slots that a caller may stand in: a fingerprint and a moment each. A caller who finds them taken takes the place of who wore off first.
_BUCKET = Struct("<" + "Qd" * 8)
_SLOT = Struct("<Qd")
_BUCKETS = 8192


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request: `left` others may follow, all are worn off in `full` seconds; `wait` where it was too many."""

    policy: str
    quota: int
    left: int
    full: int
    wait: int | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [
            (b"ratelimit-policy", f'"{self.policy}";q={self.quota};w={WINDOW:.0f}'.encode()),
            (b"ratelimit", f'"{self.policy}";r={self.left};t={self.full}'.encode()),
        ]


class Limits:
    """Of requests by callers with a key and without one; 0 for none."""

    def __init__(self, per_address: int, per_key: int) -> None:
        self._quotas = {"address": per_address, "key": per_key}
        self._memory = _shared_memory() if per_address or per_key else None

    @property
    def any(self) -> bool:
        return self._memory is not None

    def take(self, caller: str) -> Taken | None:
        """Count a request of `address 192.0.2.7` or `key 3f2a9c81d0`; None where there is no limit for such."""
        policy = caller.partition(" ")[0]
        quota = self._quotas[policy]
        if self._memory is None or not quota:
            return None
        now, each = time.monotonic(), WINDOW / quota
        place, fingerprint, worn_off = self._find(caller)
        after = max(worn_off, now) + each
        # A microsecond for what is lost in adding.
        if after - now > WINDOW + 1e-6:
            return Taken(policy, quota, 0, math.ceil(worn_off - now), math.ceil(after - now - WINDOW))
        _SLOT.pack_into(self._memory, place, fingerprint, after)
        return Taken(policy, quota, int((WINDOW - (after - now) + 1e-6) / each), math.ceil(after - now))

    def _find(self, caller: str) -> tuple[int, int, float]:
        """(where the caller stands or may stand, by which fingerprint, when theirs are worn off)."""
        assert self._memory is not None
        digest = blake2b(caller.encode(), digest_size=16).digest()
        start = int.from_bytes(digest[:8], "little") % _BUCKETS * _BUCKET.size
        fingerprint = int.from_bytes(digest[8:], "little") | 1
        slots = _BUCKET.unpack_from(self._memory, start)
        fingerprints, moments = slots[::2], slots[1::2]
        if fingerprint in fingerprints:
            place = fingerprints.index(fingerprint)
            return start + place * _SLOT.size, fingerprint, moments[place]
        return start + moments.index(min(moments)) * _SLOT.size, fingerprint, 0.0


def _shared_memory() -> mmap.mmap:
    size = _BUCKETS * _BUCKET.size
    folder = os.environ.get(_SHARED)
    if folder is None:
        return mmap.mmap(-1, size)
    # Every process makes it as long as it must be, which changes nothing where another one did.
    handle = os.open(Path(folder) / "callers", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.ftruncate(handle, size)
        return mmap.mmap(handle, size)
    finally:
        os.close(handle)
