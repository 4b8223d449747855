"""Coherence: local series beside national ones, and a city beside its own parts.

Three questions are kept apart. A mirror (both offices' value for the same area) should agree; parts of a partition must add up or
enclose their whole; one city in a country must only be possible. Before each stands the gate of comparability: what cannot be compared is
refused with its reason, never called wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.areas import ADMINISTRATIVE, Areas
from dataexchange.model.dataset import Dataset, SeriesBatch
from dataexchange.model.finding import Comparison, Finding, Severity, Verdict
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, say
from dataexchange.model.series_notes import SeriesKind, indicators
from dataexchange.pipeline.coherence_baseline import Baseline, by_rest
from dataexchange.pipeline.coherence_gate import PARTIAL, Gate, adaptation, gate
from dataexchange.pipeline.coherence_mirror import Beside, beside, mirror, points, rounding
from dataexchange.pipeline.coherence_parts import ROUNDING, TOLERANCE, Family, Outcome, as_finding, excused, outcomes
from dataexchange.pipeline.coherence_series import Series, period_text, series_of, series_of_batches
from dataexchange.pipeline.coherence_weights import Weights, weight_series
from dataexchange.pipeline.coherence_words import area_name, difference, figure, label, partly

__all__ = ["compare", "rules", "weight_series"]

_RULES = ("COH-GATE", "COH-MIRROR", "COH-REMAINDER", "COH-SUM", "COH-CONVEX")
#: The part of COH-REMAINDER that needs weights; counts are asked without it.
_RATIOS = "COH-REMAINDER (ratios)"
_DIMENSIONS = ("SERIES", "REF_AREA")


#: Observations on their way in, or series as the store gives them.
Source = Dataset | Sequence[SeriesBatch]


def compare(
    local: Source, national: Source, schema: Schema, book: Rulebook = SHIPPED
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    """One comparison for every local series, one more for every local whole with parts, and what is wrong among them.

    `national` holds whatever could matter: the series of the same indicators, all breakdowns and areas, and those that
    `weight_series` names.
    """
    if not set(_DIMENSIONS) <= set(schema.structure.dimension_ids):
        return (), ()
    areas = Areas.of(schema)
    series = _series(local, schema)
    baseline = Baseline.of(_series(national, schema), schema, areas)
    # The national office's weights come before the city's.
    desk = _Desk(schema, book, areas, baseline, Weights.of((*series, *baseline.series), schema))
    comparisons: list[Comparison] = []
    findings: list[Finding] = []
    within: list[Comparison] = []
    for family in _families(series, desk):
        for outcome in outcomes(family, areas, desk.weights):
            if found := as_finding(outcome, family):
                findings.append(found)
            if family.own:
                within.append(_within(family.whole, outcome))
            else:
                desk.tell(family, outcome)
    for one in series:
        comparison, mirrored = _beside_national(one, desk)
        comparisons.append(comparison)
        findings.extend(mirrored)
    return (*comparisons, *within), tuple(findings)


def _series(source: Source, schema: Schema) -> tuple[Series, ...]:
    return series_of(source, schema) if isinstance(source, Dataset) else series_of_batches(source, schema)


def rules(
    schema: Schema, national: Dataset | None, local: Dataset | None = None, book: Rulebook = SHIPPED
) -> tuple[tuple[str, ...], Mapping[str, Sentence]]:
    """(rules that run, rule -> why it does not). `local` is looked at for weights alone."""
    skipped: dict[str, Sentence] = {}
    absent = [d for d in _DIMENSIONS if d not in schema.structure.dimension_ids]
    if absent:
        skipped = dict.fromkeys(_RULES, schema.lacks(absent))
    if national is None or not national.n:
        skipped.setdefault(
            "COH-MIRROR", say("no national series of these indicators are loaded for these areas or those above")
        )
    if not any(book.nature(code, item) for code, item in schema.codes.get("SERIES", {}).items()):
        reason = say("the code list of SERIES does not say of which KIND its series are")
        for rule in ("COH-REMAINDER", "COH-SUM", "COH-CONVEX"):
            skipped.setdefault(rule, reason)
    if not Areas.of(schema).has_exhaustive:
        skipped.setdefault("COH-SUM", say("the code list of REF_AREA marks no area as an exhaustive PARTITION"))
    if "COH-REMAINDER" not in skipped and (why := _no_weights(schema, (national, local))):
        skipped[_RATIOS] = why
    return tuple(rule for rule in _RULES if rule not in skipped), skipped


def _no_weights(schema: Schema, datasets: Sequence[Dataset | None]) -> Sentence | None:
    """Why the rest of a ratio cannot be worked out; None where it may."""
    if not (wanted := weight_series(schema)):
        return say(
            "no weights (population, labour force …) of the areas are loaded; no count in the code list of SERIES says what it "
            "MEASURES"
        )
    for dataset in datasets:
        if dataset is not None and "SERIES" in dataset.table.column_names:
            found = pc.unique(dataset.table["SERIES"].cast(pa.string())).to_pylist()
            if not set(wanted).isdisjoint(found):
                return None
    return say(
        "no weights (population, labour force …) of the areas are loaded; they would be series of {series}",
        series=", ".join(wanted),
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """What lies ready while the series are gone through."""

    schema: Schema
    book: Rulebook
    areas: Areas
    baseline: Baseline
    weights: Weights
    #: (part, whole) by their keys -> what was found of a national whole and its parts.
    told: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    gates: dict[tuple[str, str], Gate] = field(default_factory=dict)

    def kind(self, series: Series) -> SeriesKind | None:
        found = self.book.nature(series.code, self.schema.codes.get("SERIES", {}).get(series.code))
        return found.kind if found else None

    def weight(self, series: Series) -> str | None:
        found = self.book.nature(series.code, self.schema.codes.get("SERIES", {}).get(series.code))
        return found.weight if found else None

    def tell(self, family: Family, outcome: Outcome) -> None:
        """What is wrong is not told over by what is well."""
        for pair in (_pair(part, family.whole) for part in family.parts):
            if not (pair in self.told and self.told[pair].worst.severity):
                self.told[pair] = outcome

    def gate(self, local: Series, national: Series) -> Gate:
        """A part stands before it twice: for its family and for itself."""
        pair = _pair(local, national)
        if pair not in self.gates:
            self.gates[pair] = gate(local, national, self.schema)
        return self.gates[pair]


def _pair(part: Series, whole: Series) -> tuple[str, str]:
    return part.key, whole.key


def _families(series: Sequence[Series], desk: _Desk) -> Iterator[Family]:
    """Every whole that has local parts: the city's own where the table has it, else the national office's."""
    for rest, beside_it in by_rest(series).items():
        national = desk.baseline.same.get(rest, {})
        parts: dict[str, list[Series]] = {}
        for area, part in beside_it.items():
            for above in desk.areas.above(area):
                whole = beside_it.get(above) or national.get(above)
                if whole and _may_be_part(part, whole, desk, own=above in beside_it):
                    parts.setdefault(above, []).append(part)
        for area, found in parts.items():
            own = beside_it.get(area)
            whole = own or national[area]
            gates = [] if own else [desk.gate(part, whole) for part in found]
            cautions = tuple(dict.fromkeys(caution for passed in gates for caution in passed.cautions))
            yield Family(whole, found, own is not None, desk.kind(whole), desk.weight(whole), cautions)


def _may_be_part(part: Series, whole: Series, desk: _Desk, own: bool) -> bool:
    """Series of one table share their definition; with a national whole the gate decides."""
    if own:
        return part.words("UNIT_MEASURE") == whole.words("UNIT_MEASURE")
    return not desk.gate(part, whole).refusals


def _within(whole: Series, outcome: Outcome) -> Comparison:
    return Comparison(
        outcome.rule, whole.key, None, outcome.verdict, outcome.words, (), outcome.measures, _ground(outcome)
    )


def _beside_national(local: Series, desk: _Desk) -> tuple[Comparison, list[Finding]]:
    """The mirror where it can be compared, else the nearest whole; else why there is nothing to compare with."""
    refused: tuple[Series, Gate] | None = None
    for national in desk.baseline.same_key(local):
        passed = desk.gate(local, national)
        if passed.refusals:
            refused = refused or (national, passed)
        elif national.area == local.area:
            return mirror(local, national, passed, desk.schema, desk.kind(local) is SeriesKind.COUNT)
        else:
            return _part(local, national, passed, desk), []
    if refused is None and (national_ := desk.baseline.nearest(local)):
        refused = national_, gate(local, national_, desk.schema)
    return _refusal(local, *refused, desk.schema) if refused else _no_baseline(local, desk), []


def _part(local: Series, national: Series, passed: Gate, desk: _Desk) -> Comparison:
    counted = desk.kind(local) is SeriesKind.COUNT
    both = beside(local, national)
    verdict, words, ground = (_of_count if counted else _of_other)(local, national, passed, both, desk)
    told = desk.told.get(_pair(local, national))
    if told and (told.worst.severity or told.worst.within):
        ground = say("a part of {area}: {what}", area=national.area, what=_ground(told))
        verdict, words = told.verdict, told.words
    else:
        words = partly(words, passed.cautions)
    x, y = float(both.local[-1]), float(both.national[-1])
    measures = {"shared": float(len(both.local)), "latest_difference": x - y}
    reason = say("{series}: {words}", series=label(local), words=words)
    return Comparison("COH-REMAINDER", local.key, national.key, verdict, reason, points(local, both), measures, ground)


Judgement = tuple[Verdict, Sentence, Sentence]


def _of_count(local: Series, national: Series, passed: Gate, both: Beside, desk: _Desk) -> Judgement:
    x, y, period = float(both.local[-1]), float(both.national[-1]), period_text(local, int(both.here[-1]))
    name, concept = area_name(desk.schema, national.area), desk.areas.boundary(local.area)[1]
    told: dict[str, Value] = {"value": figure(x), "whole": figure(y), "area": name, "period": period}
    if x <= y:
        words = say("{value} of the {whole} of {area} in {period}", **told)
        return Verdict.CONSISTENT, words, say("a part of {area} that leaves room for the rest", area=national.area)
    words = say("{value} in {period} is more than the {whole} of {area} by {more}", more=figure(x - y), **told)
    more = say("a part of {area} that is more than it", area=national.area)
    half = float(rounding(local, national, both, whole=True)[-1]) + 1e-9 * abs(y)
    if x - y <= half:
        return Verdict.CONSISTENT, excused(words, ROUNDING), excused(more, ROUNDING)
    if concept != ADMINISTRATIVE:
        return Verdict.CONSISTENT, _beyond(words, concept), _beyond(more, concept)
    if passed.cautions and x - y <= PARTIAL * abs(y) + half:
        return Verdict.CONSISTENT, words, excused(more, TOLERANCE)
    return Verdict.INCONSISTENT, words, more


def _beyond(words: Sentence, concept: Sentence) -> Sentence:
    return say("{words}; a {concept} may reach beyond it", words=words, concept=concept)


def _of_other(local: Series, national: Series, passed: Gate, both: Beside, desk: _Desk) -> Judgement:
    """Ratios, means, growth: a city may differ. The rest is told where weights are known, and why not where only some are."""
    x, y, period = float(both.local[-1]), float(both.national[-1]), period_text(local, int(both.here[-1]))
    words = _city_beside(x, y, period, area_name(desk.schema, national.area))
    ground = say("a part of {area}, which it may differ from", area=national.area)
    told, weight = desk.told.get(_pair(local, national)), desk.weight(local)
    if told and told.rule == "COH-REMAINDER":
        return (
            Verdict.CONSISTENT,
            say("{words}; {rest}", words=words, rest=told.worst.tell()),
            say("{words}; the rest is possible", words=ground),
        )
    if desk.weights.found and weight and desk.kind(local) is SeriesKind.RATIO:
        words = say(
            "{words}; the rest is not asked, for want of {weight} as weights of the two areas",
            words=words,
            weight=weight,
        )
    return Verdict.CONSISTENT, words, ground


def _city_beside(x: float, y: float, period: str, name: str) -> Sentence:
    told: dict[str, Value] = {"value": figure(x), "period": period, "area": name, "whole": figure(y)}
    if x == y:
        return say("{value} in {period}, the same as {area} with {whole}; a city may differ from its nation", **told)
    if x > y:
        return say(
            "{value} in {period}, {difference} above {area} with {whole}; a city may differ from its nation",
            difference=difference(x, y),
            **told,
        )
    return say(
        "{value} in {period}, {difference} below {area} with {whole}; a city may differ from its nation",
        difference=difference(x, y),
        **told,
    )


def _ground(outcome: Outcome) -> Sentence:
    """What was found of a whole and its parts, without figures."""
    bad, within = outcome.worst.severity, outcome.worst.within
    if outcome.rule == "COH-SUM":
        return say("its parts do not add up to it") if bad else say("its parts add up to it")
    if outcome.rule == "COH-CONVEX":
        return say("it lies outside the range of its parts") if bad else say("it lies within the range of its parts")
    if bad is Severity.WARNING:
        return say("its parts leave a rest that is far from it")
    if bad:
        return say("its parts leave too little for the rest")
    if within:
        return excused(say("its parts are more than it"), within)
    return say("its parts leave room for the rest")


def _refusal(local: Series, national: Series, passed: Gate, schema: Schema) -> Comparison:
    told: dict[str, Value] = {"local": label(local), "series": national.code, "why": passed.words}
    if national.area == local.area:
        reason = say("{local} is not comparable with the national series {series}: {why}", **told)
    else:
        area = area_name(schema, national.area)
        reason = say("{local} is not comparable with the national series {series} for {area}: {why}", area=area, **told)
    same_unit = local.words("UNIT_MEASURE") == national.words("UNIT_MEASURE")
    shown = points(local, beside(local, national)) if same_unit else ()
    return Comparison("COH-GATE", local.key, national.key, Verdict.NOT_COMPARABLE, reason, shown, {}, passed.ground)


def _no_baseline(local: Series, desk: _Desk) -> Comparison:
    numbers = indicators(desk.schema.codes.get("SERIES", {}).get(local.stands_for or local.code))
    what = say("indicator {numbers}", numbers=", ".join(numbers)) if numbers else local.code
    ground = say("there is no national series of {what} for the area or one above it", what=what)
    if not desk.areas.above(local.area):
        ground = say("{words}; its code list names no area above it", words=ground)
    reason = say("{series}: {words}", series=label(local), words=ground)
    for why in adaptation(local, None):
        reason = say("{one}; {other}", one=reason, other=why.words)
    return Comparison("COH-GATE", local.key, None, Verdict.NO_BASELINE, reason, kind=ground)
