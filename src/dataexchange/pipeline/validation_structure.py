"""Structural rules: mandatory parts, codes, forms, periods against FREQ, attributes of series.

They ask only what the data structure and its code lists say, so they hold for any structure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import COLUMN
from dataexchange.model.nearest import nearest, same_digits
from dataexchange.model.period import NO_PERIOD, format_period, frequency
from dataexchange.model.sentence import Sentence, Value, say, says
from dataexchange.model.structure import Attribute, Component, Item
from dataexchange.pipeline.validation_fault import Fault, by_value
from dataexchange.pipeline.validation_table import Column, Ints, Observations

_NOTHING = np.empty(0, np.int64)

#: Slots of `model.period` are below this.
_SLOTS = 8000

#: First letter of FREQ -> the frequency its periods are at home with. B is business days, H hours, N and I minutes.
_AT_HOME: Mapping[str, str] = {
    "A": "A",
    "S": "S",
    "T": "T",
    "Q": "Q",
    "M": "M",
    "W": "W",
    "D": "D",
    "B": "D",
    "H": "I",
    "N": "I",
    "I": "I",
}

#: Suggestions cost a walk through the code list: only for so many different wrong values.
_SUGGESTIONS = 50


def unknown_columns(table: Observations) -> Iterator[Fault]:
    known = {c.id for c in table.schema.structure.components()}
    for name in table.dataset.table.column_names:
        if name not in known and not name.startswith("@"):
            told = say(
                "column {column} is no component of {structure}",
                column=repr(name),
                structure=str(table.schema.structure.ref),
            )
            words = _meant(told, _like(name, known))
            yield Fault("STR-COMPONENT", None, _NOTHING, words, count=1)


def missing_parts(table: Observations) -> Iterator[Fault]:
    structure = table.schema.structure
    for dimension in structure.dimensions:
        yield from _missing(table, dimension, say("a dimension"))
    if structure.time_dimension:
        if structure.time_dimension.id in table.dataset.table.column_names:
            rows = np.flatnonzero(table.periods == NO_PERIOD)
            yield from _missing_rows(table, structure.time_dimension, say("the time dimension"), rows)
        else:
            yield from _missing(table, structure.time_dimension, say("the time dimension"))
    for attribute in structure.attributes:
        if attribute.mandatory:
            yield from _missing(table, attribute, say("a mandatory attribute"))
    yield from _missing_measures(table)


def _missing_measures(table: Observations) -> Iterator[Fault]:
    """The one measure has a column; of several at least one has, and every mandatory one a value in each row."""
    structure = table.schema.structure
    if len(structure.measures) == 1 or not any(m.id in table.dataset.table.column_names for m in structure.measures):
        if structure.measure.id not in table.dataset.table.column_names:
            yield from _missing(table, structure.measure, say("the measure"))
        return
    for measure in (m for m in structure.measures if m.mandatory):
        if measure.id in table.numbers:
            rows = np.flatnonzero(np.isnan(table.numbers[measure.id]))
            yield from _missing_rows(table, measure, say("a mandatory measure"), rows)
        else:
            yield from _missing(table, measure, say("a mandatory measure"))


def _missing(table: Observations, component: Component, what: Sentence) -> Iterator[Fault]:
    if component.id not in table.dataset.table.column_names:
        if table.n:
            words = says(
                "there is no {component}, {what}, for the one observation",
                "there is no {component}, {what}, for any of the {n} observations",
                table.n,
                component=component.id,
                what=what,
            )
            yield Fault("STR-MISSING", component.id, _NOTHING, words, count=table.n)
    elif component.id in table.text:
        yield from _missing_rows(table, component, what, table.text[component.id].empty)


def _missing_rows(table: Observations, component: Component, what: Sentence, rows: Ints) -> Iterator[Fault]:
    if len(rows):
        yield Fault(
            "STR-MISSING", component.id, rows, say("{component}, {what}, is empty", component=component.id, what=what)
        )


def codes_in_lists(table: Observations) -> Iterator[Fault]:
    for component in table.schema.structure.components():
        codes = table.schema.codes.get(component.id)
        column = table.text.get(component.id)
        if codes is None or column is None:
            continue
        known = pc.is_in(column.values, value_set=pa.array(list(codes), pa.string()))
        wrong = ~known.to_numpy(zero_copy_only=False)
        for n, (value, rows) in enumerate(by_value(column, wrong)):
            near = suggestion(value, codes) if value is not None and n < _SUGGESTIONS else None
            yield _code_fault(table, component, column, value, rows, near)


def _code_fault(
    table: Observations, component: Component, column: Column, value: str | None, rows: Ints, near: str | None
) -> Fault:
    codelist = _list_name(table, component)

    def one(text: str) -> Sentence:
        return say(
            "{component} {value} is not in the code list {list}",
            component=component.id,
            value=repr(text[:120]),
            list=codelist,
        )

    if value is not None:
        return Fault("STR-CODE", component.id, rows, _meant(one(value), near))
    words = say(
        "other values of {component} that are not in the code list {list}", component=component.id, list=codelist
    )
    return Fault("STR-CODE", component.id, rows, words, lambda row: one(column.text(row) or ""))


def _meant(told: Sentence, near: str | None) -> Sentence:
    return say("{fault}; did you mean {near}?", fault=told, near=repr(near)) if near else told


def _list_name(table: Observations, component: Component) -> Value:
    concept = table.schema.concept(component)
    ref = component.codelist or (concept.representation.codelist if concept and concept.representation else None)
    return str(ref) if ref else say("of {component}", component=component.id)


def suggestion(value: str, codes: Mapping[str, Item]) -> str | None:
    """`GB_BRS_E05010885` for a code mistyped, cut short, or written as its name; None for no idea."""
    folded = value.casefold()
    for code, item in codes.items():
        if code.casefold() == folded or any(name.casefold() == folded for name in item.names.values()):
            return code
    if len(value) > 3:
        ends = [code for code in codes if code.casefold().endswith(folded) and same_digits(code, value)]
        if len(ends) == 1:
            return ends[0]
    return _like(value, codes)


def _like(value: str, words: Collection[str]) -> str | None:
    return nearest(value, words, 0.8 if any(map(str.isdigit, value)) else 0.75)


def periods_fit_frequency(table: Observations) -> Iterator[Fault]:
    column = table.text.get("FREQ")
    if column is None or not table.n:
        return
    size = len(column.values) + 1
    slots = table.periods % _SLOTS
    pairs = slots.astype(np.int64) * size + np.where(column.index < 0, size - 1, column.index)
    pairs[table.periods == NO_PERIOD] = size - 1
    for pair in np.flatnonzero(np.bincount(pairs)).tolist():
        slot, index = divmod(pair, size)
        freq = column.values[index].as_py() if index < size - 1 else ""
        home = _AT_HOME.get(freq[:1])
        if home is None or freq.startswith("_") or frequency(slot) == home:
            continue
        yield Fault(
            "STR-PERIOD",
            table.schema.structure.time_dimension.id if table.schema.structure.time_dimension else None,
            np.flatnonzero(pairs == pair),
            say("the period is not one of FREQ {freq}, such as {example}", freq=freq, example=_EXAMPLES[home]),
            partial(_period_sentence, table, freq),
        )


_EXAMPLES: Mapping[str, str] = {
    "A": "2018",
    "S": "2018-S1",
    "T": "2018-T1",
    "Q": "2018-Q1",
    "M": "2018-01",
    "W": "2018-W01",
    "D": "2018-01-31",
    "I": "2018-01-31T10:00:00",
}


def _period_sentence(table: Observations, freq: str, row: int) -> Sentence:
    words = say(
        "{period} is not a period of FREQ {freq}; write it such as {example}, or correct FREQ",
        period=format_period(int(table.periods[row])),
        freq=freq,
        example=_EXAMPLES[_AT_HOME[freq[:1]]],
    )
    if (
        freq == "A"
        and frequency(int(table.periods[row]) % _SLOTS) == "D"
        and COLUMN in table.dataset.table.column_names
    ):
        return say("{fault}; `period: date` in the mapping takes the year of a date", fault=words)
    if freq == "A" and (two := _two_years(int(table.periods[row]))) is not None:
        return say(
            "{fault}; if {period} is the year from {first} to {second}, put `survey_year` before `sdmx` under `period` in the mapping",
            fault=words,
            period=format_period(int(table.periods[row])),
            first=two[0],
            second=two[1],
        )
    return words


def _two_years(period: int) -> tuple[str, str] | None:
    """A month that is written as two years are: 2010-11."""
    if frequency(period % _SLOTS) != "M":
        return None
    year, _, month = format_period(period).partition("-")
    return (year, str(int(year) + 1)) if str(int(year) + 1).endswith(month) else None


def series_attributes_constant(table: Observations) -> Iterator[Fault]:
    for attribute in table.schema.structure.series_attributes:
        column = table.text.get(attribute.id)
        if column is None or len(column.values) < 2:
            continue
        first = _first_given(column, table)
        usual = np.where(first < 0, np.int32(-1), column.index[first])[table.series]
        rows = np.flatnonzero((column.index >= 0) & (column.index != usual))
        if len(rows):
            sentence = partial(_attribute_sentence, table, attribute, first)
            words = say("{component} differs from what an earlier row of the same series says", component=attribute.id)
            yield Fault("STR-SERIES-ATTRIBUTE", attribute.id, rows, words, sentence)


def _first_given(column: Column, table: Observations) -> Ints:
    """For every series the first row that has the attribute, -1 for none."""
    first = np.full(len(table.keys), -1, np.int64)
    given = np.flatnonzero(column.index >= 0)[::-1]
    first[table.series[given]] = given
    return first


def _attribute_sentence(table: Observations, attribute: Attribute, first: Ints, row: int) -> Sentence:
    column, usual = table.text[attribute.id], int(first[table.series[row]])
    return say(
        "{component} is {here} here and {there} in {row} of the same series; it describes the series, so all its rows say the "
        "same",
        component=attribute.id,
        here=repr(column.text(row)),
        there=repr(column.text(usual)),
        row=table.row_name(usual, row),
    )


def rows_of(column: Column, words: Iterable[str]) -> Ints:
    """Rows that hold one of these words."""
    flags = pc.is_in(column.values, value_set=pa.array(list(words), pa.string()))
    return column.rows_where(flags.to_numpy(zero_copy_only=False))
