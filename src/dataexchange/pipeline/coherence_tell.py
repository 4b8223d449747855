"""The comparison of every local series in words: what was found of it, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dataexchange.model.areas import ADMINISTRATIVE
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.period import format_period
from dataexchange.model.sentence import Sentence, Value, chained, listed, say, says
from dataexchange.model.weight_names import weight_name
from dataexchange.pipeline.coherence_candidates import Candidates
from dataexchange.pipeline.coherence_desk import COUNT, RATIO, UNKNOWN, Desk
from dataexchange.pipeline.coherence_gate import Gate
from dataexchange.pipeline.coherence_gates import Pairs
from dataexchange.pipeline.coherence_level import Far
from dataexchange.pipeline.coherence_mirror import Mirrored
from dataexchange.pipeline.coherence_outcomes import EXCUSES, Outcome, excused
from dataexchange.pipeline.coherence_pairs import Aligned, first_largest, only
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints, Panel, View
from dataexchange.pipeline.coherence_points import Beside, Point, Points
from dataexchange.pipeline.coherence_remarks import Remarks
from dataexchange.pipeline.coherence_sums import ROUNDING, TOLERANCE
from dataexchange.pipeline.coherence_weights import Weights
from dataexchange.pipeline.coherence_words import (
    area_name,
    area_told,
    difference,
    figure,
    label,
    partly,
    points_apart,
    series_told,
    shared_times,
)


class Teller:
    def __init__(self, desk: Desk, found: Candidates, weights: Weights) -> None:
        self.desk, self.found, self.weights, self.panel = desk, found, weights, desk.panel
        self._sides: dict[int, tuple[tuple[str, float], int | None]] = {}
        self._grounds: dict[int, Sentence] = {}

    def _side(self, national: int) -> tuple[tuple[str, float], int | None]:
        """(latest period and value of a national series, the release that changed it last). It is told of what no period is asked of;
        else the value that the sentence speaks of is."""
        if national not in self._sides:
            row, panel = int(self.panel.starts[national + 1]) - 1, self.panel
            latest = panel.period(row), float(panel.values[row])
            self._sides[national] = latest, int(panel.releases[national]) or None
        return self._sides[national]

    # -- mirrors ------------------------------------------------------------------------------------------------------

    def mirrors(self, mirrored: Mirrored, hints: Mapping[int, tuple[Sentence, ...]]) -> dict[int, Comparison]:
        """By local series."""
        points = Beside.of(self.panel, mirrored.aligned, mirrored.x, mirrored.y)
        judged = self.desk.runs("COH-MIRROR", mirrored.local)
        scaled = (mirrored.power != 0) & self.desk.runs("COH-SCALE", mirrored.local)
        told: dict[int, Comparison] = {}
        for place, series in enumerate(mirrored.local.tolist()):
            if judged[place] or scaled[place]:
                rule = "COH-MIRROR" if judged[place] else "COH-SCALE"
                told[series] = self._mirror(mirrored, place, series, points, hints.get(series, ()), rule)
            else:
                national = int(self.found.pairs.national[int(mirrored.pair[place])])
                told[series] = self._off("COH-MIRROR", self.panel.view(series), national, points.at(place))
        return told

    def _off(self, rule: str, local: View, national: int, points: Points) -> Comparison:
        """Where the office has switched off the rule that would judge."""
        ground = say("not compared, as {rule} is switched off ({book})", rule=rule, book=self.desk.book.name)
        words = say("{series}: {words}", series=label(self.desk.schema, local), words=ground)
        key, verdict, (latest, vintage) = self.panel.keys[national], Verdict.NOT_COMPARABLE, self._side(national)
        return Comparison("COH-GATE", local.key, key, verdict, words, points, {}, ground, (), latest, vintage)

    def _mirror(
        self, of: Mirrored, place: int, series: int, points: Beside, hints: tuple[Sentence, ...], rule: str
    ) -> Comparison:
        pairs, pair = self.found.pairs, int(of.pair[place])
        national = int(pairs.national[pair])
        differing, shared = int(of.differing[place]), int(of.aligned.counts[place])
        worst = int(of.worst[place])
        period, x, y = points.one(worst)
        verdict = Verdict.INCONSISTENT if differing else Verdict.CONSISTENT
        if of.explained[place]:
            verdict = Verdict.EXPLAINED
        ground = AGREES if not differing else DIFFERS
        if verdict is Verdict.EXPLAINED:
            ground = EXPLAINED
        measures = {"shared": float(shared), "differing": float(differing), "largest": abs(x - y)}
        if y:
            measures["largest_relative"] = abs((x - y) / y)
        if of.tests[place]:
            measures["z"] = float(of.largest[place])
        # Where all are the same the last one is what people look for.
        beside = (period, y) if differing or x != y else points.one(int(of.aligned.starts[place]) + shared - 1)[::2]
        return Comparison(
            rule,
            self.panel.keys[series],
            self.panel.keys[national],
            verdict,
            self._of_mirror(of, place, series, period, x, y),
            points.at(place),
            measures,
            ground,
            hints,
            beside,
            self._side(national)[1],
        )

    def _of_mirror(self, of: Mirrored, place: int, series: int, period: str, x: float, y: float) -> Sentence:
        view, shared = self.panel.view(series), int(of.aligned.counts[place])
        told: dict[str, Value] = {
            "series": label(self.desk.schema, view),
            "area": area_name(self.desk.schema, view.area),
        }
        widened = int(of.excused[place])
        if differing := int(of.differing[place]) or widened:
            words = say(
                "{series}: the national office's own values for {area} differ {times}, at most by {difference} in {period}: {here} "
                "here, {there} there",
                times=shared_times(differing, shared),
                difference=difference(x, y),
                period=period,
                here=figure(x),
                there=figure(y),
                **told,
            )
            words = excused(words, EXCUSES[TOLERANCE]) if widened else words
        elif x == y:
            words = say(
                "{series}: the national office's own values for {area} are the same {times}",
                times=shared_times(shared, shared),
                **told,
            )
        else:
            words = say(
                "{series}: the national office's own values for {area} agree {times}; the largest difference is {difference} in "
                "{period}",
                times=shared_times(shared, shared),
                difference=difference(x, y),
                period=period,
                **told,
            )
        how = self._how(of, place)
        return say("{fault} ({how})", fault=words, how=chained(how)) if how else words

    def _how(self, of: Mirrored, place: int) -> list[Sentence]:
        """What the comparison rests on, where that is more than the values."""
        pairs, pair = self.found.pairs, int(of.pair[place])
        cautions = pairs.told(pair).cautions if pairs.cautious[pair] else ()
        how = [say("only partly comparable: {caution}", caution=caution) for caution in cautions]
        if tests := int(of.tests[place]):
            how.append(
                says(
                    "judged by the confidence bounds: {z} standard errors apart at most, an error from {limit} with {n} period tested",
                    "judged by the confidence bounds: {z} standard errors apart at most, an error from {limit} with {n} periods tested",
                    tests,
                    z=figure(float(of.largest[place])),
                    limit=figure(float(of.limit[place])),
                )
            )
        return how

    # -- parts --------------------------------------------------------------------------------------------------------

    def parts(
        self,
        told: Mapping[tuple[int, int], Outcome],
        levels: Sequence[Far],
        hints: Mapping[int, tuple[Sentence, ...]],
    ) -> dict[int, Comparison]:
        """Of local series whose nearest whole is the nation's: what was found of (part, whole), or how the latest values stand; of a count
        that is more than its whole in some period, how they stand in the worst."""
        found = self.found
        series = np.flatnonzero(found.depth > 0)
        if not len(series):
            return {}
        pair = found.chosen[series]
        # Pairs stand in the order of their local series.
        aligned, _ = only(found.pairs.aligned, pair)
        factor = found.pairs.factor[pair][aligned.pair]
        x, y = self.panel.values[aligned.here] * factor, self.panel.values[aligned.there]
        points = Beside.of(self.panel, aligned, x, y)
        counted = self.desk.kind[series] == COUNT
        half, shown = self._shown(aligned, x, y, factor, counted)
        judged = self.desk.runs("COH-REMAINDER", series)
        partial = self.desk.shares("COH-GATE", "partial", series)
        comparisons: dict[int, Comparison] = {}
        beyond = {one.series: one for one in levels}
        columns = (series, found.pairs.national[pair], pair, shown, half, partial, counted, judged)
        for place, (one, whole, at, told_at, blur, share, counts, judges) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            made = _Part(
                self.panel.view(one),
                self.panel.view(whole),
                points.at(place),
                points.one(told_at),
                at,
                blur,
                share,
                counts,
                judges,
            )
            comparisons[one] = self._part(made, told.get((one, whole)), beyond.get(one), hints.get(one, ()))
        return comparisons

    def _shown(self, aligned: Aligned, x: Floats, y: Floats, factor: Floats, counted: Flags) -> tuple[Floats, Ints]:
        """(what rounding explains there, the place of the observation that is told) of each pair."""
        counts = counted[aligned.pair]
        half = (self.panel.units(aligned.here, counts) * factor + self.panel.units(aligned.there, counts)) / 2
        ends = aligned.starts + aligned.counts - 1
        more = np.where(counts & (x >= 0) & (y >= 0), x - y - half - 1e-9 * np.abs(y), -1.0)
        if (more > 0).any():
            worst = first_largest(np.maximum(more, 0.0), aligned.starts, aligned.counts)
            ends = np.where(more[worst] > 0, worst, ends)
        return half[ends], ends

    def _part(self, part: _Part, told: Outcome | None, far: Far | None, hints: tuple[Sentence, ...]) -> Comparison:
        pairs = self.found.pairs
        if not (part.judged or told or far):
            return self._off("COH-REMAINDER", part.series, part.whole.number, part.points)
        cautions = pairs.told(part.pair).cautions if pairs.cautious[part.pair] else ()
        judge = self._of_count if part.counted and not self._may_exceed(part, told) else self._of_other
        verdict, words, ground = judge(part, told, bool(cautions))
        within_it = told is not None and told.within is not None and verdict is not Verdict.INCONSISTENT
        if told and (told.severity or within_it or not part.judged):
            ground = say("a part of {area}: {what}", area=self._area(part.whole), what=told.ground)
            verdict, words = told.verdict, told.words
        else:
            words = partly(words, cautions)
        if far:
            level = Remarks(self.desk).level(far)
            # Of a count it has both figures.
            words = say("{words}; {more}", words=words, more=level) if far.expected is None else partly(level, cautions)
            ground = say("a part of {area} on a level far beyond what areas differ by", area=self._area(part.whole))
            verdict = Verdict.INCONSISTENT
        elif told and verdict is Verdict.INCONSISTENT and told.hints:
            hints = told.hints
        period, x, y = part.shown
        beside = (period, y)
        if far:
            beside = self.panel.period(far.there), float(self.panel.values[far.there])
        elif told and words is told.words:
            beside = told.period, told.y
        rule = "COH-REMAINDER" if part.judged else told.rule if told else "COH-SCALE"
        if self.desk.kind[part.series.number] == UNKNOWN:
            rule = "COH-KIND"
        return Comparison(
            rule,
            part.series.key,
            part.whole.key,
            verdict,
            say("{series}: {words}", series=label(self.desk.schema, part.series), words=words),
            part.points,
            {"shared": float(len(part.points)), "latest_difference": x - y},
            ground,
            hints,
            beside,
            self._side(part.whole.number)[1],
        )

    def _may_exceed(self, part: _Part, told: Outcome | None) -> bool:
        """Whether a part of what adds up may be more than its whole, as the rest may be below zero."""
        _, x, y = part.shown
        netted = bool(self.desk.netted[part.series.number]) and not (told and told.severity)
        return (netted and x > y) or x < 0 or y < 0

    def _of_count(self, part: _Part, _: Outcome | None, cautious: bool) -> Judgement:
        (period, x, y), concept = part.shown, self.desk.areas.boundary(part.series.area)[1]
        name, area = area_name(self.desk.schema, part.whole.area), self._area(part.whole)
        told: dict[str, Value] = {"value": figure(x), "whole": figure(y), "area": name, "period": period}
        if x <= y:
            words = say("{value} of the {whole} of {area} in {period}", **told)
            return Verdict.CONSISTENT, words, say("a part of {area} that leaves room for the rest", area=area)
        words = say("{value} in {period} is more than the {whole} of {area} by {more}", more=figure(x - y), **told)
        more = say("a part of {area} that is more than it", area=area)
        half = part.half + 1e-9 * abs(y)
        if x - y <= half:
            return Verdict.CONSISTENT, excused(words, EXCUSES[ROUNDING]), excused(more, EXCUSES[ROUNDING])
        if concept != ADMINISTRATIVE:
            return Verdict.EXPLAINED, _beyond(words, concept), _beyond(more, concept)
        if cautious and x - y <= part.partial * abs(y) + half:
            return Verdict.EXPLAINED, words, excused(more, EXCUSES[TOLERANCE])
        return Verdict.INCONSISTENT, words, more

    def _of_other(self, part: _Part, told: Outcome | None, _: bool) -> Judgement:
        """Ratios, means, growth: a city may differ. The rest is told where weights are known, and why not where only some are."""
        period, x, y = part.shown
        apart = points_apart(x, y) if self.desk.in_points(part.series.number) else difference(x, y)
        words = _city_beside(x, y, period, area_name(self.desk.schema, part.whole.area), apart)
        ground = self._ground(part.whole)
        series = part.series.number
        if self.desk.kind[series] == UNKNOWN:
            words = say(
                "{value} in {period} is not held against {whole} of {area}: {why}",
                value=figure(x),
                period=period,
                whole=figure(y),
                area=area_name(self.desk.schema, part.whole.area),
                why=UNASKED,
            )
            return Verdict.NOT_COMPARABLE, words, UNASKED
        if told and told.rule == "COH-REMAINDER":
            return (
                Verdict.CONSISTENT,
                say("{words}; {rest}", words=words, rest=told.tell()),
                say("{words}; the rest is possible", words=ground),
            )
        if self.weights.found and (weight := self.desk.weight(series)) and self.desk.kind[series] == RATIO:
            words = say(
                "{words}; the rest is not asked, for want of {weight} as weights of the two areas",
                words=words,
                weight=weight_name(weight),
            )
        return Verdict.CONSISTENT, words, ground

    def _area(self, of: View) -> str:
        return area_told(self.desk.schema, of.area)

    def _ground(self, whole: View) -> Sentence:
        if whole.number not in self._grounds:
            self._grounds[whole.number] = say("a part of {area}, which it may differ from", area=self._area(whole))
        return self._grounds[whole.number]

    # -- what cannot be compared --------------------------------------------------------------------------------------

    def refusals(self) -> dict[int, Comparison]:
        found = self.found
        beside = np.flatnonzero(found.refused >= 0)
        near = np.flatnonzero(found.near >= 0)
        told = self._refused(found.pairs, found.refused[beside], beside) if len(beside) else {}
        return told | self._refused(found.others, found.near[near], near) if found.others else told

    def _refused(self, pairs: Pairs, pair: Ints, series: Ints) -> dict[int, Comparison]:
        panel = self.panel
        unit = panel.signature("UNIT_MEASURE")
        aligned, _ = only(pairs.aligned, pair)
        points = Beside.of(panel, aligned, panel.values[aligned.here], panel.values[aligned.there])
        found = {}
        for place, (one, at) in enumerate(zip(series.tolist(), pair.tolist(), strict=True)):
            national = int(pairs.national[at])
            shown = points.at(place) if unit[one] == unit[national] else ()
            found[one] = self._refusal(panel.view(one), panel.view(national), pairs.told(at), shown)
        return found

    def _refusal(self, local: View, national: View, passed: Gate, shown: Sequence[Point]) -> Comparison:
        told: dict[str, Value] = {
            "local": label(self.desk.schema, local),
            "series": self._national(local, national),
            "why": passed.words,
        }
        if national.area == local.area:
            reason = say("{local} is not comparable with the national series {series}: {why}", **told)
        else:
            area = area_name(self.desk.schema, national.area)
            reason = say(
                "{local} is not comparable with the national series {series} for {area}: {why}", area=area, **told
            )
        latest, vintage = self._side(national.number)
        return Comparison(
            "COH-GATE",
            local.key,
            national.key,
            Verdict.NOT_COMPARABLE,
            reason,
            shown,
            {},
            passed.ground,
            (),
            latest,
            vintage,
        )

    def _national(self, local: View, national: View) -> str:
        """Its code, with its name where it is not the one that has just been said."""
        return national.code if national.code == local.code else series_told(self.desk.schema, national.code)


@dataclass(frozen=True, slots=True)
class _Part:
    series: View
    whole: View
    points: Points
    #: The observation that is told.
    shown: Point
    pair: int
    #: What rounding explains in it, and the share that a partial comparison may differ by.
    half: float
    partial: float
    counted: bool
    #: Whether COH-REMAINDER is on for it.
    judged: bool


#: Periods that are named.
_NAMED = 10

#: Why a part is not held against its whole.
UNASKED = say("nobody says whether its figures may be added or pooled (KIND)")

Judgement = tuple[Verdict, Sentence, Sentence]

AGREES = say("agrees with the national office's own values for the same area")
DIFFERS = say("differs from the national office's own values for the same area")
EXPLAINED = say(
    "differs from the national office's own values for the same area, and what is known of the two says why"
)


def within(outcomes: Sequence[Outcome], panel: Panel) -> list[Comparison]:
    """What is said of wholes of the city's own."""
    return [
        Comparison(o.rule, panel.keys[o.whole], None, o.verdict, o.words, (), o.measures, o.ground, o.hints)
        for o in outcomes
    ]


