"""The table before its cells are mapped: columns declared, rows left out, wide made long.

Wide to long copies nothing: a table with one row an observation is thought of as the value columns end to end, and what
belongs to a row or to a header is repeated when the components are put together (`Level`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import LeaveOut, matching_headers
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.rules import finding
from dataexchange.model.table import SourceTable, header_text
from dataexchange.pipeline.mapping_faults import closest, cost, shown

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


class Level(StrEnum):
    """What a text of the long table belongs to."""

    ROW = "row"  #: a column of the table: the same for all value cells of its row
    HEADER = "header"  #: the header of a value column
    CELL = "cell"  #: the value cell itself


@dataclass(frozen=True, slots=True)
class Column:
    """Texts under one name of the mapping. `header` is what findings call it; CELL columns have one for each part."""

    level: Level
    texts: pa.ChunkedArray
    header: str
    numbers: Marks | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Position p of the long table is row `p % n` under value header `p // n`."""

    columns: Mapping[str, Column]
    rows: npt.NDArray[np.int32]
    value_headers: tuple[str, ...]
    n_left_out: int
    findings: tuple[Finding, ...]
    #: Names in the mapping that the table does not have.
    absent: frozenset[str]

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> int:
        return self.n * self.width

    @property
    def width(self) -> int:
        return max(len(self.value_headers), 1)

    def spread(self, array: npt.NDArray[Scalar], level: Level) -> npt.NDArray[Scalar]:
        """An array of one level as one of the long table."""
        if level is Level.CELL or (level is Level.ROW and self.width == 1):
            return array
        return np.tile(array, self.width) if level is Level.ROW else np.repeat(array, self.n)


def shape_table(table: SourceTable, mapping: MappingFile, required: Collection[str]) -> Shape:
    """The table as the mapping has it. `required`: components without which there is no observation."""
    names = {header_text(name): name for name in table.columns.column_names}
    keep = np.ones(table.columns.num_rows, dtype=bool)
    left_out: list[Finding] = []
    for rule in mapping.leave_out:
        if (name := names.get(header_text(rule.column))) is not None:
            left_out.extend(_leave_out(table, name, rule, keep))
    melted, findings, absent = _declare(table, mapping, names, required, int(keep.sum()))
    findings.extend(left_out)
    columns = table.columns if keep.all() else table.columns.filter(pa.array(keep))
    numbers = {name: marks[keep] for name, marks in table.numbers.items()}
    shaped = {
        header: Column(Level.ROW, columns[name], name, numbers.get(name))
        for header, name in names.items()
        if name not in melted
    }
    if mapping.unpivot is not None and melted:
        shaped[header_text(mapping.unpivot.names_to)] = Column(
            Level.HEADER, pa.chunked_array([pa.array(melted, pa.string())]), mapping.unpivot.names_to
        )
        shaped[header_text(mapping.unpivot.values_to)] = _melt(columns, numbers, melted, mapping.unpivot.values_to)
    return Shape(shaped, table.rows[keep], melted, int((~keep).sum()), tuple(findings), absent)


def _melt(columns: pa.Table, numbers: Mapping[str, Marks], melted: Sequence[str], name: str) -> Column:
    chunks = [chunk for header in melted for chunk in columns[header].chunks]
    none = np.zeros(columns.num_rows, dtype=bool)
    marks = np.concatenate([numbers.get(header, none) for header in melted]) if numbers else None
    return Column(Level.CELL, pa.chunked_array(chunks, pa.string()), name, marks)


def _declare(
    table: SourceTable, mapping: MappingFile, names: Mapping[str, str], required: Collection[str], n: int
) -> tuple[tuple[str, ...], list[Finding], frozenset[str]]:
    """(columns to unpivot, findings, names of the mapping that are missing): every column is declared, none forgotten.

    A column that a required component comes from costs all `n` rows where it is missing.
    """
    findings: list[Finding] = []
    made: set[str] = set()
    melted: tuple[str, ...] = ()
    asked = list(mapping.columns) + [rule.column for rule in mapping.leave_out]
    if mapping.unpivot is not None:
        made = {header_text(mapping.unpivot.names_to), header_text(mapping.unpivot.values_to)}
        asked += mapping.unpivot.columns
        listed = [names[header_text(c)] for c in mapping.unpivot.columns if header_text(c) in names]
        pattern = mapping.unpivot.matching
        melted = tuple(dict.fromkeys(listed)) if pattern is None else matching_headers(pattern, tuple(names.values()))
        if not melted and pattern is not None:
            fault = f"no header matches the pattern {shown(pattern)} of unpivot.matching"
            findings.append(_missing(table, fault, None, n, 1))
    known = {header_text(name) for name in (*asked, *mapping.ignore, *mapping.beyond)} | made
    absent = {header_text(name): name for name in asked if header_text(name) not in {*names, *(made if melted else ())}}
    needed = {header_text(c) for c, targets in mapping.columns.items() if any(t.to in required for t in targets)}
    if mapping.unpivot is not None and not melted:
        needed |= {header_text(c) for c in mapping.unpivot.columns}
    for key, name in absent.items():
        if key not in made:
            fault = f"the table has no column {shown(name)}"
            lost = n if key in needed else 0
            findings.append(_missing(table, fault, closest(name, names.values()), lost, max(len(melted), 1)))
    for key, name in names.items():
        if key not in known and name not in melted:
            findings.append(_unknown(table, name))
    return melted, findings, frozenset(absent)


def _missing(table: SourceTable, fault: str, near: str | None, lost: int, width: int) -> Finding:
    headers = ", ".join(shown(name) for name in table.columns.column_names[:30])
    hint = f"did you mean {near!r}? " if near else ""
    message = f"{fault[:1].upper()}{fault[1:]}: {hint}Correct the header or the mapping; the table has {headers}."
    if lost:
        message = f"{message} {cost(lost, width)}"
    return finding("MAP-COLUMN", message, Place(table.file, table.sheet))


def _unknown(table: SourceTable, name: str) -> Finding:
    return finding(
        "MAP-UNKNOWN-COLUMN",
        f"The mapping does not mention column {shown(name)}, so it is not used: map it, or list it under `ignore`.",
        Place(table.file, table.sheet, None, name),
    )


def _leave_out(table: SourceTable, name: str, rule: LeaveOut, keep: Marks) -> Iterator[Finding]:
    wanted = pa.array([text.strip() for text in rule.equals], pa.string())
    marks = pc.is_in(pc.utf8_trim_whitespace(table.columns[name]), value_set=wanted).to_numpy(zero_copy_only=False)
    count = int((marks & keep).sum())
    keep &= ~marks
    if count:
        which = " or ".join(shown(text) for text in rule.equals[:5])
        rows = "row is" if count == 1 else "rows are"
        yield finding(
            "MAP-LEFT-OUT",
            f"{count:,} {rows} left out because column {shown(name)} is {which}: {rule.reason}",
            Place(table.file, table.sheet, int(table.rows[marks][0]), name),
            count=count,
        )
