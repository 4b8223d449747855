"""Data constraints in SDMX-JSON, both ways.

    {"role": "Actual", "constraintAttachment": {"dataflows": ["urn:…Dataflow=DX:DF_SDG_LOCAL(1.0.0)"]},
     "cubeRegions": [{"include": true, "keyValues": [{"id": "REF_AREA", "values": [{"value": "GB_BRS"}]}]}]}

A key value that is itself excluded within a region becomes an excluded region of its own: the standard's word for the
same set. Time is the key "TIME_PERIOD" with a range.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dataexchange.messages.structure_json_parts import Json, mapping, objects, ref_in, required
from dataexchange.model.structure import CubeRegion, DataConstraint, Kind, Ref

TIME = "TIME_PERIOD"

_ATTACHMENTS = {
    Kind.DATAFLOW: "dataflows",
    Kind.DATA_STRUCTURE: "dataStructures",
    Kind.PROVISION_AGREEMENT: "provisionAgreements",
}


def constraint_out(constraint: DataConstraint) -> Json:
    out: Json = {"role": constraint.role}
    attachment: dict[str, list[str]] = {}
    for ref in constraint.attached_to:
        attachment.setdefault(_ATTACHMENTS.get(ref.kind, ref.kind.value), []).append(ref.urn)
    if attachment:
        out["constraintAttachment"] = attachment
    if constraint.regions:
        out["cubeRegions"] = [_region_out(region) for region in constraint.regions]
    return out


def _region_out(region: CubeRegion) -> Json:
    keys: list[Json] = [_values_out(component, values) for component, values in region.values.items()]
    if region.time_range:
        keys.append({"id": TIME, "timeRange": _range_out(*region.time_range)})
    out: Json = {"include": region.included}
    if keys:
        out["keyValues"] = keys
    if region.components:
        out["components"] = [_values_out(component, values) for component, values in region.components.items()]
    return out


def _values_out(component: str, values: tuple[str, ...]) -> Json:
    """Values as objects: the schema allows plain text, too, but pysdmx reads no text."""
    return {"id": component, "values": [{"value": value} for value in values]} if values else {"id": component}


def _range_out(start: str | None, end: str | None) -> Json:
    if start is not None and end is not None:
        return {"startPeriod": _period(start), "endPeriod": _period(end)}
    if start is not None:
        return {"afterPeriod": _period(start)}
    return {"beforePeriod": _period(end or "")}


def _period(period: str) -> Json:
    return {"period": period, "isInclusive": True}


def constraint_in(data: Json) -> Json:
    regions: list[CubeRegion] = []
    for entry in objects(data, "cubeRegions"):
        regions += _regions_in(entry)
    attachment = mapping(data.get("constraintAttachment") or {}, "constraintAttachment")
    return {
        "role": str(data.get("role") or data.get("type") or "Allowed"),
        "attached_to": tuple(_attached(attachment)),
        "regions": tuple(regions),
    }


def _attached(attachment: Json) -> Iterator[Ref]:
    """What it is attached to, of the kinds held; other attachments (data sources, providers) are left out."""
    fields = {field: kind for kind, field in _ATTACHMENTS.items()} | {kind.value: kind for kind in Kind}
    for field, kind in fields.items():
        for urn in attachment.get(field) or ():
            yield ref_in(urn, kind)


def _regions_in(data: Json) -> list[CubeRegion]:
    included = bool(data.get("include", data.get("isIncluded", True)))
    values: dict[str, tuple[str, ...]] = {}
    components: dict[str, tuple[str, ...]] = {}
    excluded: list[CubeRegion] = []
    time_range: tuple[str | None, str | None] | None = None
    for entry in objects(data, "keyValues"):
        if entry.get("timeRange"):
            time_range = _range_in(entry["timeRange"])
        elif entry.get("include", True) is False and included:
            excluded.append(CubeRegion(values={required(entry, "id"): _values_in(entry)}, included=False))
        else:
            values[required(entry, "id")] = _values_in(entry)
    for entry in objects(data, "components") + objects(data, "attributes"):
        components[required(entry, "id")] = _values_in(entry)
    region = CubeRegion(values=values, included=included, time_range=time_range, components=components)
    return [region, *excluded]


def _values_in(data: Json) -> tuple[str, ...]:
    return tuple(str(v["value"]) if isinstance(v, dict) else str(v) for v in data.get("values") or ())


def _range_in(data: Any) -> tuple[str | None, str | None]:
    start = data.get("startPeriod") or data.get("afterPeriod")
    end = data.get("endPeriod") or data.get("beforePeriod")
    return (str(start["period"]) if start else None, str(end["period"]) if end else None)
