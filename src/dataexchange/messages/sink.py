"""What a library writes into that wants a file, so that what it wrote can be sent on piece by piece."""

from __future__ import annotations

import io


class Sink(io.RawIOBase):
    """Holds what was written until it is fetched."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: object, /) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]  # anything with a buffer
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def drain(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)
