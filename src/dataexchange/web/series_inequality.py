"""Inequality inside an area as a series page tells it: a sentence, headline measures, and all of them in a fold."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from dataexchange.model.inequality import DISTRICTS, Inequality, Measure
from dataexchange.model.period import parse_period
from dataexchange.pipeline.inequality_words import number
from dataexchange.web.address import series_path
from dataexchange.web.figures import decimals_of, figure
from dataexchange.web.moments import in_words
from dataexchange.workflow.inequality import Spread

NAMES = {
    "D": "Difference",
    "R": "Ratio",
    "MDMU": "Mean distance from the average, by group",
    "MDMW": "Mean distance from the average, by people",
    "MDBU": "Mean distance from the best group, by group",
    "MDBW": "Mean distance from the best group, by people",
    "BGV": "Between-group variance",
    "BGSD": "Between-group standard deviation",
    "COV": "Coefficient of variation",
    "IDISU": "Index of disparity, by group",
    "IDISW": "Index of disparity, by people",
    "TI": "Theil index",
    "MLD": "Mean log deviation",
    "ACI": "Absolute concentration index",
    "RCI": "Relative concentration index",
    "SII": "Slope index of inequality",
    "RII": "Relative index of inequality",
    "PAR": "Population attributable risk",
    "PAF": "Population attributable fraction",
}

#: Shown first, as far as they are there; the others are in the fold.
_HEADLINE = ("D", "R", "SII", "BGSD", "MDMU")
_MOST_SHOWN = 3
#: Groups that are listed; the CSV has all of them.
_MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in words."""

    id: str
    name: str
    value: str
    interval: str
    says: str


@dataclass(frozen=True, slots=True)
class Unequal:
    """`ways` are (name, address, whether it is the one shown) of the partitions. `groups` are (name, value, interval, share)."""

    period: str
    name: str
    ordered: bool
    #: Whether any margin of error, any share of a group is known: what nobody knows needs no column.
    bounded: bool
    shared: bool
    summary: str
    refused: str
    ways: tuple[tuple[str, str, bool], ...]
    headline: tuple[Row, ...]
    rows: tuple[Row, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    groups: tuple[tuple[str, str, str, str], ...]
    csv: str
    json: str


def unequal(inside: Spread, pinned: int | None) -> Unequal | None:
    """None where figures are published for no partition of the area."""
    found = inside.found
    if found is None:
        return None
    rows = {measure.id: _row(measure) for measure in found.measures}
    chosen = found.partition.id
    own = series_path(inside.line.dataflow, inside.line.key, pinned)
    joint = "&" if pinned else "?"
    bounded = any(group.se is not None for group in found.known)
    asked = {"key": inside.line.key, "dataflow": inside.line.dataflow.short, "period": found.whole.period}
    asked |= {"partition": chosen} | ({"release": str(pinned)} if pinned else {})
    return Unequal(
        period=in_words(parse_period(found.whole.period)) if found.whole.period else "",
        name=found.partition.name,
        ordered=found.partition.ordered,
        bounded=bounded,
        shared=bool(found.portions),
        summary="" if found.summary is None else str(found.summary),
        refused="" if found.refused is None else str(found.refused),
        ways=tuple(
            (name, f"{own}{joint}{urlencode({'by': id})}#inside", id == chosen) for id, name in inside.partitions
        ),
        headline=tuple(rows[id] for id in _HEADLINE if id in rows)[:_MOST_SHOWN],
        rows=tuple(rows.values()),
        left_out=_left_out(found),
        notes=tuple(str(note) for note in found.notes),
        # Districts are listed already, in the order of their values.
        groups=_groups(found) if bounded or found.portions or chosen != DISTRICTS else (),
        csv=f"/api/v1/inequality?{urlencode({**asked, 'format': 'csv'})}",
        json=f"/api/v1/inequality?{urlencode(asked)}",
    )


def _row(measure: Measure) -> Row:
    value = figure(number(measure.value))
    if measure.unit:
        value = f"{value} {measure.unit}"
    return Row(measure.id, NAMES[measure.id], value, _interval(measure.low, measure.high), str(measure.sentence))


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{figure(number(low))} to {figure(number(high))}"


def _left_out(found: Inequality) -> tuple[tuple[str, str], ...]:
    """(measures, why they are not there), each reason once."""
    reasons: dict[str, list[str]] = {}
    for id, reason in found.left_out.items():
        reasons.setdefault(str(reason), []).append(id)
    return tuple((", ".join(ids), f"{why[:1].upper()}{why[1:]}.") for why, ids in reasons.items())


def _groups(found: Inequality) -> tuple[tuple[str, str, str, str], ...]:
    places = decimals_of([group.value for group in found.known])
    shares = iter(found.portions)
    rows = []
    for group in found.partition.groups[:_MOST_ROWS]:
        if group.value is None:
            rows.append((group.name, "withheld" if group.suppressed else "no value", "", ""))
            continue
        span = (None, None) if group.se is None else (group.value - 1.96 * group.se, group.value + 1.96 * group.se)
        share = next(shares, None)
        said = "" if share is None else f"{figure(number(100 * share))} %"
        rows.append((group.name, figure(group.value, places), _interval(*span), said))
    return tuple(rows)
