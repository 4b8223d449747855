"""Data constraints in SDMX-JSON, both ways.

    {"role": "Actual", "constraintAttachment": {"dataflows": ["urn:…Dataflow=DX:DF_SDG_LOCAL(1.0.0)"]},
     "cubeRegions": [{"include": true, "keyValues": [{"id": "REF_AREA", "values": [{"value": "GB_BRS"}]}]}]}

Time is the key "TIME_PERIOD" with a range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dataexchange.messages.structure_json_extension import cascade_in, cascade_out
from dataexchange.messages.structure_json_keys import key_sets_in, key_sets_out
from dataexchange.messages.structure_json_parts import Json, item_ref_in, mapping, objects, ref_in, required
from dataexchange.model.structure import CubeRegion, DataConstraint, Kind, Ref, ReleaseCalendar, Selection

TIME = "TIME_PERIOD"

_ATTACHMENTS = {
    Kind.DATAFLOW: "dataflows",
    Kind.DATA_STRUCTURE: "dataStructures",
    Kind.PROVISION_AGREEMENT: "provisionAgreements",
}


def constraint_out(constraint: DataConstraint) -> Json:
    out: Json = {"role": constraint.role}
    attachment: dict[str, Any] = {}
    for ref in constraint.attached_to:
        attachment.setdefault(_ATTACHMENTS.get(ref.kind, ref.kind.value), []).append(ref.urn)
    if constraint.provider:
        attachment["dataProvider"] = constraint.provider.urn
    if constraint.sources:
        attachment["simpleDataSources"] = list(constraint.sources)
    if attachment:
        out["constraintAttachment"] = attachment
    if constraint.calendar:
        calendar = constraint.calendar
        told = {"periodicity": calendar.periodicity, "offset": calendar.offset, "tolerance": calendar.tolerance}
        out["releaseCalendar"] = told
    if constraint.key_sets:
        out["dataKeySets"] = key_sets_out(constraint.key_sets)
    if constraint.regions:
        out["cubeRegions"] = [_region_out(region) for region in constraint.regions]
    return out


def _region_out(region: CubeRegion) -> Json:
    says = region.selections
    keys = [_values_out(component, values, says) for component, values in region.values.items()]
    keys += [{**_values_out(c, values, says), "include": False} for c, values in region.without.items()]
    if region.time_range:
        keys.append({"id": TIME, "timeRange": _range_out(*region.time_range, *region.time_open)})
    out: Json = {"include": region.included}
    if keys:
        out["keyValues"] = keys
    if region.components:
        out["components"] = [_values_out(c, values, says) for c, values in region.components.items()]
    return out


def _values_out(component: str, values: tuple[str, ...], selections: Mapping[str, Selection]) -> Json:
    """Values as objects: the schema allows plain text, too, but pysdmx reads no text."""
    says = selections.get(component, Selection())
    out: Json = {"id": component}
    optional = {"removePrefix": says.remove_prefix, "validFrom": says.valid_from, "validTo": says.valid_to}
    out |= {key: value for key, value in optional.items() if value is not None}
    return {**out, "values": [_value_out(value, says) for value in values]} if values else out


def _value_out(value: str, says: Selection) -> Json:
    start, end = says.valid.get(value, (None, None))
    out: Json = {"value": value}
    if value in says.cascade:
        out["cascadeValues"] = cascade_out(says.cascade[value])
    return out | {key: at for key, at in (("validFrom", start), ("validTo", end)) if at is not None}


def _range_out(start: str | None, end: str | None, after: bool, before: bool) -> Json:
    if start is not None and end is not None:
        return {"startPeriod": _period(start, after), "endPeriod": _period(end, before)}
    if start is not None:
        return {"afterPeriod": _period(start, after)}
    return {"beforePeriod": _period(end or "", before)}


def _period(period: str, is_open: bool) -> Json:
    return {"period": period, "isInclusive": not is_open}


def constraint_in(data: Json) -> Json:
    attachment = mapping(data.get("constraintAttachment") or {}, "constraintAttachment")
    calendar = mapping(data.get("releaseCalendar") or {}, "releaseCalendar")
    provider = attachment.get("dataProvider")
    return {
        "role": str(data.get("role") or data.get("type") or "Allowed"),
        "attached_to": tuple(_attached(attachment)),
        "regions": tuple(_region_in(entry) for entry in objects(data, "cubeRegions")),
        "provider": item_ref_in(provider) if provider else None,
        "sources": tuple(str(address) for address in _addresses(attachment)),
        "key_sets": key_sets_in(data),
        "calendar": ReleaseCalendar(**{name: required(calendar, name) for name in _CALENDAR}) if calendar else None,
    }


def _addresses(attachment: Json) -> list[Any]:
    """SDMX-JSON 1.0 knows one of them."""
    one = attachment.get("simpleDataSource")
    return list(attachment.get("simpleDataSources") or ([one] if one else []))


_CALENDAR = ("periodicity", "offset", "tolerance")


def _attached(attachment: Json) -> Iterator[Ref]:
    """What it is attached to, of the kinds held."""
    fields = {field: kind for kind, field in _ATTACHMENTS.items()} | {kind.value: kind for kind in Kind}
    for field, kind in fields.items():
        for urn in attachment.get(field) or ():
            yield ref_in(urn, kind)


def _region_in(data: Json) -> CubeRegion:
    included = bool(data.get("include", data.get("isIncluded", True)))
    values: dict[str, tuple[str, ...]] = {}
    without: dict[str, tuple[str, ...]] = {}
    components: dict[str, tuple[str, ...]] = {}
    selections: dict[str, Selection] = {}
    time: Json = {}
    for entry in objects(data, "keyValues"):
        identifier = required(entry, "id")
        if entry.get("timeRange"):
            time = _time_in(mapping(entry["timeRange"], "timeRange"))
        elif entry.get("include", True) is False and included:
            without[identifier] = _values_in(entry)
        else:
            values[identifier] = _values_in(entry)
        selections[identifier] = _selection_in(entry)
    for entry in objects(data, "components") + objects(data, "attributes"):
        components[required(entry, "id")] = _values_in(entry)
        selections[entry["id"]] = _selection_in(entry)
    told = {c: found for c, found in selections.items() if found != Selection()}
    return CubeRegion(values=values, without=without, included=included, components=components, selections=told, **time)


def _values_in(data: Json) -> tuple[str, ...]:
    return tuple(str(v["value"]) if isinstance(v, dict) else str(v) for v in data.get("values") or ())


def _selection_in(data: Json) -> Selection:
    # SDMX-JSON 1.0 lists values that cascade once more.
    listed = {str(value): "true" for value in data.get("cascadeValues") or ()}
    marked = [value for value in data.get("values") or () if isinstance(value, dict)]
    cascades = {str(v["value"]): cascade_in(v.get("cascadeValues")) for v in marked}
    validity = {str(v["value"]): (v.get("validFrom"), v.get("validTo")) for v in marked}
    return Selection(
        remove_prefix=data.get("removePrefix"),
        valid_from=data.get("validFrom"),
        valid_to=data.get("validTo"),
        cascade=listed | {value: cascade for value, cascade in cascades.items() if cascade},
        valid={value: span for value, span in validity.items() if span != (None, None)},
    )


def _time_in(data: Json) -> Json:
    start = data.get("startPeriod") or data.get("afterPeriod") or {}
    end = data.get("endPeriod") or data.get("beforePeriod") or {}
    return {
        "time_range": (str(start["period"]) if start else None, str(end["period"]) if end else None),
        "time_open": (start.get("isInclusive", True) is False, end.get("isInclusive", True) is False),
    }
