"""All series of a comparison as arrays: the local ones first, the national ones after them.

Rules decide over a hundred thousand series at once, so nothing here is an object for each: a series is a number, its codes are a row of
a matrix, its observations a slice. `View` shows one series with its words, for what is told to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import COLUMN, ROW, Dataset
from dataexchange.model.finding import Place
from dataexchange.model.period import format_period

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Values are told apart to eight decimals; what has more was not rounded by anybody.
_DECIMALS = 8
#: Values whose digits are looked at together, so that what is worked out of them stays in the processor's cache.
_PORTION = 1 << 14
#: Dimensions that say nothing of who is counted, and codes that mean "no breakdown": not worth a word.
_TOLD_ELSEWHERE = frozenset({"FREQ", "REPORTING_TYPE", "SERIES", "REF_AREA"})
_TOTALS = frozenset({"_T", "_Z", "_X", ""})


class Words:
    """Texts as numbers, the same text the same number wherever it stands."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        found = self._numbers.setdefault(text, len(self.texts))
        if found == len(self.texts):
            self.texts.append(text)
        return found

    def known(self, text: str) -> int:
        """-1 where no series has the text."""
        return self._numbers.get(text, -1)


@dataclass(frozen=True, slots=True)
class Said:
    """What an attribute says: of every series the distinct words in order of time, as a number in `words`; 0 is nothing."""

    series: Small
    words: Sequence[tuple[str, ...]]
    #: Of every observation, a number in `texts`; the last, None, is nothing. Only where somebody asks by observation.
    rows: Small | None = None
    texts: Sequence[str | None] = ()


