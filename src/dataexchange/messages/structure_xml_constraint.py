"""Data constraints in SDMX-ML, read: ContentConstraint of 2.1, DataConstraint of 3.0, AvailabilityConstraint of 3.1.

2.1 may say its time as a ReferencePeriod of the whole constraint; it then counts for every region that has no range. A content
constraint that does not say its type tells what there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod
from typing import Any

from dataexchange.messages.structure_json_keys import MAX_KEYS
from dataexchange.messages.structure_xml_parts import item_reference, maintainable, notes, reference
from dataexchange.messages.xml_source import Misshapen, child, children, local, text_of
from dataexchange.model.structure import (
    CubeRegion,
    DataConstraint,
    DataKey,
    ItemRef,
    KeySet,
    Kind,
    Ref,
    ReleaseCalendar,
    Selection,
)

_ATTACHMENTS = {
    "Dataflow": Kind.DATAFLOW,
    "DataStructure": Kind.DATA_STRUCTURE,
    "ProvisionAgreement": Kind.PROVISION_AGREEMENT,
    "MetadataStructure": Kind.METADATA_STRUCTURE,
    "Metadataflow": Kind.METADATAFLOW,
}

Range = tuple[str | None, str | None]


def constraint(element: Any) -> DataConstraint:
    regions = tuple(_region(entry) for entry in children(element, "CubeRegion"))
    period = child(element, "ReferencePeriod")
    if period is not None:
        span = (period.get("startTime"), period.get("endTime"))
        regions = tuple(r if r.time_range else replace(r, time_range=span) for r in regions or (CubeRegion(values={}),))
    unsaid = "Actual" if local(element) == "ContentConstraint" else "Allowed"
    attachment = child(element, "ConstraintAttachment")
    attached_to = tuple(_attached(attachment))
    if local(element) == "AvailabilityConstraint":
        return _availability(element, attached_to, regions)
    return DataConstraint(
        **maintainable(element),
        role=element.get("role") or element.get("type") or unsaid,
        attached_to=attached_to,
        regions=regions,
        provider=_provider(attachment),
        sources=tuple(_addresses(attachment)),
        key_sets=tuple(_key_set(entry) for entry in children(element, "DataKeySet")),
        calendar=_calendar(child(element, "ReleaseCalendar")),
    )


def _availability(element: Any, attached_to: tuple[Ref, ...], regions: tuple[CubeRegion, ...]) -> DataConstraint:
    """3.1 gives it no id: it is named after what it is attached to."""
    if not attached_to:
        raise Misshapen(element, "an availability constraint is attached to nothing: say to what.")
    of = attached_to[0]
    return DataConstraint(
        agency=of.agency,
        id=f"{of.id}_AVAILABLE",
        version=of.version,
        annotations=notes(element),
        role="Actual",
        attached_to=attached_to,
        regions=regions,
    )


def _attached(holder: Any | None) -> Iterator[Ref]:
    for entry in children(holder) if holder is not None else ():
        kind = _ATTACHMENTS.get(local(entry))
        if kind:
            yield reference(entry, kind)


def _provider(holder: Any | None) -> ItemRef | None:
    found = child(holder, "DataProvider") if holder is not None else None
    return item_reference(found, Kind.DATA_PROVIDER_SCHEME) if found is not None else None


def _addresses(holder: Any | None) -> Iterator[str]:
    for entry in children(holder, "SimpleDataSource") if holder is not None else ():
        yield text_of(entry) or ""


def _calendar(element: Any | None) -> ReleaseCalendar | None:
    if element is None:
        return None
    periodicity, offset, tolerance = (
        text_of(child(element, name)) or "" for name in ("Periodicity", "Offset", "Tolerance")
    )
    return ReleaseCalendar(periodicity=periodicity, offset=offset, tolerance=tolerance)


def _region(element: Any) -> CubeRegion:
    included = _included(element)
    values: dict[str, tuple[str, ...]] = {}
    without: dict[str, tuple[str, ...]] = {}
    components: dict[str, tuple[str, ...]] = {}
    selections: dict[str, Selection] = {}
    time: dict[str, Any] = {}
    for entry in children(element):
        identifier = entry.get("id")
        match local(entry):
            case "KeyValue" if (found := child(entry, "TimeRange")) is not None:
                time = _time(found)
            case "KeyValue" if included and not _included(entry):
                without[identifier] = _values(entry)
            case "KeyValue":
                values[identifier] = _values(entry)
            case "Attribute" | "Component":
                components[identifier] = _values(entry)
            case _:
                continue
        selections[identifier] = _selection(entry)
    told = {c: found for c, found in selections.items() if found != Selection()}
    return CubeRegion(values=values, without=without, included=included, components=components, selections=told, **time)


def _included(element: Any) -> bool:
    return element.get("include", "true") in ("true", "1")


def _values(element: Any) -> tuple[str, ...]:
    return tuple(text for text in (text_of(value) for value in children(element, "Value")) if text is not None)


def _selection(element: Any) -> Selection:
    cascade, valid = {}, {}
    for value in children(element, "Value"):
        text, below = text_of(value) or "", value.get("cascadeValues")
        if below not in (None, "false", "0"):
            cascade[text] = "true" if below == "1" else below
        if value.get("validFrom") or value.get("validTo"):
            valid[text] = (value.get("validFrom"), value.get("validTo"))
    prefix = element.get("removePrefix")
    return Selection(
        remove_prefix=None if prefix is None else prefix in ("true", "1"),
        valid_from=element.get("validFrom"),
        valid_to=element.get("validTo"),
        cascade=cascade,
        valid=valid,
    )


def _time(element: Any) -> dict[str, Any]:
    start = next((e for e in (child(element, "StartPeriod"), child(element, "AfterPeriod")) if e is not None), None)
    end = next((e for e in (child(element, "EndPeriod"), child(element, "BeforePeriod")) if e is not None), None)
    return {"time_range": (text_of(start), text_of(end)), "time_open": (_open(start), _open(end))}


def _open(element: Any | None) -> bool:
    return element is not None and element.get("isInclusive", "true") in ("false", "0")


def _key_set(element: Any) -> KeySet:
    return KeySet(
        keys=tuple(key for entry in children(element, "Key") for key in _keys(entry)),
        included=element.get("isIncluded", "true") in ("true", "1"),
    )


def _keys(element: Any) -> Iterator[DataKey]:
    """One key; since 3.1 a dimension may have several values, which are so many keys."""
    others = (*children(element, "Component"), *children(element, "Attribute"))
    several = {e.get("id"): _values(e) for e in children(element, "KeyValue")}
    if prod(len(codes) for codes in several.values()) > MAX_KEYS:
        raise Misshapen(element, f"a key stands for more than {MAX_KEYS:,}: say it as a cube region.")
    for codes in product(*several.values()):
        yield DataKey(
            values=dict(zip(several, codes, strict=True)),
            components={e.get("id"): _values(e) for e in others},
            valid_from=element.get("validFrom"),
            valid_to=element.get("validTo"),
        )
