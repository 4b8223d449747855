"""Mapping: a city's table and its mapping file -> observations, and a finding for every cell that gave none.

    result = apply_mapping(table, mapping, schema)
    result.counts   # {"rows": 108, "left_out": 0, "cells": 108, "observations": 105, "skipped": 3, "failed": 0}

cells == observations + skipped + failed, and + deleted where cells delete what is published, always. A cell fails with any
dimension, period or number it cannot have; an optional attribute that cannot be mapped is a finding but does not cost the
observation. Every cell that fails is named by a finding with its row, or is among the rows that a finding counts. What could be
mapped of it is kept, in `result.failed`, so that its other faults are told at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.dataset import CODE, COLUMN, ROW, Dataset, as_codes
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import UNUSED, Target
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.schema import Schema
from dataexchange.model.structure import DataStructure
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_adaptations import idle, with_adaptations
from dataexchange.pipeline.mapping_by_status import explained, set_aside
from dataexchange.pipeline.mapping_cells import Mapped
from dataexchange.pipeline.mapping_components import map_codes
from dataexchange.pipeline.mapping_convert import COMMENT_TS, UNIT_MULT, Given, convert_values
from dataexchange.pipeline.mapping_deletions import set_apart
from dataexchange.pipeline.mapping_derive import derive
from dataexchange.pipeline.mapping_faults import Fault, findings_of, merged
from dataexchange.pipeline.mapping_merged import Cell, settled_cells
from dataexchange.pipeline.mapping_multipliers import with_multipliers
from dataexchange.pipeline.mapping_periods import TIME_DETAIL, map_detail, map_periods
from dataexchange.pipeline.mapping_schema import (
    OBS_STATUS,
    check_mapping,
    further,
    refused_codes,
    refused_fixed,
    refused_statuses,
    required,
)
from dataexchange.pipeline.mapping_schema_values import check_values, sound_derivations
from dataexchange.pipeline.mapping_shape import Column, Level, Shape, shape_table
from dataexchange.pipeline.mapping_told import placed
from dataexchange.pipeline.mapping_unfit import beyond_cells, beyond_faults, left_out, not_absent, unfit_cells
from dataexchange.pipeline.mapping_values import (
    is_numeric,
    map_values,
    numeric_attributes,
    read_fixed,
    refuse_statuses,
)

Marks = npt.NDArray[np.bool_]


class MappingResult(NamedTuple):
    dataset: Dataset
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    #: Rows that gave no observation, null where a component could not be mapped; the columns of `dataset`.
    failed: Dataset
    #: Observations that cells ask to delete: their keys and periods; the columns of `dataset`.
    deleted: Dataset
    #: Cells that are empty because they are merged, and need no text as this mapping has it.
    settled: frozenset[Cell] = frozenset()


@dataclass(frozen=True, slots=True)
class _Parts:
    """Components as far as they are mapped: by column in `mapped`, the same for all observations in `fixed`."""

    mapped: Mapping[str, Mapped]
    fixed: Mapping[str, str]
    #: Components whose fixed value is none that they can have.
    refused: frozenset[str]
    faults: Sequence[Fault]
    #: Header of the column the values stand in, where they are not unpivoted.
    value_header: str | None


def apply_mapping(table: SourceTable, mapping: MappingFile, schema: Schema) -> MappingResult:
    return with_derived(map_table(table, mapping, schema), mapping, schema)


def map_table(table: SourceTable, mapping: MappingFile, schema: Schema) -> MappingResult:
    """What the cells of one table give, without what is derived from it."""
    shape = shape_table(table, mapping, required(schema))
    declared = (
        *shape.findings,
        *check_mapping(mapping, schema, table, shape.n, shape.width),
        *check_values(mapping, schema, table),
    )
    parts = _map_parts(shape, mapping, schema)
    usable, skipped = _usable(shape, parts, schema)
    skipped &= ~explained(shape, parts.mapped.get(schema.structure.measure.id), parts.mapped.get(OBS_STATUS))
    beyond = beyond_cells(shape, mapping)
    unknown = unfit_cells(shape, parts.mapped, schema.structure.measure.id, mapping) & ~beyond
    unfit = beyond | unknown
    fit = usable & ~unfit
    deleting = _deleting(shape, parts, schema) & fit & ~skipped
    keep, lost = np.flatnonzero(fit & ~skipped & ~deleting), np.flatnonzero(~usable & ~unfit)
    dataset = Dataset(
        structure=schema.structure.ref,
        table=_table(shape, parts, mapping, schema.structure, keep),
        dataflow=mapping.dataflow_ref,
        provider=mapping.provider,
        file=table.file,
        sheet=table.sheet,
    )
    rest = _table(shape, parts, mapping, schema.structure, lost) if len(lost) else dataset.table.slice(0, 0)
    gone = np.flatnonzero(deleting)
    going = _observations(shape, parts, schema.structure, gone) if len(gone) else dataset.table.slice(0, 0)
    counts = {
        "rows": table.columns.num_rows,
        "left_out": shape.n_left_out + int(unfit.sum()),
        "cells": int((~unfit).sum()),
        "observations": len(keep),
        "skipped": int((fit & skipped).sum()),
        "failed": len(lost),
    }
    if len(gone):
        counts["deleted"] = len(gone)
    place = Place(file=table.file, sheet=table.sheet)
    remarks = [remark for part in parts.mapped.values() for remark in part.told]
    findings = (
        *declared,
        *idle(mapping.adaptations, (dataset.table, rest), place),
        *placed(remarks, table.file, table.sheet),
        *not_absent(int((unknown & ~skipped).sum()), mapping, place),
        *findings_of(parts.faults, table.file, table.sheet),
    )
    return MappingResult(
        dataset,
        findings,
        counts,
        replace(dataset, table=rest),
        replace(dataset, table=going),
        settled_cells(table, mapping, shape.rows),
    )


def with_derived(result: MappingResult, mapping: MappingFile, schema: Schema) -> MappingResult:
    """Derived observations stand behind those of the cells, and are counted for themselves."""
    if not mapping.derive:
        return result
    dataset = result.dataset
    derivations = sound_derivations(mapping, schema)
    table, findings, n = derive(dataset.table, derivations, mapping, schema, dataset.file, dataset.sheet)
    return result._replace(
        dataset=replace(dataset, table=table),
        findings=(*result.findings, *findings),
        counts={**result.counts, "derived": n},
    )


def _map_parts(shape: Shape, mapping: MappingFile, schema: Schema) -> _Parts:
    """Every component that a column of the table, or a fixed value, is for.

    Components and codes that the structure does not have were reported before: they give nothing.
    """
    structure = schema.structure
    known = {component.id for component in structure.components()} - further(schema)
    mapped: dict[str, Mapped] = {}
    faults: list[Fault] = []
    value_header = None
    for name, targets in mapping.columns.items():
        column = shape.columns.get(header_text(name))
        if column is None:
            continue
        here = {t.to: _map(shape, column, t, mapping, schema) for t in targets if t.to in known}
        mapped |= {component: part for component, (part, _) in here.items()}
        faults += merged(fault for _, found in here.values() for fault in found)
        if structure.measure.id in here and column.level is Level.ROW:
            value_header = column.header
    refused = refused_fixed(mapping, schema)
    fixed = {c: v for c, v in mapping.fixed.items() if c in known and c not in refused}
    # Of a table that is left out nothing is told but that.
    faults = left_out([*faults, *beyond_faults(shape, mapping)], mapping) if shape.n else []
    given = _finished(shape, mapping, schema, Given(mapped, fixed))
    return _Parts(given.mapped, given.fixed, refused, faults, value_header)


def _finished(shape: Shape, mapping: MappingFile, schema: Schema, given: Given) -> Given:
    """What needs several components at once: values converted, and TIME_DETAIL where only the period's column tells it."""
    structure = schema.structure
    attributes = {attribute.id for attribute in structure.attributes}
    said = {*mapping.fixed, *(target.to for targets in mapping.columns.values() for target in targets)}
    time = structure.time_dimension.id if structure.time_dimension is not None else None
    for name, targets in mapping.columns.items():
        column = shape.columns.get(header_text(name))
        if column is None:
            continue
        for target in targets:
            if target.to == time and TIME_DETAIL in attributes - said:
                detail = map_detail(column, target, mapping)
                given = given if detail is None else given._replace(mapped={**given.mapped, TIME_DETAIL: detail})
            part = given.mapped.get(target.to)
            if target.to == structure.measure.id and part is not None and part.decimals is not None:
                given = convert_values(shape, column, target, given, COMMENT_TS in attributes - said)
    return given


