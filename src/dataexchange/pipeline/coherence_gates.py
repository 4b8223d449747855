"""The gate for all pairs at once: once for each distinct pair of what two series say of themselves, and their times period by period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dataexchange.model.schema import Schema
from dataexchange.pipeline.coherence_gate import Apart, Gate, gate, no_period, other_times, pooled, rebased
from dataexchange.pipeline.coherence_pairs import Aligned, Order, align, first_largest
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, Panel, fold
from dataexchange.pipeline.coherence_span import Span, span

_SAID = (
    "UNIT_MEASURE",
    "BASE_PER",
    "NATURE",
    "OBS_STATUS",
    "ADAPTATION_TYPE",
    "GLOBAL_SERIES",
    "DIFF_NUMERATOR",
    "DIFF_DENOMINATOR",
    "DIFF_POPULATION",
    "DIFF_AREA",
    "DIFF_PERIOD",
    "DIFF_SOURCE",
)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs (local, national) that have stood before the gate, over their shared periods."""

    panel: Panel
    local: Ints
    national: Ints
    aligned: Aligned
    gates: tuple[Gate, ...]
    #: Of each pair its place in `gates`.
    gate: Ints
    #: Whether it may be compared, and whether only with reservations.
    passes: Flags
    cautious: Flags
    narrowed: Flags
    #: What local values are multiplied with to stand on the national base; the observation (of `aligned`) that says so, or -1.
    factor: Floats
    link: Ints
    #: The last observation that covers another time, how many do, and the first that pools other years; -1 where none does.
    apart: Ints
    n_apart: Ints
    pooled: Ints
    times: _Times | None

    def told(self, pair: int) -> Gate:
        """Everything that the gate says of one pair."""
        found = self.gates[int(self.gate[pair])]
        local, national = (self.panel.view(int(side[pair])) for side in (self.local, self.national))
        if found.refusals:
            return found
        if not self.aligned.counts[pair]:
            return replace(found, refusals=(no_period(local, national),))
        if found.base and self.link[pair] < 0:
            return replace(found, refusals=(found.base,))
        if self.pooled[pair] >= 0:
            return replace(found, refusals=(pooled(self._apart(int(self.pooled[pair]))),))
        cautions = list(found.cautions)
        if self.apart[pair] >= 0:
            last, shared = self._apart(int(self.apart[pair])), int(self.aligned.counts[pair])
            cautions.append(other_times(last, int(self.n_apart[pair]), shared))
        if found.base:
            period = self.panel.period(int(self.aligned.here[self.link[pair]]))
            cautions.append(rebased(found.base, period, float(self.factor[pair])))
        return replace(found, cautions=tuple(cautions))

    def _apart(self, at: int) -> Apart:
        assert self.times is not None
        return self.times.told(int(self.aligned.here[at]), int(self.aligned.there[at]))


def pairs_of(panel: Panel, local: Ints, national: Ints, order: Order, schema: Schema) -> Pairs:
    aligned = align(panel, local, national)
    numbers, gates = _gates(panel, local, national, order, schema)
    plain = np.array([not one.refusals for one in gates], bool)[numbers]
    cautious = np.array([bool(one.cautions) for one in gates], bool)[numbers]
    narrowed = np.array([one.narrowed for one in gates], bool)[numbers]
    based = np.array([one.base is not None for one in gates], bool)[numbers] & plain
    factor, link = _rebased(panel, local, national, aligned, based)
    passes = plain & (aligned.counts > 0) & ~(based & (link < 0))
    apart, n_apart, pooling, times = _times(panel, local, national, aligned, passes)
    cautious |= (apart >= 0) | (link >= 0)
    return Pairs(
        panel,
        local,
        national,
        aligned,
        gates,
        numbers,
        passes & (pooling < 0),
        cautious,
        narrowed,
        factor,
        link,
        apart,
        n_apart,
        pooling,
        times,
    )


def _gates(panel: Panel, local: Ints, national: Ints, order: Order, schema: Schema) -> tuple[Ints, tuple[Gate, ...]]:
    """(which gate, of the distinct ones) for every pair."""
    rest, code = order.rest, panel.code
    same = rest[local] == rest[national]
    # Of the same key all that matters is the series; of others every dimension may.
    key = [
        code[local],
        code[national],
        np.where(same, -1, rest[local]),
        np.where(same, -1, rest[national]),
        _boundaries(order, local, national),
    ]
    for name in _SAID:
        signature = panel.signature(name)
        key += [signature[local], signature[national]]
    folded = fold(key, len(local))
    _, first, numbers = np.unique(folded, return_index=True, return_inverse=True)
    found = (gate(panel.view(int(local[pair])), panel.view(int(national[pair])), schema) for pair in first.tolist())
    return numbers.astype(np.int64), tuple(found)


