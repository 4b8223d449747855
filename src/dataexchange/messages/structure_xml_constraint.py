"""Data constraints in SDMX-ML, read: ContentConstraint of 2.1, DataConstraint of 3.0, AvailabilityConstraint of 3.1.

2.1 may say its time as a ReferencePeriod of the whole constraint; it then counts for every region that has no range.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dataexchange.messages.structure_xml_parts import maintainable, notes, reference
from dataexchange.messages.xml_source import Misshapen, child, children, local, text_of
from dataexchange.model.structure import CubeRegion, DataConstraint, Kind, Ref

_ATTACHMENTS = {
    "Dataflow": Kind.DATAFLOW,
    "DataStructure": Kind.DATA_STRUCTURE,
    "ProvisionAgreement": Kind.PROVISION_AGREEMENT,
    "MetadataStructure": Kind.METADATA_STRUCTURE,
    "Metadataflow": Kind.METADATAFLOW,
}

Range = tuple[str | None, str | None]


def constraint(element: Any) -> DataConstraint:
    regions = tuple(region for entry in children(element, "CubeRegion") for region in _regions(entry))
    period = child(element, "ReferencePeriod")
    if period is not None:
        span = (period.get("startTime"), period.get("endTime"))
        regions = tuple(r if r.time_range else replace(r, time_range=span) for r in regions or (CubeRegion(values={}),))
    attached_to = tuple(_attached(child(element, "ConstraintAttachment")))
    if local(element) == "AvailabilityConstraint":
        return _availability(element, attached_to, regions)
    return DataConstraint(
        **maintainable(element),
        role=element.get("role") or element.get("type") or "Allowed",
        attached_to=attached_to,
        regions=regions,
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


def _regions(element: Any) -> Iterator[CubeRegion]:
    """The region; and one more, excluded, for every key value that says `include="false"` within it."""
    included = _included(element)
    values: dict[str, tuple[str, ...]] = {}
    components: dict[str, tuple[str, ...]] = {}
    excluded: list[CubeRegion] = []
    span: Range | None = None
    for entry in children(element):
        identifier = entry.get("id")
        match local(entry):
            case "KeyValue" if (found := child(entry, "TimeRange")) is not None:
                span = _range(found)
            case "KeyValue" if included and not _included(entry):
                excluded.append(CubeRegion(values={identifier: _values(entry)}, included=False))
            case "KeyValue":
                values[identifier] = _values(entry)
            case "Attribute" | "Component":
                components[identifier] = _values(entry)
    yield CubeRegion(values=values, included=included, time_range=span, components=components)
    yield from excluded


def _included(element: Any) -> bool:
    return element.get("include", "true") in ("true", "1")


def _values(element: Any) -> tuple[str, ...]:
    return tuple(text for text in (text_of(value) for value in children(element, "Value")) if text is not None)


def _range(element: Any) -> Range:
    start = text_of(child(element, "StartPeriod")) or text_of(child(element, "AfterPeriod"))
    end = text_of(child(element, "EndPeriod")) or text_of(child(element, "BeforePeriod"))
    return start, end
