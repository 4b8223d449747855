"""Parts of a file that does not change: which bytes does a Range header ask for (RFC 9110, 14)?

`bytes=500-`, `bytes=0-499` and `bytes=-500` are one range each. Several ranges, other units and what makes no sense mean the whole file, as
the standard lets us; so does an If-Range that names another state of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dataexchange.door.answer import BLOCK

_ONE = re.compile(r"\s*bytes\s*=\s*(?P<first>[0-9]{0,18})\s*-\s*(?P<last>[0-9]{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `first` up to and without `end`; empty where what was asked for lies behind the end of the file."""

    first: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.first

    def content_range(self, size: int) -> bytes:
        said = f"{self.first}-{self.end - 1}" if self.size else "*"
        return f"bytes {said}/{size}".encode()


def span_of(headers: Mapping[str, str], size: int, tag: str, modified: str) -> Span | None:
    """What is asked for of a file of that size, tag and Last-Modified; None for all of it.

    >>> span_of({"range": "bytes=-3"}, 10, '"a"', ""), span_of({"range": "bytes=0-1,5-6"}, 10, '"a"', "")
    (Span(first=7, end=10), None)
    """
    found = _ONE.fullmatch(headers.get("range", ""))
    # Only what is the same byte for byte can be gone on with, so a weak tag is none.
    if found is None or headers.get("if-range", tag).strip() not in (tag, modified):
        return None
    first, last = found["first"], found["last"]
    if not first:
        return Span(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    start = min(int(first), size)
    return Span(start, max(start, min(int(last) + 1, size) if last else size))


def file_blocks(path: Path, span: Span) -> Iterator[bytes]:
    """The bytes of the span. The file stays open for who reads on, also when it is taken away meanwhile."""
    with path.open("rb") as file:
        file.seek(span.first)
        left = span.size
        while left and (block := file.read(min(BLOCK, left))):
            left -= len(block)
            yield block
        if left:
            raise OSError(f"{path.name} is {left} bytes shorter than it was")
