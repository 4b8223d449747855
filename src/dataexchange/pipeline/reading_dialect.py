"""How the cells of a CSV file are parted: delimiter, quotes, and the odd habits of the programs that write them.

The delimiter is the mark that gives most of the first rows the same number of cells. Commas stand in texts and figures more often
than the others do, so they are taken last where two marks do equally well.

    sep=;                 Excel's own first line says it, and is no row of the table
    Year; "Ward" ;Value   spaces between quotes and delimiters belong to neither
    'Year','Ward'         single quotes, where every cell of the first rows has them
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.errors import Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.model.table import column_letter

NAMES: Mapping[str, Value] = {",": "','", ";": "';'", "\t": say("tab"), "|": "'|'"}
_CANDIDATES = ("\t", "|", ";", ",", "^", "~")
_SEP = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    delimiter: str
    quote: str = '"'
    #: The delimiter was found out though it is not the comma.
    found_out: bool = False
    #: Spaces between quotes and delimiters are no part of the cell.
    loose: bool = False
    #: The first line says what the delimiter is: a row of the file, but an empty one.
    declared: bool = False

    @property
    def plain(self) -> bool:
        """As Arrow reads it too."""
        return self.quote == '"' and not self.loose

    @property
    def said(self) -> Sentence:
        mark = NAMES.get(self.delimiter, repr(self.delimiter))
        text = say("{mark} separated (found out)", mark=mark) if self.found_out else say("{mark} separated", mark=mark)
        if self.quote == '"':
            return text
        return say("{dialect}, {quote} around cells", dialect=text, quote=self.quote)

    def records(self, stream: Iterator[str], name: str) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells): a quoted line break does not start a row, a blank line is one."""
        number = 0
        if self.declared:
            next(stream, None)
            yield 1, []
            number = 1
        first: list[str] = []
        lines = _first_kept(map(self._tight, stream) if self.loose else stream, first)
        reader = csv.reader(
            lines, delimiter=self.delimiter, quotechar=self.quote, skipinitialspace=self.loose, strict=True
        )
        while True:
            number += 1
            first.clear()
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                raise OddQuotes(
                    say(
                        "{file}, row {row}: a quote in this row or one below is not closed, or stands where none can, so the cells "
                        "cannot be told apart; close or remove it",
                        file=name,
                        row=str(number),
                    ),
                    row=number,
                    cell=self._open_cell(first, number),
                ) from None
            yield number, row

    def _open_cell(self, lines: list[str], row: int) -> str:
        """The cell whose quote is not closed: all that follows it in its line belongs to it."""
        cells = next(csv.reader(lines, delimiter=self.delimiter, quotechar=self.quote), [""])
        return f"{column_letter(len(cells) - 1)}{row}"

    def _tight(self, line: str) -> str:
        """Spaces after a quote and before a delimiter dropped: within a quoted text it changes no cell's end either."""
        return re.sub(rf"{self.quote}[ \u00a0]+(?=[{re.escape(self.delimiter)}\r\n]|$)", self.quote, line)


def _first_kept(lines: Iterable[str], first: list[str]) -> Iterator[str]:
    """The lines; the one after each time that `first` was emptied is put into it."""
    for line in lines:
        if not first:
            first.append(line)
        yield line


class OddQuotes(Unreadable):
    """Quotes stand where none can."""


def find_dialect(lines: Sequence[str], reading: Reading, name: str) -> Dialect:
    """From the first lines of a file, as far as the mapping leaves it open."""
    declared = _SEP.fullmatch(lines[0]) if lines else None
    body = lines[1:] if declared else lines
    if reading.header_row:
        body = lines[reading.header_row - 1 :] or body
    quote = reading.quote or ("'" if _single_quoted(body) else '"')
    delimiter = _delimiter(body, reading.delimiter, declared[1] if declared else None, quote, name)
    found_out = reading.delimiter is None and delimiter != ","
    return Dialect(delimiter, quote, found_out, _loose(body, delimiter, quote), declared is not None)


def _delimiter(lines: Sequence[str], wanted: str | None, declared: str | None, quote: str, name: str) -> str:
    scores = {candidate: _score(lines, candidate, quote) for candidate in _CANDIDATES}
    best = max(scores, key=lambda candidate: scores[candidate])
    if not scores[best][0]:
        best = ","
    if wanted is None:
        return declared or best
    if _first_width(lines, wanted) == 1 < _first_width(lines, best) and scores[best][0] > 1:
        raise Unreadable(
            say(
                "{file}: the file looks {mark} separated, but read.delimiter in the mapping is {delimiter}; set it to {best}, or "
                "save the file with {delimiter}",
                file=name,
                mark=NAMES.get(best, repr(best)),
                delimiter=repr(wanted),
                best=repr(best),
            )
        )
    return wanted


def _first_width(lines: Sequence[str], delimiter: str) -> int:
    """Cells in the first line that holds anything."""
    first = next((line for line in lines if line.strip()), "")
    return first.count(delimiter) + 1


def _score(lines: Sequence[str], delimiter: str, quote: str) -> tuple[int, int]:
    """How many rows have the commonest width above one, and that width."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter, quotechar=quote, skipinitialspace=True)]
    except csv.Error:
        return 0, 0
    wide = [width for width in widths if width > 1]
    if not wide:
        return 0, 0
    common = max(sorted(set(wide)), key=wide.count)
    return wide.count(common), common


def _loose(lines: Sequence[str], delimiter: str, quote: str) -> bool:
    """A cell begins with a space and a quote, in the file itself and not within quotes."""
    text = "".join(lines)
    if not re.search(rf"{re.escape(delimiter)} +{quote}", text):
        return False
    try:
        # All lines together: one that goes on within quotes says nothing by itself.
        cells = {cell for row in csv.reader(lines, delimiter=delimiter, quotechar=quote) for cell in row}
    except csv.Error:
        return False
    # A cell that holds a space and a quote itself stands in quotes, with that one doubled.
    return any(quote + cell.replace(quote, quote * 2) not in text for cell in cells if re.match(rf" +{quote}", cell))


def _single_quoted(lines: Sequence[str]) -> bool:
    """All lines that hold anything begin with a single quote, and one follows a delimiter in each."""
    filled = [line.strip() for line in lines if line.strip()]
    return len(filled) > 1 and all(re.match(r"'[^'\"]*'[,;|\t]'", line) for line in filled)
