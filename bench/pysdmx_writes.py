"""A process of its own: pysdmx writes the table of `bench.data`, the rate goes to standard output."""

from __future__ import annotations

import sys
import time

import pyarrow as pa
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Component, Components, Concept, Role, Schema

from bench.data import YEARS, dataset, schema
from dataexchange.model.period import format_period


def _measure(n_series: int, form: str) -> float:
    data = _pandas_dataset(n_series)
    started = time.perf_counter()
    write_sdmx([data], Format[form])
    return n_series * YEARS / (time.perf_counter() - started)


def _pandas_dataset(n_series: int) -> object:
    known = schema()
    structure = known.structure
    table = dataset(known, n_series).table
    time_id = structure.time_dimension.id if structure.time_dimension else ""
    codes = table[time_id].combine_chunks().dictionary_encode()
    years = pa.array([format_period(code) for code in codes.dictionary.to_pylist()])
    table = table.set_column(table.column_names.index(time_id), time_id, years.take(codes.indices))
    roles = dict.fromkeys([*structure.dimension_ids, time_id], Role.DIMENSION) | {structure.measure.id: Role.MEASURE}
    levels = dict.fromkeys((a.id for a in structure.observation_attributes), "O")
    components = [
        Component(
            name,
            name in roles,
            roles.get(name, Role.ATTRIBUTE),
            Concept(name),
            attachment_level=None if name in roles else levels.get(name, ",".join(structure.dimension_ids)),
        )
        for name in table.column_names
    ]
    made = Schema("dataflow", "DX", "DF_SDG_LOCAL", Components(components), "1.0.0")
    return PandasDataset(structure=made, data=table.to_pandas())


if __name__ == "__main__":
    sys.stdout.write(str(_measure(int(sys.argv[1]), sys.argv[2])))
