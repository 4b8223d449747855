"""A dataset made ready for the rules: columns as integers, series numbered, and words for a row when one is at fault.

Rules look at dictionaries (a few hundred codes) and at integer arrays (a million rows), never at rows one by one. -1 stands for
"nothing there", so a table of flags by code with one more place at its end answers for it too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import COLUMN, ROW, Dataset, SeriesBatch, as_codes, with_columns
from dataexchange.model.finding import Place
from dataexchange.model.period import NO_PERIOD, format_period
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.model.series_notes import SeriesKind
from dataexchange.model.structure import DataStructure

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Periods = npt.NDArray[np.int32]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Column:
    """A text column: `index[row]` is the place in `values`, -1 where the cell holds nothing."""

    values: pa.Array
    index: npt.NDArray[np.int32]
    #: Whether it is known that every cell holds something.
    full: bool = False

    def rows_where(self, flags: Flags) -> Ints:
        """Rows whose value is flagged; `flags` has one place for each of `values`."""
        if not flags.any():
            return np.empty(0, np.int64)
        return np.flatnonzero(np.append(flags, False)[self.index])

    @property
    def empty(self) -> Ints:
        return np.empty(0, np.int64) if self.full else np.flatnonzero(self.index < 0)

    def text(self, row: int) -> str | None:
        index = int(self.index[row])
        return None if index < 0 else str(self.values[index].as_py())


@dataclass(frozen=True, slots=True)
class Observations:
    """What the rules read. `text` has every coded or textual component of the table, `numbers` the numeric measures."""

    dataset: Dataset
    schema: Schema
    #: Component id -> header of the source column it was mapped from, for places in the city's own words.
    headers: Mapping[str, str]
    text: Mapping[str, Column]
    series: Ints
    keys: pa.Array
    periods: Periods
    numbers: Mapping[str, Floats]
    book: Rulebook
    #: The same series as they are published now, where the table is a later edition of them.
    previous: Sequence[SeriesBatch]
    #: What the nation has of the same indicators and areas.
    national: Sequence[SeriesBatch]
    #: Rows whose figure a rule has told to be wrong: what would follow from them is not looked for.
    doubted: Flags
    _derived: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return self.dataset.n

    def derived(self, name: Hashable, make: Callable[[], T]) -> T:
        """What several rules need, worked out once."""
        if name not in self._derived:
            self._derived[name] = make()
        found: T = self._derived[name]
        return found

    @property
    def heads(self) -> Ints:
        """For every series the first of its rows."""
        return self.derived("heads", self._heads)

    def _heads(self) -> Ints:
        found = np.empty(len(self.keys), np.int64)
        found[self.series[::-1]] = np.arange(self.n - 1, -1, -1)
        return found

    def of_series(self, component: str) -> Column:
        """A component that is the same all along a series, with one place for each series instead of each row."""
        column = self.text.get(component)
        if column is None:
            return Column(pa.array([], pa.string()), np.full(len(self.keys), -1, np.int32))
        return Column(column.values, column.index[self.heads])

    def kinds(self, wanted: Collection[SeriesKind | None]) -> Flags:
        """For every series whether it is of one of these kinds; None is one that nobody knows the kind of."""
        column, codes = self.of_series("SERIES"), self.schema.codes.get("SERIES", {})
        natures = [self.book.nature(code, codes.get(code)) for code in column.values.to_pylist()]
        fits = [(nature.kind if nature else None) in wanted for nature in natures]
        return np.array([*fits, None in wanted], bool)[column.index]

    @property
    def counted(self) -> Flags:
        """For every series whether it counts people, things or events one by one."""
        unit = self.of_series("UNIT_MEASURE")
        numbers = np.array([*(code == "NUMBER" for code in unit.values.to_pylist()), False], bool)
        return np.asarray(self.kinds((SeriesKind.COUNT,)) & numbers[unit.index])

    def set_(self, rule: str, name: str) -> Floats:
        """A parameter of a rule, for every series as the rulebook has it."""
        column = self.of_series("SERIES")
        numbers = self.book.numbers(rule, name, column.values.to_pylist())
        return np.append(numbers, self.book.number(rule, name))[column.index]

    @property
    def measure(self) -> str:
        return self.schema.structure.measure.id

    @property
    def values(self) -> Floats | None:
        """The primary measure, where it is numeric: the rules that know what figures mean speak of that one."""
        return self.numbers.get(self.measure)

    def key(self, row: int) -> str:
        return str(self.keys[int(self.series[row])].as_py())

    def period(self, row: int) -> str | None:
        return format_period(int(self.periods[row])) or None

    def value(self, component: str, row: int) -> str | None:
        """What stands there, as text."""
        if component in self.text:
            return self.text[component].text(row)
        if component in self.numbers:
            return number_text(float(self.numbers[component][row]))
        return self.period(row)

    def figure(self, component: str, row: int) -> Value:
        """The same in a sentence: numbers are our reading of the cell, so the language writes them."""
        if component in self.numbers:
            return figure(float(self.numbers[component][row]))
        return str(self.value(component, row))

    def file(self, row: int) -> str | None:
        """The file of a row, in a dataset laid together from several."""
        return self.dataset.file_of(row)

    def row_name(self, row: int, beside: int | None = None) -> Sentence:
        """`row 14`, as the spreadsheet counts; the place among the observations where there is no spreadsheet.

        With its file and sheet where they are not those of the row `beside`.
        """
        file, sheet, named = self.file(row), self.dataset.sheet_of(row), self._row_name(row)
        if beside is None:
            return named
        if sheet is not None and sheet != self.dataset.sheet_of(beside):
            named = say("sheet {sheet}, {row}", sheet=repr(sheet), row=named)
        return say("{file}, {row}", file=str(file), row=named) if file != self.file(beside) else named

    def _row_name(self, row: int) -> Sentence:
        at = self.dataset.table[ROW][row].as_py() if ROW in self.dataset.table.column_names else None
        return say("observation {number}", number=str(row + 1)) if at is None else say("row {number}", number=str(at))

    def place(self, component: str | None, row: int | None, value: str | None) -> Place:
        table, header, at = self.dataset.table, None, None
        if row is not None and ROW in table.column_names:
            at = table[ROW][row].as_py()
        # What is derived stands under no column: its codes are not those of the row's cells.
        under = table[COLUMN][row].as_py() if row is not None and COLUMN in table.column_names else None
        derived = row is not None and COLUMN in table.column_names and under is None
        if component is not None and not derived:
            header = self.headers.get(component)
            if component == self.measure and under is not None:
                header = under
            elif header is None and COLUMN not in table.column_names:
                header = component
        if row is None:
            return Place(self.dataset.file, self.dataset.sheet, at, header, value)
        return Place(self.file(row), self.dataset.sheet_of(row), at, header, value)


def observe(
    dataset: Dataset,
    schema: Schema,
    headers: Mapping[str, str],
    book: Rulebook = SHIPPED,
    previous: Sequence[SeriesBatch] = (),
    national: Sequence[SeriesBatch] = (),
) -> Observations:
    structure, time = schema.structure, schema.structure.time_dimension
    table = with_columns(dataset.table, structure.dimension_ids)
    series, keys = dataset.grouped(structure)
    there = (m.id for m in structure.measures if m.id in table.column_names)
    numbers = {m: _numbers(table[m]) for m in there if pa.types.is_floating(table[m].type)}
    return Observations(
        dataset=dataset,
        schema=schema,
        headers=headers,
        text={
            c.id: _column(table[c.id])
            for c in structure.components()
            if c.id in table.column_names and c is not time and c.id not in numbers
        },
        series=series,
        keys=keys,
        periods=periods(table, structure),
        numbers=numbers,
        book=book,
        previous=previous,
        national=national,
        doubted=np.zeros(table.num_rows, bool),
    )


def number_text(value: float) -> str | None:
    """Shortest text of a number, whole ones without a point; None for no number.

    >>> number_text(12.0), number_text(0.1)
    ('12', '0.1')
    """
    if np.isnan(value):
        return None
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else repr(value)


def figure(value: float) -> Value:
    """A number with all its digits, which the language writes; no text for no number.

    >>> figure(12.0), figure(1234.5)
    (12, 1234.5)
    """
    if not np.isfinite(value):
        return number_text(value) or ""
    return int(value) if abs(value) < 1e15 and value == int(value) else float(value)


def _column(column: pa.ChunkedArray) -> Column:
    array = as_codes(column)
    index = array.indices.fill_null(-1) if array.null_count else array.indices
    numbers = index.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    blank = pc.equal(pc.utf8_trim_whitespace(array.dictionary), "").to_numpy(zero_copy_only=False)
    if blank.any():
        numbers = np.where(np.append(blank, False)[numbers], np.int32(-1), numbers)
    return Column(array.dictionary, numbers, full=not (array.null_count or blank.any()))


def periods(table: pa.Table, structure: DataStructure) -> Periods:
    """The period of every row, NO_PERIOD where there is none."""
    time = structure.time_dimension
    if time is None or time.id not in table.column_names:
        return np.full(table.num_rows, NO_PERIOD, np.int32)
    column = table[time.id].fill_null(NO_PERIOD) if table[time.id].null_count else table[time.id]
    return np.asarray(column.to_numpy(), np.int32)


def _numbers(column: pa.ChunkedArray) -> Floats:
    return np.asarray(column.to_numpy(), np.float64)
