"""The columns of a template, what may be chosen in them, and what its series mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.provision import within
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute, Component, Dimension, Languages, Level, best_text
from dataexchange.model.template import Definition, Field, is_bare
from dataexchange.model.validity import Validity

#: What an empty cell means for these, where the list of the component has the code.
_USUAL = {"FREQ": "A", "REPORTING_TYPE": "N", "OBS_STATUS": "A", "UNIT_MULT": "0"}
_TOTAL = "_T"
_AREA, _UNIT, _MULTIPLIER = "REF_AREA", "UNIT_MEASURE", "UNIT_MULT"
#: A column though nothing was said in it yet.
_COMMENT = "COMMENT_OBS"
_INDICATOR = re.compile("SERIES|INDICATOR")
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")


def one_line(text: str) -> str:
    """A name as a cell shows it."""
    return " ".join(_NO_TEXT.sub(" ", text).split())


def fields_of(schema: Schema, rows: pa.Table, languages: Languages) -> tuple[Field, ...]:
    """What is the same for all rows, or said of the series and no observation, comes last and is hidden."""
    structure = schema.structure
    assert structure.time_dimension is not None
    dimensions = [_of_dimension(schema, d, rows, languages) for d in structure.dimensions]
    time = Field(_header(schema, structure.time_dimension, languages), structure.time_dimension.id)
    value = Field(_header(schema, structure.measure, languages), structure.measure.id, asked=True)
    attributes = [
        _of_attribute(schema, a, languages)
        for a in structure.attributes
        if a.mandatory or a.id == _COMMENT or rows[a.id].null_count < rows.num_rows
    ]
    attributes.sort(key=lambda field: not field.asked)
    seen = [field for field in dimensions if not field.settled]
    told = [field for field in attributes if not field.settled]
    return (*seen, time, value, *told, *(field for field in (*dimensions, *attributes) if field.settled))


def _of_dimension(schema: Schema, dimension: Dimension, rows: pa.Table, languages: Languages) -> Field:
    blank = _blank(schema, dimension)
    settled = blank is not None and (
        set(pc.unique(rows[dimension.id]).to_pylist()) == {blank} if rows.num_rows else dimension.id in _USUAL
    )
    return Field(_header(schema, dimension, languages), dimension.id, blank, settled)


def _of_attribute(schema: Schema, attribute: Attribute, languages: Languages) -> Field:
    """An empty cell means that nothing is said, unless something must be."""
    of_observation = attribute.level is Level.OBSERVATION
    return Field(
        _header(schema, attribute, languages),
        attribute.id,
        _blank(schema, attribute) if attribute.mandatory else None,
        settled=not of_observation and not attribute.mandatory,
        asked=of_observation and attribute.id != _MULTIPLIER,
    )


def _blank(schema: Schema, component: Component) -> str | None:
    usual = _USUAL.get(component.id, _TOTAL)
    return usual if usual in schema.codes.get(component.id, {}) else None


def _header(schema: Schema, component: Component, languages: Languages) -> str:
    name = one_line(schema.component_name(component, languages))
    return component.id if name == component.id else f"{name} ({component.id})"


def choices_of(
    validity: Validity, fields: Sequence[Field], areas: Sequence[str], languages: Languages
) -> Mapping[str, Mapping[str, str]]:
    """The codes of every coded component that constraints leave; of areas those that the agreement is for."""
    found: dict[str, Mapping[str, str]] = {}
    for field in fields:
        codes = validity.schema.codes.get(field.component)
        left = validity.codes(field.component)
        if codes is None or left is None:
            continue
        if field.component == _AREA and areas:
            left = [code for code in left if within(code, areas, codes)]
        bare = is_bare(codes)
        found[field.component] = {code: "" if bare else one_line(codes[code].name(languages)) for code in left}
    return found


def definitions_of(schema: Schema, rows: pa.Table, languages: Languages) -> Iterator[Definition]:
    """Of each series of the table what its code list says, and the unit it was last told in."""
    indicator = next(
        (d.id for d in schema.structure.dimensions if _INDICATOR.search(d.id) and d.id in schema.codes), None
    )
    if indicator is None:
        return
    units = [name for name in (_UNIT, _MULTIPLIER) if name in rows.column_names]
    for row in (
        rows.select([indicator, *units]).group_by([indicator, *units], use_threads=False).aggregate([]).to_pylist()
    ):
        item = schema.codes[indicator].get(row[indicator])
        said = [
            one_line(schema.code_name(name, row[name], languages))
            for name in units
            if row[name] and not (name == _MULTIPLIER and row[name] == "0")
        ]
        yield Definition(
            code=row[indicator],
            name=one_line(item.name(languages)) if item else "",
            text=one_line(best_text(item.descriptions, languages) or "") if item else "",
            unit=", ".join(said),
        )
