"""The bytes of a CSV file before anything is parsed: encoding, line lengths, and whether it is plain enough for the fast way.

One pass over the file in pieces of a megabyte, so that a 300 MB line, binary junk or a wrong encoding is refused with its
place before much of it is in memory.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from dataexchange.errors import InvalidRequest, TooLarge, Unreadable
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.table import Limits, column_letter

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a file's text. `quotes` are the delimiters for which all its quotes stand where they should."""

    encoding: str
    lines: int
    plain: bool
    quotes: frozenset[str] | None

    def open(self, path: Path) -> TextIO:
        return path.open(encoding=self.encoding, newline="")

    def simple_for(self, delimiter: str) -> bool:
        """Every line is one row, whichever reader reads it."""
        return self.plain and (self.quotes is None or delimiter in self.quotes)


def examine(path: Path, encoding: str | None, name: str, limits: Limits) -> Text:
    """Read the bytes once; raises Unreadable or TooLarge with the place."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    encoding = _encoding(head, encoding, name)
    utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    lines, plain = 0, utf8
    quotes: frozenset[str] | None = None
    for piece, first_line in _pieces(path, encoding, utf8, name, limits):
        lines = first_line - 1 + piece.count(b"\n") + (not piece.endswith(b"\n"))
        plain = plain and _one_row_a_line(piece)
        if plain and b'"' in piece:
            fit = frozenset(d for d in ",;\t|" if _quotes_fit(piece, d))
            quotes = fit if quotes is None else quotes & fit
    return Text(encoding, lines, plain, quotes)


def _encoding(head: bytes, wanted: str | None, name: str) -> str:
    found = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    if wanted is None:
        if found is None and b"\0" in head:
            raise Unreadable(say("{file}: {fault}", file=name, fault=_nul_sentence(head)))
        return found or "utf-8"
    try:
        "a".encode(wanted)
        codecs.getincrementaldecoder(wanted)
    except (LookupError, UnicodeError, ValueError):
        raise InvalidRequest(
            say("name an encoding such as utf-8, cp1252 or utf-16"), parameter="read.encoding", value=wanted
        ) from None
    return found if found == "utf-8-sig" and codecs.lookup(wanted).name == "utf-8" else wanted


def _nul_sentence(head: bytes) -> Sentence:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and not even:
        return say("the text looks like UTF-16 without a mark; save it as UTF-8 or set read.encoding: utf-16-le")
    if even > len(head) // 4 and not odd:
        return say("the text looks like UTF-16 without a mark; save it as UTF-8 or set read.encoding: utf-16-be")
    return say(
        "byte {byte} is NUL, so this is no text table but a binary file; send the table as CSV or XLSX",
        byte=str(head.index(0) + 1),
    )


def _pieces(path: Path, encoding: str, utf8: bool, name: str, limits: Limits) -> Iterator[tuple[bytes, int]]:
    """(whole lines in UTF-8, number of the first of them), checked."""
    rest, line, header = b"", 1, b""
    with path.open("rb") as stream:
        decoder = codecs.getincrementaldecoder(encoding)()
        if encoding == "utf-8-sig":
            stream.seek(3)
        while True:
            raw = stream.read(min(_PIECE, limits.line_bytes))
            chunk = raw if utf8 else _decoded(decoder, raw, rest, line, encoding, name)
            first = chunk.find(b"\n")
            if len(rest) + (first if first >= 0 else len(chunk)) > limits.line_bytes:
                raise TooLarge(
                    say(
                        "{file}, row {row}: the line is longer than {limit} bytes; this is no table with a row a line, check the "
                        "file",
                        file=name,
                        row=str(line),
                        limit=limits.line_bytes,
                    )
                )
            data = rest + chunk
            cut = data.rfind(b"\n") + 1 if raw else len(data)
            piece, rest = data[:cut], data[cut:]
            if piece:
                header = header or piece[: piece.find(b"\n") + 1 or len(piece)]
                _check_text(piece, line, header, utf8, name)
                yield piece, line
                line += piece.count(b"\n")
            if not raw:
                return


def _decoded(decoder: codecs.IncrementalDecoder, raw: bytes, rest: bytes, line: int, encoding: str, name: str) -> bytes:
    try:
        return decoder.decode(raw, final=not raw).encode()
    except UnicodeDecodeError as error:
        # Decoders hand over what stands before the fault only with the exception: it gives the row.
        row = line + rest.count(b"\n") + error.object[: error.start].count(b"\n")
        raise Unreadable(
            say(
                "{file}, row {row}: the text is not {encoding} ({error}); save the file as UTF-8 or correct read.encoding",
                file=name,
                row=str(row),
                encoding=encoding,
                error=error.reason,
            )
        ) from None
    except UnicodeError as error:
        raise Unreadable(
            say(
                "{file}: the text is not {encoding} ({error}); correct read.encoding",
                file=name,
                encoding=encoding,
                error=str(error),
            )
        ) from None


def _check_text(piece: bytes, line: int, header: bytes, utf8: bool, name: str) -> None:
    if (at := piece.find(b"\0")) >= 0:
        row = line + piece.count(b"\n", 0, at)
        raise Unreadable(
            say(
                "{file}, row {row}: a NUL byte; this is no text table, send the table as CSV or XLSX",
                file=name,
                row=str(row),
            )
        )
    if not utf8:
        return
    try:
        piece.decode()
    except UnicodeDecodeError as error:
        row = line + piece.count(b"\n", 0, error.start)
        start = piece.rfind(b"\n", 0, error.start) + 1
        column = _column(piece[start : error.start], header)
        raise Unreadable(
            say(
                "{file}, row {row}, column {column}: byte {byte} is not UTF-8; save the file as UTF-8, or set read.encoding to "
                "what it was saved in: cp1252 (Western Europe), cp1250 (Central Europe) or cp1251 (Cyrillic)",
                file=name,
                row=str(row),
                column=column,
                byte=f"0x{piece[error.start]:02x}",
            )
        ) from None


def _column(before: bytes, header: bytes) -> str:
    """Header of the cell in which a line breaks off, or the column's letter."""
    delimiter = max(b",;\t|", key=lambda byte: header.count(bytes([byte])))
    index = before.count(bytes([delimiter]))
    names = header.decode(errors="replace").strip().split(chr(delimiter))
    return repr(names[index].strip('" ')) if index < len(names) and names[index] else column_letter(index)


def _one_row_a_line(piece: bytes) -> bool:
    """No blank lines and no carriage returns but those before a line feed."""
    if piece.startswith((b"\n", b"\r\n")) or b"\n\n" in piece or b"\n\r\n" in piece:
        return False
    return piece.count(b"\r") == piece.count(b"\r\n")


def _quotes_fit(piece: bytes, delimiter: str) -> bool:
    """Quotes come in pairs on one line, opening at the start of a cell and closing at its end; none is doubled."""
    array = np.frombuffer(piece, dtype=np.uint8)
    quotes = np.flatnonzero(array == ord('"'))
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, array[opening - 1], ord("\n"))
    after = np.append(array, ord("\n"))[closing + 1]
    if not (np.isin(before, [ord(delimiter), 10]).all() and np.isin(after, [ord(delimiter), 10, 13]).all()):
        return False
    breaks = np.flatnonzero(array == 10)
    return bool((np.searchsorted(breaks, opening) == np.searchsorted(breaks, closing)).all())
