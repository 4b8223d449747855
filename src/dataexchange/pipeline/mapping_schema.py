"""Does the mapping speak of components and codes that the data structure has? Asked once, before any cell is looked at.

A slip in the mapping would otherwise come back as one finding for each of its cells. Codes that a prefix makes of the cells'
own text ("GB_BRS_" + "E05010885") are only known later; validation looks at those. What is refused here gives no observation (or
leaves an optional attribute empty), so that validation does not tell it again row by row. The cells that it costs are told as
those are which have no code; where it is in no cell, as a fixed code is, the finding here says how many rows it costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.table import SourceTable
from dataexchange.pipeline.mapping_deletions import DELETE
from dataexchange.pipeline.mapping_faults import closest, cost, shown
from dataexchange.pipeline.mapping_values import SKIP, read_fixed

OBS_STATUS = "OBS_STATUS"
_TOTAL = "_T"


def check_mapping(mapping: Mapping, schema: Schema, table: SourceTable, rows: int, width: int = 1) -> Iterator[Finding]:
    """A MAP-SCHEMA finding for everything the structure does not have, and for what it needs and the mapping omits.

    `rows` and `width`: the rows that are mapped, and the value cells in each.
    """
    lost = f" {cost(rows, width)}" if rows else ""
    needed = {*required(schema), *(a.id for a in schema.structure.attributes if a.mandatory)}
    for column, targets in mapping.columns.items():
        for target in targets:
            if (text := _unknown(target.to, schema)) is not None:
                yield _finding(table, f"Column {shown(column)} of the mapping goes to {text}", column)
            else:
                yield from _codes(column, target, mapping, schema, table)
    for component, code in mapping.fixed.items():
        if (text := _unknown(component, schema)) is not None:
            yield _finding(table, f"`fixed` gives a value to {text}")
        elif (text := _wrong_fixed(component, code, schema)) is not None:
            yield _finding(
                table, f"`fixed` gives {component} the value {shown(code)}, {text}{lost if component in needed else ''}"
            )
    yield from _statuses(mapping, schema, table)
    if absent := ungiven(mapping, schema):
        totals = [c for c in absent if _TOTAL in schema.codes.get(c, {})]
        usual = "" if len(totals) == len(absent) else f", for {', '.join(totals)}"
        usual = f" (usually {_TOTAL}, no breakdown{usual})" if totals else ""
        yield _finding(
            table,
            f"The mapping gives nothing to {', '.join(absent)}, which every observation of {schema.structure.ref} has: add "
            f"{'it' if len(absent) == 1 else 'them'} under `fixed`{usual} or `columns`.{lost}",
        )


def ungiven(mapping: Mapping, schema: Schema) -> tuple[str, ...]:
    """Dimensions, time and measure that no column and no fixed value is for."""
    given = {target.to for targets in mapping.columns.values() for target in targets} | set(mapping.fixed)
    return tuple(component for component in required(schema) if component not in given)


def required(schema: Schema) -> tuple[str, ...]:
    """What every observation has: dimensions, time and measure."""
    structure = schema.structure
    time = (structure.time_dimension.id,) if structure.time_dimension else ()
    return (*structure.dimension_ids, *time, structure.measure.id)


def further(schema: Schema) -> frozenset[str]:
    """Measures that a mapping cannot fill: a table of a city has one value for each observation."""
    return frozenset(m.id for m in schema.structure.further_measures)


def refused_codes(target: Target, mapping: Mapping, schema: Schema) -> frozenset[str]:
    """Codes that the mapping gives a component and its code list does not have. An attribute may be given nothing."""
    listed = schema.codes.get(target.to)
    if listed is None:
        return frozenset()
    given = {*(mapping.codes_of(target) or {}).values(), *([] if target.blank is None else [target.blank])}
    optional = any(c.id == target.to for c in schema.structure.attributes)
    return frozenset(code for code in given if code not in listed and not (optional and not code))


def refused_fixed(mapping: Mapping, schema: Schema) -> frozenset[str]:
    """Components whose fixed value is none that they can have."""
    return frozenset(c for c, code in mapping.fixed.items() if _wrong_fixed(c, code, schema) is not None)


def refused_statuses(mapping: Mapping, schema: Schema) -> frozenset[str]:
    """What `missing` names as statuses and the structure does not have."""
    listed: Collection[str] = schema.codes.get(OBS_STATUS, mapping.missing.values())
    if all(c.id != OBS_STATUS for c in schema.structure.components()):
        listed = ()
    return frozenset(code for code in mapping.missing.values() if code not in (SKIP, DELETE) and code not in listed)


def _unknown(component: str, schema: Schema) -> str | None:
    known = [c.id for c in schema.structure.components()]
    if component in further(schema):
        return f"{component}, but only {schema.structure.measure.id} can be mapped: send further measures as SDMX-CSV."
    if component in known:
        return None
    near = closest(component, known)
    return f"{shown(component)}, which {schema.structure.ref} does not have: " + (
        f"did you mean {near}?" if near else f"it has {', '.join(known)}."
    )


def _codes(column: str, target: Target, mapping: Mapping, schema: Schema, table: SourceTable) -> Iterator[Finding]:
    refused = refused_codes(target, mapping, schema)
    texts: dict[str, list[str]] = {}
    for text, code in (mapping.codes_of(target) or {}).items():
        texts.setdefault(code, []).append(shown(text))
    if target.blank is not None:
        texts.setdefault(target.blank, []).append("an empty cell")
    for code, given_for in texts.items():
        if code not in refused:
            continue
        yield _finding(
            table,
            f"The mapping turns {', '.join(given_for[:5])} of column {shown(column)} into the code {shown(code)}, which the "
            f"code list of {target.to} does not have: {_hint(code, target.to, schema)}",
            column,
        )


def _wrong_fixed(component: str, code: str, schema: Schema) -> str | None:
    structure = schema.structure
    time = structure.time_dimension.id if structure.time_dimension else None
    if component in schema.codes:
        if code in schema.codes[component]:
            return None
        return f"which its code list does not have: {_hint(code, component, schema)}"
    if component in (time, structure.measure.id) and read_fixed(component, code, structure) is None:
        return "which is no period: write one such as 2019." if component == time else "which is no number: write one."
    return None


def _statuses(mapping: Mapping, schema: Schema, table: SourceTable) -> Iterator[Finding]:
    for word, code in mapping.missing.items():
        if code in (SKIP, DELETE):
            continue
        if (text := _unknown(OBS_STATUS, schema)) is not None:
            yield _finding(table, f"`missing` gives {shown(word)} a status, but there is no {OBS_STATUS}: {text}")
        elif code in refused_statuses(mapping, schema):
            yield _finding(
                table,
                f"`missing` turns {shown(word)} into the status {shown(code)}, which the code list of {OBS_STATUS} does not "
                f"have: {_hint(code, OBS_STATUS, schema)} Write {SKIP} for no observation.",
            )


def _hint(code: str, component: str, schema: Schema) -> str:
    near = closest(code, schema.codes[component])
    return f"did you mean {near!r}?" if near else "correct it in the mapping, or add the code to the list."


def _finding(table: SourceTable, message: str, column: str | None = None) -> Finding:
    return finding("MAP-SCHEMA", message, Place(table.file, table.sheet, None, column))
