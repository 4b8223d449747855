"""Denominators that a table lacks: as its provider has published them, else as the nation has them for the same area.

A city sends its homicides and their rate in June; its population it sent in May, or the national office alone publishes it. What stands
in the table itself comes before either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.areas import Areas
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.identities import counting
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline.validation_lines import Lines, laid, multiplied
from dataexchange.pipeline.validation_table import Floats, Ints, Observations

#: Decimals of a denominator that are looked at: more are none that it was rounded to.
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Origin:
    """One published series that counts something."""

    code: str
    provider: str
    dataflow: str
    national: bool

    def told(self, schema: Schema) -> Sentence:
        name = schema.code_name("SERIES", self.code)
        if self.national:
            return say("{series} in the national series, {dataflow}", series=name, dataflow=self.dataflow)
        return say("{series}, published by {provider}", series=name, provider=self.provider)


@dataclass(frozen=True, slots=True)
class Bases:
    """`lines` has the figures in units: `row` is the place in `origins`, `unit` what each is rounded to. `numbers`: what is counted and
    the key without SERIES -> its number in `lines`."""

    schema: Schema
    lines: Lines
    unit: Floats
    origins: Sequence[Origin]
    numbers: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, table: Observations, weights: Iterable[str]) -> Bases:
        """Those that count any of these. A figure that the provider has published hides the nation's."""
        named = {code: what for what in weights for code in counting(table.schema).get(what, ())}
        numbers: dict[tuple[str, str], int] = {}
        origins: list[Origin] = []
        parts = [
            part
            for batches, national in ((table.previous, False), (table.national, True))
            for batch in batches
            if named and (part := _figures(batch, table.schema, named, national, numbers, origins))
        ]
        if not parts:
            none = np.zeros(0, np.int64)
            return cls(table.schema, laid(none, none, none.astype(np.int32), np.zeros(0)), np.zeros(0), (), {})
        row, series, period, value, unit = (np.concatenate(column) for column in zip(*parts, strict=True))
        known = np.flatnonzero(np.isfinite(value))
        # Figures carry their places through the ordering, so that their units follow.
        lines = laid(known, series[known], period[known], value[known])
        ordered = Lines(row[lines.row], lines.series, lines.period, lines.value, lines.codes)
        return cls(table.schema, ordered, unit[lines.row], origins, numbers)

    def at(self, weight: str, keys: Sequence[str], which: Ints, period: npt.NDArray[np.int32]) -> Ints:
        """Places in `lines` of what is so counted, in the area and breakdown of `keys[which]`; -1 where nothing is."""
        if not self.numbers:
            return np.full(len(which), -1)
        found = [self.numbers.get((weight, _rest(key.split("."), self.schema)), -1) for key in keys]
        series = np.array([*found, -1], np.int64)[which]
        return np.where(series < 0, -1, self.lines.at(series, period))

    def origin(self, place: int) -> Origin:
        return self.origins[int(self.lines.row[place])]


def _figures(
    batch: SeriesBatch,
    schema: Schema,
    named: Mapping[str, str],
    national: bool,
    numbers: dict[tuple[str, str], int],
    origins: list[Origin],
) -> tuple[Ints, Ints, npt.NDArray[np.int32], Floats, Floats] | None:
    """(place of the origin, number of the series, period, value in units, what it is rounded to) of those that count something."""
    series = batch.series
    if "SERIES" not in series.column_names:
        return None
    wanted = pc.is_in(series["SERIES"].cast(pa.string()), value_set=pa.array(list(named), pa.string()))
    chosen = np.flatnonzero(np.asarray(wanted.to_numpy(), bool))
    if not len(chosen):
        return None
    number, place = np.full(batch.n_series, -1), np.full(batch.n_series, -1)
    ids = [*schema.structure.dimension_ids, "@provider", "@dataflow"]
    for at, said in zip(chosen.tolist(), series.take(pa.array(chosen)).to_pylist(), strict=True):
        code = said["SERIES"]
        key = named[code], _rest([said.get(d) or "" for d in ids[:-2]], schema)
        number[at] = numbers.setdefault(key, len(numbers))
        place[at] = len(origins)
        origins.append(Origin(code, said.get(ids[-2]) or "", said.get(ids[-1]) or "", national))
    owner = np.repeat(np.arange(batch.n_series), np.diff(batch.offsets))
    rows = np.flatnonzero(number[owner] >= 0)
    times = multiplied(batch)[rows]
    value, owner = batch.values[rows], owner[rows]
    return place[owner], number[owner], batch.periods[rows], value * times, _unit(value) * times


def _rest(codes: Sequence[str], schema: Schema) -> str:
    """A key without SERIES, its area under the name that stands for all that it has."""
    areas = Areas.of(schema)
    told = zip(schema.structure.dimension_ids, codes, strict=True)
    return ".".join(areas.canonical(c) if d == "REF_AREA" else c for d, c in told if d != "SERIES")


def _unit(values: Floats) -> Floats:
    """The last decimal that each is written with; 1 for a whole number."""
    unit = np.full(len(values), 10.0**-_DECIMALS)
    for places in range(_DECIMALS - 1, -1, -1):
        moved = values * 10.0**places
        unit[np.abs(moved - np.rint(moved)) <= 1e-9 * np.maximum(1.0, np.abs(moved))] = 10.0**-places
    return unit
