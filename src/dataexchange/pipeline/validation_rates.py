"""A rate beside its count and its denominator: the three must fit together.

Formula (domain K1, ESS level 4):  rate * denominator / 10^k = count, within 1 % of the count and what the three are rounded to. The
denominator is that of the table, else the one that its provider has published, else the nation's for the same area (`validation_bases`),
which another office has counted, and which may be 5 % off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa

from dataexchange.model.identities import Quotient, quotients, triples
from dataexchange.model.sentence import Sentence, Value, say, says
from dataexchange.model.unit_ranges import times
from dataexchange.pipeline.validation_bases import Bases
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_groups import Alike, alike
from dataexchange.pipeline.validation_lines import Lines, own
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations, figure


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A figure of a rate that is not its count by its denominator: `base` is a row of the table, or a place among the `Bases`."""

    row: int
    count: int
    base: int
    follows: float
    #: How many figures of its series are wrong.
    of: int
    bases: Bases | None = None


@dataclass(frozen=True, slots=True)
class _Denominators:
    """Beside each figure of a rate: the value, what it is rounded to, and its place in the lines of the table or among the `Bases`."""

    value: Floats
    unit: Floats
    place: Ints
    elsewhere: Flags
    national: Flags

    def only(self, at: Ints) -> _Denominators:
        return _Denominators(self.value[at], self.unit[at], self.place[at], self.elsewhere[at], self.national[at])


def identities(table: Observations) -> Iterator[Fault]:
    """Rates that are not their count by their denominator; of each series the one that is farthest off."""
    column = table.text.get("SERIES")
    here = [] if column is None else column.values.to_pylist()
    codes = table.schema.codes.get("SERIES", {})
    asked = list(quotients(here, codes, table.book))
    if not asked:
        return
    held = {triple.rate: triple.denominator for triple in triples(here, codes, table.book)}
    bases = Bases.of(table, {quotient.weight for quotient in asked})
    found = {one.row: one for quotient in asked for one in _wrong(table, quotient, held.get(quotient.rate), bases)}
    if found:
        rows = np.array(sorted(found), np.int64)
        words = say("a rate, its count and its denominator do not fit together")
        stands = {row: one.of for row, one in found.items()}
        yield Fault("IDN-RATE", table.measure, rows, words, partial(_sentence, table, found), times=stands)


def _wrong(table: Observations, quotient: Quotient, held: str | None, bases: Bases) -> Iterator[_Wrong]:
    """Of each series the figure that is farthest off. `held`: the SERIES of the denominator, if the table has one."""
    lines = own(table)
    lines = lines.only(np.isfinite(lines.value))
    column = table.of_series("SERIES")
    wanted = (quotient.rate, quotient.count, *((held,) if held else ()))
    chosen = np.array([*(code in wanted for code in column.values.to_pylist()), False])[column.index]
    for group in alike(table, "SERIES", chosen):
        if not {quotient.rate, quotient.count} <= set(group.codes):
            continue
        rate, count = (_lined(lines, group.of(code), group.of(quotient.rate)) for code in wanted[:2])
        base = _beside(table, lines, rate, _held(lines, group, quotient, held), quotient, bases)
        places = np.flatnonzero((rate >= 0) & (count >= 0) & np.isfinite(base.value))
        clear = ~(table.doubted[lines.row[rate[places]]] | table.doubted[lines.row[count[places]]])
        places = places[clear]
        rate, count, base = rate[places], count[places], base.only(places)
        follows, off, allowed = _expected(table, lines, rate, count, base)
        faulty = np.flatnonzero(off > allowed)
        if not len(faulty):
            continue
        score = off[faulty] / np.maximum(allowed[faulty], 1e-12)
        series = lines.series[rate[faulty]]
        order = np.lexsort((score, series))
        ends = np.flatnonzero(np.append(np.diff(series[order]) != 0, True))
        sizes = np.diff(np.append(-1, ends))
        for end, size in zip(faulty[order[ends]].tolist(), sizes.tolist(), strict=True):
            place, elsewhere = int(base.place[end]), bool(base.elsewhere[end])
            at = place if elsewhere else int(lines.row[place])
            row, beside = int(lines.row[rate[end]]), int(lines.row[count[end]])
            yield _Wrong(row, beside, at, float(follows[end]), size, bases if elsewhere else None)


