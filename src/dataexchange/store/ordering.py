"""The order that a query wants (`sort`), sorted by who can bring it about: SQL, each series by itself, or all at once.

`sort=REF_AREA+TIME_PERIOD:desc` asked of series (TIME_PERIOD at the observation) is series by area, each from its latest period on: a
message of series cannot put one series between the observations of another. Asked of a table or of flat observations it is all
observations by area, then from the latest period on, whatever series they are of.

What has no value stands last in either direction; ties stand in the order of keys, then of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.query import DataQuery, SortKey
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.store.arrange import all_arranged, each_arranged
from dataexchange.store.condition import is_numeric
from dataexchange.store.series_table import SeriesTable

#: Words for what stands at the observation that leave series in one piece.
_TIME = "TIME_PERIOD"
_ALL = "AllDimensions"


@dataclass(frozen=True, slots=True)
class Ordering:
    """`columns` go into ORDER BY. `within` orders the observations of each series; `across` all there are, which are held for it."""

    columns: tuple[ColumnElement[Any], ...] = ()
    within: tuple[SortKey, ...] = ()
    across: tuple[SortKey, ...] = ()
    #: Whether series stay in one piece.
    grouped: bool = True
    #: Components that hold numbers as text.
    numeric: frozenset[str] = frozenset()

    @property
    def by_keys(self) -> bool:
        """Whether series come in the order of their keys, as they do where nothing else is asked for."""
        return not self.columns and not self.across

    def applied(self, batches: Iterator[SeriesBatch], schema: Schema, most: int | None) -> Iterator[SeriesBatch]:
        """The batches, which come in the order of `columns`, in the order that is wanted. Of all that are held for it, at most the
        first `most` are needed."""
        if self.across:
            return all_arranged(batches, self.across, schema.structure, self.numeric, grouped=self.grouped, most=most)
        if self.within:
            return each_arranged(batches, self.within, schema.structure, self.numeric)
        return batches


#: By key, then by time.
UNSORTED = Ordering()


def ordering(query: DataQuery, schema: Schema, held: SeriesTable) -> Ordering:
    """Raises InvalidRequest for a component that the structure has not."""
    structure = schema.structure
    steps = sort_keys(query, structure)
    if not steps:
        return UNSORTED
    components = {c.id: c for c in structure.components()}
    numeric = frozenset(step.component for step in steps if is_numeric(components[step.component], schema))
    of_series = {*structure.dimension_ids, *(a.id for a in structure.series_attributes)}
    in_sql = [step.component in of_series and step.component not in numeric for step in steps]
    by_series = [step for step in steps if step.component in of_series]
    if _keeps_series(query, structure) and all(step.component not in numeric for step in by_series):
        within = tuple(step for step in steps if step.component not in of_series)
        return Ordering(_columns(held, by_series), within, numeric=numeric)
    first = in_sql.index(False) if False in in_sql else len(steps)
    if set(structure.dimension_ids) <= {step.component for step in steps[:first]}:
        # One series after the other: what follows can only be about the observations of one.
        within = tuple(step for step in steps[first:] if step.component not in of_series)
        return Ordering(_columns(held, steps[:first]), within, numeric=numeric)
    if first == len(steps):
        return Ordering(_columns(held, steps))
    return Ordering(across=tuple(steps), grouped=_keeps_series(query, structure), numeric=numeric)


def sort_keys(query: DataQuery, structure: DataStructure) -> list[SortKey]:
    """The steps by component: `*` is every dimension, `series_key` those that are not at the observation."""
    time = (structure.time_dimension.id,) if structure.time_dimension else ()
    known = {c.id for c in structure.components()}
    found: dict[str, SortKey] = {}
    for step in query.sort:
        ids: Sequence[str] = (step.component,)
        if step.component == "*":
            ids = (*structure.dimension_ids, *time)
        elif step.component == "series_key" and "series_key" not in known:
            at = query.dimension_at_observation or (_TIME if time else _ALL)
            ids = [i for i in (*structure.dimension_ids, *time) if i != at and not (at == _TIME and i in time)]
        elif step.component not in known:
            raise InvalidRequest(
                f"{structure.ref} has no such component; write *, series_key or ids of "
                f"{', '.join(c.id for c in structure.components())}",
                parameter="sort",
                value=step.component,
            )
        for component in ids:
            found.setdefault(component, SortKey(component, step.descending))
    return list(found.values())


def _keeps_series(query: DataQuery, structure: DataStructure) -> bool:
    time = structure.time_dimension
    if not query.observations:
        return True
    return time is not None and query.dimension_at_observation in (None, _TIME, time.id)


def _columns(held: SeriesTable, steps: Sequence[SortKey]) -> tuple[ColumnElement[Any], ...]:
    columns = []
    for step in steps:
        is_dimension = step.component in held.dimensions
        column = held.dimension(step.component) if is_dimension else held.attribute(step.component)
        ordered = column.desc() if step.descending else column.asc()
        # Dimensions are never null, and an index knows nothing of where nulls should be.
        columns.append(ordered if is_dimension else ordered.nulls_last())
    return tuple(columns)
