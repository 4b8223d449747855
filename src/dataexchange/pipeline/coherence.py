"""Coherence: local series beside national ones, and a city beside its own parts.

Three questions are kept apart. A mirror (both offices' value for the same area) should agree; parts of a partition must add up or
enclose their whole; one city in a country must only be possible. Before each stands the gate of comparability: what cannot be compared is
refused with its reason, never called wrong.

All series are decided about at once, in arrays; sentences are made for what is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Comparison, Finding, Severity
from dataexchange.model.rulebook import SHIPPED, Rulebook
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.pipeline.coherence_areas import Areas
from dataexchange.pipeline.coherence_candidates import Candidates, candidates
from dataexchange.pipeline.coherence_desk import COUNT, GROWTH, MEAN, RATIO, UNKNOWN, Desk
from dataexchange.pipeline.coherence_families import Members, cells, members
from dataexchange.pipeline.coherence_mirror import Mirrored, mirrors
from dataexchange.pipeline.coherence_outcomes import Outcome, outcomes
from dataexchange.pipeline.coherence_pairs import Order
from dataexchange.pipeline.coherence_panel import Flags
from dataexchange.pipeline.coherence_partitions import partings
from dataexchange.pipeline.coherence_source import Source, panel_of
from dataexchange.pipeline.coherence_sums import Sums
from dataexchange.pipeline.coherence_tell import Teller, within
from dataexchange.pipeline.coherence_weights import Weights, weight_series

__all__ = ["compare", "rules", "weight_series"]

_RULES = ("COH-GATE", "COH-MIRROR", "COH-REMAINDER", "COH-SUM", "COH-CONVEX")
#: The part of COH-REMAINDER that needs weights; counts are asked without it.
_RATIOS = "COH-REMAINDER (ratios)"
_DIMENSIONS = ("SERIES", "REF_AREA")


def compare(
    local: Source, national: Source, schema: Schema, book: Rulebook = SHIPPED
) -> tuple[tuple[Comparison, ...], tuple[Finding, ...]]:
    """One comparison for every local series, one more for every local whole with parts, and what is wrong among them.

    `national` holds whatever could matter: the series of the same indicators, all breakdowns and areas, and those that
    `weight_series` names.
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
    told = _outcomes(desk, found, family, weights)
    mirrored = mirrors(found.pairs, found.chosen[found.depth == 0], desk)
    teller = Teller(desk, found, weights)
    said = teller.mirrors(mirrored, {})
    said |= teller.parts(_of_parts(told, found, family), {})
    said |= teller.refusals()
    comparisons = [said.get(series) or teller.no_baseline(series) for series in range(panel.local)]
    comparisons += within([outcome for outcome in told if outcome.whole < panel.local], panel)
    findings = [found_ for outcome in told if (found_ := outcome.finding())]
    findings += _mirrored(desk, mirrored, said)
    return tuple(comparisons), tuple(findings)


def _outcomes(desk: Desk, found: Candidates, family: Members, weights: Weights) -> list[Outcome]:
    asked = cells(desk, family, _asks(desk, family, weights))
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
    return np.asarray((kind == COUNT) | weighted | (encloses & ((kind == RATIO) | (kind == MEAN))))


def _cautions(found: Candidates, family: Members) -> dict[int, tuple[Sentence, ...]]:
    """Of every national whole why it and some of its parts are only partly comparable."""
    told: dict[int, dict[Sentence, None]] = {}
    for member in np.flatnonzero(family.cautious).tolist():
        gate = found.pairs.told(int(family.gated[member]))
        told.setdefault(int(family.whole[member]), {}).update(dict.fromkeys(gate.cautions))
    return {whole: tuple(cautions) for whole, cautions in told.items()}


def _of_parts(
    told: Sequence[Outcome], found: Candidates, family: Members
) -> dict[tuple[int, int], Outcome]:
    """(part, whole) -> what was found of a national whole and its parts. What is wrong is not told over by what is well."""
    by_whole: dict[int, list[Outcome]] = {}
    for outcome in told:
        by_whole.setdefault(outcome.whole, []).append(outcome)
    wanted = np.flatnonzero(family.gated >= 0)
    of: dict[tuple[int, int], Outcome] = {}
    for part, whole in zip(family.part[wanted].tolist(), family.whole[wanted].tolist(), strict=True):
        for outcome in by_whole.get(whole, ()):
            if not ((part, whole) in of and of[part, whole].severity):
                of[part, whole] = outcome
    return of


def _mirrored(desk: Desk, of: Mirrored, said: Mapping[int, Comparison]) -> list[Finding]:
    found = []
    wrong = (of.differing > 0) & ~of.explained & desk.runs("COH-MIRROR", of.local)
    for place in np.flatnonzero(wrong).tolist():
        series, row = int(of.local[place]), int(of.aligned.here[of.worst[place]])
        severity = Severity.ERROR if of.tests[place] and of.largest[place] >= of.limit[place] else Severity.WARNING
        comparison = said[series]
        found.append(
            finding(
                "COH-MIRROR",
                comparison.sentence,
                desk.panel.place(row),
                severity=severity,
                key=comparison.key,
                period=desk.panel.period(row),
            )
        )
    return found


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
    if not Areas.of(schema).partitions:
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
