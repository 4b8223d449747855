"""A template for a provision agreement: what its provider has published, ready for the next period.

    template_for(conn, "PA_BRISTOL_SDG_LOCAL")

Every published series is a row with its key, its attributes and its last value; the next period is empty. A provider that has
published nothing gets the columns and the drop-downs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest, NotFound
from dataexchange.model.period import following, format_period, parse_period
from dataexchange.model.provision import areas_of, within
from dataexchange.model.query import DataQuery
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Component, DataStructure, Languages, Level, ProvisionAgreement
from dataexchange.model.template import LAST_PERIOD, LAST_VALUE, Field, Template
from dataexchange.store import series, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.agreements import agreements

#: What an empty cell means for these, where the list of the component has the code.
_USUAL = {"FREQ": "A", "REPORTING_TYPE": "N", "OBS_STATUS": "A", "UNIT_MULT": "0"}
_TOTAL = "_T"
_AREA, _STATUS = "REF_AREA", "OBS_STATUS"
#: Attributes that have a column though nothing was said in them yet.
_COMMENT = "COMMENT_OBS"
#: A sheet for people to fill; whoever has more sends SDMX or a table with a mapping.
MOST_ROWS = 20_000


def template_for(
    conn: Connection,
    agreement_id: str,
    *,
    periods: Sequence[str] = (),
    filled: bool = False,
    languages: Languages = "en",
) -> Template:
    """`periods`: those to fill, in place of the one that follows the last of each series. `filled`: the published observations
    themselves come first, to be corrected."""
    agreement = _agreement(conn, agreement_id)
    schema = structures.schema(conn, agreement.dataflow)
    structure = schema.structure
    if structure.time_dimension is None or len(structure.measures) != 1:
        raise InvalidRequest(
            "templates are for structures with time and one measure; send SDMX-CSV",
            parameter="agreement",
            value=agreement_id,
        )
    provider = (agreement.provider.id,)
    parts = [_asked(_published(conn, DataQuery(providers=provider, last_n=1), schema, agreement), schema, periods)]
    if filled:
        parts.insert(0, _as_rows(_published(conn, DataQuery(providers=provider), schema, agreement), schema))
    rows = pa.concat_tables(parts)
    if rows.num_rows > MOST_ROWS:
        raise InvalidRequest(
            f"there would be {rows.num_rows:,} rows, more than {MOST_ROWS:,}, which nobody fills by hand; send SDMX-CSV or a table "
            "with a mapping",
            parameter="agreement",
            value=agreement_id,
        )
    fields = _fields(schema, rows, languages)
    choices = _choices(schema, fields, areas_of(agreement), languages)
    kept = rows.select([field.component for field in fields] + [LAST_PERIOD, LAST_VALUE])
    return Template(
        title=agreement.name(languages),
        dataflow=agreement.dataflow,
        provider=agreement.provider.id,
        fields=fields,
        rows=kept,
        choices=choices,
        notes=_NOTES,
    )


_NOTES = (
    "Fill the cells of the value column in sheet Data. A row whose value stays empty is not sent, unless its observation status says "
    "why there is no value (for example Q, suppressed, or O, missing).",
    "Choose codes from the drop-downs: the code stands before the mark, its name after it. The code alone will do.",
    "For a series that is not there yet, write its codes into an empty row below. Hidden columns hold what is the same for all "
    "rows; an empty cell in them means the total or the usual code.",
    "The columns Last period and Last value show what is published now. They are not read.",
    "Save the workbook as XLSX and send it as it is: it needs no mapping. Columns may be moved; their headers and the hidden sheet "
    "must stay.",
)


def _agreement(conn: Connection, wanted: str) -> ProvisionAgreement:
    found = agreements(conn)
    for agreement in found:
        if wanted in (agreement.id, agreement.ref.short, agreement.ref.urn):
            return agreement
    listed = ", ".join(sorted(agreement.id for agreement in found)) or "none yet"
    raise NotFound(f"There is no provision agreement {wanted[:100]!r}; there are {listed}.")


def _published(conn: Connection, query: DataQuery, schema: Schema, agreement: ProvisionAgreement) -> pa.Table:
    return series.dataset_of(conn, query, schema, agreement.dataflow).table


def _texts(table: pa.Table, component: str) -> pa.Array:
    if component not in table.column_names:
        return pa.nulls(table.num_rows, pa.string())
    return table[component].cast(pa.string()).combine_chunks()


def _periods(codes: pa.ChunkedArray | pa.Array) -> pa.Array:
    return pa.array([None if code is None else format_period(code) for code in codes.to_pylist()], pa.string())


def _as_rows(table: pa.Table, schema: Schema) -> pa.Table:
    """Published observations, each as it stands."""
    time, measure = _time(schema.structure), schema.structure.measure.id
    columns = {c.id: _texts(table, c.id) for c in schema.structure.components() if c.id not in (time, measure)}
    columns[time] = _periods(table[time])
    columns[measure] = table[measure].cast(pa.float64()).combine_chunks()
    return pa.table({**columns, LAST_PERIOD: columns[time], LAST_VALUE: columns[measure]})


def _asked(last: pa.Table, schema: Schema, periods: Sequence[str]) -> pa.Table:
    """A row to fill for every series and period."""
    structure = schema.structure
    time, measure = _time(structure), structure.measure.id
    told = _as_rows(last, schema)
    for text in periods:
        parse_period(text)
    if periods:
        repeated = pa.array([n for n in range(told.num_rows) for _ in periods], pa.int64())
        wanted = pa.array(list(periods) * told.num_rows, pa.string())
        told = told.take(repeated)
    else:
        wanted = pa.array([format_period(following(code)) for code in last[time].to_pylist()], pa.string())
    blank = {a.id for a in structure.attributes if a.id not in schema.codes and a.level is Level.OBSERVATION}
    columns = {name: told[name] for name in told.column_names}
    columns[time] = wanted
    columns[measure] = pa.nulls(told.num_rows, pa.float64())
    columns |= {name: pa.nulls(told.num_rows, pa.string()) for name in blank if name in columns}
    if _STATUS in columns:
        usual = "A" if "A" in schema.codes.get(_STATUS, {}) else None
        columns[_STATUS] = pa.array([usual] * told.num_rows, pa.string())
    return pa.table({name: columns[name] for name in told.column_names}).cast(told.schema)


def _time(structure: DataStructure) -> str:
    assert structure.time_dimension is not None
    return structure.time_dimension.id


def _fields(schema: Schema, rows: pa.Table, languages: Languages) -> tuple[Field, ...]:
    """What is the same for all rows, or said of the series and no observation, comes last and is hidden."""
    structure = schema.structure
    dimensions = [_field(schema, d, rows, languages) for d in structure.dimensions]
    assert structure.time_dimension is not None
    time = _plain(schema, structure.time_dimension, languages)
    value = _plain(schema, structure.measure, languages)
    attributes = [
        _field(schema, a, rows, languages)
        for a in structure.attributes
        if a.mandatory or a.id == _COMMENT or rows[a.id].null_count < rows.num_rows
    ]
    seen = [field for field in dimensions if not field.settled]
    told = [field for field in attributes if not field.settled]
    return (*seen, time, value, *told, *(field for field in (*dimensions, *attributes) if field.settled))


def _plain(schema: Schema, component: Component, languages: Languages) -> Field:
    return Field(_header(schema, component, languages), component.id)


def _field(schema: Schema, component: Component, rows: pa.Table, languages: Languages) -> Field:
    listed = schema.codes.get(component.id, {})
    usual = _USUAL.get(component.id, _TOTAL)
    blank = usual if usual in listed else None
    if isinstance(component, Attribute):
        settled = component.level is not Level.OBSERVATION and not component.mandatory
    else:
        settled = blank is not None and set(pc.unique(rows[component.id]).to_pylist()) <= {blank}
    return Field(_header(schema, component, languages), component.id, blank, settled)


def _header(schema: Schema, component: Component, languages: Languages) -> str:
    name = " ".join(schema.component_name(component, languages).split())
    return component.id if name == component.id else f"{name} ({component.id})"


def _choices(
    schema: Schema, fields: Sequence[Field], areas: Sequence[str], languages: Languages
) -> Mapping[str, Mapping[str, str]]:
    """Codes of every coded component: of areas those that the agreement is for."""
    choices: dict[str, Mapping[str, str]] = {}
    for field in fields:
        codes = schema.codes.get(field.component)
        if codes is None:
            continue
        items = tuple(codes.values())
        if field.component == _AREA and areas:
            items = tuple(item for item in items if within(item.id, areas, codes))
        choices[field.component] = {item.id: item.name(languages) for item in items}
    return choices
