"""The rows of a template: what is published, as text a sheet can hold, and a row to fill for every series and period that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest
from dataexchange.model.period import following, format_period, frequency, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import DataStructure, Level
from dataexchange.model.template import LAST_PERIOD, LAST_VALUE

_STATUS, _NORMAL = "OBS_STATUS", "A"
#: What no cell of a workbook holds: characters that XML has not, and texts that spreadsheets cut.
_UNFIT = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
_LONGEST = 32_767


def time_of(structure: DataStructure) -> str:
    assert structure.time_dimension is not None
    return structure.time_dimension.id


def published_rows(table: pa.Table, schema: Schema) -> pa.Table:
    """Published observations, each as it stands."""
    time, measure = time_of(schema.structure), schema.structure.measure.id
    columns = {c.id: _texts(table, c.id) for c in schema.structure.components() if c.id not in (time, measure)}
    columns[time] = _periods(table[time])
    values = table[measure].cast(pa.float64()).combine_chunks()
    columns[measure] = pc.if_else(pc.is_nan(values), None, values)
    rows = pa.table({**columns, LAST_PERIOD: columns[time], LAST_VALUE: columns[measure]})
    _require_fit(rows)
    return rows


def rows_to_fill(last: pa.Table, schema: Schema, periods: Sequence[str]) -> pa.Table:
    """For every series the period after its last one, or those wanted that are of its frequency."""
    structure = schema.structure
    time, measure = time_of(structure), structure.measure.id
    codes = [parse_period(text) for text in dict.fromkeys(periods)]
    wanted = [
        (row, format_period(code))
        for row, end in enumerate(last[time].to_pylist())
        for code in (codes if periods else [following(end)])
        if frequency(code) == frequency(end)
    ]
    told = published_rows(last, schema).take(pa.array([row for row, _ in wanted], pa.int64()))
    n = told.num_rows
    columns = {name: told[name] for name in told.column_names}
    columns[time] = pa.array([period for _, period in wanted], pa.string())
    columns[measure] = pa.nulls(n, pa.float64())
    for attribute in structure.attributes:
        if attribute.level is Level.OBSERVATION and attribute.id not in schema.codes:
            columns[attribute.id] = pa.nulls(n, pa.string())
    if _STATUS in columns:
        usual = _NORMAL if _NORMAL in schema.codes.get(_STATUS, {}) else None
        columns[_STATUS] = pa.array([usual] * n, pa.string())
    return pa.table(columns, schema=told.schema)


def laid_together(published: pa.Table, asked: pa.Table, structure: DataStructure) -> pa.Table:
    """By series and period; what is published already is not asked for again."""
    fresh = pc.invert(pc.is_in(_names(asked, structure), value_set=_names(published, structure)))
    rows = pa.concat_tables([published, asked.filter(fresh)])
    return rows.take(pc.sort_indices(_names(rows, structure)))


def _names(rows: pa.Table, structure: DataStructure) -> pa.Array:
    """Key and period of each row in one text."""
    columns = [rows[name].combine_chunks() for name in (*structure.dimension_ids, time_of(structure))]
    return pc.binary_join_element_wise(*columns, "\t", null_handling="replace")


def _texts(table: pa.Table, component: str) -> pa.Array:
    if component not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return table[component].cast(pa.string()).combine_chunks()


def _periods(codes: pa.ChunkedArray) -> pa.Array:
    encoded = codes.combine_chunks().dictionary_encode()
    texts = pa.array([format_period(code) for code in encoded.dictionary.to_pylist()], pa.string())
    return texts.take(encoded.indices)


def _require_fit(rows: pa.Table) -> None:
    """Raises InvalidRequest where a published text is none that a workbook holds."""
    for name in rows.column_names:
        column = rows[name].combine_chunks()
        if not pa.types.is_string(column.type):
            continue
        # As spreadsheets count: what lies beyond the first 65,536 characters takes two places.
        unfit = pc.or_(pc.match_substring_regex(column, _UNFIT), pc.greater(pc.utf8_length(column), _LONGEST))
        found = np.flatnonzero(unfit.fill_null(False).to_numpy(zero_copy_only=False))
        if found.size:
            text = column[int(found[0])].as_py()
            raise InvalidRequest(
                say(
                    "{component} says {text}, which has a character that no workbook holds, or is too long for a cell; send this "
                    "table as SDMX-CSV or with a mapping",
                    component=name,
                    text=repr(text[:60]),
                ),
                parameter="table",
            )