def _map(
    shape: Shape, column: Column, target: Target, mapping: MappingFile, schema: Schema
) -> tuple[Mapped, list[Fault]]:
    structure = schema.structure
    if structure.time_dimension is not None and target.to == structure.time_dimension.id:
        return map_periods(shape, column, target, mapping, refused_statuses(mapping, schema))
    if target.to == structure.measure.id:
        values, faults = map_values(shape, column, target, mapping, structure)
        values = set_aside(set_apart(values))
        kept, wrong = refuse_statuses(shape, column, values, refused_statuses(mapping, schema), OBS_STATUS)
        return kept, [*faults, *wrong]
    listed = schema.codes.get(target.to)
    if target.to == UNIT_MULT:
        target = with_multipliers(column, target, listed)
    refused = refused_codes(target, mapping, schema)
    needed, numeric = target.to in structure.dimension_ids, target.to in numeric_attributes(structure)
    return map_codes(shape, column, target, mapping, needed, refused, listed, numeric=numeric)


def _usable(shape: Shape, parts: _Parts, schema: Schema) -> tuple[Marks, Marks]:
    """(cells with everything an observation needs, cells that the mapping says are none)."""
    usable = np.ones(shape.size, dtype=bool)
    skipped = np.zeros(shape.size, dtype=bool)
    mandatory = {a.id for a in schema.structure.attributes if a.mandatory}
    for component in (*required(schema), *sorted(mandatory)):
        if (mapped := parts.mapped.get(component)) is not None:
            if mapped.bad.any():
                usable &= ~shape.spread(mapped.bad, mapped.level)
            if mapped.skip is not None:
                skipped |= shape.spread(mapped.skip, mapped.level)
        elif component in parts.refused or (component not in parts.fixed and component not in mandatory):
            usable[:] = False
    return usable, skipped


