"""A difference as it is read: lines with the series' names, the change and its size; the same for JSON, CSV and plain text.

revised  PM2.5, Bristol  2019  10.5 → 10.7  +0.2 (+1.9 %)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from dataexchange.model.difference import Change, Difference, Tally, new, old
from dataexchange.model.period import NO_PERIOD, format_period
from dataexchange.model.schema import Schema

#: Codes that mean "no breakdown", and dimensions that name no series: not worth a word.
_TOTALS = frozenset({"_T", "_Z", "_X", ""})
_ASIDE = frozenset({"FREQ", "REPORTING_TYPE"})
_FIRST = ("SERIES", "REF_AREA")

#: Rows of a portion of CSV.
_PORTION = 50_000


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `period` is None where it is of a series as a whole; `size` and `percent` where both values are numbers."""

    change: Change
    key: str
    name: str
    period: str | None
    old: float | str | None
    new: float | str | None
    size: float | None
    percent: float | None
    old_attributes: Mapping[str, str]
    new_attributes: Mapping[str, str]

    @property
    def attributes(self) -> list[tuple[str, str | None, str | None]]:
        """(attribute, before, after) of those that differ."""
        names = {**self.old_attributes, **self.new_attributes}
        pairs = [(name, self.old_attributes.get(name), self.new_attributes.get(name)) for name in names]
        return [(name, before, after) for name, before, after in pairs if before != after]


def selected(difference: Difference, change: Change | None = None) -> pa.Table:
    """The rows of a difference that are listed: those of observations, and of series whose attributes alone change."""
    table = difference.table
    kinds = table["change"].cast(pa.string())
    wanted = pc.or_(table["period"].is_valid(), pc.equal(kinds, Change.ATTRIBUTES))
    return table.filter(wanted if change is None else pc.and_(wanted, pc.equal(kinds, change)))


def largest(difference: Difference, n: int) -> pa.Table:
    """The revisions that change most, against what stood; a value that came or went stands before all."""
    table = selected(difference, Change.REVISED)
    before, after = table[old(difference.measure)], table[new(difference.measure)]
    if not pa.types.is_floating(before.type):
        return table.slice(0, n)
    was, now = (c.to_numpy(zero_copy_only=False) for c in (before, after))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.abs(now - was) / np.abs(was)
    order = np.argsort(-np.where(np.isnan(share), np.inf, share), kind="stable")[:n]
    return table.take(pa.array(order))


def lines(rows: pa.Table, difference: Difference, schema: Schema) -> list[Line]:
    """For some rows: a page of them."""
    found = []
    for row in rows.to_pylist():
        before, after = row[old(difference.measure)], row[new(difference.measure)]
        numbers = isinstance(before, float) and isinstance(after, float)
        size = _tidy(after - before, before, after) if numbers else None
        found.append(
            Line(
                change=Change(row["change"]),
                key=row["key"],
                name=series_name(row["key"], schema),
                period=_period(row["period"]),
                old=before,
                new=after,
                size=size,
                percent=round(100 * size / abs(before), 2) if size is not None and before else None,
                old_attributes=orjson.loads(row["old_attributes"] or "{}"),
                new_attributes=orjson.loads(row["new_attributes"] or "{}"),
            )
        )
    return found


def series_name(key: str, schema: Schema) -> str:
    """`Fine particles, Bristol, Female`: what is measured, where, and of whom."""
    codes = dict(zip(schema.structure.dimension_ids, key.split("."), strict=True))
    order = [*(d for d in _FIRST if d in codes), *(d for d in codes if d not in _FIRST and d not in _ASIDE)]
    told = [d for d in order if codes[d] not in _TOTALS or d in _FIRST]
    return ", ".join(schema.code_name(d, codes[d]) for d in told) or key


def document(
    difference: Difference, schema: Schema, *, change: Change | None = None, limit: int | None = None, offset: int = 0
) -> dict[str, Any]:
    """For programs: the counts, and a page of the changes."""
    rows = selected(difference, change)
    return {
        "against": difference.against,
        "complete": difference.complete,
        "observations": counts(difference.observations),
        "series": {name: n for name, n in counts(difference.series).items() if name != "attributes"},
        "total": rows.num_rows,
        "changes": [
            {
                "change": line.change,
                "key": line.key,
                "name": line.name,
                "period": line.period,
                "old": line.old,
                "new": line.new,
                "difference": line.size,
                "percent": line.percent,
                "old_attributes": line.old_attributes,
                "new_attributes": line.new_attributes,
            }
            for line in lines(rows.slice(offset, limit), difference, schema)
        ],
    }


