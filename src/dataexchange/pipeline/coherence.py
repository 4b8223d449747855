"""Coherence: local series beside national ones, and a city beside its own parts.

Three questions are kept apart. A mirror (both offices' value for the same area) should agree; parts of a partition must add up or
enclose their whole; one city in a country must only be possible. Before each stands the gate of comparability: what cannot be compared is
refused with its reason, never called wrong.

All series are decided about at once, in arrays; sentences are made for what is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.areas import Areas
from dataexchange.model.dataset import Dataset, as_codes
from dataexchange.model.finding import Comparison, Finding, Place, Severity
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.rules import finding
from dataexchange.model.rules_coherence import COHERENCE
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, chained, say
from dataexchange.pipeline.coherence_alone import alone
from dataexchange.pipeline.coherence_blame import of_each_part
from dataexchange.pipeline.coherence_candidates import Candidates, candidates
from dataexchange.pipeline.coherence_change import Remark, moves, nearest_members, remarks
from dataexchange.pipeline.coherence_desk import BALANCE, COUNT, MEAN, RATIO, Desk
from dataexchange.pipeline.coherence_families import Members, cells, members
from dataexchange.pipeline.coherence_findings import ALSO, Found
from dataexchange.pipeline.coherence_findings import told as findings
from dataexchange.pipeline.coherence_hints import of_levels, of_mirrors, of_sums
from dataexchange.pipeline.coherence_level import Far, Nested, far, nested
from dataexchange.pipeline.coherence_mirror import Mirrored, mirrors
from dataexchange.pipeline.coherence_outcomes import SEVERITIES, Outcome, outcomes
from dataexchange.pipeline.coherence_pairs import Order
from dataexchange.pipeline.coherence_panel import Flags, Panel
from dataexchange.pipeline.coherence_part_hints import of_parts, small
from dataexchange.pipeline.coherence_partitions import partings
from dataexchange.pipeline.coherence_remarks import Remarks
from dataexchange.pipeline.coherence_source import Source, panel_of
from dataexchange.pipeline.coherence_sums import Sums
from dataexchange.pipeline.coherence_tell import Teller, defined, within
from dataexchange.pipeline.coherence_weights import Weights, weight_series

__all__ = ["compare", "rules", "weight_series"]

_RULES = tuple(rule.id for rule in COHERENCE)
#: The part of COH-REMAINDER that needs weights; counts are asked without it.
_RATIOS = "COH-REMAINDER (ratios)"
_DIMENSIONS = ("SERIES", "REF_AREA")
#: Rules that hold for some kinds of series only.
_BY_KIND = ("COH-REMAINDER", "COH-SUM", "COH-POOL", "COH-CONVEX", "COH-SHARE", "COH-GROWTH", "COH-PEERS", "COH-NESTED")


def compare(
    local: Source, national: Source, schema: Schema, book: Rulebook = SHIPPED, *, doubted: Collection[str] = ()
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    """One comparison for every local series, one more for every local whole with parts, and what is wrong among them.

    `national` holds whatever could matter: the series of the same indicators, all breakdowns and areas, and those that
    `weight_series` names. `doubted`: keys that other rules have found something about, of which it is said what they may be.
    """
    if not set(_DIMENSIONS) <= set(schema.structure.dimension_ids):
        return (), ()
    panel = panel_of(local, national, schema)
    if not panel.local:
        return (), ()
    areas = Areas.of(schema)
    desk = Desk(panel, schema, book, areas, Order(panel, areas))
    found = candidates(desk)
    weights = Weights.of(desk)
    family = members(desk, found.pairs, found.pair_of)
    told = of_sums(_outcomes(desk, found, family, weights))
    mirrored = mirrors(found.pairs, found.chosen[found.depth == 0], desk)
    odd = _odd(desk, family, mirrored, weights)
    doubted = {*doubted, *(panel.keys[one.series] for one in odd.levels if one.expected is not None)}
    hints = of_parts(desk, family, odd.moves, doubted, mirrored.local.tolist())
    hints |= of_mirrors(desk, found, mirrored) | of_levels(desk, odd.levels)
    teller = Teller(desk, found, weights)
    said = teller.mirrors(mirrored, hints)
    said |= teller.parts(of_each_part(told, family), odd.levels, hints)
    said |= teller.refusals()
    said |= _defined(panel, said)
    said |= alone(desk, np.array([series for series in range(panel.local) if series not in said], np.int64))
    comparisons = [said[series] for series in range(panel.local)]
    comparisons += within([outcome for outcome in told if outcome.whole < panel.local], panel)
    faults = [*_of_outcomes(told, panel), *_mirrored(desk, mirrored, said), *_remarks(desk, family, odd, hints)]
    return tuple(comparisons), tuple(findings(faults, book))


def _defined(panel: Panel, said: Mapping[int, Comparison]) -> dict[int, Comparison]:
    """Those that figures of another definition were left out of, here or there, with these."""
    if not panel.other:
        return {}
    there = {panel.keys[series]: periods for series, periods in panel.other.items() if series >= panel.local}
    told = {}
    for series, one in said.items():
        ours, theirs = panel.other.get(series, ()), there.get(one.baseline_key or "", ())
        if theirs:
            span = slice(int(panel.starts[series]), int(panel.starts[series + 1]))
            theirs = sorted(set(theirs).intersection(panel.periods[span].tolist()))
        if ours or theirs:
            told[series] = defined(one, ours, theirs)
    return told


@dataclass(frozen=True, slots=True)
class _Odd:
    """What a reviewer is asked to look at."""

    moves: Sequence[Remark]
    levels: Sequence[Far]
    nested: Sequence[Nested]


def _odd(desk: Desk, family: Members, mirrored: Mirrored, weights: Weights) -> _Odd:
    if not len(family.part):
        return _Odd((), (), ())
    near, aligned = nearest_members(family)
    # What the national office's own values bear out needs no second look.
    whole = mirrored.aligned.counts == desk.panel.counts[mirrored.local]
    borne = np.isin(family.part[near], mirrored.local[(mirrored.differing == 0) & whole])
    moved = [] if borne.all() else remarks(moves(desk, family, near, aligned))
    known = set(family.part[near][borne].tolist())
    moved = [one for one in moved if one.series not in known]
    beside = set(mirrored.local.tolist())
    levels = [] if borne.all() else [one for one in far(desk, family, near, aligned) if one.series not in beside]
    levels += small(desk, family, mirrored.local.tolist())
    return _Odd(moved, levels, nested(desk, family, near, aligned, weights))


def _remarks(desk: Desk, family: Members, odd: _Odd, hints: Mapping[int, tuple[Sentence, ...]]) -> Iterator[Found]:
    teller = Remarks(desk)
    yield from teller.levels(odd.levels, hints)
    yield from teller.moves(odd.moves, hints)
    yield from teller.nested(odd.nested)
    yield from teller.kinds(family)


def _of_outcomes(told: Sequence[Outcome], panel: Panel) -> Iterator[Found]:
    for one in sorted(told, key=lambda outcome: -outcome.severity):
        if one.severity:
            make = partial(_with_periods, one, panel)
            yield Found(one.rule, SEVERITIES[one.severity], panel.view(one.whole).code, make)


def _with_periods(one: Outcome, panel: Panel) -> Finding:
    rows = one.sums.cells.whole_row[list(one.failed)].tolist()
    told = one.finding()
    return replace(told, others=_others(told, (panel.period(row) for row in rows)))


def _others(told: Finding, periods: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*periods} - {told.period}))


def _outcomes(desk: Desk, found: Candidates, family: Members, weights: Weights) -> list[Outcome]:
    if not len(family.part) or not (asks := _asks(desk, family, weights)).any():
        return []
    asked = cells(desk, family, asks)
    sums = Sums(desk, family, asked, weights)
    return outcomes(sums, _cautions(found, family))


def _asks(desk: Desk, family: Members, weights: Weights) -> Flags:
    """Whether any rule has a question for such a family: of most cities in their nation there is none."""
    kind = desk.kind[family.whole]
    parted = {
        area: bool(partings(desk.areas, desk.panel.vocabulary.texts[area]))
        for area in np.unique(desk.order.area[family.whole]).tolist()
    }
    encloses = family.own
    if any(parted.values()):
        known = np.zeros(len(desk.panel.vocabulary.texts), bool)
        known[[area for area, is_ in parted.items() if is_]] = True
        encloses = encloses | known[desk.order.area[family.whole]]
    weighted = (kind == RATIO) & weights.found & (desk.weight_names[1][family.whole] >= 0)
    return np.asarray((kind == COUNT) | (kind == BALANCE) | weighted | (encloses & ((kind == RATIO) | (kind == MEAN))))


def _cautions(found: Candidates, family: Members) -> dict[int, tuple[Sentence, ...]]:
    """Of every national whole why it and some of its parts are only partly comparable."""
    told: dict[int, dict[Sentence, None]] = {}
    for member in np.flatnonzero(family.cautious).tolist():
        gate = found.pairs.told(int(family.gated[member]))
        told.setdefault(int(family.whole[member]), {}).update(dict.fromkeys(gate.cautions))
    return {whole: tuple(cautions) for whole, cautions in told.items()}


def _mirrored(desk: Desk, of: Mirrored, said: Mapping[int, Comparison]) -> list[Found]:
    """A power of ten is told as such, and not as a difference besides."""
    found = []
    by_z = (of.tests > 0) & (of.largest >= of.limit)
    scaled = (of.power != 0) & desk.runs("COH-SCALE", of.local)
    sure = scaled & of.exact & ((np.abs(of.power) > 1) | (of.differing > 2))
    wrong = (of.differing > 0) & ~of.explained & (scaled | desk.runs("COH-MIRROR", of.local))
    for place in np.flatnonzero(wrong).tolist():
        severity = Severity.ERROR if sure[place] or (by_z[place] and not scaled[place]) else Severity.WARNING
        rule = "COH-SCALE" if scaled[place] else "COH-MIRROR"
        make = partial(_differing, desk, of, place, said[int(of.local[place])], rule, severity)
        found.append(Found(rule, severity, desk.panel.view(int(of.local[place])).code, make))
    return sorted(found, key=lambda one: one.severity is not Severity.ERROR)


def _differing(desk: Desk, of: Mirrored, place: int, said: Comparison, rule: str, severity: Severity) -> Finding:
    row, words = int(of.aligned.here[of.worst[place]]), said.sentence
    if said.hints:
        words = say("{words}; {hints}", words=words, hints=chained(said.hints))
    told = finding(rule, words, desk.panel.place(row), severity=severity, key=said.key, period=desk.panel.period(row))
    if (many := int(of.differing[place])) < 2:
        return told
    start = int(of.aligned.starts[place])
    at = start + np.flatnonzero(of.differs[start : start + int(of.aligned.counts[place])])
    others = [one for one in of.aligned.here[at].tolist() if one != row]
    also = tuple(map(desk.panel.place, others)) if many <= ALSO else (Place(),)
    return replace(told, also=also, others=_others(told, map(desk.panel.period, others)))


def rules(
    schema: Schema, national: Source | None, local: Source | None = None, book: Rulebook = SHIPPED
) -> tuple[tuple[str, ...], Mapping[str, Sentence]]:
    """(rules that run, rule -> why it does not). `local` is looked at for weights alone."""
    skipped: dict[str, Sentence] = {}
    absent = [d for d in _DIMENSIONS if d not in schema.structure.dimension_ids]
    if absent:
        skipped = dict.fromkeys(_RULES, schema.lacks(absent))
    if national is None or not _observed(national):
        skipped.setdefault(
            "COH-MIRROR", say("no national series of these indicators are loaded for these areas or those above")
        )
    if not any(book.nature(code, item) for code, item in schema.codes.get("SERIES", {}).items()):
        reason = say("the code list of SERIES does not say of which KIND its series are")
        for rule in _BY_KIND:
            skipped.setdefault(rule, reason)
    if not Areas.of(schema).has_exhaustive:
        for rule in ("COH-SUM", "COH-POOL"):
            skipped.setdefault(rule, say("the code list of REF_AREA marks no area as an exhaustive PARTITION"))
    if "COH-REMAINDER" not in skipped and (why := _no_weights(schema, (national, local))):
        for rule in (_RATIOS, "COH-POOL", "COH-NESTED"):
            skipped.setdefault(rule, why)
    return tuple(rule for rule in _RULES if rule not in skipped), skipped


def _observed(source: Source) -> bool:
    if isinstance(source, Dataset):
        return source.n > 0
    return any(int(batch.offsets[-1]) > 0 for batch in source)


def _tables(source: Source) -> Sequence[pa.Table]:
    """Where the codes of the series stand."""
    return [source.table] if isinstance(source, Dataset) else [batch.series for batch in source]


def _no_weights(schema: Schema, sources: Sequence[Source | None]) -> Sentence | None:
    """Why the rest of a ratio cannot be worked out; None where it may."""
    if not (wanted := weight_series(schema)):
        return say(
            "no weights (population, labour force …) of the areas are loaded; no count in the code list of SERIES says what it "
            "MEASURES"
        )
    for table in (table for source in sources if source is not None for table in _tables(source)):
        if "SERIES" in table.column_names:
            found = pc.unique(as_codes(table["SERIES"])).to_pylist()
            if not set(wanted).isdisjoint(found):
                return None
    return say(
        "no weights (population, labour force …) of the areas are loaded; they would be series of {series}",
        series=", ".join(wanted),
    )
