"""Reconciled values as observations of the derived dataflow: each says that it is no city's own figure, and how it came about.

NATURE is CA (country adjusted) and OBS_STATUS E (estimated) on every one. COMMENT_OBS tells method, constraint, the city's own value and
the factor; SOURCE_DETAIL whose series and releases it was made of. What described the city's own value and is not true of this one
(bounds, sample size, acceptance) is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.period import parse_period
from dataexchange.model.reconciliation import NATURE, Adjusted, Method
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.workflow.reconcile_figures import Figure

#: What is true of the reconciled value as of the city's own: its unit, what it is about, how its area is drawn.
_KEPT = (
    "UNIT_MULT",
    "UNIT_MEASURE",
    "BASE_PER",
    "TIME_DETAIL",
    "TIME_COVERAGE",
    "GEO_INFO_URL",
    "GEO_INFO_TYPE",
    "CUST_BREAKDOWN_LB",
    "GLOBAL_SERIES",
    "UMF_CODE",
)

_HOW: Mapping[Method, str] = {
    Method.PRO_RATA: "pro-rata, one factor for all parts",
    Method.LEAST_SQUARES: "least squares",
    Method.IPF: "iterative proportional fitting (IPF)",
    Method.LOGIT: "logit raking, one shift for all parts",
    Method.DENTON: "Denton's proportional first differences",
}


def observations(
    adjusted: Sequence[Adjusted], figures: Mapping[str, Figure], schema: Schema, flow: Ref, office: str, method: Method
) -> Dataset:
    """`figures` are the city's own series by key."""
    structure = schema.structure
    kept = {component.id for component in structure.attributes}
    rows = [_row(one, figures[one.key], kept, office, method) for one in adjusted]
    columns: dict[str, pa.Array] = {}
    for place, dimension in enumerate(structure.dimension_ids):
        columns[dimension] = pa.array([one.key.split(".")[place] for one in adjusted], pa.string()).cast(CODE)
    assert structure.time_dimension is not None
    columns[structure.time_dimension.id] = pa.array([parse_period(one.period) for one in adjusted], pa.int32())
    scaled = [one.value / figures[one.key].scale(one.period) for one in adjusted]
    columns[structure.measure.id] = pa.array(scaled, pa.float64())
    for name in sorted({name for row in rows for name in row}):
        columns[name] = pa.array([row.get(name) for row in rows], pa.string()).cast(CODE)
    return Dataset(structure.ref, pa.table(columns), flow, office)


def _row(one: Adjusted, figure: Figure, kept: set[str], office: str, method: Method) -> dict[str, str]:
    """Attributes of one observation, those that the structure has."""
    said = {name: text for name in _KEPT if (text := figure.said(name, one.period)) is not None}
    said |= NATURE
    said["COMMENT_OBS"] = _comment(one, office, method)
    said["SOURCE_DETAIL"] = (
        f"Derived by {office} from the series of {one.provider} (release {one.own_release}) and national series {one.total.key} "
        f"(release {one.total.vintage})."
    )
    said["COMMENT_TS"] = f"Reconciled to national totals by {office}; not the city's own figure."
    return {name: text for name, text in said.items() if name in kept}


def _comment(one: Adjusted, office: str, method: Method) -> str:
    parts = "periods" if method is Method.DENTON else "parts"
    factor = "" if one.factor is None else f", factor {one.factor:.6g}"
    total = f"{_number(one.total.value)} of {one.total.area} in {one.total.period}"
    met = f"{one.parts} {parts} meet {total}"
    if method is Method.DENTON and not one.period.startswith(one.total.period):
        met = f"no national total of its own year; carried on from the nearest year with one, where {met}"
    return f"Reconciled by {office}, {_HOW[method]}: {met}. Own value {_number(one.own)}{factor}."


def _number(value: float) -> str:
    return f"{value:.12g}"