@dataclass(frozen=True)
class Panel:
    """`codes` has a column for every dimension, numbers of `vocabulary`. Observations of series i are `starts[i]:starts[i + 1]`, by time;
    `values` are in units (`scale`, from UNIT_MULT, is applied). `local` series come first."""

    dimensions: tuple[str, ...]
    vocabulary: Words
    codes: Small
    keys: Sequence[str]
    local: int
    starts: Ints
    periods: Small
    values: Floats
    scale: Floats
    said: Mapping[str, Said]
    #: The table that the local observations stand in, with the row of each; None where they come from the store.
    source: Dataset | None
    origin: Ints
    #: The release that each series is of, 0 where it is not known.
    releases: Ints
    #: SERIES code -> the global series it stands for, as the code list has it.
    origins: Mapping[str, str]
    #: Series -> its periods that are of another definition (OBS_STATUS D), and left out.
    other: Mapping[int, Sequence[int]] = field(default_factory=dict)
    _numbers: dict[str, Floats] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.codes)

    @cached_property
    def counts(self) -> Ints:
        return np.diff(self.starts)

    @cached_property
    def owner(self) -> Ints:
        """The series of every observation."""
        return np.repeat(np.arange(self.n), self.counts)

    @cached_property
    def area(self) -> Small:
        return self.codes[:, self.dimensions.index("REF_AREA")]

    @cached_property
    def code(self) -> Small:
        return self.codes[:, self.dimensions.index("SERIES")]

    @cached_property
    def area_texts(self) -> list[str]:
        """The area of every series, as the data have it."""
        return [self.vocabulary.texts[number] for number in self.area.tolist()]

    @cached_property
    def code_texts(self) -> list[str]:
        return [self.vocabulary.texts[number] for number in self.code.tolist()]

    @cached_property
    def _ranked(self) -> tuple[Small, Ints]:
        found = pa.array(self.periods).dictionary_encode()
        distinct = found.dictionary.to_numpy(zero_copy_only=False)
        order = np.argsort(distinct)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return distinct[order].astype(np.int32), rank[found.indices.to_numpy(zero_copy_only=False)]

    @property
    def rank(self) -> Ints:
        """The period of every observation as its place among all periods."""
        return self._ranked[1]

    @cached_property
    def period_names(self) -> list[str]:
        return [format_period(period) for period in self._ranked[0].tolist()]

    def period(self, row: int) -> str:
        return self.period_names[int(self.rank[row])]

    @cached_property
    def _places(self) -> Ints:
        return self.owner * len(self._ranked[0]) + self.rank

    @cached_property
    def _grid(self) -> Small | None:
        """(series, period) -> row, where that takes no more room than a few times the observations."""
        size = self.n * len(self._ranked[0])
        if size > 4 * len(self.periods) + 4096:
            return None
        grid = np.full(size, -1, np.int32)
        grid[self._places] = np.arange(len(self.periods), dtype=np.int32)
        return grid

    def find(self, series: Ints, rank: Ints) -> Ints:
        """The row of each (series, period as its place among periods); -1 where there is none, and for a series of -1."""
        wanted = series.astype(np.int64) * len(self._ranked[0]) + rank
        if self._grid is not None and len(self._grid):
            return np.where(series >= 0, self._grid[np.maximum(wanted, 0)], -1).astype(np.int64)
        places = np.minimum(np.searchsorted(self._places, wanted), max(len(self._places) - 1, 0))
        hit = (self._places[places] == wanted) & (series >= 0) if len(self._places) else np.zeros(len(wanted), bool)
        return np.where(hit, places, -1)

    def signature(self, attribute: str) -> Small:
        return self.said[attribute].series if attribute in self.said else np.zeros(self.n, np.int32)

    def numbers(self, attribute: str) -> Floats | None:
        """An attribute that is a number (a bound) by observation, in units as the values are; None where nobody gives any."""
        said = self.said.get(attribute)
        if said is None or said.rows is None:
            return None
        if attribute not in self._numbers:
            read = np.array([number(text) for text in said.texts])
            self._numbers[attribute] = read[said.rows] * self.scale
        return self._numbers[attribute]

    @cached_property
    def errors(self) -> Floats | None:
        """Standard errors from bounds of 95 %; NaN where there are none, None where nobody gives any."""
        lower, upper = self.numbers("LOWER_BOUND"), self.numbers("UPPER_BOUND")
        return None if lower is None or upper is None else (upper - lower) / (2 * 1.96)

    @cached_property
    def _units(self) -> tuple[Floats, Flags]:
        groups, n = self._printed_alike()
        fewest = np.full(n, -1)
        np.maximum.at(fewest, groups, self.decimals)
        found = fewest[groups]
        units = np.where(found > _DECIMALS, 0.0, 10.0 ** -found.astype(np.float64)) * self.scale
        return units, (found == 0) & (self.scale == 1)

    @cached_property
    def decimals(self) -> Ints:
        """How many decimals each value is printed with, before its multiplier; one more than there are looked at where it has more."""
        found = np.empty(len(self.values), np.int64)
        for begun in range(0, len(found), _PORTION):
            part = slice(begun, begun + _PORTION)
            found[part] = _decimals(self.values[part], self.scale[part])
        return found

    def _printed_alike(self) -> tuple[Ints, int]:
        """Observations of one series with the same multiplier, as numbers: 5 thousand says nothing of a 5 in another year."""
        mixed = np.flatnonzero(np.diff(self.scale) != 0)
        if (self.owner[mixed] == self.owner[mixed + 1]).any():
            factors, factor = np.unique(self.scale, return_inverse=True)
            distinct, groups = np.unique(self.owner * len(factors) + factor, return_inverse=True)
            return groups.astype(np.int64), len(distinct)
        return self.owner, self.n

    def units(self, rows: Ints, counted: Flags) -> Floats:
        """The unit that values are rounded to: 0.01 for 11.7 and 12.05, 1000 for 1200 thousand, 0 for 82.2946637648. Things `counted`
        in units are not rounded at all."""
        if not len(rows):
            return np.zeros(0)
        unit, whole = self._units
        return np.where(counted & whole[rows], 0.0, unit[rows])

    @cached_property
    def breakdowns(self) -> list[str]:
        """`SEX F, AGE Y15T24` of every series: the codes that say of whom it is; "" where it is of all."""
        place, parts = np.empty(len(self.vocabulary.texts), np.int64), []
        for dimension, column in zip(self.dimensions, self.codes.T, strict=True):
            used = np.flatnonzero(np.bincount(column)) if dimension not in _TOLD_ELSEWHERE else ()
            texts = [self.vocabulary.texts[code] for code in used]
            if not _TOTALS.issuperset(texts):
                place[used] = np.arange(len(used))
                named = pa.array(["" if text in _TOTALS else f", {dimension} {text}" for text in texts], pa.string())
                parts.append(named.take(pa.array(place[column])))
        if not parts:
            return [""] * self.n
        joined: list[str] = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*parts, ""), len(", ")).to_pylist()
        return joined

    def view(self, series: int) -> View:
        return View(self, series)

    def place(self, row: int) -> Place:
        """Where the observation stands in the source."""
        if self.source is None or row >= len(self.origin):
            return Place()
        table, at = self.source.table, int(self.origin[row])
        line = table[ROW][at].as_py() if ROW in table.column_names else None
        header = table[COLUMN][at].as_py() if COLUMN in table.column_names else None
        value = float(self.values[row] / self.scale[row])
        shown = str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)
        return Place(self.source.file_of(at), self.source.sheet_of(at), line, header, shown)