def _deleting(shape: Shape, parts: _Parts, schema: Schema) -> Marks:
    measure = parts.mapped.get(schema.structure.measure.id)
    if measure is None or measure.delete is None:
        return np.zeros(shape.size, dtype=bool)
    return shape.spread(measure.delete, measure.level)


def _table(
    shape: Shape, parts: _Parts, mapping: MappingFile, structure: DataStructure, keep: npt.NDArray[np.int64]
) -> pa.Table:
    told = with_adaptations(_observations(shape, parts, structure, keep), mapping.adaptations, structure)
    return _with_unused(told, shape, mapping, keep)


def _with_unused(table: pa.Table, shape: Shape, mapping: MappingFile, keep: npt.NDArray[np.int64]) -> pa.Table:
    """The observations with what stands in columns that no component comes from, for `validation` to tell rows apart."""
    used = {header_text(name) for name in mapping.columns}
    for name, column in shape.columns.items():
        if name not in used and column.level is not Level.CELL:
            texts = as_codes(column.texts)
            rows = shape.spread(texts.indices.to_numpy(zero_copy_only=False), column.level)
            part = pa.DictionaryArray.from_arrays(
                pa.array(rows if len(keep) == shape.size else rows[keep]), texts.dictionary
            )
            table = table.append_column(UNUSED + column.header, part)
    return table


