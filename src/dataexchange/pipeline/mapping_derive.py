"""Series worked out from others of the same table: each observation from those of the same area, period and everything else.

The first operand says which observations are derived. Every other operand is the observation that has what its `where` says, and
in all else what the first one has. So a rate by sex divides counts by sex by the population of the same sex, or, with
`SEX: _T` in its `where`, by all people. Arithmetic is exact; rounding is only what `decimals` asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.conversion import Linear
from dataexchange.model.dataset import COLUMN, FILE, ROW, SHEET, as_codes
from dataexchange.model.derivation import Derivation
from dataexchange.model.finding import Finding, Place
from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import says, together
from dataexchange.pipeline.mapping_derived_notes import noted
from dataexchange.pipeline.mapping_exact import converted, evaluated

#: Cells that a division by zero is told of one by one.
_TOLD = 1_000

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Derived(NamedTuple):
    """The observations with those derived at their end."""

    table: pa.Table
    findings: tuple[Finding, ...]
    n: int


@dataclass(frozen=True, slots=True)
class _Joined:
    """Rows of each operand for every observation of the first one, -1 where there is none."""

    rows: Mapping[str, Ints]

    def only(self, keep: Marks) -> _Joined:
        return _Joined({name: rows[keep] for name, rows in self.rows.items()})

    @property
    def first(self) -> Ints:
        return next(iter(self.rows.values()))


def derive(
    table: pa.Table,
    derivations: Sequence[Derivation],
    mapping: MappingFile,
    schema: Schema,
    file: str | None,
    sheet: str | None,
) -> Derived:
    """In the order of the mapping, so that one may use what another has derived."""
    found: list[Finding] = []
    before = table.num_rows
    for derivation in derivations:
        new, remarks = _derive(table, derivation, mapping, schema, Place(file, sheet))
        table = _ordered(pa.concat_tables([table, new], promote_options="default"), schema) if new.num_rows else table
        found += remarks
    return Derived(table, tuple(found), table.num_rows - before)


def _derive(
    table: pa.Table, derivation: Derivation, mapping: MappingFile, schema: Schema, place: Place
) -> tuple[pa.Table, list[Finding]]:
    joined = _joined(table, derivation, schema)
    values = _values(table, joined, schema)
    there = np.logical_and.reduce([~np.isnan(operand) for operand in values.values()])
    joined, values = joined.only(there), {name: operand[there] for name, operand in values.items()}
    result, zero, rounded = evaluated(derivation.term, values, derivation.decimals)
    good = ~zero & ~np.isnan(result)
    dimensions = schema.structure.dimension_ids
    name = ", ".join(f"{component} {code}" for component, code in derivation.series.items() if component in dimensions)
    findings = [
        _made(name, derivation, int(good.sum()), int((rounded & good).sum()), place),
        *_unmade(name, derivation, int((~there).sum()), int((~zero & ~good).sum()), place),
        *_zeros(table, _zero_cells(joined.only(zero), {n: v[zero] for n, v in values.items()}), derivation, place),
    ]
    kept = joined.only(good)
    new = _cellless(table.take(pa.array(kept.first)))
    measure = schema.structure.measure.id
    new = new.set_column(new.column_names.index(measure), measure, pa.array(result[good], pa.float64()))
    return noted(table, new, tuple(kept.rows.values()), derivation, mapping, schema), findings


def _cellless(table: pa.Table) -> pa.Table:
    """A derived value belongs to a row and stands in no cell: a finding about it must not show an operand's, which says something else."""
    if COLUMN not in table.column_names:
        return table
    nowhere = pa.nulls(table.num_rows, table[COLUMN].type)
    return table.set_column(table.column_names.index(COLUMN), COLUMN, nowhere)


def _joined(table: pa.Table, derivation: Derivation, schema: Schema) -> _Joined:
    (first, having), *others = derivation.where.items()
    base = _having(table, having)
    rows = {first: base}
    for name, named in others:
        theirs = _having(table, named)
        ids = _ids(table, [c for c in schema.structure.dimension_ids if c not in named], schema)
        order = np.argsort(ids[theirs], kind="stable")
        sorted_ids = ids[theirs][order]
        at = np.searchsorted(sorted_ids, ids[base])
        inside = at < len(sorted_ids)
        hit = inside.copy()
        hit[inside] = sorted_ids[at[inside]] == ids[base][inside]
        rows[name] = np.full(len(base), -1, dtype=np.int64)
        rows[name][hit] = theirs[order[at[hit]]]
    return _Joined(rows)


