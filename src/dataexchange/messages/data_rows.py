"""The rows of one dataset as a reader meets them: series, observations, attributes of partial keys.

A reader adds fields as text by component id; every so often they are packed into Arrow columns, so that memory stays
bounded; at the end they become a Dataset.

    add_partial(rows, {"AREA": "X", "TITLE": "Ex"})
    add_series(rows, {"FREQ": "A", "AREA": "X"}, [({"TIME_PERIOD": "2019", "OBS_VALUE": "1.5"}, 12)], line=11)
    dataset, findings = finish(rows, "message.xml")
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.data_columns import typed
from dataexchange.messages.data_message import dataflow_of
from dataexchange.model.dataset import ROW, Action, Dataset
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import says
from dataexchange.model.structure import Ref

Fields: TypeAlias = dict[str, str]

_FLUSH = 100_000


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a message says that a dataset is of, and which dimension its observations stand in series by."""

    ref: Ref
    at_observation: str
    dataflow: Ref | None


@dataclass(slots=True)
class Rows:
    """One dataset as it is being read."""

    schema: Schema
    declaration: Declaration
    action: Action
    provider: str | None
    #: Attributes of the whole dataset.
    constants: Fields
    #: Dimensions of a partial key -> its values -> attributes.
    partial: dict[tuple[str, ...], dict[tuple[str, ...], Fields]] = field(default_factory=dict)
    observations: list[Fields] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    series: list[Fields] = field(default_factory=list)
    chunks: list[pa.Table] = field(default_factory=list)
    empty: int = 0
    empty_line: int = 0


def add_series(rows: Rows, fields: Fields, observations: list[tuple[Fields, int]], line: int) -> None:
    if not observations and rows.action is Action.DELETE:
        observations = [({}, line)]
    if not observations:
        rows.empty += 1
        rows.empty_line = rows.empty_line or line
        return
    rows.owners += [len(rows.series)] * len(observations)
    rows.series.append(_covering(rows, fields) | fields if rows.partial else fields)
    if rows.partial and rows.declaration.at_observation in rows.schema.structure.dimension_ids:
        observations = [(_covering(rows, fields | observation) | observation, at) for observation, at in observations]
    rows.observations += [observation for observation, _ in observations]
    rows.lines += [at for _, at in observations]
    if len(rows.lines) >= _FLUSH:
        _flush(rows)


def add_flat(rows: Rows, fields: Fields, line: int) -> None:
    rows.observations.append(_covering(rows, fields) | fields if rows.partial else fields)
    rows.lines.append(line)
    rows.owners.append(0)
    if not rows.series:
        rows.series.append({})
    if len(rows.lines) >= _FLUSH:
        _flush(rows)


def add_partial(rows: Rows, fields: Fields) -> None:
    ids = rows.schema.structure.dimension_ids
    key = tuple(i for i in ids if i in fields)
    attributes = {k: v for k, v in fields.items() if k not in ids and not k.startswith("{") and k != "type"}
    held = rows.partial.setdefault(key, {}).setdefault(tuple(fields[i] for i in key), {})
    held.update(attributes)


def _covering(rows: Rows, fields: Fields) -> Fields:
    """Attributes of the groups and partial keys that cover a series; the narrower key has the last word."""
    out: Fields = {}
    for key in sorted(rows.partial, key=len):
        out |= rows.partial[key].get(tuple(fields.get(i, "") for i in key), {})
    return out


def _flush(rows: Rows) -> None:
    """Pack the rows read so far into columns of text."""
    if not rows.lines:
        return
    owners = pa.array(rows.owners, pa.int32())
    columns: dict[str, pa.Array] = {}
    for name in _names(rows.series):
        columns[name] = pa.array([s.get(name) for s in rows.series], pa.string()).dictionary_encode().take(owners)
    for name in _names(rows.observations):
        column = pa.array([o.get(name) for o in rows.observations], pa.string())
        columns[name] = pc.coalesce(column, columns[name].cast(pa.string())) if name in columns else column
    packed = {k: v if pa.types.is_dictionary(v.type) else v.dictionary_encode() for k, v in columns.items()}
    packed[ROW] = pa.array(np.minimum(rows.lines, 2**31 - 1), pa.int32())
    rows.chunks.append(pa.table(packed))
    rows.observations, rows.lines, rows.owners, rows.series = [], [], [], []


def _names(fields: list[Fields]) -> Iterator[str]:
    """Component ids in the order in which they first stand; names with a namespace are not data."""
    names = dict.fromkeys(chain.from_iterable(fields))
    return (name for name in names if not name.startswith("{") and name != "type")


def finish(rows: Rows, file: str) -> tuple[Dataset, list[Finding]]:
    _flush(rows)
    table = pa.concat_tables(rows.chunks, promote_options="default") if rows.chunks else pa.table({})
    lines = table[ROW].to_numpy() if rows.chunks else np.zeros(0, np.int32)
    texts: dict[str, Any] = {name: table[name] for name in table.column_names if name != ROW}
    for name, value in rows.constants.items():
        if name not in texts:
            texts[name] = pa.array([value] * len(lines), pa.string())
    typed_table, findings = typed(rows.schema, texts, lines, file, rows.action)
    if rows.empty:
        place = Place(file, row=rows.empty_line)
        told = says(
            "{n} series has no observations; it is left out. It stands here.",
            "{n} series have no observations; they are left out. The first stands here.",
            rows.empty,
        )
        findings.append(finding("MSG-EMPTY", told, place, count=rows.empty))
    dataset = Dataset(
        structure=rows.schema.structure.ref,
        table=typed_table,
        dataflow=dataflow_of(rows.schema, rows.declaration.ref, rows.declaration.dataflow),
        provider=rows.provider,
        action=rows.action,
        file=file,
    )
    return dataset, findings
