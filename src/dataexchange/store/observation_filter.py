"""The part of a data query that picks observations: time, observation attributes, the measure, first and last ones.

Packed observations are out of SQL's reach, so this runs on the arrays of a batch. SQL is told what it can use: the span
between the earliest and the latest period wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import ColumnElement, Table

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import Values
from dataexchange.model.period import lower_bound, upper_bound
from dataexchange.model.query import ComponentFilter, Condition, DataQuery, Operator
from dataexchange.model.structure import DataStructure
from dataexchange.store.condition import COMPARISONS, number, which
from dataexchange.store.unpack import Mask, Observations

_LEAST, _MOST = -(2**31), 2**31 - 1

#: Periods from..to, both included; several are alternatives.
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ObservationFilter:
    """`time` is a conjunction of alternatives. `attributes` and `measures` come with whether they hold numbers."""

    time: tuple[Spans, ...] = ()
    attributes: tuple[tuple[ComponentFilter, bool], ...] = ()
    measures: tuple[tuple[ComponentFilter, bool], ...] = ()
    #: Id of the primary measure.
    primary: str = ""
    first_n: int | None = None
    last_n: int | None = None

    @property
    def passes_all(self) -> bool:
        return not (self.time or self.attributes or self.measures) and self.first_n is None and self.last_n is None

    def overlapping(self, table: Table) -> list[ColumnElement[bool]]:
        """What SQL can say about the time: series that end before or begin after it are not wanted."""
        conditions: list[ColumnElement[bool]] = []
        lower = max((min((a for a, _ in spans), default=_MOST) for spans in self.time), default=_LEAST)
        upper = min((max((b for _, b in spans), default=_LEAST) for spans in self.time), default=_MOST)
        if lower > _LEAST:
            conditions.append(table.c.last_period >= lower)
        if upper < _MOST:
            conditions.append(table.c.first_period <= upper)
        return conditions

    def mask(self, observed: Observations, among: Mask | None = None) -> Mask | None:
        """Which observations, of those in `among`, are wanted; None for all there are."""
        if self.passes_all:
            return among
        mask = np.ones(len(observed.periods), dtype=bool) if among is None else among.copy()
        for spans in self.time:
            mask &= _within(observed.periods, spans)
        for filter_, numeric in self.attributes:
            values = [c.get(filter_.component) for c in observed.combinations]
            mask &= which(filter_, values, numeric=numeric)[observed.combos]
        for filter_, numeric in self.measures:
            mask &= _measured(filter_, self._values(filter_.component, numeric, observed))
        if self.first_n is not None or self.last_n is not None:
            mask &= self._ends(mask, observed)
        return mask

    def _values(self, measure: str, numeric: bool, observed: Observations) -> Values:
        if measure == self.primary:
            return observed.values if observed.texts is None else observed.texts
        n = len(observed.periods)
        return observed.further.get(measure, np.full(n, np.nan) if numeric else pa.nulls(n, pa.string()))

    def _ends(self, mask: Mask, observed: Observations) -> Mask:
        """The first and the last ones of each series among those of the mask."""
        counted = np.concatenate(([0], np.cumsum(mask)))
        lengths = np.diff(observed.offsets)
        place = counted[1:] - np.repeat(counted[observed.offsets[:-1]], lengths)  # 1 for the first
        left = np.repeat(counted[observed.offsets[1:]], lengths) - counted[1:]  # 0 for the last
        ends: Mask = (place <= (self.first_n or 0)) | (left < (self.last_n or 0))
        return ends


def time_of(query: DataQuery, filters: Sequence[ComponentFilter], structure: DataStructure) -> tuple[Spans, ...]:
    """startPeriod, endPeriod and the filters on the time dimension."""
    if structure.time_dimension is None:
        return ()
    spans: list[Spans] = []
    if query.start is not None:
        spans.append(((_bound(lower_bound, query.start, "startPeriod"), _MOST),))
    if query.end is not None:
        spans.append(((_LEAST, _bound(upper_bound, query.end, "endPeriod")),))
    for filter_ in filters:
        spans.extend(tuple(span for c in any_of for span in _spans(filter_.component, c)) for any_of in filter_.all_of)
    return tuple(spans)


def _bound(bound: Callable[[str], int], text: str, parameter: str) -> int:
    try:
        return bound(text)
    except InvalidRequest:
        raise InvalidRequest(
            "write a period such as 2019, 2019-Q1, 2019-03, 2019-W07 or 2019-03-31", parameter=parameter, value=text
        ) from None


def _spans(component: str, condition: Condition) -> Spans:
    """Periods are compared by when they start, so `eq:2010` holds for 2010-Q3, and `gt:2010` from 2011 on."""
    parameter, value = f"c[{component}]", condition.value
    lower = _bound(lower_bound, value, parameter)
    upper = _bound(upper_bound, value, parameter)
    match condition.operator:
        case Operator.EQ:
            return ((lower, upper),)
        case Operator.NE:
            return ((_LEAST, lower - 1), (upper + 1, _MOST))
        case Operator.LT:
            return ((_LEAST, lower - 1),)
        case Operator.LE:
            return ((_LEAST, upper),)
        case Operator.GT:
            return ((upper + 1, _MOST),)
        case Operator.GE:
            return ((lower, _MOST),)
    raise InvalidRequest("compare periods with eq, ne, lt, le, gt or ge", parameter=parameter, value=value)


def _within(periods: npt.NDArray[np.int32], spans: Spans) -> Mask:
    mask = np.zeros(len(periods), dtype=bool)
    for lower, upper in spans:
        mask |= (periods >= lower) & (periods <= upper)
    return mask


def _measured(filter_: ComponentFilter, values: Values) -> Mask:
    if isinstance(values, pa.Array):
        words = values.dictionary_encode(null_encoding="encode")
        passed = which(filter_, words.dictionary.to_pylist(), numeric=False)
        return passed[words.indices.to_numpy()] if len(passed) else np.zeros(0, dtype=bool)
    mask = np.ones(len(values), dtype=bool)
    for any_of in filter_.all_of:
        some = np.zeros(len(mask), dtype=bool)
        for condition in any_of:
            some |= _compared(filter_, condition, values)
        mask &= some
    return mask


def _compared(filter_: ComponentFilter, condition: Condition, values: npt.NDArray[np.float64]) -> Mask:
    compare = COMPARISONS.get(condition.operator)
    if compare is None:
        raise InvalidRequest(
            "compare numbers with eq, ne, lt, le, gt or ge", parameter=f"c[{filter_.component}]", value=condition.value
        )
    # NaN, no value, is unequal to everything and neither below nor above it, as numpy has it.
    return np.asarray(compare(values, number(filter_, condition)), dtype=bool)


def checked_measure(filter_: ComponentFilter) -> ComponentFilter:
    """The filter, once it is sure that each condition compares with a number."""
    for any_of in filter_.all_of:
        for condition in any_of:
            _compared(filter_, condition, np.zeros(0))
    return filter_
