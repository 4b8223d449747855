"""Letters that were damaged before the file was sent: "Caf\ufffd" and "CafÃ©".

The first lost its letter when a program could not read it; the second is UTF-8 that was read as cp1252 and saved again. The text is
good UTF-8, so nothing refuses it, and it would be published like this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import say, says

#: As UTF-8 has them: the sign for a lost letter, and letters encoded twice.
DAMAGED = (b"\xef\xbf\xbd", b"\xc3\x83\xc2", b"\xc3\x82\xc2", b"\xc3\xa2\xe2\x82\xac")
_DAMAGED = r"\x{FFFD}|[ÂÃ][\x{80}-\x{BF}]|â€"
_MOST = 100


def is_damaged(piece: bytes) -> bool:
    return not piece.isascii() and any(sign in piece for sign in DAMAGED)


def damage_findings(
    table: pa.Table, rows: npt.NDArray[np.int32], letters: Mapping[str, str], file: str
) -> Iterator[Finding]:
    """A finding for every cell, and from the hundredth of a column on one for the rest."""
    for name in table.column_names:
        cells = np.flatnonzero(pc.match_substring_regex(table[name], _DAMAGED).to_numpy(zero_copy_only=False))
        for line in cells[:_MOST].tolist():
            text, row = table[name][line].as_py(), int(rows[line])
            said = say(
                "{cell} has letters that were damaged before the file was sent: correct it where it was saved, and save the "
                "file as UTF-8.",
                cell=repr(text[:120]),
            )
            yield finding("FILE-LETTERS", said, Place(file, None, row, name, text[:1000], f"{letters[name]}{row}"))
        if (more := len(cells) - _MOST) > 0:
            row = int(rows[cells[_MOST]])
            said = says(
                "{n} more cell of this column, from row {row} on, has damaged letters.",
                "{n} more cells of this column, from row {row} on, have damaged letters.",
                more,
                row=str(row),
            )
            yield finding("FILE-LETTERS", said, Place(file, None, row, name), count=more)
