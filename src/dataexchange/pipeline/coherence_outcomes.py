"""One rule over all periods of a whole and its parts: the worst of them, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dataexchange.model.finding import Finding, Place, Severity, Verdict
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, Value, chained, listed, say, says
from dataexchange.model.weight_names import weight_name
from dataexchange.pipeline.coherence_findings import ALSO
from dataexchange.pipeline.coherence_pairs import first_largest
from dataexchange.pipeline.coherence_partitions import partings
from dataexchange.pipeline.coherence_sums import (
    ERROR,
    FINE,
    INFORMATION,
    ROUNDING,
    TOLERANCE,
    WARNING,
    Judged,
    Sums,
)
from dataexchange.pipeline.coherence_words import area_told, figure, label, partly, percent, sized, times

SEVERITIES: Mapping[int, Severity] = {
    INFORMATION: Severity.INFORMATION,
    WARNING: Severity.WARNING,
    ERROR: Severity.ERROR,
}
#: Why parts may be more than their whole.
EXCUSES: Mapping[int, Sentence] = {ROUNDING: say("rounding"), TOLERANCE: say("the tolerance of a partial comparison")}


#: Failing periods, and parts that lack, that are named.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is found of the series `whole`. `worst` is a place in `judged`, and `group` the period there; of periods that are all well it
    is the last one, which people look for."""

    sums: Sums
    judged: Judged
    whole: int
    worst: int
    group: int
    severity: int
    periods: int
    failing: int
    #: Why the whole and some of its parts are only partly comparable.
    cautions: tuple[Sentence, ...]
    #: The periods that fail, as numbers of groups.
    failed: tuple[int, ...] = ()
    #: What would make it fit, put after the words, and the part that these say is wrong.
    hints: tuple[Sentence, ...] = ()
    culprit: str | None = None

    @property
    def rule(self) -> str:
        return self.judged.rule

    @property
    def within(self) -> Sentence | None:
        return EXCUSES.get(int(self.judged.within[self.worst]))

    @property
    def value(self) -> float:
        return float(self.judged.value[self.worst])

    @property
    def verdict(self) -> Verdict:
        """What wants a reason is not consistent: the reason is what explains it."""
        if self.severity >= WARNING:
            return Verdict.INCONSISTENT
        return Verdict.EXPLAINED if self.judged.within[self.worst] == TOLERANCE else Verdict.CONSISTENT

    @property
    def parts(self) -> list[tuple[str, float, int]]:
        """(area, value, row) of the parts in the worst period."""
        cells, panel = self.sums.cells, self.sums.desk.panel
        start = int(cells.starts[self.group])
        rows = cells.row[start : start + int(cells.counts[self.group])]
        texts, areas = panel.vocabulary.texts, panel.area[panel.owner[rows]].tolist()
        columns = zip(areas, panel.values[rows].tolist(), rows.tolist(), strict=True)
        return [(texts[area], value, row) for area, value, row in columns]

    @property
    def lacking(self) -> Sequence[str]:
        """Parts of an exhaustive partition that have no figure in the worst period, where most have one. What such a part holds nobody
        knows, and be it a code without a single figure: the others are not held to be all of the whole, and it is said which lack."""
        desk, cells = self.sums.desk, self.sums.cells
        texts, area = desk.panel.vocabulary.texts, desk.order.area
        ways = partings(desk.areas, texts[area[self.whole]])
        layer = int(cells.layer[self.group])
        if layer >= len(ways) or not ways[layer].exhaustive:
            return ()
        start = int(cells.starts[self.group])
        rows = cells.row[start : start + int(cells.counts[self.group])]
        there = {texts[code] for code in area[desk.panel.owner[rows]].tolist()}
        way, period = ways[layer], int(desk.panel.periods[cells.whole_row[self.group]])
        lacking = (way.at(period) if way.at else way.parts) - there
        return sorted(lacking) if len(lacking) < len(there) else ()

    @property
    def y(self) -> float:
        return float(self.sums.whole[self.group])

    @property
    def period(self) -> str:
        return self.sums.desk.panel.period(int(self.sums.cells.whole_row[self.group]))

    @property
    def measures(self) -> dict[str, float]:
        parts = float(self.sums.cells.counts[self.group])
        return {"periods": float(self.periods), "failing": float(self.failing), "parts": parts}

    def tell(self) -> Sentence:
        """The worst period alone."""
        words = _TELL[self.rule](self)
        if self.rule in ("COH-REMAINDER", "COH-CONVEX") and (lacking := self.lacking):
            named = [area_told(self.sums.desk.schema, area) for area in lacking[:_NAMED]]
            if len(lacking) > _NAMED:
                named.append("…")
            return say("{words}; its parts lack {areas}", words=words, areas=listed(named))
        return words

    @property
    def words(self) -> Sentence:
        whole = label(self.sums.desk.schema, self.sums.desk.panel.view(self.whole))
        words = say("{whole} and its parts, {words}", whole=whole, words=self.tell())
        if self.failing:
            words = say("{words} ({times})", words=words, times=self._failing())
        return partly(words, self.cautions)

    def _failing(self) -> Sentence:
        """`in 3 of 8 periods: 2012, 2013 and 2015`, so that a fault that comes to others is seen."""
        said = times(self.failing, self.periods)
        if self.failing < 2 or self.failing == self.periods:
            return said
        rows = self.sums.cells.whole_row[list(self.failed[:_NAMED])]
        named = listed([self.sums.desk.panel.period(row) for row in rows.tolist()])
        if self.failing > _NAMED:
            return say("{times}: {periods} …", times=said, periods=named)
        return say("{times}: {periods}", times=said, periods=named)

    @property
    def ground(self) -> Sentence:
        """What was found, without figures."""
        bad = self.severity
        if self.rule == "COH-SUM":
            return say("its parts do not add up to it") if bad else say("its parts add up to it")
        if self.rule == "COH-POOL":
            return say("its parts do not pool to it") if bad else say("its parts pool to it")
        if self.rule == "COH-CONVEX":
            if not (bad or self.within):
                return say("it lies within the range of its parts")
            return excused(say("it lies outside the range of its parts"), self.within)
        if bad == WARNING:
            return say("its parts leave a rest that is far from it")
        if bad:
            return say("its parts leave too little for the rest")
        if self.within:
            return excused(say("its parts are more than it"), self.within)
        return say("its parts leave room for the rest")

    def finding(self) -> Finding:
        panel, row = self.sums.desk.panel, self._row()
        words = say("{words}; {hints}", words=self.words, hints=chained(self.hints)) if self.hints else self.words
        severity, key = SEVERITIES[self.severity], panel.view(self.whole).key
        told = finding(self.rule, words, panel.place(row), severity=severity, key=key, period=self.period)
        return replace(told, also=self._also()) if self.failing > 1 else told

    def _also(self) -> tuple[Place, ...]:
        """Where its other failing periods stand, at the largest part of each; a place without a cell where there are too many to name."""
        cells, panel = self.sums.cells, self.sums.desk.panel
        if len(self.failed) > ALSO:
            return (Place(),)
        places = []
        for group in self.failed:
            if group != self.group:
                start = int(cells.starts[group])
                span = slice(start, start + int(cells.counts[group]))
                places.append(panel.place(int(cells.row[span][self.sums.y[span].argmax()])))
        return tuple(places)

    def _row(self) -> int:
        """Where to look: the part that is known to be wrong, or alone more than its whole; else the whole; else, where that is the
        nation's, the largest part."""
        parts, cells = self.parts, self.sums.cells
        if self.rule == "COH-REMAINDER" and not self.judged.weighted and not self.culprit:
            wrong = [row for _, value, row in parts if value > self.y]
        else:
            wrong = [row for area, _, row in parts if area == self.culprit]
        if len(wrong) == 1:
            return wrong[0]
        if self.whole < self.sums.desk.panel.local:
            return int(cells.whole_row[self.group])
        return max(parts, key=lambda part: part[1])[2]


