"""A rate beside its count and its denominator: all three in one table must fit together.

Formula (domain K1, ESS level 4):  rate * denominator / 10^k = count, within 1 % of the count and what the three are rounded to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

from dataexchange.model.identities import Triple, triples
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.unit_ranges import times
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_groups import alike
from dataexchange.pipeline.validation_lines import Lines, own
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_table import Floats, Ints, Observations, figure


def _triples(table: Observations) -> Iterator[Triple]:
    column = table.text.get("SERIES")
    here = [] if column is None else column.values.to_pylist()
    yield from triples(here, table.schema.codes.get("SERIES", {}), table.book)


def identities(table: Observations) -> Iterator[Fault]:
    """Rates that are not their count by their denominator; of each series the one that is farthest off."""
    found: dict[int, tuple[int, int, float]] = {}
    stands: dict[int, int] = {}
    for triple in _triples(table):
        for row, beside, n in _wrong(table, triple):
            found[row], stands[row] = beside, n
    if found:
        rows = np.array(sorted(found), np.int64)
        words = say("a rate, its count and its denominator do not fit together")
        yield Fault("IDN-RATE", table.measure, rows, words, partial(_sentence, table, found, stands), times=stands)


def _wrong(table: Observations, triple: Triple) -> Iterator[tuple[int, tuple[int, int, float], int]]:
    """(row of the rate, (row of the count, row of the denominator, the count that follows), how many of its series are wrong)."""
    lines = own(table)
    lines = lines.only(np.isfinite(lines.value))
    column = table.of_series("SERIES")
    wanted = (triple.rate, triple.count, triple.denominator)
    chosen = np.array([*(code in wanted for code in column.values.to_pylist()), False])[column.index]
    for group in alike(table, "SERIES", chosen):
        if not set(wanted) <= set(group.codes):
            continue
        rate, count, base = (_lined(lines, group.of(code), group.of(triple.rate)) for code in wanted)
        places = np.flatnonzero((rate >= 0) & (count >= 0) & (base >= 0))
        at = tuple(place[places] for place in (rate, count, base))
        clear = ~(table.doubted[lines.row[at[0]]] | table.doubted[lines.row[at[1]]] | table.doubted[lines.row[at[2]]])
        at = tuple(place[clear] for place in at)
        follows, off, allowed = _expected(table, lines, at)
        faulty = np.flatnonzero(off > allowed)
        if not len(faulty):
            continue
        score = off[faulty] / np.maximum(allowed[faulty], 1e-12)
        series = lines.series[at[0][faulty]]
        order = np.lexsort((score, series))
        ends = np.flatnonzero(np.append(np.diff(series[order]) != 0, True))
        sizes = np.diff(np.append(-1, ends))
        for end, size in zip(faulty[order[ends]].tolist(), sizes.tolist(), strict=True):
            rows = [int(lines.row[place[end]]) for place in at]
            yield rows[0], (rows[1], rows[2], float(follows[end])), size


def _lined(lines: Lines, series: Ints, beside: Ints) -> Ints:
    """Places of the figures of these series, period by period of those beside them."""
    first = np.searchsorted(lines.series, beside)
    n = np.searchsorted(lines.series, beside, side="right") - first
    within = np.arange(int(n.sum())) - np.repeat(np.cumsum(n) - n, n)
    period = lines.period[np.repeat(first, n) + within]
    return lines.at(np.repeat(series, n), period)


def _expected(table: Observations, lines: Lines, at: tuple[Ints, ...]) -> tuple[Floats, Floats, Floats]:
    """(the count that follows from rate and denominator, how far the count is from it, how far it may be)."""
    rate, count, base = (lines.value[place] for place in at)
    unit = rounding(table)
    u_rate, u_count, u_base = (unit[lines.row[place]] for place in at)
    column = table.of_series("UNIT_MEASURE")
    powers = np.array([*(times(code) or np.nan for code in column.values.to_pylist()), np.nan])
    per = powers[column.index][lines.series[at[0]]]
    follows = rate * base / per
    rounded = u_rate / 2 * base / per + np.abs(rate) * u_base / 2 / per + u_count / 2
    tolerance = table.set_("IDN-RATE", "tolerance")[lines.series[at[0]]] / 100
    return follows, np.abs(follows - count), tolerance * np.abs(count) + rounded


def _sentence(
    table: Observations, beside: Mapping[int, tuple[int, int, float]], stands: Mapping[int, int], row: int
) -> Sentence:
    count, base, follows = beside[row]
    return says(
        "{rate} of {base} ({base_row}) would be {follows}, and the count is {count} ({count_row})",
        "{rate} of {base} ({base_row}) would be {follows}, and the count is {count} ({count_row}); {n} periods of this series do not fit",
        stands[row],
        rate=table.figure(table.measure, row),
        base=table.figure(table.measure, base),
        base_row=table.row_name(base, row),
        follows=figure(float(f"{follows:.6g}")),
        count=table.figure(table.measure, count),
        count_row=table.row_name(count, row),
    )
