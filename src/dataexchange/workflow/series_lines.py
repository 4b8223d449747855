"""Batches of the store as lines for people: a few series, each with its periods, values and what is noted of them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from dataexchange.model.comparison import SeriesLine
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref


def lines(
    batches: Sequence[SeriesBatch], schema: Schema, dataflow: Ref, *, only: Collection[str] | None = None
) -> dict[str, SeriesLine]:
    """By key, in the order of the batches; all of them, or those that are wanted."""
    return {line.key: line for batch in batches for line in _lines(batch, schema, dataflow, only)}


def _lines(batch: SeriesBatch, schema: Schema, dataflow: Ref, only: Collection[str] | None) -> Iterator[SeriesLine]:
    dimensions = schema.structure.dimension_ids
    attributes = [a.id for a in schema.structure.series_attributes if a.id in batch.series.column_names]
    keys = batch.series["key"].to_pylist()
    wanted = [i for i, key in enumerate(keys) if only is None or key in only]
    for i, row in zip(wanted, batch.series.take(wanted).to_pylist(), strict=True):
        here = slice(int(batch.offsets[i]), int(batch.offsets[i + 1]))
        same, unlike = _sorted_out({name: tuple(words[here].to_pylist()) for name, words in batch.attributes.items()})
        yield SeriesLine(
            key=row["key"],
            area=row.get("REF_AREA") or "",
            dataflow=dataflow,
            provider=row["@provider"],
            codes={d: row[d] or "" for d in dimensions},
            attributes={name: row[name] for name in attributes if row[name] is not None} | same,
            periods=tuple(format_period(code) for code in batch.periods[here].tolist()),
            values=tuple(None if math.isnan(value) else value for value in batch.values[here].tolist()),
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