def outcomes(sums: Sums, cautions: Mapping[int, tuple[Sentence, ...]]) -> list[Outcome]:
    """One for every whole, way of parting it and rule, in the order of wholes."""
    found: list[tuple[int, int, Outcome]] = []
    cells = sums.cells
    for order, judged in enumerate(sums.judged()):
        whole, layer = cells.whole[judged.group], cells.layer[judged.group]
        sort = np.lexsort((judged.group, layer, whole))
        whole, layer, severity = whole[sort], layer[sort], judged.severity[sort]
        new = np.append(True, (np.diff(whole) != 0) | (np.diff(layer) != 0))[: len(sort)]
        starts = np.flatnonzero(new)
        counts = np.diff(np.append(starts, len(sort)))
        gravest = np.repeat(np.maximum.reduceat(severity, starts), counts)
        place = np.arange(len(sort), dtype=np.float64)
        size = np.where(gravest > FINE, np.where(severity == gravest, judged.size[sort], -np.inf), place)
        worst = sort[first_largest(size, starts, counts)]
        failing = np.add.reduceat((severity > FINE).astype(np.int64), starts)
        group = judged.group[sort]
        told = (whole[starts], worst, judged.group[worst], judged.severity[worst], starts, counts, failing)
        for of, at, period, grave, start, periods, bad in zip(*(column.tolist() for column in told), strict=True):
            span = slice(start, start + periods)
            failed = tuple(group[span][severity[span] > FINE].tolist()) if bad > 1 else ()
            one = Outcome(sums, judged, of, at, period, grave, periods, bad, cautions.get(of, ()), failed)
            found.append((of, order, one))
    return [outcome for _, _, outcome in sorted(found, key=lambda one: one[:2])]


