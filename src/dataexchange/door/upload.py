"""Files that come in over HTTP: straight from the socket to the disk, however large, with a small and level use of memory.

The caller is known before this is called: nobody without a key makes the exchange write. A file part goes to `<home>/files`, its
SHA-256 worked out on the way; everything else in a form is short text. What is cut off, too large or malformed leaves nothing behind.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from dataexchange.door.exchange import Exchange
from dataexchange.errors import InvalidRequest, TooLarge, Unreachable, UnsupportedType
from dataexchange.store.files import Incoming, incoming

log = logging.getLogger("dataexchange.upload")

T = TypeVar("T")

#: The largest value of a field, and the longest line of a part's header.
FIELD_BYTES = 10_000
_HEADER_BYTES = 4_096
_HEADERS = 8

#: What a form has beside its largest file: other files, fields, boundaries.
_AROUND = 4 << 20

#: So many bytes are gathered before a thread parses and writes them: a hop for each packet would take longer than the work.
_PORTION = 1 << 20

_LONGEST_NAME = 200
#: Controls, and marks that turn the direction of writing and so disguise a name.
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that is kept: open it with `store.files.open_file(file.sha256, home)`."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A form as it came: files and fields by the names of their parts. A file input that was left empty is not here."""

    files: Mapping[str, UploadedFile] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


async def read_upload(
    request: Request, exchange: Exchange, *, files: Collection[str] | Mapping[str, int], fields: Collection[str]
) -> Upload:
    """Read the multipart form of a request to its end.

    `files` and `fields` name the parts there may be; any other is refused. A mapping of `files` says how large each may be, in
    bytes; `exchange.max_upload_bytes` holds for all. Raises UnsupportedType, TooLarge, or InvalidRequest that names the part.
    """
    boundary = _boundary(request)
    most = exchange.max_upload_bytes + _AROUND
    _refuse_long(request, most, exchange)
    request.state.body_limit = most
    limits = dict.fromkeys(files, exchange.max_upload_bytes)
    if isinstance(files, Mapping):
        limits = {name: min(limit, exchange.max_upload_bytes) for name, limit in files.items()}
    with ExitStack() as held:
        form = _Form(exchange, held, boundary, limits, frozenset(fields))
        try:
            await _read(request, exchange, form)
            return await _in_thread(exchange, form.finish)
        except ClientDisconnect:
            raise InvalidRequest("the upload was cut off before its end; send it again") from None
        except OSError as error:
            log.error("a file that came in cannot be stored", exc_info=error)
            raise Unreachable("The exchange cannot store files at the moment: try again later.") from None


async def _read(request: Request, exchange: Exchange, form: _Form) -> None:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) >= _PORTION:
            portion, gathered = bytes(gathered), bytearray()
            await _in_thread(exchange, lambda portion=portion: form.feed(portion))  # type: ignore[misc]
    await _in_thread(exchange, lambda: form.feed(bytes(gathered)))


async def _in_thread(exchange: Exchange, work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work, limiter=exchange.limiter)


def too_large(exchange: Exchange) -> TooLarge:
    return TooLarge(
        f"A file may have {exchange.max_upload_bytes:,} bytes here: split it, or ask the exchange's operator for more."
    )


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise UnsupportedType(
            "Send the file as a form, multipart/form-data with a boundary, as `curl -F file=@table.csv` does."
        )
    return boundary


def _refuse_long(request: Request, most: int, exchange: Exchange) -> None:
    """What says beforehand that it is too large is not read at all."""
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told) > most:
        raise too_large(exchange)


class _Form:
    """The parser's callbacks: one part after the other, each a file on the disk or a short text."""

    def __init__(
        self, exchange: Exchange, held: ExitStack, boundary: bytes, files: Mapping[str, int], fields: frozenset[str]
    ) -> None:
        self._exchange = exchange
        self._held = held
        self._limits = files
        self._known_fields = fields
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value = b"", b""
        self._name = ""
        self._file: tuple[str, Incoming] | None = None
        self._text = bytearray()
        self._files: dict[str, tuple[str, Incoming]] = {}
        self._fields: dict[str, str] = {}
        #: Parts that have begun, the empty ones included: each file holds a descriptor.
        self._seen: set[str] = set()
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begins,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_ends,
                    "on_headers_finished": self._part_named,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                    "on_end": self._end,
                },
                max_header_count=_HEADERS,
                max_header_size=_HEADER_BYTES,
            )
        except FormParserError:
            raise InvalidRequest("the boundary of the form is too long; send it with an ordinary HTTP client") from None

    def feed(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise InvalidRequest(f"the form cannot be read ({error}); send it with an ordinary HTTP client") from None

    def finish(self) -> Upload:
        """Keep the files, now that all of the form is here."""
        if not self._ended:
            raise InvalidRequest("the form has no end: it was cut off, or its boundary is wrong; send it again")
        kept = {part: UploadedFile(name, file.keep(), file.size) for part, (name, file) in self._files.items()}
        return Upload(kept, self._fields)

    def _part_begins(self) -> None:
        self._headers, self._header, self._value = {}, b"", b""
        self._name, self._file, self._text = "", None, bytearray()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _part_named(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode(errors="replace")
        if kind != b"form-data" or self._name not in self._known_fields | self._limits.keys():
            known = ", ".join([*self._limits, *sorted(self._known_fields)])
            raise InvalidRequest(f"the form may have the parts {known}", parameter="part", value=self._name)
        if self._name in self._seen:
            raise InvalidRequest("send this part once", parameter=self._name)
        self._seen.add(self._name)
        if self._name in self._limits:
            name = file_name(options.get(b"filename", b"").decode(errors="replace"))
            self._file = name, self._held.enter_context(incoming(self._exchange.home))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._text += memoryview(data)[start:end]
            if len(self._text) > FIELD_BYTES:
                raise TooLarge(f"The field {self._name} may have {FIELD_BYTES:,} bytes.")
            return
        _, file = self._file
        limit = self._limits[self._name]
        if file.size + end - start > limit:
            raise TooLarge(f"The part {self._name} may have {limit:,} bytes here: split the file, or shorten it.")
        file.write(memoryview(data)[start:end])

    def _part_ends(self) -> None:
        if self._file is None:
            try:
                self._fields[self._name] = self._text.decode()
            except UnicodeDecodeError:
                raise InvalidRequest("write it in UTF-8", parameter=self._name) from None
        else:
            name, file = self._file
            # A browser sends an input that was left empty as a file without name and bytes.
            if name or file.size:
                self._files[self._name] = name or self._name, file

    def _end(self) -> None:
        self._ended = True


def file_name(given: str) -> str:
    r"""A name to show and to keep: no folders, nothing that steers a terminal or a page, no longer than a file system takes.

    >>> file_name("C:\\Users\\me\\pm25 final.csv"), file_name("../../etc/passwd"), file_name("a\x1b[31m\n.csv")
    ('pm25 final.csv', 'passwd', 'a[31m.csv')
    """
    base = given.replace("\\", "/").rsplit("/", 1)[-1]
    clean = _UNWANTED.sub("", base).strip()
    if clean in (".", ".."):
        return ""
    if len(clean) <= _LONGEST_NAME:
        return clean
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: _LONGEST_NAME - 11]}.{ending}" if dot and len(ending) <= 10 else clean[:_LONGEST_NAME]
