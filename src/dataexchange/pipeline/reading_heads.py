"""Which rows name the columns: one, or several on top of each other as in reports that are made to be printed.

    Ward  | 2018 (two cells merged) | 2019 (two cells merged)
          | Women      | Men        | Women      | Men

Several are found out only where merged cells make it clear: a heading is merged across columns, each of which has a text of its own
in the row below, and no other column has a text in both rows. What is unclear stays one row, and FILE-HEADER says so;
`read.header_rows` settles it. A column is then called by its texts joined: "2018 / Women".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dataexchange.model.sentence import Sentence, say
from dataexchange.model.table import header_text
from dataexchange.pipeline.reading_header import named_row
from dataexchange.pipeline.reading_sheet import Range

#: Rows that are found out to be names.
_MOST = 4
#: Merged ranges looked at.
MERGED = 2_000

Texts = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Heads:
    """The rows of names: `first` from 0, `texts` a tuple for each row, merged cells filled across."""

    first: int
    texts: tuple[tuple[str, ...], ...]

    @property
    def after(self) -> int:
        return self.first + len(self.texts)

    @property
    def names(self) -> list[str]:
        """One name a column."""
        return [
            " / ".join(part for part in map(header_text, column) if part) for column in zip(*self.texts, strict=True)
        ]

    def above(self, position: int) -> tuple[str, ...]:
        return tuple(header_text(row[position]) for row in self.texts)

    @property
    def described(self) -> Sentence:
        """header in row 1; headers in rows 2 to 4 (rows above them passed over)"""
        if len(self.texts) == 1:
            return named_row(self.after)
        rows = {"first": str(self.first + 1), "last": str(self.after)}
        if self.first:
            return say("headers in rows {first} to {last} (rows above them passed over)", **rows)
        return say("headers in rows {first} to {last}", **rows)


def find_heads(rows: Texts, at: int, count: int | None, merged: Sequence[Range], left: int) -> Heads:
    """The heads in the first rows of a sheet, where `at` is its header row. `left` is the column of its first cell;
    `count` is how many rows there are, where the mapping says so."""
    across = [((top, a - left), (bottom, b - left)) for (top, a), (bottom, b) in merged[:MERGED] if b > a]
    first, last = at, at
    if count is not None:
        last = min(at + count, len(rows)) - 1
    else:
        while last + 1 < len(rows) and last - first + 1 < _MOST and _is_above(rows, last, across):
            last += 1
        while first and last - first + 1 < _MOST and _stands_inside(rows, first, last, across):
            first -= 1
    texts = [_filled(rows, row, across, row < last) for row in range(first, last + 1)]
    return Heads(first, tuple(texts))


def _is_above(rows: Texts, row: int, merged: Sequence[Range]) -> bool:
    """Whether the merged headings of a row stand over names of their own."""
    upper, lower = rows[row], rows[row + 1]
    ranges = [r for r in merged if r[0][0] == row and r[1][0] == row and _at(upper, r[0][1])]
    under = {column for r in ranges for column in range(max(r[0][1], 0), min(r[1][1] + 1, len(lower)))}
    if not under or not all(_at(lower, column) for column in under):
        return False
    beside = [column for column in range(max(len(upper), len(lower))) if column not in under]
    if any(_at(upper, column) and _at(lower, column) for column in beside):
        return False
    return bool(beside) or not any(_is_number(lower[column]) for column in under)


def _stands_inside(rows: Texts, first: int, last: int, merged: Sequence[Range]) -> bool:
    """Whether the row above the heads has nothing but headings that are merged over some of their columns, not over all."""
    row = first - 1
    upper = rows[row]
    ranges = [r for r in merged if r[0][0] == row and r[1][0] == row and _at(upper, r[0][1])]
    named = {column for lower in rows[first : last + 1] for column in range(len(lower)) if _at(lower, column)}
    under = {column for r in ranges for column in range(r[0][1], r[1][1] + 1)}
    has = {column for column in range(len(upper)) if _at(upper, column)}
    # A title begins where the table does.
    return bool(ranges) and under < named and min(named) not in under and has <= under


def _filled(rows: Texts, row: int, merged: Sequence[Range], is_upper: bool) -> tuple[str, ...]:
    """An upper row with the texts of merged cells in all of them. In one without merged cells, a text holds for the empty cells
    right of it that have a name below."""
    texts = list(rows[row])
    if not is_upper:
        return tuple(texts)
    ranges = [r for r in merged if r[0][0] <= row <= r[1][0]]
    for (top, a), (_, b) in ranges:
        if top == row:
            for column in range(max(a, 0), min(b + 1, len(texts))):
                texts[column] = _at(texts, a)
    if not ranges:
        below = rows[row + 1]
        for column in range(1, len(texts)):
            if not _at(texts, column) and _at(below, column) and _at(below, column - 1):
                texts[column] = texts[column - 1]
    return tuple(texts)


def _at(cells: Sequence[str], column: int) -> str:
    return cells[column].strip() if 0 <= column < len(cells) else ""


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).replace("-", "", 1).isdecimal()
