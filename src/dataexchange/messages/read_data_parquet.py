"""Data in Parquet whose columns are components, as `write_parquet`, extracts and replicas have it: read like SDMX-CSV.

    ACTION  FREQ  REF_AREA  TIME_PERIOD  OBS_VALUE
    I       A     GB_BRS    2019         10.2

What the rows are of stands in the file's key-value metadata (`sdmx.dataflow`), or is told by who reads it. Texts stay in
dictionaries from the file to the dataset, so that a small file of many rows takes little room.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dataexchange.errors import InvalidRequest, TooLarge, Unreadable
from dataexchange.messages.data_columns import typed
from dataexchange.messages.data_message import DataMessage, SchemaOf, action_of, dataflow_of
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.sentence import say
from dataexchange.model.structure import Kind, Ref, parse_short, parse_urn

MAGIC = b"PAR1"
_ACTION = "ACTION"
_ROWS, _COLUMNS, _CELLS = 20_000_000, 500, 200_000_000
#: How extracts and replicas of this exchange, and its data answers, name what the rows are of.
_NAMES = (b"sdmx.dataflow", b"dataexchange.dataflow", b"sdmx.structure")


def read_data_parquet(
    path: Path, schema_of: SchemaOf, name: str | None = None, assumed: Ref | None = None
) -> DataMessage:
    """`assumed` is what the rows are of where the file does not say it."""
    name = name or path.name
    sender, declared = told_by_parquet(path, name)
    ref = declared or assumed
    if ref is None:
        raise Unreadable(
            say(
                "{file}: the Parquet file does not say which dataflow its rows are of: name it (`dataflow`).", file=name
            )
        )
    schema = schema_of(ref)
    table = _table(path, name)
    if missing := [d.id for d in schema.structure.dimensions if d.id not in table.column_names]:
        raise Unreadable(
            say(
                "{file}: the Parquet file has no column {component}, which is a dimension of {structure}: send it with a mapping file, "
                "or with a column for each dimension.",
                file=name,
                component=missing[0],
                structure=schema.structure.ref.short,
            )
        )
    datasets: list[Dataset] = []
    findings: list[Finding] = []
    flow = dataflow_of(schema, ref)
    for text, part, lines in _by_action(table):
        action = action_of(text, name)
        texts = {c: _column(part[c]) for c in part.column_names if c != _ACTION}
        made, faults = typed(schema, texts, lines, name, action)
        datasets.append(Dataset(schema.structure.ref, made, flow, None, action, name))
        findings += faults
    declarations = (ref,) * len(datasets)
    return DataMessage(
        file=name, sender=sender, declarations=declarations, datasets=tuple(datasets), findings=tuple(findings)
    )


def told_by_parquet(path: Path, name: str) -> tuple[str | None, Ref | None]:
    """(sender, what the rows are of) as the file's metadata has it."""
    with _reported(name), pq.ParquetFile(path) as file:
        told = file.schema_arrow.metadata or {}
    sender = told.get(b"sdmx.sender", b"").decode("utf-8", "replace")[:200]
    for key in _NAMES:
        if key in told:
            return sender or None, _ref(told[key].decode("utf-8", "replace"), key == _NAMES[2], name)
    return sender or None, None


def _ref(text: str, is_structure: bool, name: str) -> Ref:
    kind = Kind.DATA_STRUCTURE if is_structure else Kind.DATAFLOW
    try:
        found = parse_urn(text) if text.startswith("urn:") else parse_short(text, kind)
    except InvalidRequest:
        found = None
    if not isinstance(found, Ref):
        raise Unreadable(
            say(
                "{file}: the Parquet file says that its rows are of {text}, which names no {kind}.",
                file=name,
                text=repr(text[:100]),
                kind=kind.value,
            )
        )
    return found


def _table(path: Path, name: str) -> pa.Table:
    with _reported(name):
        with pq.ParquetFile(path) as file:
            form, rows = file.schema_arrow, file.metadata.num_rows
        if rows > _ROWS or len(form) > _COLUMNS or rows * len(form) > _CELLS:
            raise TooLarge(
                f"{name}: {rows:,} rows of {len(form):,} columns are more than the {_ROWS:,} of {_COLUMNS} of one file: "
                "send it in parts."
            )
        if len(set(form.names)) < len(form):
            raise Unreadable(
                say("{file}: a column stands twice in the Parquet file: leave one of them out.", file=name)
            )
        if nested := next((f.name for f in form if pa.types.is_nested(f.type)), None):
            raise Unreadable(
                say(
                    "{file}: column {column} holds lists or structs; write one value a cell",
                    file=name,
                    column=repr(nested[:100]),
                )
            )
        texts = [f.name for f in form if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            return file.read()


@contextmanager
def _reported(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise Unreadable(
            say("{file}: the Parquet file cannot be read ({reason}); write it again", file=name, reason=str(reason))
        ) from None


def _by_action(table: pa.Table) -> Iterator[tuple[str | None, pa.Table, np.ndarray[tuple[int], np.dtype[np.int32]]]]:
    """(action, its rows, their numbers), the header being row 1."""
    lines = np.arange(2, table.num_rows + 2, dtype=np.int32)
    if _ACTION not in table.column_names:
        yield None, table, lines
        return
    actions = table[_ACTION].cast(pa.string())
    for text in pc.unique(actions).to_pylist():
        where = pc.is_null(actions) if text is None else pc.fill_null(pc.equal(actions, text), False)
        yield text, table.filter(where), lines[where.to_numpy()]


def _column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes as CODE, measures as they are or as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        if pa.types.is_string(kind.value_type):
            return column.cast(CODE)
        column = column.cast(kind.value_type)
    if pa.types.is_float64(column.type):
        return column
    if pa.types.is_floating(column.type):
        return column.cast(pa.float64())
    return column.cast(pa.string())
