"""A data query, sorted by who answers which part of it: SQL, the series columns of a batch, or its observations."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, ColumnElement, Table, and_, or_

from dataexchange.errors import InvalidRequest
from dataexchange.messages.data_columns import numeric as holds_numbers
from dataexchange.model.query import ComponentFilter, DataQuery
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.structure import Component
from dataexchange.store import series_conditions
from dataexchange.store.condition import check_numbers, check_operators, is_numeric, which
from dataexchange.store.observation_filter import ObservationFilter, checked_measure, time_of
from dataexchange.store.series_table import SeriesTable
from dataexchange.store.unpack import Mask, Observations


@dataclass(frozen=True, slots=True)
class Selection:
    """`conditions` are SQL on a series table. `late` are filters on components whose texts are numbers: databases do not
    agree on how to compare those."""

    series_table: SeriesTable
    conditions: tuple[ColumnElement[bool], ...]
    late: tuple[ComponentFilter, ...]
    observed: ObservationFilter
    #: Whether it is about some providers alone: to their readers, a series that another provider took over has gone.
    of_providers: bool = False

    @property
    def in_sql(self) -> bool:
        """Whether SQL alone answers the query, so that observations need not be looked at."""
        return not self.late and self.observed.passes_all

    def mask(self, series: pa.Table, observed: Observations, among: Mask | None = None) -> Mask | None:
        """The observations, of those in `among`, that pass what SQL could not answer; None for all there are."""
        for filter_ in self.late:
            words = pc.dictionary_encode(series[filter_.component].combine_chunks(), null_encoding="encode")
            passed = which(filter_, words.dictionary.to_pylist(), numeric=True)[words.indices.to_numpy()]
            held = passed[observed.series]
            among = held if among is None else among & held
        return self.observed.mask(observed, among)


def selection(query: DataQuery, schema: Schema, series_table: SeriesTable, dialect: str) -> Selection:
    """Raises InvalidRequest, naming the parameter, for what the data structure does not have."""
    structure = schema.structure
    components = {c.id: c for c in structure.components()}
    time = structure.time_dimension.id if structure.time_dimension else None
    observation = {a.id for a in structure.observation_attributes}
    measured = {m.id for m in structure.measures}
    conditions = [
        *series_conditions.keys(series_table, query.keys, dialect),
        *series_conditions.providers(series_table, query.providers),
    ]
    late, times, attributes, measures = [], [], [], []
    for filter_ in query.filters:
        component = _component(components, filter_, schema)
        numeric = holds_numbers(component, schema) if component.id in measured else is_numeric(component, schema)
        if numeric or component.id in (*structure.dimension_ids, time) or enumeration(component, schema.concepts):
            check_operators(filter_)
        if numeric:
            check_numbers(filter_)
        if component.id == time:
            times.append(filter_)
        elif component.id in measured:
            measures.append((checked_measure(filter_) if numeric else filter_, numeric))
        elif component.id in observation:
            attributes.append((filter_, numeric))
        elif numeric:
            late.append(filter_)
        else:
            column = _column(series_table, component.id)
            conditions.append(series_conditions.component(column, filter_, dialect))
    observed = ObservationFilter(
        time=time_of(query, times, structure),
        attributes=tuple(attributes),
        measures=tuple(measures),
        primary=structure.measure.id,
        first_n=query.first_n,
        last_n=query.last_n,
    )
    return Selection(series_table, tuple(conditions), tuple(late), observed, bool(query.providers))


def _component(components: dict[str, Component], filter_: ComponentFilter, schema: Schema) -> Component:
    if filter_.component not in components:
        raise InvalidRequest(
            f"{schema.structure.ref} has no such component; it has {', '.join(components)}",
            parameter=f"c[{filter_.component}]",
        )
    return components[filter_.component]


def _column(series_table: SeriesTable, component: str) -> Column[str]:
    if component in series_table.dimensions:
        return series_table.dimension(component)
    return series_table.attribute(component)


def visible(table: Table, upto: int | None) -> ColumnElement[bool]:
    """Versions that stand after release `upto`; None for now."""
    if upto is None:
        return table.c.release_to.is_(None)
    return and_(table.c.release_from <= upto, or_(table.c.release_to.is_(None), table.c.release_to > upto))