def _boundaries(order: Order, local: Ints, national: Ints) -> Ints:
    """A number for the two areas of each pair where they are the same place in other boundaries, else -1."""
    panel, areas = order.panel, order.areas
    here, there = order.area[local], order.area[national]
    differing = np.flatnonzero(here != there)
    found = np.full(len(local), -1)
    width = len(panel.vocabulary.texts)
    both = here[differing] * width + there[differing]
    distinct, inverse = np.unique(both, return_inverse=True)
    texts = panel.vocabulary.texts
    alike = [areas.boundary(texts[b // width])[0] == areas.boundary(texts[b % width])[0] for b in distinct.tolist()]
    found[differing] = np.where(np.array(alike, bool)[inverse], both, -1) if len(distinct) else -1
    return found


def _rebased(panel: Panel, local: Ints, national: Ints, aligned: Aligned, based: Flags) -> tuple[Floats, Ints]:
    """Indices of other base periods: the factor from the values in the local base period, else in the national one, else in the
    first that both have. One period alone says nothing: it is used up by the factor."""
    factor, link = np.ones(len(local)), np.full(len(local), -1)
    wanted = np.flatnonzero(based & (aligned.counts > 1))
    if not len(wanted):
        return factor, link
    said = panel.said["BASE_PER"]
    ranks = {name: rank for rank, name in enumerate(panel.period_names)}
    bases = np.array([ranks.get(words[0], -1) if len(words) == 1 else -2 for words in said.words])
    asked = np.zeros(len(local), bool)
    asked[wanted] = (bases[said.series[local[wanted]]] > -2) & (bases[said.series[national[wanted]]] > -2)
    at = np.flatnonzero(asked[aligned.pair])
    pair, here, there = aligned.pair[at], aligned.here[at], aligned.there[at]
    rank, x, y = panel.rank[here], panel.values[here], panel.values[there]
    score = 2 * (rank == bases[said.series[local[pair]]]) + (rank == bases[said.series[national[pair]]])
    score = np.where((x != 0) & (y != 0), score, -1).astype(np.float64)
    kept = np.flatnonzero(asked)
    counts = aligned.counts[kept]
    best = first_largest(score, np.cumsum(counts) - counts, counts)
    good = score[best] >= 0
    factor[kept[good]] = y[best[good]] / x[best[good]]
    link[kept[good]] = at[best[good]]
    return factor, link


@dataclass(frozen=True, slots=True)
class _Times:
    """The time that observations cover, where their source says more of it than their period does."""

    panel: Panel

    def said(self, row: int) -> tuple[str | None, str | None]:
        return self._text("TIME_COVERAGE", row), self._text("TIME_DETAIL", row)

    def _text(self, attribute: str, row: int) -> str | None:
        said = self.panel.said.get(attribute)
        return said.texts[int(said.rows[row])] if said is not None and said.rows is not None else None

    def told(self, here: int, there: int) -> Apart:
        period = self.panel.period(here)
        ours, theirs = self.span(here), self.span(there)
        assert ours is not None
        assert theirs is not None
        texts = [" = ".join(filter(None, self.said(row))) or period for row in (here, there)]
        return Apart(period, ours, theirs, texts[0], texts[1])

    def span(self, row: int) -> Span | None:
        return span(*self.said(row), int(self.panel.periods[row]))


def _times(
    panel: Panel, local: Ints, national: Ints, aligned: Aligned, passes: Flags
) -> tuple[Ints, Ints, Ints, _Times | None]:
    """(last observation apart, how many, first that pools other years) of every pair. Most series say nothing beyond TIME_PERIOD."""
    n = len(local)
    apart, count, pooling = np.full(n, -1), np.zeros(n, np.int64), np.full(n, -1)
    says = (panel.signature("TIME_COVERAGE") > 0) | (panel.signature("TIME_DETAIL") > 0)
    asked = (says[local] | says[national]) & passes
    at = np.flatnonzero(asked[aligned.pair])
    if not len(at):
        return apart, count, pooling, None
    times = _Times(panel)
    here, there = aligned.here[at], aligned.there[at]
    ours, theirs, years = _spans(panel, here, there, times.span)
    differs = (ours != theirs) & (ours >= 0) & (theirs >= 0)
    at, ours, theirs = at[differs], ours[differs], theirs[differs]
    pair = aligned.pair[at]
    apart[pair] = at
    count += np.bincount(pair, minlength=n)
    other = np.flatnonzero(years[ours] != years[theirs])[::-1]
    pooling[pair[other]] = at[other]
    return apart, count, pooling, times


def _spans(panel: Panel, here: Ints, there: Ints, span_of: Callable[[int], Span | None]) -> tuple[Ints, Ints, Ints]:
    """The spans of both rows as numbers (-1: cannot be read), and the years of each number."""
    rows = np.concatenate((here, there))
    columns: list[npt.NDArray[np.integer]] = [panel.rank[rows]]
    columns += [
        s.rows[rows] for name in ("TIME_COVERAGE", "TIME_DETAIL") if (s := panel.said.get(name)) and s.rows is not None
    ]
    _, first, inverse = np.unique(fold(columns, len(rows)), return_index=True, return_inverse=True)
    spans: dict[Span, int] = {}
    known = [span_of(row) for row in rows[first].tolist()]
    numbers = np.array([-1 if one is None else spans.setdefault(one, len(spans)) for one in known])[inverse]
    years = np.array([one.years for one in spans] or [1])
    return numbers[: len(here)], numbers[len(here) :], years
