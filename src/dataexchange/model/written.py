"""How the numbers of a column are written, as far as its cells say it for certain.

"1,5" can only have a decimal comma, "1.234.567" only points between thousands, "1 234" only a space there. "1,234" alone could be
either, a thousand times apart, and stays unsure: it is settled by what else stands in the column ("0,5" beside it), never by
habit. "1234" beside it settles nothing: many who part thousands do so from five digits on. Zeros at the front count: "0,123" is no
thousands.

>>> written(pa.array(["1.234,5", "17", "8.901"]))
Written(decimal=',', thousands='.', unsure=None, clash=False)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_SPACE = r" \x{00a0}\x{2009}\x{202f}"
#: A cell that may be a number, whoever wrote it. Points alone are the usual case and are looked for in a sample first.
_NUMBER = rf"^\s*[+\-−]?[0-9.,][0-9.,'’{_SPACE}]*%?\s*$"
_UNUSUAL = rf"^\s*[+\-−]?[0-9.]*[,'’{_SPACE}][0-9.,'’{_SPACE}]*[0-9]\s*%?\s*$"
_SAMPLE = 2_000
#: So many times as many cells are nearly all.
_FEW = 4
_GROUPED = re.compile(r"9{1,3}(?P<mark>[.,' ])999(?:(?P=mark)999)*")
_OPEN = re.compile(r"9{1,3}([.,])999")


@dataclass(frozen=True, slots=True)
class Written:
    """The marks that are certain. `unsure`: the one mark that could be either; `clash`: cells contradict each other, and neither
    way of writing is that of nearly all of them."""

    decimal: str | None = None
    thousands: str | None = None
    unsure: str | None = None
    clash: bool = False
    #: The other decimal mark, which a few cells have against nearly all of them.
    against: str | None = None

    @property
    def usual(self) -> bool:
        """As numbers are taken where nobody says otherwise: a decimal point at most."""
        return not (self.thousands or self.unsure or self.clash or self.against) and self.decimal in (None, ".")


@dataclass(slots=True)
class _Seen:
    decimals: set[str] = field(default_factory=set)
    thousands: set[str] = field(default_factory=set)
    either: set[str] = field(default_factory=set)


def written(column: pa.ChunkedArray | pa.Array) -> Written | None:
    """None where the column has no numbers. Columns of text are told by a sample, so that a million labels cost nothing."""
    sample = _sample(column)
    numbers = pc.match_substring_regex(sample, _NUMBER)
    if not pc.any(numbers).as_py():
        return None
    seen = _Seen()
    _look(_forms(sample.filter(numbers)), seen)
    if len(sample) < len(column):
        if _is_marked(column):
            _look(_forms(column.filter(pc.match_substring_regex(column, _UNUSUAL))), seen)
        if "." in seen.either and not seen.decimals and not seen.thousands:
            _look(_forms(column.filter(pc.match_substring_regex(column, _NUMBER))), seen)
    if seen.decimals == {".", ","} and not seen.thousands:
        return _most(column)
    return _settled(seen)


def _is_marked(column: pa.ChunkedArray | pa.Array) -> bool:
    """Whether any cell has a mark that makes a number unusual, or may have: seen at a glance over the bytes of all cells, so that a
    million plain numbers are not gone through one by one."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    texts = (bytes(data) for chunk in chunks if (data := chunk.buffers()[-1]) is not None)
    return any(not text.isascii() or any(mark in text for mark in (b",", b"'", b" ")) for text in texts)


def _most(column: pa.ChunkedArray | pa.Array) -> Written:
    """Of a column that has both decimal marks: the one that nearly all cells have, so that the others can be named."""
    n = {mark: pc.sum(_only_decimal(column, mark)).as_py() or 0 for mark in ".,"}
    few, most = sorted(n, key=lambda mark: n[mark])
    return Written(most, against=few) if n[few] * _FEW <= n[most] else Written(clash=True)


def _only_decimal(cells: pa.ChunkedArray | pa.Array, mark: str) -> pa.ChunkedArray | pa.Array:
    """Cells in which the mark can be nothing but decimal."""
    one = pc.match_substring_regex(cells, rf"^\s*[+\-−]?[0-9]*{re.escape(mark)}[0-9]+\s*%?\s*$")
    return pc.and_not(one, may_be_either(cells, mark))


def may_be_either(texts: pa.Array, mark: str) -> pa.Array:
    """Cells in which the mark could part thousands or decimals: 1,234."""
    return pc.match_substring_regex(texts, rf"^\s*[+\-−]?[1-9][0-9]{{0,2}}{re.escape(mark)}[0-9]{{3}}\s*%?\s*$")


def _sample(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """All of a short column; of a long one its beginning, and cells from all over it."""
    if len(column) <= 2 * _SAMPLE:
        return column
    spread = np.linspace(_SAMPLE, len(column) - 1, _SAMPLE).astype(np.int64)
    return column.take(pa.array(np.concatenate([np.arange(_SAMPLE), spread])))


def _forms(cells: pa.ChunkedArray | pa.Array) -> Iterable[str]:
    """The distinct shapes of numbers: 1.234,5 and 7.089,2 are both 9.999,9; a zero before a mark is Z."""
    if not len(cells):
        return ()
    bare = pc.replace_substring_regex(cells, r"^\s*[+\-−]?|\s*%?\s*$", "")
    bare = pc.replace_substring_regex(bare, rf"[{_SPACE}]", " ")
    bare = pc.replace_substring(bare, "’", "'")
    bare = pc.replace_substring_regex(bare, r"^0+([.,])", r"Z\1")
    return [str(form) for form in pc.unique(pc.replace_substring_regex(bare, "[0-9]", "9")).to_pylist()]


def _look(forms: Iterable[str], seen: _Seen) -> None:
    for form in forms:
        marks = [mark for mark in form if mark not in "9Z"]
        if not marks:
            continue
        if _OPEN.fullmatch(form):
            seen.either.add(marks[0])
        elif grouped := _GROUPED.fullmatch(form):
            seen.thousands.add(grouped[1])
        elif marks[-1] in ".,":
            whole, _, rest = form.rpartition(marks[-1])
            grouped = _GROUPED.fullmatch(whole)
            if rest and grouped and grouped[1] != marks[-1]:
                seen.thousands.add(grouped[1])
                seen.decimals.add(marks[-1])
            elif rest and len(marks) == 1:
                seen.decimals.add(marks[-1])


def _settled(seen: _Seen) -> Written:
    decimals, thousands, either = seen.decimals, seen.thousands, seen.either
    if len(decimals) > 1 or len(thousands) > 1 or decimals & thousands:
        return Written(clash=True)
    decimal, parted = next(iter(decimals), None), next(iter(thousands), None)
    if decimal is None and parted is not None:
        # One mark parts thousands, so the other one is decimal: "1 234" beside "5,678".
        other = {".": ",", ",": "."}.get(parted)
        decimal = other or (next(iter(either)) if len(either) == 1 else None)
    if decimal is None:
        return Written(None, parted, next(iter(either)) if len(either) == 1 else None, len(either) > 1)
    rest = either - {decimal, parted}
    if rest and parted is not None:
        return Written(clash=True)
    return Written(decimal, parted or next(iter(rest), None))
