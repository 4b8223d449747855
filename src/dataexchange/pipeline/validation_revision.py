"""Figures that differ much from those published before of the same series and period (ESS level 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_lines import Lines, multiplier, own, published
from dataexchange.pipeline.validation_revision_hints import Revised
from dataexchange.pipeline.validation_rounding import rounding, rounding_published
from dataexchange.pipeline.validation_table import Floats, Ints, Observations, figure

#: Less than this share of what its series usually has is next to nothing.
_NOTHING = 0.1


def revisions(table: Observations) -> Iterator[Fault]:
    """The largest of the large revisions of each series."""
    before = published(table)
    if not len(before):
        return
    now = own(table)
    at = before.at(now.series, now.period)
    now, at = now.only(at >= 0), at[at >= 0]
    old = before.value[at]
    change = np.abs(now.value - old)
    known = np.isfinite(change) & ~table.doubted[now.row]
    now, old, change = now.only(known), old[known], change[known]
    if not len(now):
        return
    told, size = _large(table, before, now, at[known], change)
    if not len(told):
        return
    with np.errstate(divide="ignore"):
        relative = change[told] / size
    order = np.lexsort((relative, now.series[told]))
    series = now.series[told][order]
    ends = np.flatnonzero(np.append(np.diff(series) != 0, True))
    sizes = np.diff(np.append(-1, ends))
    worst = told[order[ends]]
    rows = now.row[worst]
    shown = (old[worst] / multiplier(table)[rows]).tolist()
    stood = dict(zip(rows.tolist(), zip(shown, sizes.tolist(), strict=True), strict=True))
    words = say("the figure differs much from what is published")
    hints = Revised(table, before, now.only(np.isin(np.arange(len(now)), told)), old[told]).hints()
    yield Fault("REV-LARGE", table.measure, np.sort(rows), words, partial(_sentence, table, stood, hints))


def _large(table: Observations, before: Lines, now: Lines, at: Ints, change: Floats) -> tuple[Ints, Floats]:
    """(places of revisions by more than so many per cent of what stood there, or than so many times the usual one of the series; what each
    is measured against). `at` are the places of the same figures in what is published before."""
    unit = rounding(table)[now.row]
    usual = _usual(table, now, change) * table.set_("REV-LARGE", "times")[now.series]
    limit, least = _limits(table, now.series)
    old = np.abs(before.value[at])
    # The size of a figure is at least what it is itself, so that most are settled by that.
    asked = (change > unit * (1 + 1e-9)) & ((change > limit * old) | ((change > usual) & (change > least * old)))
    told = np.flatnonzero(asked)
    if not len(told):
        return told, np.zeros(0)
    change, limit, least, usual = change[told], limit[told], least[told], usual[told]
    # What is published may be the figure of this table, rounded more coarsely.
    rounded = change <= (unit[told] + rounding_published(table)[at[told]]) / 2 * (1 + 1e-9)
    size = _sizes(table, before, now.series[told], old[told])
    large = ~rounded & ((change > limit * size) | ((change > usual) & (change > least * size)))
    return told[large], size[large]


def _limits(table: Observations, series: Ints) -> tuple[Floats, Floats]:
    """(which share of its size a revision may be, which one by comparison with the usual one), for each of the series."""
    relative, growth, least = (table.set_("REV-LARGE", name)[series] / 100 for name in ("relative", "growth", "least"))
    return np.where(table.kinds((SeriesKind.GROWTH,))[series], growth, relative), least


def _sizes(table: Observations, before: Lines, series: Ints, old: Floats) -> Floats:
    """What each revision is measured against: what stood there; of figures that are next to nothing in their series, and of growth rates,
    the middle size of those that are published of it, where that is more. From 0.1 to 0.4 % is no fourfold growth."""
    wanted = np.zeros(len(table.keys), bool)
    wanted[series] = True
    there = before.only(wanted[before.series] & np.isfinite(before.value))
    size, starts = np.abs(there.value), there.starts
    order = np.lexsort((size, there.series))
    counts = np.diff(np.append(starts, len(there)))
    middle = np.zeros(len(table.keys))
    middle[there.series[starts]] = (size[order][starts + (counts - 1) // 2] + size[order][starts + counts // 2]) / 2
    old, usual = np.abs(old), middle[series]
    near_zero = (old < _NOTHING * usual) | table.kinds((SeriesKind.GROWTH,))[series]
    return np.where(near_zero, np.maximum(old, usual), old)


def _usual(table: Observations, now: Lines, change: Floats) -> Floats:
    """The median of the revisions of each series, for every one of its figures; without bound where too few figures are revised."""
    out = np.full(len(now), np.inf)
    revised = np.flatnonzero(change > 0)
    if not len(revised):
        return out
    series = now.series[revised]
    order = np.lexsort((change[revised], series))
    starts = np.flatnonzero(np.append(True, np.diff(series[order]) != 0))
    counts = np.diff(np.append(starts, len(order)))
    rising = change[revised][order]
    middle = (rising[starts + (counts - 1) // 2] + rising[starts + counts // 2]) / 2
    few = counts < table.set_("REV-LARGE", "fewest")[series[order][starts]]
    out[revised[order]] = np.repeat(np.where(few, np.inf, middle), counts)
    return out


def _sentence(
    table: Observations, stood: Mapping[int, tuple[float, int]], hints: Mapping[int, Sentence], row: int
) -> Sentence:
    old, n = stood[row]
    words = says(
        "{value} stands here, and {old} is published: if the revision is meant, say why in COMMENT_OBS",
        "{value} stands here, and {old} is published; {n} figures of this series are revised much: if that is meant, say why in "
        "COMMENT_OBS",
        n,
        value=table.figure(table.measure, row),
        old=figure(float(f"{old:.12g}")),
    )
    hint = hints.get(int(table.series[row]))
    return words if hint is None else say("{words}; {hints}", words=words, hints=hint)
