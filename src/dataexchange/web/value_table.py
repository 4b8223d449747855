"""The figures behind the chart, period by period, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.period import format_period
from dataexchange.model.schema import Schema
from dataexchange.web.figures import figure
from dataexchange.web.moments import in_words
from dataexchange.web.series_figures import Figures
from dataexchange.web.series_names import dimension_name

#: Said of an observation beside its value and its status.
_NOTED = ("COMMENT_OBS", "SOURCE_DETAIL", "NATURE", "TIME_COVERAGE", "BASE_PER")
_ORDINARY = frozenset({"A", None, ""})

#: Rows that a page shows at once; the rest stand in a fold below. A fold for fewer rows than this is not worth a click.
_AT_ONCE = 12
_WORTH_A_FOLD = 4


@dataclass(frozen=True, slots=True)
class Row:
    #: As SDMX writes it, for `<time>`; words for readers; the source's own way to write it.
    period: str
    words: str
    detail: str
    cells: tuple[str, ...]
    difference: str
    notes: str


@dataclass(frozen=True, slots=True)
class ValueTable:
    heads: tuple[str, ...]
    differs: bool
    noted: bool
    rows: tuple[Row, ...]
    more: tuple[Row, ...]


def value_table(
    columns: Sequence[tuple[str, Figures]], schema: Schema, *, subtract: Figures | None, fold: bool = True
) -> ValueTable:
    """(heading, figures) of each column, the series itself first; `subtract` is the column that its differences are against.

    `fold`: with all but the last periods apart; not where the table itself stands in a fold.
    """
    written = [_Written(f, f.decimals, f.by_period) for _, f in columns]
    against = _Written(subtract, subtract.decimals, subtract.by_period) if subtract else None
    periods = sorted({p for _, figures in columns for p in figures.periods}, reverse=True)
    rows = tuple(_row(period, written, schema, against) for period in periods)
    cut = _AT_ONCE if fold and len(rows) >= _AT_ONCE + _WORTH_A_FOLD else len(rows)
    return ValueTable(
        heads=tuple(head for head, _ in columns),
        differs=any(row.difference for row in rows),
        noted=any(row.notes for row in rows),
        rows=rows[:cut],
        more=rows[cut:],
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """A column, with how many decimals it is written with and where each period stands."""

    figures: Figures
    decimals: int
    places: Mapping[int, int]

    def value(self, period: int) -> float | None:
        place = self.places.get(period)
        return None if place is None else self.figures.values[place]


def _row(period: int, columns: Sequence[_Written], schema: Schema, against: _Written | None) -> Row:
    own = columns[0]
    place, text = own.places.get(period), format_period(period)
    detail = _said(own.figures, "TIME_DETAIL", place)
    return Row(
        period=text,
        words=in_words(period),
        detail="" if detail == text else detail,
        cells=tuple(figure(column.value(period), column.decimals) for column in columns),
        difference=_difference(period, own, against) if against else "",
        notes="; ".join(_notes(own.figures, place, schema)),
    )


def _difference(period: int, own: _Written, other: _Written) -> str:
    """With its sign, as exact as the less exact of the two."""
    here, there = own.value(period), other.value(period)
    if here is None or there is None:
        return ""
    text = figure(here - there, min(own.decimals, other.decimals))
    return f"+{text}" if here > there and any(digit in text for digit in "123456789") else text


def _notes(own: Figures, place: int | None, schema: Schema) -> list[str]:
    """What is said of this observation and not of all; why there is no value."""
    if place is None:
        return []
    found = []
    status = own.statuses[place]
    if status not in _ORDINARY and ("OBS_STATUS" in own.line.notes or own.values[place] is None):
        found.append(schema.code_name("OBS_STATUS", status or ""))
    for component in _NOTED:
        if component in own.line.notes and (word := _said(own, component, place)):
            found.append(schema.code_name(component, word))
    found += [*_bounds(own, place), *_sample(own, place, schema)]
    return found


def _bounds(own: Figures, place: int) -> list[str]:
    low, high = _said(own, "LOWER_BOUND", place), _said(own, "UPPER_BOUND", place)
    return [f"between {low} and {high}"] if low and high else []


def _sample(own: Figures, place: int, schema: Schema) -> list[str]:
    size = _said(own, "SAMPLE_SIZE", place)
    return [f"{dimension_name(schema.structure, schema, 'SAMPLE_SIZE').lower()} {size}"] if size else []


def _said(own: Figures, component: str, place: int | None) -> str:
    return (own.said(component)[place] or "") if place is not None else ""
