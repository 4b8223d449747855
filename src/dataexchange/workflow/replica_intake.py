"""SDMX-CSV from the network straight into Parquet: taken off the wire by one thread, read by another, never whole in memory or on disk.

What was taken in counts only when the answer has come to its end. An answer that breaks off is asked for anew: `truncate`
then throws away what there was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import BinaryIO, Generic, TypeVar

from dataexchange.errors import Unreadable

T = TypeVar("T")

#: A first line longer than this is none.
_LONGEST_HEAD = 1 << 20
_CSV = b"STRUCTURE"


class Intake(Generic[T]):
    """A sink for `remote.http.stream`. `convert` reads the CSV from its first line on, in a thread of its own; what it returns is
    what `done` returns. An answer that is no SDMX-CSV, such as an error message, stays in `head`."""

    def __init__(self, convert: Callable[[BinaryIO], T]) -> None:
        self._convert = convert
        self._pipe: BinaryIO | None = None
        self._thread: Thread | None = None
        self._made: T | None = None
        self._error: BaseException | None = None
        self.head = b""

    def seek(self, offset: int, /) -> int:
        return offset

    def truncate(self) -> int:
        self.close()
        self._made = self._error = None
        self.head = b""
        return 0

    def write(self, portion: bytes, /) -> int:
        if self._pipe is None:
            self.head += portion
            if len(self.head) > _LONGEST_HEAD:
                raise Unreadable("The source answered something that is no SDMX-CSV: is it an exchange?")
            if self.head.startswith(_CSV) and b"\n" in self.head:
                self._begin()
                self._pass_on(self.head)
        else:
            self._pass_on(portion)
        return len(portion)

    def done(self) -> T:
        """To be called when the answer has ended well."""
        began = self._thread is not None
        self.close()
        if self._error is not None:
            raise self._error
        if not began or self._made is None:
            raise Unreadable("The source answered something that is no SDMX-CSV: is it an exchange?")
        return self._made

    def close(self) -> None:
        if self._pipe is not None:
            with suppress(BrokenPipeError):  # where the reader has given up; its error says why
                self._pipe.close()
            self._pipe = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _begin(self) -> None:
        reading, writing = os.pipe()
        self._pipe = os.fdopen(writing, "wb", buffering=0)
        self._thread = Thread(target=self._read, args=(os.fdopen(reading, "rb"),), daemon=True)
        self._thread.start()

    def _read(self, source: BinaryIO) -> None:
        try:
            with source:
                self._made = self._convert(source)
        except BaseException as error:  # told to the thread that waits
            self._error = error

    def _pass_on(self, portion: bytes) -> None:
        assert self._pipe is not None
        rest = memoryview(portion)
        try:
            while rest:
                rest = rest[self._pipe.write(rest) :]
        except BrokenPipeError:
            self.close()
            raise self._error or Unreadable("What the source sends cannot be read.") from None
