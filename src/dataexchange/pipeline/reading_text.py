"""The bytes of a CSV file before anything is parsed: encoding, line lengths, and whether it is plain enough for the fast way.

One pass over the file in pieces of a megabyte, so that a 300 MB line, binary junk or a wrong encoding is refused with its
place before much of it is in memory. What is not UTF-8 and bears no mark is judged by its words (`reading_charset`).
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np

from dataexchange.errors import InvalidRequest, TooLarge, Unreadable
from dataexchange.model.sentence import Sentence, either, say
from dataexchange.model.table import Limits, column_letter
from dataexchange.pipeline.reading_charset import judge_encoding
from dataexchange.pipeline.reading_damage import is_damaged

#: UTF-32 before UTF-16, whose mark it begins with.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """What is known of a file's text. `beside` are the marks beside its quotes other than line ends; None: quotes stand oddly."""

    encoding: str
    lines: int
    plain: bool
    beside: frozenset[str] | None
    found_out: bool = False
    #: It has signs of letters that were damaged before it was saved.
    damaged: bool = False

    def open(self, path: Path) -> TextIO:
        return path.open(encoding=self.encoding, newline="")

    def simple_for(self, delimiter: str) -> bool:
        """Every line is one row, whichever reader reads it."""
        return self.plain and self.beside is not None and self.beside <= {delimiter}


class _NotUtf8(Unreadable):
    """`where` is the place of the first byte that is none: table.csv, row 3, column 'Ward'."""

    def __init__(self, where: Sentence, byte: int, row: int, cell: str) -> None:
        self.where = where
        super().__init__(
            say(
                "{where}: byte {byte} is not UTF-8; save the file as UTF-8, or set read.encoding to what it was saved in: cp1252 "
                "(Western Europe), cp1250 (Central Europe) or cp1251 (Cyrillic)",
                where=where,
                byte=f"0x{byte:02x}",
            ),
            row=row,
            cell=cell,
        )