def excused(said: Sentence, within: Sentence | None) -> Sentence:
    return say("{words}, within {excuse}", words=said, excuse=within) if within else said


def _tell_sum(one: Outcome) -> Sentence:
    parts, left = one.parts, one.value
    told: dict[str, Value] = {"period": one.period, "whole": figure(one.y)}
    if not (one.severity or one.within):
        return says(
            "{period}: the whole is {whole} and its {n} part sum to it",
            "{period}: the whole is {whole} and its {n} parts sum to it",
            len(parts),
            **told,
        )
    said = says(
        "{period}: the whole is {whole} and its {n} part sum to {total}, {difference} apart",
        "{period}: the whole is {whole} and its {n} parts sum to {total}, {difference} apart",
        len(parts),
        total=figure(one.y - left),
        difference=sized(abs(left), percent(left, one.y)),
        **told,
    )
    return excused(said, one.within)


def _tell_pool(one: Outcome) -> Sentence:
    words = says(
        "{period}: the whole is {whole} and its {n} part pool to {mean} (weighted by {weight})",
        "{period}: the whole is {whole} and its {n} parts pool to {mean} (weighted by {weight})",
        len(one.parts),
        period=one.period,
        whole=figure(one.y),
        mean=figure(one.value),
        weight=weight_name(one.sums.desk.weight(one.whole)),
    )
    if not one.severity:
        return words
    gap = one.value - one.y
    return say("{words}, {difference} apart", words=words, difference=sized(abs(gap), percent(gap, one.y)))


def _tell_remainder(one: Outcome) -> Sentence:
    parts, left = one.parts, one.value
    alone = [part for part in parts if part[1] > one.y]
    if one.severity == ERROR and not one.judged.weighted and len(alone) == 1:
        # Who it is says more than what all make together.
        parts, left = alone, one.y - alone[0][1]
    told: dict[str, Value] = {"period": one.period, "parts": _parts(one, parts), "whole": figure(one.y)}
    if one.judged.weighted:
        words = say(
            "{period}: with {parts} and the whole at {whole}, the rest would be {rest} (weighted by {weight})",
            rest=figure(one.value),
            weight=weight_name(one.sums.desk.weight(one.whole)),
            **told,
        )
        return say("{words}, which cannot be", words=words) if one.severity == ERROR else words
    if left >= -1e-9 * abs(one.y):
        return say("{period}: {parts} of {whole} leaves {rest} for the rest", rest=figure(abs(left)), **told)
    said = say("{period}: {parts} is more than the whole, {whole}, by {more}", more=figure(-left), **told)
    return excused(said, one.within)


def _tell_convex(one: Outcome) -> Sentence:
    parts, schema = one.parts, one.sums.desk.schema
    (low, lowest, _), (high, highest, _) = (pick(parts, key=lambda part: part[1]) for pick in (min, max))
    told: dict[str, Value] = {
        "period": one.period,
        "whole": figure(one.y),
        "lowest": figure(lowest),
        "low": area_told(schema, low),
        "highest": figure(highest),
        "high": area_told(schema, high),
    }
    n = len(parts)
    if not (one.severity or one.within):
        return says(
            "{period}: the whole, {whole}, lies within its {n} part, {lowest} in {low} to {highest} in {high}",
            "{period}: the whole, {whole}, lies within its {n} parts, {lowest} in {low} to {highest} in {high}",
            n,
            **told,
        )
    words = says(
        "{period}: the whole, {whole}, lies outside its {n} part, {lowest} in {low} to {highest} in {high}",
        "{period}: the whole, {whole}, lies outside its {n} parts, {lowest} in {low} to {highest} in {high}",
        n,
        **told,
    )
    if one.severity == INFORMATION:
        return say("{words}; not all parts are known to be there", words=words)
    return excused(words, one.within)


_TELL = {
    "COH-SUM": _tell_sum,
    "COH-POOL": _tell_pool,
    "COH-REMAINDER": _tell_remainder,
    "COH-CONVEX": _tell_convex,
}


def _parts(one: Outcome, parts: Sequence[tuple[str, float, int]]) -> Sentence:
    if len(parts) == 1:
        ((area, value, _),) = parts
        return say("{area} with {value}", area=area_told(one.sums.desk.schema, area), value=figure(value))
    return says(
        "the sum {total} of {n} area",
        "the sum {total} of {n} areas",
        len(parts),
        total=figure(sum(p[1] for p in parts)),
    )
