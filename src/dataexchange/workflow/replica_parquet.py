"""Observations as Parquet: one row an observation, one column a component of the data structure, in its order.

A measure is a float64, null where there is no value, unless the structure says that it is no number; everything else is text, null
where it is absent. A row is known by its dimensions and its period.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from dataexchange.errors import Unreadable
from dataexchange.messages.data_columns import numeric
from dataexchange.messages.read_structures import read_structures
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Dataflow, DataStructure, Kind, parse_short
from dataexchange.store.files import flush_folder

#: Rows of a row group, and of what is in memory at once.
_ROWS = 1 << 17
_BLOCK = 8 << 20
_BETWEEN = "\x1f"
_GONE = "D"
#: Actions of SDMX-CSV 2.0 and 2.1 under which an observation stands as it is now: information, append, merge, replace.
_HERE = frozenset("IAMR")


@dataclass(frozen=True, slots=True)
class Form:
    """The columns of a dataflow. `keys` are those that a row is known by."""

    keys: tuple[str, ...]
    schema: pa.Schema

    def told(self, **words: str) -> pa.Schema:
        """With words for readers in the file itself."""
        return self.schema.with_metadata({f"dataexchange.{name}": text for name, text in words.items()})


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows that a CSV held, by what became of them."""

    came: int
    went: int


def form_of(path: Path, flow: str) -> Form:
    """The columns of a dataflow by its structure message."""
    artefacts = {a.ref: a for a in read_structures(path).artefacts}
    dataflow = artefacts.get(parse_short(flow, Kind.DATAFLOW))
    structure = artefacts.get(dataflow.structure) if isinstance(dataflow, Dataflow) and dataflow.structure else None
    if not isinstance(dataflow, Dataflow) or not isinstance(structure, DataStructure):
        raise Unreadable(f"{path}: the data structure of {flow} is not in it; ask the operator of the source.")
    time = (structure.time_dimension.id,) if structure.time_dimension else ()
    columns = {component.id: pa.string() for component in structure.components()}
    schema = Schema.assemble(structure, dataflow, artefacts)
    columns |= {measure.id: pa.float64() for measure in structure.measures if numeric(measure, schema)}
    return Form((*structure.dimension_ids, *time), pa.schema(columns.items()))


def take_in(source: BinaryIO, form: Form, schema: pa.Schema, came: Path, went: Path) -> Taken:
    """An SDMX-CSV as two files: observations that are there now, and the keys of those that went."""
    header = next(csv.reader([source.readline().decode("utf-8", "replace").rstrip("\r\n")]))
    if missing := [name for name in ("ACTION", *form.keys) if name not in header]:
        raise Unreadable(f"What the source sends has no column {missing[0]}: it is not of the data structure it names.")
    counts = Taken(0, 0)
    try:
        with writer(came, schema) as here, writer(went, pa.schema([schema.field(name) for name in form.keys])) as gone:
            for part, is_gone in _by_action(_batches(source, header, schema)):
                if is_gone:
                    gone.write_table(part.select(form.keys))
                    counts = Taken(counts.came, counts.went + part.num_rows)
                else:
                    here.write_table(part, row_group_size=_ROWS)
                    counts = Taken(counts.came + part.num_rows, counts.went)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        reason = str(error).splitlines()[0][:200]
        raise Unreadable(f"What the source sends is no SDMX-CSV that can be read ({reason}).") from None
    return counts


def empty(schema: pa.Schema, came: Path) -> Taken:
    """What is taken in where the source has nothing to say."""
    with writer(came, schema):
        return Taken(0, 0)


def merged(old: Path, came: Path, went: Path, new: Path, form: Form, schema: pa.Schema) -> Taken:
    """The old rows without those that changed or went, and behind them those that came: (rows kept, rows that went)."""
    here, gone = _keys(came, form), _keys(went, form)
    touched = pc.unique(pa.chunked_array([*here.chunks, *gone.chunks], pa.string()))
    kept = 0
    with writer(new, schema) as out:
        for table in _tables(old):
            # `touched` is hashed anew for each portion, so portions are large.
            rest = table.filter(pc.invert(pc.is_in(_key_texts(table, form), value_set=touched)))
            out.write_table(rest.cast(schema), row_group_size=_ROWS)
            kept += rest.num_rows
        for table in _tables(came):
            out.write_table(table.cast(schema), row_group_size=_ROWS)
    replaced = pc.sum(pc.is_in(gone, value_set=pc.unique(here))).as_py() or 0
    return Taken(kept, len(gone) - replaced)


def fits(path: Path, form: Form, rows: int) -> bool:
    """Whether a file of an earlier pull is there, whole, and of the present structure."""
    try:
        file = pq.ParquetFile(path)
        with file:
            return bool(file.metadata.num_rows == rows and file.schema_arrow.equals(form.schema, check_metadata=False))
    except (OSError, pa.ArrowInvalid):
        return False


@contextmanager
def writer(path: Path, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
    """What was written is on the disk at the end."""
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        yield out
    with path.open("rb") as file:
        os.fsync(file.fileno())


def settle(part: Path, place: Path) -> None:
    """Give a whole file its name."""
    part.replace(place)
    flush_folder(place.parent)


def _batches(source: BinaryIO, header: list[str], schema: pa.Schema) -> Iterator[pa.Table]:
    types: Mapping[str, pa.DataType] = {"ACTION": pa.string(), **{f.name: f.type for f in schema}}
    reader = arrow_csv.open_csv(
        source,
        read_options=arrow_csv.ReadOptions(column_names=header, block_size=_BLOCK),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            include_missing_columns=True,
            strings_can_be_null=True,
            null_values=["", "NaN"],
        ),
    )
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= _ROWS:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _by_action(tables: Iterable[pa.Table]) -> Iterator[tuple[pa.Table, bool]]:
    for table in tables:
        actions = pc.unique(table["ACTION"]).to_pylist()
        rows = table.drop_columns("ACTION")
        for action in actions:
            if action != _GONE and action not in _HERE:
                raise Unreadable(
                    f"What the source sends has the ACTION {str(action)[:40]!r}, which means nothing here."
                )
            yield rows if len(actions) == 1 else rows.filter(pc.equal(table["ACTION"], action)), action == _GONE


def _tables(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=2 * _ROWS):
            yield pa.Table.from_batches([batch])


def _keys(path: Path, form: Form) -> pa.ChunkedArray:
    with pq.ParquetFile(path) as file:
        batches = file.iter_batches(batch_size=_ROWS, columns=list(form.keys))
        return pa.chunked_array([_key_texts(batch, form) for batch in batches], pa.string())


def _key_texts(rows: pa.Table | pa.RecordBatch, form: Form) -> pa.Array:
    columns = (pc.fill_null(rows[name], "") for name in form.keys)
    made = pc.binary_join_element_wise(*columns, _BETWEEN)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