def examine(path: Path, wanted: str | None, name: str, limits: Limits) -> Text:
    """Read the bytes once, twice where they are not UTF-8; raises Unreadable or TooLarge with the place."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    marked = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    if wanted is not None:
        return _scan(path, _as_wanted(path, wanted, marked, name), name, limits)
    if marked is None and b"\0" in head:
        return replace(_scan(path, _without_mark(head, name), name, limits), found_out=True)
    try:
        return _scan(path, marked or "utf-8", name, limits)
    except _NotUtf8 as fault:
        if marked is not None:
            raise
        encoding = _judged(path, fault)
    return replace(_scan(path, encoding, name, limits), found_out=True)


def _scan(path: Path, encoding: str, name: str, limits: Limits) -> Text:
    utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    lines, plain, damaged = 0, True, False
    beside: frozenset[str] | None = frozenset()
    for piece, first_line in _pieces(path, encoding, utf8, name, limits):
        lines = first_line - 1 + _rows_in(piece) + (not piece.endswith((b"\n", b"\r")))
        plain = plain and _one_row_a_line(piece)
        damaged = damaged or is_damaged(piece)
        if plain and beside is not None and b'"' in piece:
            marks = _beside_quotes(piece)
            beside = None if marks is None else beside | marks
    return Text(encoding, lines, plain, beside, damaged=damaged)


def _as_wanted(path: Path, wanted: str, marked: str | None, name: str) -> str:
    """The encoding that the mapping says, unless the bytes tell that it would make nonsense of them."""
    try:
        "a".encode(wanted)
        codecs.getincrementaldecoder(wanted)
    except (LookupError, UnicodeError, ValueError):
        raise InvalidRequest(
            say("name an encoding such as utf-8, cp1252 or utf-16"), parameter="read.encoding", value=wanted
        ) from None
    family = codecs.lookup(wanted).name
    if marked is not None and family.startswith(marked.removesuffix("-sig")):
        return marked
    if not family.startswith("utf") and (marked is not None or _is_utf8(path)):
        raise Unreadable(
            say(
                "{file}: read.encoding is {wanted}, but the text is {encoding}; correct or leave out read.encoding",
                file=name,
                wanted=wanted,
                encoding=(marked or "utf-8").removesuffix("-sig"),
            )
        )
    return wanted


def _is_utf8(path: Path) -> bool:
    """Letters beyond ASCII, all of them UTF-8: by chance no text in another encoding is."""
    decoder, beyond = codecs.getincrementaldecoder("utf-8")(), False
    with path.open("rb") as stream:
        while raw := stream.read(_PIECE):
            beyond = beyond or not raw.isascii()
            try:
                decoder.decode(raw)
            except UnicodeDecodeError:
                return False
    return beyond and not decoder.getstate()[0]


def _judged(path: Path, fault: _NotUtf8) -> str:
    verdict = judge_encoding(path)
    if len(verdict.fits) == 1:
        return verdict.fits[0].encoding
    if not verdict.fits:
        raise fault
    *first, last = [f"{fit.encoding} ({fit.sample!r})" for fit in verdict.fits]
    raise Unreadable(
        say(
            "{where}: the text is not UTF-8, and its few letters beyond ASCII fit several encodings: {encodings}; set read.encoding "
            "to the one that reads right, or save the file as UTF-8",
            where=fault.where,
            encodings=either([", ".join(first), last]),
        ),
        row=fault.row,
        cell=fault.cell,
    )


def _without_mark(head: bytes, name: str) -> str:
    """UTF-16 without a mark: every other byte of its ASCII is NUL, and read so it has lines and no control characters."""
    for encoding, nuls in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if nuls.count(0) != head.count(0) or nuls.count(0) * 20 < len(nuls):
            continue
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
        if (
            "\ufffd" not in text
            and not any(c < " " and c not in "\t\r\n" for c in text)
            and ("\n" in text or "\r" in text)
        ):
            return encoding
    raise Unreadable(
        say(
            "{file}: byte {byte} is NUL, so this is no text table but a binary file; send the table as CSV or XLSX",
            file=name,
            byte=str(head.index(0) + 1),
        )
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
            ends = [at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0]
            if len(rest) + min(ends, default=len(chunk)) > limits.line_bytes:
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
            cut = _whole_lines(data) if raw else len(data)
            piece, rest = data[:cut], data[cut:]
            if piece:
                header = header or piece[: 1 << 16].splitlines()[0]
                _check_text(piece, line, header, utf8, name)
                yield piece, line
                line += _rows_in(piece)
            if not raw:
                return


def _whole_lines(data: bytes) -> int:
    """Where the last whole line ends. Old Macs end lines with CR alone; one at the very end may be half of a CR LF."""
    return data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, max(len(data) - 1, 0)) + 1


def _rows_in(piece: bytes) -> int:
    """Line ends of any kind."""
    breaks = piece.count(b"\n")
    return breaks + piece.count(b"\r") - piece.count(b"\r\n") if b"\r" in piece else breaks


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
        row = line + _rows_in(piece[:at])
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
        row = line + _rows_in(piece[: error.start])
        start = max(piece.rfind(b"\n", 0, error.start), piece.rfind(b"\r", 0, error.start)) + 1
        index, column = _column(piece[start : error.start], header)
        where = say("{file}, row {row}, column {column}", file=name, row=str(row), column=column)
        raise _NotUtf8(where, piece[error.start], row, f"{column_letter(index)}{row}") from None


def _column(before: bytes, header: bytes) -> tuple[int, str]:
    """Position of the cell in which a line breaks off, and its header, or the column's letter."""
    delimiter = max(b",;\t|", key=lambda byte: header.count(bytes([byte])))
    index = before.count(bytes([delimiter]))
    names = header.decode(errors="replace").strip().split(chr(delimiter))
    named = index < len(names) and names[index]
    return index, repr(names[index].strip('" ')) if named else column_letter(index)


def _one_row_a_line(piece: bytes) -> bool:
    """No blank lines and no carriage returns but those before a line feed."""
    if piece.startswith((b"\n", b"\r\n")) or b"\n\n" in piece:
        return False
    return b"\r" not in piece or (b"\n\r\n" not in piece and piece.count(b"\r") == piece.count(b"\r\n"))


def _beside_quotes(piece: bytes) -> frozenset[str] | None:
    """The marks before opening and after closing quotes, line ends apart. None where quotes do not come in pairs on one line."""
    array = np.frombuffer(piece, dtype=np.uint8)
    quotes = np.flatnonzero(array == ord('"'))
    if len(quotes) % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    breaks = np.flatnonzero(array == 10)
    if not (np.searchsorted(breaks, opening) == np.searchsorted(breaks, closing)).all():
        return None
    before = np.where(opening > 0, array[opening - 1], ord("\n"))
    after = np.append(array, ord("\n"))[closing + 1]
    return frozenset(map(chr, {*np.unique(before).tolist()} - {10} | {*np.unique(after).tolist()} - {10, 13}))
