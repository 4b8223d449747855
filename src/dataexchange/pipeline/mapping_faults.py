"""Cells that cannot be mapped, gathered as arrays and written out as findings, bounded but with nothing dropped.

Ten thousand cells are a finding each, in the order of the sheet; where there are more, every row is named once before any is
named again. What is beyond stands together: one finding for each value of a column, then one for a column, each with its
count, so that the counts always add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dataexchange.model.finding import Finding, Place
from dataexchange.model.nearest import nearest
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, listed, says, together

#: Findings of one cell each, and findings that stand for equal cells.
CELLS = 10_000
VALUES = 10_000

_SHOWN = 120
_GUESSES = 200
_OPTIONS = 2_000
_NEAR, _NEAR_DIGITS = 0.7, 0.8

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fault:
    """Cells of one kind that fail for one reason: `texts[which[i]]` stands in row `rows[i]` (0: the header)."""

    rule: str
    rows: Ints
    which: Ints
    texts: Sequence[str]
    #: (text, components it was for) -> what to say of it.
    sentence: Callable[[str, Sentence], Sentence]
    components: tuple[str, ...]
    headers: Sequence[str]
    #: Which header each cell stands under, where it is not the first for all.
    under: Ints | None = None
    #: The sentence is of these components alone, so that no other fault of the same cells is told with it.
    alone: bool = False
    #: Rows below each header, where it is the headers that fail.
    below: int = 0
    #: Rows that each cell is the text of, where texts are filled down.
    times: Ints | None = None

    def header(self, cell: int) -> str:
        return self.headers[0 if self.under is None else int(self.under[cell])]

    def say(self, text: str, times: int = 1) -> Sentence:
        """`times`: how many rows one cell is the text of."""
        told = cost(self.below) if self.below else cost(times) if times > 1 else ""
        return together(self.sentence(text, listed(self.components)), told)

    def stands_for(self, cell: int) -> int:
        return 1 if self.times is None else int(self.times[cell])

    def once(self) -> Fault:
        """Each cell once, where one is the text of several rows."""
        _, first, times = np.unique(self.rows, return_index=True, return_counts=True)
        return replace(self, rows=self.rows[first], which=self.which[first], times=times)

    def same_cells(self, other: Fault) -> bool:
        """Of one column, so that equal headers need no asking."""
        return (
            self.rule == other.rule
            and not (self.alone or other.alone)
            and np.array_equal(self.rows, other.rows)
            and np.array_equal(self.which, other.which)
            and np.array_equal(_or_none(self.under), _or_none(other.under))
        )

    def only(self, keep: npt.NDArray[np.bool_]) -> Fault:
        under = None if self.under is None else self.under[keep]
        times = None if self.times is None else self.times[keep]
        return replace(self, rows=self.rows[keep], which=self.which[keep], under=under, times=times)


def _or_none(array: Ints | None) -> Ints:
    return np.zeros(0, dtype=np.int64) if array is None else array


def merged(faults: Iterable[Fault]) -> list[Fault]:
    """Faults of one column, those of the same cells for several components as one."""
    kept: list[Fault] = []
    for fault in faults:
        twin = next((index for index, other in enumerate(kept) if other.same_cells(fault)), None)
        if twin is None:
            kept.append(fault)
        else:
            kept[twin] = replace(kept[twin], components=kept[twin].components + fault.components)
    return kept


def findings_of(faults: Sequence[Fault], file: str, sheet: str | None, limit: int = CELLS) -> Iterator[Finding]:
    """One finding a cell as far as the limit goes, then one a value."""
    sizes = [len(fault.rows) for fault in faults]
    owner = np.repeat(np.arange(len(faults)), sizes)
    cell = np.concatenate([np.arange(size) for size in sizes]) if faults else np.zeros(0, dtype=np.int64)
    rows = np.concatenate([fault.rows for fault in faults]) if faults else np.zeros(0, dtype=np.int64)
    order = np.lexsort((owner, rows)) if len(rows) <= 1_000_000 else np.argsort(rows, kind="stable")
    told = lru_cache(maxsize=4096)(lambda at, text, times: faults[at].say(text, times))
    first, rest = _named(rows[order], limit)
    for position in order[first]:
        at, index = int(owner[position]), int(cell[position])
        text = faults[at].texts[int(faults[at].which[index])]
        yield finding(
            faults[at].rule, told(at, text, faults[at].stands_for(index)), _place(faults[at], index, text, file, sheet)
        )
    left = order[rest]
    for at in np.unique(owner[left]):
        yield from _together(faults[at], cell[left[owner[left] == at]], file, sheet)


def _named(rows: Ints, limit: int) -> tuple[Ints, Ints]:
    """Positions of the cells that are told one by one, and of the others. Rows ascend; where there are too many cells, each row
    is named once before any is named again."""
    every = np.arange(len(rows))
    if len(rows) <= limit:
        return every, every[:0]
    rank = every - np.searchsorted(rows, rows)
    chosen = np.sort(np.argsort(rank, kind="stable")[:limit])
    return chosen, np.setdiff1d(every, chosen, assume_unique=True)


def _together(fault: Fault, cells: Ints, file: str, sheet: str | None) -> Iterator[Finding]:
    """The cells of one fault that are past the limit, by value, most frequent first."""
    values, first, counts = np.unique(fault.which[cells], return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    for n in order[:VALUES]:
        index, count = int(cells[first[n]]), int(counts[n])
        text = fault.texts[int(values[n])]
        more = says("The same stands in {n} more row.", "The same stands in {n} more rows.", count - 1)
        sentence = together(fault.say(text), more if count > 1 else "")
        yield finding(fault.rule, sentence, _place(fault, index, text, file, sheet), count=count)
    if len(order) > VALUES:
        count = int(counts[order[VALUES:]].sum())
        place = _place(fault, int(cells[first[order[VALUES]]]), "", file, sheet)
        sentence = says(
            "{n} more cell of this column has another value with the same fault: correct those above first.",
            "{n} more cells of this column have other values with the same fault: correct those above first.",
            count,
        )
        yield finding(fault.rule, sentence, Place(file, sheet, place.row, place.column), count=count)


def _place(fault: Fault, index: int, text: str, file: str, sheet: str | None) -> Place:
    return Place(file, sheet, int(fault.rows[index]) or None, fault.header(index), text[:1000])


def cost(rows: int, width: int = 1) -> Sentence:
    """How many rows have no observation, for a fault that is in no cell of theirs.

    >>> str(cost(3)), str(cost(3, 2))
    ('It costs 3 rows.', 'It costs 6 cells in 3 rows.')
    """
    if width == 1:
        return says("It costs {n} row.", "It costs {n} rows.", rows)
    cells = says("{n} cell", "{n} cells", rows * width)
    return says("It costs {cells} in {n} row.", "It costs {cells} in {n} rows.", rows, cells=cells)


def shown(text: str) -> str:
    """A cell in quotes as it stands in a sentence."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def closest(text: str, options: Iterable[str]) -> str | None:
    """The option that a typing error is nearest to: first one that differs in case, spaces and marks alone ("T", "_T").

    Words with digits are short and close together: what is not nearly the same is better not named, nor what has other digits.
    """
    listed = list(options)[:_OPTIONS]
    plain = _plain(text)
    for option in listed:
        if plain and _plain(option) == plain:
            return option
    cutoff = _NEAR_DIGITS if any(map(str.isdigit, text)) else _NEAR
    return nearest(text, listed, cutoff)


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


class Suggestions:
    """`closest` for the first distinct texts only: it is slow, and two hundred guesses are more than anyone reads."""

    def __init__(self, options: Iterable[str]) -> None:
        self._options = tuple(options)
        self._left = _GUESSES

    def __call__(self, text: str) -> str | None:
        self._left -= 1
        return closest(text, self._options) if self._left >= 0 else None
