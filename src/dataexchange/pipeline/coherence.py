"""Coherence: local series beside national ones, and a city beside its own parts.

Three questions are kept apart. A mirror (both offices' value for the same area) should agree; parts of a partition must add up or
enclose their whole; one city in a country must only be possible. Before each stands the gate of comparability: what cannot be compared is
refused with its reason, never called wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Comparison, Finding, Verdict
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, indicators, kind, weight
from dataexchange.pipeline.coherence_areas import Areas
from dataexchange.pipeline.coherence_baseline import Baseline, by_rest
from dataexchange.pipeline.coherence_gate import Gate, adaptation, gate
from dataexchange.pipeline.coherence_mirror import beside, mirror, points
from dataexchange.pipeline.coherence_parts import Family, Outcome, Weights, as_finding, outcomes
from dataexchange.pipeline.coherence_series import Series, period_text, series_of
from dataexchange.pipeline.coherence_words import area_name, difference, figure, label

__all__ = ["Weights", "compare", "rules"]

_RULES = ("COH-GATE", "COH-MIRROR", "COH-REMAINDER", "COH-SUM", "COH-CONVEX")
_DIMENSIONS = ("SERIES", "REF_AREA")


def compare(
    local: Dataset, national: Dataset, schema: Schema, *, weights: Weights | None = None
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    """One comparison for every local series, one more for every local whole with parts, and what is wrong among them.

    `national` holds whatever could matter: the series of the same indicators, all breakdowns and areas.
    """
    if not set(_DIMENSIONS) <= set(schema.structure.dimension_ids):
        return (), ()
    areas = Areas.of(schema)
    series = series_of(local, schema)
    desk = _Desk(schema, areas, Baseline.of(series_of(national, schema), schema, areas), {})
    comparisons: list[Comparison] = []
    findings: list[Finding] = []
    within: list[Comparison] = []
    for family in _families(series, desk):
        for outcome in outcomes(family, areas, weights or {}):
            if found := as_finding(outcome, family):
                findings.append(found)
            if family.own:
                within.append(_within(family.whole, outcome))
            elif outcome.worst.severity:
                desk.broken.update(dict.fromkeys((_pair(part, family.whole) for part in family.parts), outcome))
    for one in series:
        comparison, mirrored = _beside_national(one, desk)
        comparisons.append(comparison)
        findings.extend(mirrored)
    return (*comparisons, *within), tuple(findings)


def rules(schema: Schema, national: Dataset | None) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """(rules that run, rule -> why it does not)."""
    skipped: dict[str, str] = {}
    absent = [d for d in _DIMENSIONS if d not in schema.structure.dimension_ids]
    if absent:
        skipped = dict.fromkeys(_RULES, f"{schema.structure.ref} has no {' and no '.join(absent)}")
    if national is None or not national.n:
        skipped.setdefault("COH-MIRROR", "no national series of these indicators are loaded")
    if not any(kind(item) for item in schema.codes.get("SERIES", {}).values()):
        reason = "the code list of SERIES does not say of which KIND its series are"
        for rule in ("COH-REMAINDER", "COH-SUM", "COH-CONVEX"):
            skipped.setdefault(rule, reason)
    if not Areas.of(schema).partitions:
        skipped.setdefault("COH-SUM", "the code list of REF_AREA marks no area as an exhaustive PARTITION")
    return tuple(rule for rule in _RULES if rule not in skipped), skipped


@dataclass(frozen=True, slots=True)
class _Desk:
    """What lies ready while the series are gone through."""

    schema: Schema
    areas: Areas
    baseline: Baseline
    #: (part, whole) by their keys -> what is wrong with the whole and its parts.
    broken: dict[tuple[str, str], Outcome]

    def kind(self, series: Series) -> SeriesKind | None:
        return kind(self.schema.codes.get("SERIES", {}).get(series.code))


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
            name = weight(desk.schema.codes.get("SERIES", {}).get(whole.code))
            yield Family(whole, found, own is not None, desk.kind(whole), name)


def _may_be_part(part: Series, whole: Series, desk: _Desk, own: bool) -> bool:
    """Series of one table share their definition; with a national whole the gate decides."""
    if own:
        return part.words("UNIT_MEASURE") == whole.words("UNIT_MEASURE")
    return not gate(part, whole, desk.schema).refusals


def _within(whole: Series, outcome: Outcome) -> Comparison:
    bad = outcome.worst.severity is not None
    ground = {
        "COH-SUM": "its parts do not add up to it" if bad else "its parts add up to it",
        "COH-CONVEX": "it lies outside the range of its parts" if bad else "it lies within the range of its parts",
    }.get(outcome.rule, "its parts are more than it" if bad else "its parts leave room for the rest")
    return Comparison(outcome.rule, whole.key, None, outcome.verdict, outcome.words, (), outcome.measures, ground)


def _beside_national(local: Series, desk: _Desk) -> tuple[Comparison, list[Finding]]:
    """The mirror where it can be compared, else the nearest whole; else why there is nothing to compare with."""
    refused: tuple[Series, Gate] | None = None
    for national in desk.baseline.same_key(local):
        passed = gate(local, national, desk.schema)
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
    both = beside(local, national, passed, whole=False)
    x, y = float(both.local[-1]), float(both.national[-1])
    period, name = period_text(local, int(both.here[-1])), area_name(desk.schema, national.area)
    aside = "".join(f"; only partly comparable: {caution}" for caution in passed.cautions)
    if desk.kind(local) is SeriesKind.COUNT:
        words = f"{figure(x)} of the {figure(y)} of {name} in {period}"
        ground = f"a part of {national.area} that leaves room for the rest"
    else:
        how = "the same as" if x == y else f"{difference(x, y)} {'above' if x > y else 'below'}"
        words = f"{figure(x)} in {period}, {how} {name} with {figure(y)}; a city may differ from its nation"
        ground = f"a part of {national.area}, which it may differ from"
    reason, verdict = f"{label(local)}: {words}{aside}", Verdict.PLAUSIBLE
    if broken := desk.broken.get(_pair(local, national)):
        reason, verdict = f"{label(local)}: {broken.words}", broken.verdict
        ground = f"a part of {national.area} that leaves {'too little' if verdict is Verdict.IMPLAUSIBLE else 'much'} for the rest"
    measures = {"shared": float(len(both.local)), "latest_difference": x - y}
    return Comparison("COH-REMAINDER", local.key, national.key, verdict, reason, points(local, both), measures, ground)


def _refusal(local: Series, national: Series, passed: Gate, schema: Schema) -> Comparison:
    where = "" if national.area == local.area else f" for {area_name(schema, national.area)}"
    reason = f"{label(local)} is not comparable with the national series {national.code}{where}: {passed.words}"
    same_unit = local.words("UNIT_MEASURE") == national.words("UNIT_MEASURE")
    shown = points(local, beside(local, national, passed, whole=False)) if same_unit else ()
    return Comparison("COH-GATE", local.key, national.key, Verdict.NOT_COMPARABLE, reason, shown, {}, passed.ground)


def _no_baseline(local: Series, desk: _Desk) -> Comparison:
    numbers = indicators(desk.schema.codes.get("SERIES", {}).get(local.stands_for or local.code))
    what = f"indicator {', '.join(numbers)}" if numbers else local.code
    alone = "" if desk.areas.above(local.area) else "; its code list names no area above it"
    ground = f"there is no national series of {what} for the area or one above it{alone}"
    adapted = "".join(f"; {why.words}" for why in adaptation(local, None))
    return Comparison(
        "COH-GATE", local.key, None, Verdict.NO_BASELINE, f"{label(local)}: {ground}{adapted}", ground=ground
    )