def _held(lines: Lines, group: Alike, quotient: Quotient, held: str | None) -> Ints | None:
    """Places of the denominators that the table has, period by period of the rates."""
    return _lined(lines, group.of(held), group.of(quotient.rate)) if held and held in group.codes else None


def _beside(
    table: Observations, lines: Lines, rate: Ints, held: Ints | None, quotient: Quotient, bases: Bases
) -> _Denominators:
    """The denominator of every rate; NaN where there is none, or where it is told to be wrong itself."""
    place = np.full(len(rate), -1) if held is None else held.copy()
    there = place >= 0
    value, unit = np.full(len(rate), np.nan), np.zeros(len(rate))
    rows = lines.row[place[there]]
    value[there] = np.where(table.doubted[rows], np.nan, lines.value[place[there]])
    unit[there] = rounding(table)[rows]
    national, lacking = np.zeros(len(rate), bool), np.flatnonzero(~there & (rate >= 0))
    series, which = np.unique(lines.series[rate[lacking]], return_inverse=True)
    keys = table.keys.take(pa.array(series)).to_pylist() if len(bases.origins) else []
    found = bases.at(quotient.weight, keys, which, lines.period[rate[lacking]])
    lacking, found = lacking[found >= 0], found[found >= 0]
    place[lacking], value[lacking], unit[lacking] = found, bases.lines.value[found], bases.unit[found]
    national[lacking] = [bases.origin(one).national for one in found.tolist()]
    return _Denominators(value, unit, place, ~there, national)


def _lined(lines: Lines, series: Ints, beside: Ints) -> Ints:
    """Places of the figures of these series, period by period of those beside them."""
    first = np.searchsorted(lines.series, beside)
    n = np.searchsorted(lines.series, beside, side="right") - first
    within = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    period = lines.period[np.repeat(first, n) + within]
    return lines.at(np.repeat(series, n), period)


def _expected(
    table: Observations, lines: Lines, rates: Ints, counts: Ints, bases: _Denominators
) -> tuple[Floats, Floats, Floats]:
    """(the count that follows from rate and denominator, how far the count is from it, how far it may be)."""
    rate, count, base = lines.value[rates], lines.value[counts], bases.value
    unit = rounding(table)
    u_rate, u_count = unit[lines.row[rates]], unit[lines.row[counts]]
    column = table.of_series("UNIT_MEASURE")
    powers = np.array([*(times(code) or np.nan for code in column.values.to_pylist()), np.nan])
    series = lines.series[rates]
    per = powers[column.index][series]
    follows = rate * base / per
    rounded = u_rate / 2 * base / per + np.abs(rate) * bases.unit / 2 / per + u_count / 2
    own_, others = (table.set_("IDN-RATE", name)[series] for name in ("tolerance", "national"))
    tolerance = np.where(bases.national, np.maximum(own_, others), own_) / 100
    return follows, np.abs(follows - count), tolerance * np.abs(count) + rounded


def _sentence(table: Observations, found: Mapping[int, _Wrong], row: int) -> Sentence:
    one = found[row]
    base: Value
    if one.bases is None:
        base, where = table.figure(table.measure, one.base), table.row_name(one.base, row)
    else:
        base = figure(float(one.bases.lines.value[one.base]))
        where = one.bases.origin(one.base).told(table.schema)
    return says(
        "{rate} of {base} ({base_row}) would be {follows}, and the count is {count} ({count_row})",
        "{rate} of {base} ({base_row}) would be {follows}, and the count is {count} ({count_row}); {n} periods of this series do not fit",
        one.of,
        rate=table.figure(table.measure, row),
        base=base,
        base_row=where,
        follows=figure(float(f"{one.follows:.6g}")),
        count=table.figure(table.measure, one.count),
        count_row=table.row_name(one.count, row),
    )