@dataclass(frozen=True, slots=True)
class View:
    """One series, in words."""

    panel: Panel
    number: int

    @property
    def key(self) -> str:
        return self.panel.keys[self.number]

    @property
    def area(self) -> str:
        return self.panel.area_texts[self.number]

    @property
    def code(self) -> str:
        return self.panel.code_texts[self.number]

    @property
    def codes(self) -> Iterator[tuple[str, str]]:
        """(dimension, code), "" where there is none."""
        texts = self.panel.vocabulary.texts
        return zip(self.panel.dimensions, (texts[code] for code in self.panel.codes[self.number].tolist()), strict=True)

    @property
    def stands_for(self) -> str | None:
        """The global series of an adapted one: as the attribute says, else as the code list does."""
        return self.word("GLOBAL_SERIES") or self.panel.origins.get(self.code)

    @property
    def first(self) -> int:
        return int(self.panel.starts[self.number])

    @property
    def last(self) -> int:
        """The row of its latest observation."""
        return int(self.panel.starts[self.number + 1]) - 1

    def words(self, attribute: str) -> tuple[str, ...]:
        """The distinct things the attribute says in this series, in order of time."""
        said = self.panel.said.get(attribute)
        return said.words[int(said.series[self.number])] if said else ()

    def word(self, attribute: str) -> str | None:
        return next(iter(self.words(attribute)), None)


def _decimals(values: Floats, scale: Floats) -> Ints:
    found, left = np.full(len(values), _DECIMALS + 1), np.arange(len(values))
    # Of the largest numbers there are no digits to look at.
    with np.errstate(over="ignore", invalid="ignore"):
        printed = values / scale
        for places in range(_DECIMALS + 1):
            shifted = printed[left] * 10.0**places
            fits = np.abs(shifted - np.rint(shifted)) <= 1e-12 * np.abs(shifted)
            found[left[fits]] = places
            left = left[~fits]
            if not len(left):
                break
    return found


def number(text: str | None) -> float:
    try:
        return float(text) if text else np.nan
    except ValueError:
        return np.nan


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """The numbers of many slices one after the other.

    >>> ranges(np.array([10, 20]), np.array([2, 3])).tolist()
    [10, 11, 20, 21, 22]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(starts - (ends - lengths), lengths))


def fold(columns: Sequence[npt.NDArray[np.integer]], n: int) -> Ints:
    """One number for each combination of numbers (from -1 on), the same for the same combination.

    >>> fold([np.array([0, 0, 5]), np.array([1, 1, -1])], 3).tolist()
    [5, 5, 18]
    """
    folded = np.zeros(n, np.int64)
    span = 1
    for column in columns:
        size = int(column.max(initial=-1)) + 2
        if n == 0 or (column == column[0]).all():
            continue
        if span * size > 2**62:
            folded = np.unique(folded, return_inverse=True)[1].astype(np.int64)
            span = int(folded.max(initial=0)) + 1
        folded = folded * size + (column.astype(np.int64) + 1)
        span *= size
    return folded
