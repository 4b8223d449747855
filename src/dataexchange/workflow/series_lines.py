"""Batches of the store as lines for people: a few series, each with its periods, values and what is noted of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from dataexchange.model.comparison import SeriesLine
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref


def lines(batches: Sequence[SeriesBatch], schema: Schema, dataflow: Ref) -> dict[str, SeriesLine]:
    """By key, in the order of the batches."""
    return {line.key: line for batch in batches for line in _lines(batch, schema, dataflow)}


def _lines(batch: SeriesBatch, schema: Schema, dataflow: Ref) -> Iterator[SeriesLine]:
    dimensions = schema.structure.dimension_ids
    attributes = [a.id for a in schema.structure.series_attributes if a.id in batch.series.column_names]
    periods = [format_period(code) for code in batch.periods.tolist()]
    values = [None if math.isnan(value) else value for value in batch.values.tolist()]
    noted = {name: column.to_pylist() for name, column in batch.attributes.items()}
    for i, row in enumerate(batch.series.to_pylist()):
        here = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
        same, unlike = _sorted_out({name: tuple(words[here]) for name, words in noted.items()})
        yield SeriesLine(
            key=row["key"],
            area=row.get("REF_AREA") or "",
            dataflow=dataflow,
            provider=row["@provider"],
            codes={d: row[d] or "" for d in dimensions},
            attributes={name: row[name] for name in attributes if row[name] is not None} | same,
            periods=tuple(periods[here]),
            values=tuple(values[here]),
            notes=unlike,
        )


def _sorted_out(
    noted: dict[str, tuple[str | None, ...]],
) -> tuple[dict[str, str], dict[str, tuple[str | None, ...]]]:
    """(what every observation says alike, what they say differently); what none says is left out."""
    same: dict[str, str] = {}
    unlike: dict[str, tuple[str | None, ...]] = {}
    for name, words in noted.items():
        distinct = set(words)
        if len(distinct) > 1:
            unlike[name] = words
        elif words and words[0] is not None:
            same[name] = words[0]
    return same, unlike
