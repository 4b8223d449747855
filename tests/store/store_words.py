"""Structures and datasets that the tests of the store share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from dataexchange.model.dataset import CODE, Dataset, SeriesBatch
from dataexchange.model.period import NO_PERIOD, format_period, parse_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import (
    Attribute,
    Codelist,
    Dataflow,
    DataStructure,
    Dimension,
    Item,
    Kind,
    Level,
    Measure,
    Ref,
    Representation,
)

DOUBLE = Representation(text_type="Double")
STRING = Representation(text_type="String")

SMALL = DataStructure(
    agency="T",
    id="SMALL",
    version="1.0.0",
    dimensions=tuple(Dimension(id=i, representation=STRING) for i in ("FREQ", "REF_AREA", "B@D$-1")),
    time_dimension=Dimension(id="TIME_PERIOD"),
    measures=(Measure(id="OBS_VALUE", representation=DOUBLE),),
    attributes=(
        Attribute(id="STATUS", representation=STRING),
        Attribute(id="UP-PER", representation=DOUBLE),
        Attribute(id="UNIT", level=Level.SERIES, representation=STRING),
        Attribute(id="SIZE", level=Level.SERIES, representation=DOUBLE),
    ),
)

#: The same with a number and a text beside the measure.
MANY = replace(
    SMALL,
    id="MANY",
    measures=(
        Measure(id="WEIGHT", representation=DOUBLE),
        *SMALL.measures,
        Measure(id="WORD", representation=STRING),
    ),
)

WIDE = DataStructure(
    agency="T",
    id="WI-DE@$",
    version="1.0",
    dimensions=tuple(Dimension(id=f"D{i}@$-") for i in range(15)),
    time_dimension=Dimension(id="TIME_PERIOD"),
    measures=(Measure(id="OBS_VALUE", representation=DOUBLE),),
    attributes=(
        Attribute(id="O@-$"),
        Attribute(id="S@-$", level=Level.SERIES),
        Attribute(id="A" * 80, level=Level.SERIES),
    ),
)

#: No time, and a measure that is no number.
WORDS = DataStructure(
    agency="T",
    id="WORDS",
    version="1.0.0",
    dimensions=(Dimension(id="PLACE"), Dimension(id="QUESTION")),
    time_dimension=None,
    measures=(Measure(id="ANSWER", representation=STRING),),
    attributes=(Attribute(id="STATUS"),),
)


def schema_of(structure: DataStructure, flow: str = "F") -> Schema:
    return Schema(structure, Dataflow(agency="T", id=flow, version="1.0.0", structure=structure.ref))


def flow_ref(name: str) -> Ref:
    return Ref(Kind.DATAFLOW, "T", name, "1.0.0")


def dataset(structure: DataStructure, rows: Sequence[Mapping[str, Any]]) -> Dataset:
    """A dataset from rows as people think of them: component id -> text, the measure a number, the period as written.

    A further measure that no row speaks of gets no column."""
    columns: dict[str, pa.Array] = {}
    time = structure.time_dimension.id if structure.time_dimension else None
    for component in structure.components():
        values = [row.get(component.id) for row in rows]
        if component.id == time:
            columns[component.id] = pa.array([None if v is None else parse_period(v) for v in values], pa.int32())
        elif component in structure.further_measures and all(component.id not in row for row in rows):
            continue
        elif component in structure.measures:
            kind = pa.float64() if component.representation == DOUBLE else pa.string()
            columns[component.id] = pa.array(values, kind)
        else:
            columns[component.id] = pa.array(values, pa.string()).cast(CODE)
    return Dataset(structure.ref, pa.table(columns))


def observations(batches: Sequence[SeriesBatch]) -> list[tuple[Any, ...]]:
    """(action, dataflow, provider, key, series attributes, period, value, the rest), one an observation.

    The rest are observation attributes and further measures, as far as there are any."""
    found = []
    for batch in batches:
        series = batch.series.to_pylist()
        rest = {name: array.to_pylist() for name, array in batch.attributes.items()}
        rest |= {name: [None if v != v else v for v in values.tolist()] for name, values in batch.further.items()}
        for i, row in enumerate(series):
            own = {k: v for k, v in row.items() if v is not None}
            ids = (own.pop("@dataflow"), own.pop("@provider"), own.pop("key"))
            for o in range(batch.offsets[i], batch.offsets[i + 1]):
                value = batch.values[o] if batch.texts is None else batch.texts[o].as_py()
                period = "" if batch.periods[o] == NO_PERIOD else format_period(int(batch.periods[o]))
                given = {name: values[o] for name, values in rest.items() if values[o] is not None}
                found.append((batch.action, *ids, own, period, None if value != value else value, given))
    return found


def codelist(identifier: str, codes: Sequence[str], version: str = "1.0.0") -> Codelist:
    items = tuple(Item(id=c, names={"en": f"Name of {c}"}) for c in codes)
    return Codelist(agency="T", id=identifier, version=version, items=items, names={"en": identifier})