def defined(said: Comparison, ours: Sequence[int], theirs: Sequence[int]) -> Comparison:
    """With the periods that were left out, because they are of another definition than the rest of the series: of the local one, and of
    the national one where the local one has them."""
    words = said.sentence
    if ours:
        words = say(
            "{words}; left out: {periods}, said to be of another definition (OBS_STATUS D)",
            words=words,
            periods=_named(ours),
        )
    if theirs:
        words = say(
            "{words}; left out: {periods}, of which the national figures are said to be of another definition (OBS_STATUS D)",
            words=words,
            periods=_named(theirs),
        )
    return replace(said, sentence=words)


def _named(periods: Sequence[int]) -> Sentence:
    named = [format_period(period) for period in sorted(periods)[:_NAMED]]
    return listed(named) if len(periods) <= _NAMED else say("{periods} …", periods=listed(named))


def _beyond(words: Sentence, concept: Sentence) -> Sentence:
    return say("{words}; a {concept} may reach beyond it", words=words, concept=concept)


def _city_beside(x: float, y: float, period: str, name: str, apart: Value) -> Sentence:
    told: dict[str, Value] = {"value": figure(x), "period": period, "area": name, "whole": figure(y)}
    if x == y:
        return say("{value} in {period}, the same as {area} with {whole}; a city may differ from its nation", **told)
    if x > y:
        return say(
            "{value} in {period}, {difference} above {area} with {whole}; a city may differ from its nation",
            difference=apart,
            **told,
        )
    return say(
        "{value} in {period}, {difference} below {area} with {whole}; a city may differ from its nation",
        difference=apart,
        **told,
    )