def counts(tally: Tally) -> dict[str, int]:
    return {
        "added": tally.added,
        "revised": tally.revised,
        "attributes": tally.attributes,
        "deleted": tally.deleted,
        "unchanged": tally.unchanged,
        "kept": tally.kept,
    }


def csv(difference: Difference, schema: Schema, change: Change | None = None) -> Iterator[bytes]:
    """Every change, a row each, under a line of titles."""
    rows = selected(difference, change)
    for start in range(0, max(rows.num_rows, 1), _PORTION):
        table = _printed(rows.slice(start, _PORTION), difference, schema)
        out = BytesIO()
        pcsv.write_csv(table, out, pcsv.WriteOptions(include_header=start == 0, quoting_style="needed"))
        yield out.getvalue()


def _printed(rows: pa.Table, difference: Difference, schema: Schema) -> pa.Table:
    before, after = rows[old(difference.measure)], rows[new(difference.measure)]
    columns = {
        "change": rows["change"].cast(pa.string()),
        **_by_text(rows["key"], schema),
        schema.structure.time_dimension.id if schema.structure.time_dimension else "period": _periods(rows["period"]),
        "old": before,
        "new": after,
    }
    if pa.types.is_floating(before.type):
        size = pc.subtract(after, before)
        of = pc.if_else(pc.equal(before, 0.0), pa.scalar(None, pa.float64()), pc.abs(before))
        columns |= {"difference": pc.round(size, 10), "percent": pc.round(pc.divide(pc.multiply(size, 100.0), of), 2)}
    for measure in schema.structure.further_measures:
        columns |= {name: rows[name] for name in (old(measure.id), new(measure.id)) if name in rows.column_names}
    columns |= {name: rows[name].cast(pa.string()) for name in ("old_attributes", "new_attributes")}
    return pa.table(columns)


def _by_text(column: pa.ChunkedArray, schema: Schema) -> dict[str, pa.Array]:
    """Name, key and codes of the series; each distinct key is taken apart once."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    keys = encoded.dictionary.to_pylist()
    apart = [key.split(".") for key in keys]
    texts = {"name": [series_name(key, schema) for key in keys], "key": keys}
    texts |= {d: [codes[i] for codes in apart] for i, d in enumerate(schema.structure.dimension_ids)}
    return {name: pa.array(values, pa.string()).take(encoded.indices) for name, values in texts.items()}


def _periods(column: pa.ChunkedArray) -> pa.Array:
    encoded = column.combine_chunks().dictionary_encode()
    texts = [_period(code) for code in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _period(code: int | None) -> str | None:
    return None if code is None else "" if code == NO_PERIOD else format_period(code)


def _tidy(size: float, before: float, after: float) -> float:
    """10.7 - 10.5 is 0.2: no more digits than the figures have."""
    scale = max(abs(before), abs(after))
    return round(size, max(0, 12 - math.ceil(math.log10(scale)))) if scale and math.isfinite(scale) else size


def change_words(line: Line) -> str:
    """`10.5 → 10.7, +0.2 (+1.9 %); OBS_STATUS P → A`"""
    parts = []
    if line.change is not Change.ATTRIBUTES:
        values = f"{value_text(line.old)} → {value_text(line.new)}"
        told = {Change.ADDED: value_text(line.new), Change.DELETED: value_text(line.old)}
        parts.append(told.get(line.change, values + size_words(line)))
    if line.change in (Change.REVISED, Change.ATTRIBUTES):
        parts += [f"{name} {before or 'none'} → {after or 'none'}" for name, before, after in line.attributes]
    return "; ".join(parts)


def size_words(line: Line) -> str:
    if line.size is None:
        return ""
    return f", {line.size:+,.12g}" + (f" ({line.percent:+,.4g} %)" if line.percent is not None else "")


def value_text(value: float | str | None) -> str:
    return "no value" if value is None else value if isinstance(value, str) else f"{value:,.12g}"
