"""A ZIP file written from front to back, each part packed as it comes.

The standard library packs with zlib, which takes longer than all the rest of a spreadsheet together; igzip is several times
faster. And it writes parts of unknown length in a form (ZIP64) that not every spreadsheet opens: here the length is put in when the
part is done, so the file must be one that can be gone back in. A part holds less than 4 GiB.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from isal import isal_zlib

from dataexchange.errors import TooLarge

_LEVEL = 1
_RAW = -15  # window bits of zlib for no header
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _UTF_8, _DEFLATED = 20, 0x0800, 8
_MOST = 2**32 - 1
#: ZIP knows no earlier year.
_FIRST_YEAR = 1980


@dataclass(slots=True)
class _Part:
    name: bytes
    start: int
    crc: int = 0
    packed: int = 0
    size: int = 0


class ZipParts:
    """All parts bear the same time, so that equal parts make equal files."""

    def __init__(self, file: IO[bytes], moment: datetime) -> None:
        self._file = file
        self._parts: list[_Part] = []
        day = (max(moment.year, _FIRST_YEAR) - _FIRST_YEAR) << 9 | moment.month << 5 | moment.day
        self._moment = (moment.hour << 11 | moment.minute << 5 | moment.second // 2, day)

    @contextmanager
    def part(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """What to put its bytes in with. Raises TooLarge where they become too many."""
        part = _Part(name.encode(), self._file.tell())
        machine = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _RAW)
        self._file.write(_LOCAL + self._about(part) + part.name)

        def put(data: bytes) -> None:
            part.crc = isal_zlib.crc32(data, part.crc)
            part.size += len(data)
            packed = machine.compress(data)
            part.packed += len(packed)
            if max(part.size, part.packed) >= _MOST:
                raise TooLarge("The answer is too large for a spreadsheet: ask for less, or for format=parquet.")
            self._file.write(packed)

        yield put
        rest = machine.flush()
        part.packed += len(rest)
        self._file.write(rest)
        end = self._file.tell()
        self._file.seek(part.start + len(_LOCAL))
        self._file.write(self._about(part))
        self._file.seek(end)
        self._parts.append(part)

    def _about(self, part: _Part) -> bytes:
        """What stands before a part, and again in the directory."""
        return struct.pack(
            "<HHHHHIIIHH",
            *(_VERSION, _UTF_8, _DEFLATED, *self._moment),
            *(part.crc, part.packed, part.size, len(part.name), 0),
        )

    def finish(self) -> None:
        """The directory, without which it is no ZIP file."""
        start = self._file.tell()
        for part in self._parts:
            head = _CENTRAL + struct.pack("<H", _VERSION) + self._about(part)
            self._file.write(head + struct.pack("<HHHII", 0, 0, 0, 0, part.start) + part.name)
        n, size = len(self._parts), self._file.tell() - start
        self._file.write(_END + struct.pack("<HHHHIIH", 0, 0, n, n, size, start, 0))