def _observations(shape: Shape, parts: _Parts, structure: DataStructure, keep: npt.NDArray[np.int64]) -> pa.Table:
    columns: dict[str, pa.Array] = {}
    whole = len(keep) == shape.size
    for component in structure.components():
        if (mapped := parts.mapped.get(component.id)) is not None:
            values = shape.spread(mapped.values, mapped.level)
            plain = component is structure.measure
            bad = shape.spread(mapped.bad, mapped.level)[keep] if mapped.bad.any() else None
            columns[component.id] = _array(mapped, values if whole else values[keep], bad, plain)
        elif component.id in parts.fixed:
            columns[component.id] = _constant(component.id, parts.fixed[component.id], structure, len(keep))
        elif component.id in structure.dimension_ids:
            columns[component.id] = pa.nulls(len(keep), CODE)
    _add_required(columns, structure, len(keep))
    for marked in (*_time(structure), structure.measure.id):
        part = parts.mapped.get(marked)
        if part is not None and part.status is not None and (part.status >= 0).any():
            columns[OBS_STATUS] = _with_status(columns.get(OBS_STATUS), part, shape, keep)
    rows = shape.spread(shape.rows, Level.ROW)
    columns[ROW] = pa.array(rows if whole else rows[keep], pa.int32())
    if headers := shape.value_headers or ((parts.value_header,) if parts.value_header else ()):
        under = (keep // max(shape.n, 1) if len(headers) > 1 else np.zeros(len(keep))).astype(np.int32)
        columns[COLUMN] = pa.DictionaryArray.from_arrays(pa.array(under), pa.array(headers, pa.string()))
    return pa.table(columns)


def _time(structure: DataStructure) -> tuple[str, ...]:
    return (structure.time_dimension.id,) if structure.time_dimension is not None else ()


def _add_required(columns: dict[str, pa.Array], structure: DataStructure, n: int) -> None:
    """Time and measure stand in every dataset; where the mapping gives none there are no observations, all rows fail."""
    if structure.time_dimension is not None and structure.time_dimension.id not in columns:
        columns[structure.time_dimension.id] = pa.nulls(n, pa.int32())
    if structure.measure.id not in columns:
        columns[structure.measure.id] = pa.nulls(n, pa.float64() if is_numeric(structure.measure) else pa.string())


def _array(mapped: Mapped, values: npt.NDArray[Any], bad: Marks | None, plain: bool) -> pa.Array:
    if not mapped.coded:
        return pa.array(values, mask=bad)
    none = values < 0 if bad is None else (values < 0) | bad
    array = pa.DictionaryArray.from_arrays(pa.array(values, pa.int32(), mask=none), pa.array(mapped.codes, pa.string()))
    return array.cast(pa.string()) if plain else array


def _constant(component: str, value: str, structure: DataStructure, n: int) -> pa.Array:
    fixed = read_fixed(component, value, structure)
    if isinstance(fixed, str) and component != structure.measure.id:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), pa.array([fixed], pa.string()))
    if isinstance(fixed, str):
        return pa.repeat(pa.scalar(fixed, pa.string()), n)
    time = structure.time_dimension is not None and component == structure.time_dimension.id
    return pa.repeat(pa.scalar(fixed, pa.int32() if time else pa.float64()), n)


def _with_status(given: pa.Array | None, part: Mapped, shape: Shape, keep: npt.NDArray[np.int64]) -> pa.Array:
    """OBS_STATUS as the mapping has it, but where the cell is a word for a missing value, or has a symbol, as that says."""
    status = shape.spread(part.status, part.level)[keep] if part.status is not None else np.zeros(0, np.int32)
    old = given if given is not None else pa.nulls(len(keep), CODE)
    codes = list(dict.fromkeys([*old.dictionary.to_pylist(), *part.statuses]))
    new = np.array([codes.index(code) for code in part.statuses], dtype=np.int32)
    before = old.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    indices = np.where(status >= 0, new[status], before).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(codes, pa.string()))
