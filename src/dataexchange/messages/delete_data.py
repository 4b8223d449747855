"""What a message deletes: its datasets under the action Delete, apart from those that say something.

    STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE
    dataflow,DX:DF_SDG_LOCAL(1.0.0),D,A,GB_BRS,2019,

A row names an observation by its whole key and its period, or a series by its key alone; a value beside them changes nothing. The standard
also lets a message leave out dimensions, to delete all that has the others, and delete single attributes. Both are refused:
what goes is to be named by whoever takes it away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import ROW, Action, Dataset, as_codes
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import says
from dataexchange.model.structure import DataStructure

Marks = npt.NDArray[np.bool_]


class Parted(NamedTuple):
    """`given` is at least one dataset, without rows where a message only deletes; `deleted` has keys and periods."""

    given: tuple[Dataset, ...]
    deleted: Dataset | None
    findings: tuple[Finding, ...]


def part(datasets: Sequence[Dataset], structure: DataStructure) -> Parted:
    given = tuple(dataset for dataset in datasets if dataset.action is not Action.DELETE)
    deleting = [dataset for dataset in datasets if dataset.action is Action.DELETE and dataset.n]
    findings = tuple(found for dataset in deleting for found in _vague(dataset, structure))
    first = datasets[0]
    empty = Dataset(structure.ref, first.table.slice(0, 0), first.dataflow, first.provider, file=first.file)
    named = [_named(dataset.table, structure) for dataset in deleting]
    deleted = pa.concat_tables(named, promote_options="default") if named else None
    return Parted(given or (empty,), Dataset(structure.ref, deleted) if deleted is not None else None, findings)


def _named(table: pa.Table, structure: DataStructure) -> pa.Table:
    """Keys and periods alone."""
    time = structure.time_dimension
    dimensions = {name: as_codes(table[name]) for name in structure.dimension_ids}
    return pa.table({**dimensions, **({time.id: table[time.id]} if time is not None else {})})


def _vague(dataset: Dataset, structure: DataStructure) -> Iterator[Finding]:
    """Rows that name more than one series, or less than an observation."""
    table = dataset.table
    several = _any(table, structure.dimension_ids, given=False)
    if several.any():
        sentence = says(
            "{n} row under the action Delete leaves out a dimension: name each series that is to go by its whole key.",
            "{n} rows under the action Delete leave out a dimension: name each series that is to go by its whole key.",
            int(several.sum()),
        )
        yield finding("MSG-DELETE", sentence, _place(dataset, several), count=int(several.sum()))
    of_series = [a.id for a in structure.series_attributes]
    of_observations = [a.id for a in structure.attributes if a.id not in of_series]
    time = [structure.time_dimension.id] if structure.time_dimension is not None else []
    attributes = _any(table, of_observations) | (_any(table, of_series) & ~_any(table, time))
    part_of_one = attributes & ~_any(table, [measure.id for measure in structure.measures])
    if part_of_one.any():
        sentence = says(
            "{n} row under the action Delete names attributes and no value: single attributes are not deleted. To delete the whole, "
            "name its key alone; to change an attribute, send it with the action Merge.",
            "{n} rows under the action Delete name attributes and no value: single attributes are not deleted. To delete the whole, "
            "name their keys alone; to change an attribute, send it with the action Merge.",
            int(part_of_one.sum()),
        )
        yield finding("MSG-DELETE", sentence, _place(dataset, part_of_one), count=int(part_of_one.sum()))


def _any(table: pa.Table, names: Sequence[str], *, given: bool = True) -> Marks:
    """Rows that have something, or lack something, in one of these columns."""
    marks = np.zeros(table.num_rows, dtype=bool)
    for name in names:
        if name in table.column_names:
            there = pc.is_valid(table[name]) if given else pc.is_null(table[name])
            marks |= there.to_numpy()
    return marks


def _place(dataset: Dataset, marks: Marks) -> Place:
    row = int(np.argmax(marks))
    line = dataset.table[ROW][row].as_py() if ROW in dataset.table.column_names else None
    return Place(dataset.file_of(row), row=line)
