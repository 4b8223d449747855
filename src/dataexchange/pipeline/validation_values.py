"""The value against its unit, its status and its bounds.

These rules know the words of the SDG structure: SERIES, UNIT_MEASURE, UNIT_MULT, OBS_STATUS, LOWER_BOUND, UPPER_BOUND. Where a
structure lacks one, or its code list does not say of which kind its series are, `needs` tells why the rule is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from dataexchange.model.observation_status import NEVER_WITH_VALUE, WITHOUT_VALUE
from dataexchange.model.rulebook import Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, either, say
from dataexchange.model.series_notes import SeriesKind, units
from dataexchange.model.unit_ranges import Span, span_of
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_format import as_numbers
from dataexchange.pipeline.validation_lines import in_units, multiplier
from dataexchange.pipeline.validation_structure import rows_of
from dataexchange.pipeline.validation_table import Column, Flags, Floats, Observations, figure

_BOUNDS = ("LOWER_BOUND", "UPPER_BOUND")
#: Bounds and values are rounded each on its own.
_SLACK = 1e-9

_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "RNG-EMPTY": ("OBS_STATUS",),
    "RNG-STATUS": ("OBS_STATUS",),
    "RNG-PERCENT": ("SERIES", "UNIT_MEASURE"),
    "RNG-COUNT": ("SERIES", "UNIT_MEASURE", "UNIT_MULT"),
    "RNG-UNIT": ("SERIES", "UNIT_MEASURE"),
    "BND": _BOUNDS,
    "UNIT-SERIES": ("SERIES", "UNIT_MEASURE"),
}


#: Rules that must know of which kind a series is.
_BY_KIND = ("RNG-PERCENT", "RNG-COUNT", "RNG-UNIT", "SUM-PARTS", "SUM-RANGE", "IDN-RATE")


def needs(schema: Schema, book: Rulebook) -> Mapping[str, Sentence]:
    """Rule -> why it cannot run with this structure."""
    components = {c.id for c in schema.structure.components()}
    reasons: dict[str, Sentence] = {}
    for rule, wanted in _COMPONENTS.items():
        if absent := [c for c in wanted if c not in components]:
            reasons[rule] = schema.lacks(absent)
    series = schema.codes.get("SERIES", {}).values()
    if not any(book.nature(item.id, item) for item in series):
        for rule in _BY_KIND:
            reasons.setdefault(rule, say("the code list of SERIES does not say of which KIND its series are"))
    if not any(units(item) for item in series):
        reasons.setdefault("UNIT-SERIES", say("the code list of SERIES does not say in which UNIT its series come"))
    return reasons


def value_and_status(table: Observations) -> Iterator[Fault]:
    column = table.text.get("OBS_STATUS")
    empty = _without_value(table)
    rows = np.flatnonzero(empty & ~_flagged(table, column, WITHOUT_VALUE))
    if len(rows):
        words = say(
            "there is no {measure}, and OBS_STATUS is none of {statuses}, which would say why",
            measure=table.measure,
            statuses=", ".join(WITHOUT_VALUE),
        )
        yield Fault("RNG-EMPTY", table.measure, rows, words)
    rows = np.flatnonzero(~empty & _flagged(table, column, NEVER_WITH_VALUE))
    if len(rows):
        words = say(
            "there is a value, and OBS_STATUS is one of {statuses}, which says there is none",
            statuses=", ".join(NEVER_WITH_VALUE),
        )
        yield Fault("RNG-STATUS", table.measure, rows, words, partial(_status_sentence, table))


def _status_sentence(table: Observations, row: int) -> Sentence:
    return say(
        "the value is {value}, and OBS_STATUS {status} says that there is none",
        value=table.figure(table.measure, row),
        status=str(table.value("OBS_STATUS", row)),
    )


def percentages(table: Observations) -> Iterator[Fault]:
    """PT within 0 to 100, growth rates (kind G) and series of no known kind aside."""
    kinds = (SeriesKind.COUNT, SeriesKind.RATIO, SeriesKind.MEAN)
    if table.values is None or not (chosen := _of_kind(table, kinds, "PT")).any():
        return
    values = in_units(table)
    lowest, highest = (table.set_("RNG-PERCENT", name) for name in ("lowest", "highest"))
    # Within the range that is allowed to all series there is nothing to ask.
    rows = np.flatnonzero(chosen & ((values < lowest.max()) | (values > highest.min())))
    series = table.series[rows]
    rows = rows[(values[rows] < lowest[series]) | (values[rows] > highest[series])]
    if len(rows):
        words = say("a percentage is outside the range in which it must lie")
        yield Fault("RNG-PERCENT", table.measure, rows, words, partial(_percent_sentence, table, lowest, highest))


def _percent_sentence(table: Observations, lowest: Floats, highest: Floats, row: int) -> Sentence:
    series = int(table.series[row])
    return say(
        "{value} % is outside {lowest} to {highest}, where a share must lie",
        value=_shown(in_units(table), row),
        lowest=_shown(lowest, series),
        highest=_shown(highest, series),
    )


def unit_ranges(table: Observations) -> Iterator[Fault]:
    """Figures that their unit cannot have. Growth rates, series of no known kind, and ratios of rates (RO, kind M) aside."""
    unit = table.text.get("UNIT_MEASURE")
    if table.values is None or unit is None:
        return
    known = table.kinds((SeriesKind.COUNT, SeriesKind.RATIO, SeriesKind.MEAN))[table.series]
    poolable = table.kinds((SeriesKind.COUNT, SeriesKind.RATIO))[table.series]
    values = in_units(table)
    for place, code in enumerate(unit.values.to_pylist()):
        if (span := span_of(code)) is None:
            continue
        outside = (values < span.lowest - _SLACK) | (values > span.highest + _SLACK)
        if span.whole:
            outside |= np.isfinite(values) & (values != np.rint(values))
        outside &= (unit.index == place) & (poolable if code == "RO" else known)
        if outside.any():
            words = say("a figure is outside what its unit {unit} can have", unit=code)
            yield Fault(
                "RNG-UNIT", table.measure, np.flatnonzero(outside), words, partial(_unit_sentence, values, span, code)
            )


def _unit_sentence(values: Floats, span: Span, unit: str, row: int) -> Sentence:
    value = _shown(values, row)
    if not np.isfinite(span.highest):
        return say("{value} is below zero, which a figure in the unit {unit} cannot be", value=value, unit=unit)
    if span.whole:
        return say("{value} is neither 0 nor 1, as a figure in the unit {unit} must be", value=value, unit=unit)
    return say(
        "{value} is outside {lowest} to {highest}, where a figure in the unit {unit} must lie",
        value=value,
        lowest=figure(span.lowest),
        highest=figure(span.highest),
        unit=unit,
    )


def counts(table: Observations) -> Iterator[Fault]:
    if table.values is None or not (chosen := _of_kind(table, (SeriesKind.COUNT,), "NUMBER")).any():
        return
    values = table.values
    negative = np.flatnonzero(chosen & (values < 0))
    if len(negative):
        words = say("a count is below zero")
        yield Fault("RNG-COUNT", table.measure, negative, words, partial(_negative_sentence, values))
    broken = np.flatnonzero(chosen & (multiplier(table) == 1) & np.isfinite(values) & (values != np.floor(values)))
    if len(broken):
        words = say("a count is not whole; is it in thousands (UNIT_MULT 3), or a rate?")
        yield Fault("RNG-COUNT", table.measure, broken, words, partial(_broken_sentence, values))


def _negative_sentence(values: Floats, row: int) -> Sentence:
    return say("{value} is below zero, which a count cannot be", value=_shown(values, row))


def _broken_sentence(values: Floats, row: int) -> Sentence:
    return say(
        "{value} is no whole number, as a count is; is it in thousands (UNIT_MULT 3), or a rate?",
        value=_shown(values, row),
    )


def bounds(table: Observations) -> Iterator[Fault]:
    limits = [_numbers(table, name) for name in _BOUNDS]
    if table.values is None or all(limit is None for limit in limits):
        return
    lower, upper = (np.full(table.n, np.nan) if limit is None else limit for limit in limits)
    values = table.values
    slack = _SLACK * np.maximum(1.0, np.abs(np.nan_to_num(values)))
    crossed = lower > upper + slack
    if crossed.any():
        words = say("LOWER_BOUND is above UPPER_BOUND")
        yield Fault(
            "BND", "LOWER_BOUND", np.flatnonzero(crossed), words, partial(_bound_sentence, values, lower, upper)
        )
    rows = np.flatnonzero(((values < lower - slack) | (values > upper + slack)) & ~crossed)
    if len(rows):
        words = say("the value is not between LOWER_BOUND and UPPER_BOUND")
        yield Fault("BND", table.measure, rows, words, partial(_bound_sentence, values, lower, upper))


def _bound_sentence(values: Floats, lower: Floats, upper: Floats, row: int) -> Sentence:
    value, least, most = _shown(values, row), _shown(lower, row), _shown(upper, row)
    if lower[row] > upper[row]:
        return say("LOWER_BOUND {lower} is above UPPER_BOUND {upper}", lower=least, upper=most)
    if values[row] < lower[row]:
        return say("the value {value} is below LOWER_BOUND {lower}", value=value, lower=least)
    return say("the value {value} is above UPPER_BOUND {upper}", value=value, upper=most)


def _shown(values: Floats, row: int) -> Value:
    return figure(float(values[row]))


def expected_units(table: Observations) -> Iterator[Fault]:
    series, unit = table.text.get("SERIES"), table.text.get("UNIT_MEASURE")
    if series is None or unit is None or not table.n:
        return
    size = len(unit.values) + 1
    pairs = series.index.astype(np.int64) * size + np.where(unit.index < 0, size - 1, unit.index)
    pairs[series.index < 0] = size - 1
    codes, known = table.schema.codes.get("SERIES", {}), table.schema.codes.get("UNIT_MEASURE")
    for pair in np.flatnonzero(np.bincount(pairs)).tolist():
        place, number = divmod(pair, size)
        if number == size - 1:
            continue
        code, given = series.values[place].as_py(), unit.values[number].as_py()
        allowed = units(codes.get(code))
        # A unit that is in no code list is told by STR-CODE.
        if allowed and given not in allowed and (known is None or given in known):
            words = say("{series} comes in {units}, not in {unit}", series=code, units=either(allowed), unit=given)
            yield Fault("UNIT-SERIES", "UNIT_MEASURE", np.flatnonzero(pairs == pair), words)


def judged(table: Observations, fault: Fault) -> Fault | None:
    """The fault of rows that are not whole, without those whose UNIT_MULT is not known and would decide; None if none is left."""
    components = {c.id for c in table.schema.structure.components()}
    if fault.rule not in ("RNG-PERCENT", "RNG-COUNT", "RNG-UNIT") or "UNIT_MULT" not in components:
        return fault
    column = table.text.get("UNIT_MULT")
    rows = fault.rows[:0] if column is None else fault.rows[column.index[fault.rows] >= 0]
    return replace(fault, rows=rows) if len(rows) else None


def _without_value(table: Observations) -> Flags:
    if table.values is not None:
        return np.isnan(table.values)
    column = table.text.get(table.measure)
    return np.zeros(table.n, bool) if column is None else np.asarray(column.index < 0)


def _flagged(table: Observations, column: Column | None, words: tuple[str, ...]) -> Flags:
    flags = np.zeros(table.n, bool)
    if column is not None:
        flags[rows_of(column, words)] = True
    return flags


def _of_kind(table: Observations, kinds: tuple[SeriesKind, ...], unit: str) -> Flags:
    """Rows of a series of one of these kinds, in that unit. Where the unit is no code, in the only one the series comes in."""
    series, measure = table.text.get("SERIES"), table.text.get("UNIT_MEASURE")
    if series is None or measure is None:
        return np.zeros(table.n, bool)
    codes = table.schema.codes.get("SERIES", {})
    chosen = table.kinds(kinds)[table.series]
    wanted = np.array([code == unit for code in measure.values.to_pylist()] + [False])
    fits = wanted[measure.index]
    known = table.schema.codes.get("UNIT_MEASURE", {})
    odd = np.array([code not in known for code in measure.values.to_pylist()] + [True])
    if known and (unknown := odd[measure.index]).any():
        only = np.array([units(codes.get(code)) == (unit,) for code in series.values.to_pylist()] + [False])
        fits = fits | (unknown & only[series.index])
    return np.asarray(chosen & fits)


def _numbers(table: Observations, component: str) -> Floats | None:
    column = table.text.get(component)
    return None if column is None else np.asarray(np.append(as_numbers(column), np.nan)[column.index])
