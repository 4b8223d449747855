"""Notes below a table: "Source: ONS" is no row of data, and no reason to refuse the file either.

A note is a row after the last whole one that has text in its first column and nothing beside it. What might be data stays a
row: a note has a word in it, and neither stands in the column above (digits are the same as digits there: "Q3 2019" under
"Q1 2018") nor is the beginning of what stands there. After a blank row, or another note, that is enough. Right below the table it
is not, since values may be missing and a file may be cut off: there two of three must hold. The column has no letters
otherwise ("Source: ONS" under years); the row has too few cells; it is written as notes are, with a colon, a full stop, a mark or
three words. Notes are left out with a finding that quotes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import listed, says

#: More rows than this below each other are a table of their own.
_MOST = 100
_SHOWN = 300

_WORD = re.compile(r"[^\W\d_]{3}")
_DIGIT = re.compile(r"[0-9]")
#: As a note begins or ends where no row of a table does.
_WRITTEN = re.compile(r"[*†‡§©#(\[]|.*(:|\.$)", re.DOTALL)
#: A word with a colon before what it is of, or a mark.
_SAID = re.compile(r"\s*(?:[^\W\d_]{3}[^:]*: |[*†‡§©#(\[])")

Lines = npt.NDArray[np.int64]


def trailing_notes(
    columns: Sequence[pa.ChunkedArray | pa.Array], filled: Lines, first: int, short: Collection[int]
) -> Lines:
    """Lines that are notes. `filled` are the lines with any text, `first` is the first column of the table, `short` the lines
    that had fewer cells than the header."""
    if len(columns) < 2:
        return filled[:0]
    # The topmost line is never looked at: below the header there is a row first.
    texts = list(_alone(columns, filled[:0:-1], first))
    if not texts or len(texts) > _MOST:
        return filled[:0]
    above = columns[first].slice(0, int(filled[-len(texts)]))
    same = set(pc.unique(pc.replace_substring_regex(pc.utf8_trim_whitespace(above), "[0-9]", "0")).to_pylist())
    letters = any(map(_has_letters, same))
    block: list[str] = []
    for text in texts:  # from the bottom
        if not _WORD.search(text) or _DIGIT.sub("0", text) in same or _begins(above, text):
            break
        block.append(text)
    for place in range(len(filled) - len(block), len(filled)):  # from the top
        line, text = int(filled[place]), block[len(filled) - 1 - place]
        after_blank = line - int(filled[place - 1]) > 1
        written = bool(_WRITTEN.match(text)) or len(text.split()) > 2
        if after_blank or (not letters) + (line in short) + written > 1:
            return filled[place:]
    return filled[:0]


def note_finding(notes: Sequence[tuple[int, str]], letter: str, file: str, sheet: str | None) -> Finding:
    """One finding on all notes, (row, text) each, so that nothing is left out unseen. `letter`: of the column they stand in."""
    quoted = ", ".join(repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…") for _, text in notes)
    row, text = notes[0]
    told = says(
        "Row {rows} is a note below the table, left out: {notes}.",
        "Rows {rows} are notes below the table, left out: {notes}.",
        len(notes),
        rows=listed([str(number) for number, _ in notes]),
        notes=quoted,
    )
    return finding("FILE-NOTE", told, Place(file, sheet, row, None, text[:1000], f"{letter}{row}"))


def text_of(columns: Sequence[pa.ChunkedArray | pa.Array], line: int) -> str:
    """What stands in the cells of a line, as one text."""
    return _joined([text for column in columns if (text := column[line].as_py()).strip()])


def _joined(cells: Sequence[str]) -> str:
    """Cells that begin with a space were parted at the comma of a sentence."""
    first, *others = cells
    return "".join([first.strip(), *("," * text.startswith(" ") + f" {text.strip()}" for text in others)])


def _alone(columns: Sequence[pa.ChunkedArray | pa.Array], lines: Lines, first: int) -> Iterator[str]:
    """The texts of these lines as long as each has but one, at the left, or is one that commas part; no more than are too many."""
    for line in lines[: _MOST + 1].tolist():
        texts = [(place, text) for place, column in enumerate(columns) if (text := column[line].as_py()).strip()]
        if texts[0][0] > first or (len(texts) > 1 and not _one_text([text for _, text in texts], len(columns))):
            return
        yield _joined([text for _, text in texts])


def _one_text(cells: Sequence[str], width: int) -> bool:
    """ "Source:" with its text beside it, or "Note: wards of 2016, not 2020", parted at its commas."""
    if len(cells) == 2 < width and cells[0].strip().endswith(":"):
        return True
    return bool(_SAID.match(cells[0])) and all(cell.startswith(" ") for cell in cells[1:])


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _begins(column: pa.ChunkedArray | pa.Array, text: str) -> bool:
    return bool(pc.any(pc.starts_with(column, text)).as_py())
