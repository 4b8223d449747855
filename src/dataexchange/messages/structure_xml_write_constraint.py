"""Data constraints in SDMX-ML, written: ContentConstraint of 2.1, DataConstraint of 3.x.

2.1 has no validity of values, no prefix to remove, and a cascade only with the value itself. 3.1 has no addresses to be attached to and no
release calendar.
"""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.messages.structure_xml_write_parts import Dialect, notes, reference
from dataexchange.messages.xml_build import element, escape, flag
from dataexchange.model.structure import CubeRegion, DataConstraint, DataKey, KeySet, ReleaseCalendar, Selection


def constraint(found: DataConstraint, dialect: Dialect) -> str:
    attached = [reference(f"str:{ref.kind.urn_class}", ref, dialect) for ref in found.attached_to]
    if found.provider:
        attached.append(reference("str:DataProvider", found.provider, dialect))
    if not dialect.is_3_1:
        attached += [element("str:SimpleDataSource", {}, escape(address)) for address in found.sources]
    attachment = element("str:ConstraintAttachment", {}, *attached) if attached else ""
    calendar = _calendar(found.calendar) if found.calendar and not dialect.is_3_1 else ""
    key_sets = "".join(_key_set(key_set, dialect) for key_set in found.key_sets)
    regions = "".join(_region(region, dialect) for region in found.regions)
    if dialect.is_2_1:
        return attachment + key_sets + regions + calendar
    return attachment + calendar + key_sets + regions


def availability(found: DataConstraint, dialect: Dialect) -> str:
    """3.1: its counts stand in attributes, and in notes as before, which is where clients look."""
    counts = {note.id: note.title for note in found.annotations if note.type == "sdmx_metrics"}
    attached = "".join(reference(f"str:{ref.kind.urn_class}", ref, dialect) for ref in found.attached_to[:1])
    return element(
        "str:AvailabilityConstraint",
        {"seriesCount": counts.get("series_count"), "obsCount": counts.get("obs_count")},
        notes(found.annotations, dialect),
        element("str:ConstraintAttachment", {}, attached),
        _region(found.regions[0] if found.regions else CubeRegion(values={}), dialect),
    )


def _calendar(found: ReleaseCalendar) -> str:
    parts = (("Periodicity", found.periodicity), ("Offset", found.offset), ("Tolerance", found.tolerance))
    return element("str:ReleaseCalendar", {}, *(element(f"str:{name}", {}, escape(text)) for name, text in parts))


def _space(dialect: Dialect) -> str:
    return "com" if dialect.is_2_1 else "str"


def _key_set(found: KeySet, dialect: Dialect) -> str:
    return element("str:DataKeySet", {"isIncluded": flag(found.included)}, *(_key(key, dialect) for key in found.keys))


def _key(found: DataKey, dialect: Dialect) -> str:
    space = _space(dialect)
    keys = (
        element(f"{space}:KeyValue", {"id": dimension}, element(f"{space}:Value", {}, escape(value)))
        for dimension, value in found.values.items()
    )
    if dialect.is_2_1:
        return element("str:Key", {}, *keys)
    others = (
        element("str:Component", {"id": component}, *(element("str:Value", {}, escape(v)) for v in values))
        for component, values in found.components.items()
    )
    return element("str:Key", {"validFrom": found.valid_from, "validTo": found.valid_to}, *keys, *others)


def _region(region: CubeRegion, dialect: Dialect) -> str:
    space = _space(dialect)
    keys = [_values(f"{space}:KeyValue", c, found, region, dialect) for c, found in region.values.items()]
    keys += [
        _values(f"{space}:KeyValue", c, found, region, dialect, excluded=True) for c, found in region.without.items()
    ]
    if region.time_range:
        keys.append(element(f"{space}:KeyValue", {"id": "TIME_PERIOD"}, _time_range(region, space)))
    name = "com:Attribute" if dialect.is_2_1 else "str:Component"
    others = [_values(name, component, found, region, dialect) for component, found in region.components.items()]
    return element("str:CubeRegion", {"include": flag(region.included)}, *keys, *others)


def _values(
    name: str, component: str, values: Sequence[str], region: CubeRegion, dialect: Dialect, *, excluded: bool = False
) -> str:
    """A key without values limits nothing and cannot be written."""
    says = region.selections.get(component, Selection())
    attributes: dict[str, str | None] = {"id": component, "include": "false" if excluded else None}
    if not dialect.is_2_1:
        attributes["removePrefix"] = None if says.remove_prefix is None else flag(says.remove_prefix)
        attributes |= {"validFrom": says.valid_from, "validTo": says.valid_to} if name.endswith("KeyValue") else {}
    return element(name, attributes, *(_value(value, says, dialect) for value in values)) if values else ""


def _value(value: str, says: Selection, dialect: Dialect) -> str:
    cascade = says.cascade.get(value)
    attributes: dict[str, str | None] = {"cascadeValues": "true" if cascade and dialect.is_2_1 else cascade}
    if not dialect.is_2_1:
        start, end = says.valid.get(value, (None, None))
        attributes |= {"validFrom": start, "validTo": end}
    return element(f"{_space(dialect)}:Value", attributes, escape(value))


def _time_range(region: CubeRegion, space: str) -> str:
    start, end = region.time_range or (None, None)
    after, before = region.time_open
    both = start is not None and end is not None
    parts = []
    if start is not None:
        name = "StartPeriod" if both else "AfterPeriod"
        parts.append(element(f"{space}:{name}", {"isInclusive": flag(not after)}, escape(start)))
    if end is not None:
        name = "EndPeriod" if both else "BeforePeriod"
        parts.append(element(f"{space}:{name}", {"isInclusive": flag(not before)}, escape(end)))
    return element(f"{space}:TimeRange", {}, *parts)
