"""Figures that differ much from those published before of the same series and period (ESS level 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from dataexchange.model.sentence import Sentence, say, says
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_lines import Lines, multiplier, own, published
from dataexchange.pipeline.validation_revision_hints import Revised
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_table import Flags, Floats, Observations, figure


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
    large = _large(table, now, old, change)
    if not large.any():
        return
    told = np.flatnonzero(large)
    with np.errstate(divide="ignore"):
        relative = change[told] / np.abs(old[told])
    order = np.lexsort((relative, now.series[told]))
    series = now.series[told][order]
    ends = np.flatnonzero(np.append(np.diff(series) != 0, True))
    sizes = np.diff(np.append(-1, ends))
    worst = told[order[ends]]
    rows = now.row[worst]
    shown = (old[worst] / multiplier(table)[rows]).tolist()
    stood = dict(zip(rows.tolist(), zip(shown, sizes.tolist(), strict=True), strict=True))
    words = say("the figure differs much from what is published")
    hints = Revised(table, before, now.only(large), old[large]).hints()
    yield Fault("REV-LARGE", table.measure, np.sort(rows), words, partial(_sentence, table, stood, hints))


def _large(table: Observations, now: Lines, old: Floats, change: Floats) -> Flags:
    """More than so many per cent of what stood there, or than so many times the usual revision of the series."""
    relative = table.set_("REV-LARGE", "relative")[now.series] / 100
    least = table.set_("REV-LARGE", "least")[now.series] / 100
    beyond = change > rounding(table)[now.row] * (1 + 1e-9)
    usual = _usual(table, now, change)
    times = table.set_("REV-LARGE", "times")[now.series]
    unusual = (change > times * usual) & (change > least * np.abs(old))
    return np.asarray(beyond & ((change > relative * np.abs(old)) | unusual))


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
        "{value} stands here, and {old} is published; {n} figures of this series are revised as much: if that is meant, say why in "
        "COMMENT_OBS",
        n,
        value=table.figure(table.measure, row),
        old=figure(float(f"{old:.12g}")),
    )
    hint = hints.get(int(table.series[row]))
    return words if hint is None else say("{words}; {hints}", words=words, hints=hint)
