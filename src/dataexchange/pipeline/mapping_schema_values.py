"""Do conversions and derivations speak of what the data structure has? Asked before any cell is looked at.

What is wrong here is told once; a conversion of it is of no cell, a derivation of it derives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dataexchange.model.derivation import Derivation
from dataexchange.model.finding import Finding
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.mapping import Target
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_faults import shown
from dataexchange.pipeline.mapping_schema import SchemaFault, hint_of, schema_finding, unknown
from dataexchange.pipeline.mapping_values import is_numeric


def check_values(mapping: MappingFile, schema: Schema, table: SourceTable) -> Iterator[Finding]:
    for fault in value_faults(mapping, schema):
        yield schema_finding(table, fault)


def value_faults(mapping: MappingFile, schema: Schema) -> Iterator[SchemaFault]:
    for column, targets in mapping.columns.items():
        for target in targets:
            for fault in (*_conversions(target, mapping, schema), *_periods(target, schema)):
                told = say("Column {column} of the mapping: {fault}", column=shown(column), fault=fault)
                yield SchemaFault(told, ("columns", column))
    for number, derivation in enumerate(mapping.derive, 1):
        for fault in _derivation(derivation, schema):
            told = say("Derivation {number} of the mapping: {fault}", number=str(number), fault=fault)
            yield SchemaFault(told, ("derive", number - 1))


def sound_derivations(mapping: MappingFile, schema: Schema) -> Sequence[Derivation]:
    """Those that nothing was said of."""
    return [derivation for derivation in mapping.derive if not any(_derivation(derivation, schema))]


def _conversions(target: Target, mapping: MappingFile, schema: Schema) -> Iterator[Sentence]:
    if not (target.convert or target.scale):
        return
    measure = schema.structure.measure
    if target.to != measure.id or not is_numeric(measure):
        yield say(
            "only the numbers of {measure} can be converted: take `convert` and `scale` out, or move them there.",
            measure=measure.id,
        )
    given = {*mapping.fixed, *(t.to for targets in mapping.columns.values() for t in targets)}
    if target.scale and "UNIT_MULT" not in given:
        yield say(
            "`scale` multiplies by UNIT_MULT, which the mapping does not give: add it under `columns` or `fixed`."
        )
    dimensions = schema.structure.dimension_ids
    for conversion in target.convert:
        for component, codes in conversion.where.items():
            if component not in dimensions:
                yield say(
                    "`where` chooses by dimensions, and {component} is none: write one of {dimensions}.",
                    component=component,
                    dimensions=", ".join(dimensions),
                )
            for code in codes:
                yield from _codes({component: code}, schema)


def _periods(target: Target, schema: Schema) -> Iterator[Sentence]:
    time = schema.structure.time_dimension
    said = [word for word in ("period", "of", "date_as") if word in target.model_fields_set]
    if said and (time is None or target.to != time.id):
        yield say(
            "`{word}` is for periods, and {component} is none: take it out, or move it to the column of the periods.",
            word=said[0],
            component=target.to,
        )


def _derivation(derivation: Derivation, schema: Schema) -> Iterator[Sentence]:
    if not is_numeric(schema.structure.measure):
        yield say("{measure} is no number, so nothing can be derived.", measure=schema.structure.measure.id)
    time = schema.structure.time_dimension
    uncoded = {schema.structure.measure.id, *([] if time is None else [time.id])}
    for having in (derivation.series, *derivation.where.values()):
        for component in having:
            if (what := unknown(component, schema)) is not None:
                yield say("it speaks of {what}", what=what)
            elif component in uncoded:
                yield say(
                    "`series` and `where` name codes, and {component} has none: write a dimension such as {dimensions}.",
                    component=component,
                    dimensions=", ".join(schema.structure.dimension_ids),
                )
        yield from _codes(having, schema)
    if not any(component in schema.structure.dimension_ids for component in derivation.series):
        yield say(
            "`series` gives no dimension, so what is derived would be the same series as the first operand: add SERIES."
        )


def _codes(having: Mapping[str, str], schema: Schema) -> Iterator[Sentence]:
    for component, code in having.items():
        if code not in schema.codes.get(component, {code: None}):
            yield say(
                "{code} is no code of {component}: {hint}",
                code=shown(code),
                component=component,
                hint=hint_of(code, component, schema),
            )