def _having(table: pa.Table, having: Mapping[str, str]) -> Ints:
    """Rows that have these codes."""
    marks = np.ones(table.num_rows, dtype=bool)
    for component, code in having.items():
        if component not in table.column_names:
            return np.zeros(0, dtype=np.int64)
        codes = as_codes(table[component])
        wanted = np.array([*(known == code for known in codes.dictionary.to_pylist()), False], dtype=bool)
        marks &= wanted[codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    return np.flatnonzero(marks)


def _ids(table: pa.Table, dimensions: Sequence[str], schema: Schema) -> Ints:
    """One number for each combination of these dimensions and the period."""
    ids = np.zeros(table.num_rows, dtype=np.int64)
    columns = [as_codes(table[d]).indices.fill_null(-1).to_numpy(zero_copy_only=False) for d in dimensions]
    if schema.structure.time_dimension is not None:
        columns.append(table[schema.structure.time_dimension.id].to_numpy())
    for column in columns:
        distinct, numbers = np.unique(column, return_inverse=True)
        if len(distinct) > 1:
            ids = np.unique(ids * len(distinct) + numbers, return_inverse=True)[1].astype(np.int64)
    return ids


def _values(table: pa.Table, joined: _Joined, schema: Schema) -> dict[str, Floats]:
    """Values of each operand in units, NaN where there is none."""
    every = table[schema.structure.measure.id].to_numpy().astype(np.float64)
    every = _in_units(table, every)
    return {name: np.where(rows < 0, np.nan, every[rows]) for name, rows in joined.rows.items()}


def _in_units(table: pa.Table, values: Floats) -> Floats:
    """Values times ten to the power of UNIT_MULT, as decimals."""
    if "UNIT_MULT" not in table.column_names:
        return values
    codes = as_codes(table["UNIT_MULT"])
    which = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    for number, code in enumerate(codes.dictionary.to_pylist()):
        if code == "0" or not code.removeprefix("-").isdecimal() or len(code) > 3:
            continue
        rows = (which == number) & ~np.isnan(values)
        texts = pa.array(values[rows]).cast(pa.string())
        values = values.copy()
        values[rows] = converted(texts, Linear(Fraction(10) ** int(code)))[0]
    return values


def _made(name: str, derivation: Derivation, n: int, rounded: int, place: Place) -> Finding:
    made = says(
        "{n} observation of {series} is derived: {formula}.",
        "{n} observations of {series} are derived: {formula}.",
        n,
        series=name,
        formula=derivation.formula,
    )
    decimals = says("{n} decimal", "{n} decimals", derivation.decimals or 0)
    off = says("{n} of them is rounded to {to}.", "{n} of them are rounded to {to}.", rounded, to=decimals)
    return finding("MAP-DERIVED", together(made, off if rounded else ""), place, count=max(n, 1))


def _unmade(name: str, derivation: Derivation, missing: int, large: int, place: Place) -> Iterator[Finding]:
    if missing:
        sentence = says(
            "{n} observation of {series} is not derived, because another that {formula} needs is missing or has no value.",
            "{n} observations of {series} are not derived, because others that {formula} needs are missing or have no value.",
            missing,
            series=name,
            formula=repr(derivation.formula),
        )
        yield finding("MAP-DERIVED-MISSING", sentence, place, count=missing)
    if large:
        sentence = says(
            "{n} observation of {series} is not derived, because the result of {formula} is too large for a number.",
            "{n} observations of {series} are not derived, because the results of {formula} are too large for numbers.",
            large,
            series=name,
            formula=repr(derivation.formula),
        )
        yield finding("MAP-DERIVED-MISSING", sentence, place, count=large)


def _zero_cells(joined: _Joined, values: Mapping[str, Floats]) -> Ints:
    """The row of the operand that is 0, of each result that would be divided by zero; of the first operand where none is."""
    rows = joined.first.copy()
    for name in reversed(list(values)[1:]):
        rows = np.where(values[name] == 0, joined.rows[name], rows)
    return rows


def _zeros(table: pa.Table, rows: Ints, derivation: Derivation, place: Place) -> Iterator[Finding]:
    """Each cell that is divided by."""
    formula = repr(derivation.formula)
    cells, times = np.unique(rows, return_counts=True)
    for row, n in zip(cells[:_TOLD].tolist(), times.tolist(), strict=False):
        stands = {name: table[name][row].as_py() for name in (FILE, SHEET, ROW, COLUMN) if name in table.column_names}
        here = Place(stands.get(FILE, place.file), stands.get(SHEET, place.sheet), stands.get(ROW), stands.get(COLUMN))
        sentence = says(
            "{formula} would divide by zero here, so {n} observation is not derived: look whether the 0 is right.",
            "{formula} would divide by zero here, so {n} observations are not derived: look whether the 0 is right.",
            n,
            formula=formula,
        )
        yield finding("MAP-DERIVED-ZERO", sentence, here, count=n)
    if (rest := len(cells) - _TOLD) > 0:
        sentence = says(
            "{formula} would divide by zero for {n} more cell.",
            "{formula} would divide by zero for {n} more cells.",
            rest,
            formula=formula,
        )
        yield finding("MAP-DERIVED-ZERO", sentence, place, count=rest)


def _ordered(table: pa.Table, schema: Schema) -> pa.Table:
    """Columns in the order of the structure, then those that are no components."""
    names = [c.id for c in schema.structure.components() if c.id in table.column_names]
    return table.select([*names, *(name for name in table.column_names if name not in names)])
