"""Structure maps, representation maps and maps of item schemes in SDMX-JSON, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_parts import (
    Json,
    annotations_in,
    annotations_out,
    mapping,
    objects,
    ref_in,
    required,
)
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.structure_map import (
    ComponentMap,
    DateMap,
    FixedValue,
    FrequencyFormat,
    ItemSchemeMap,
    MappedValue,
    RepresentationMap,
    StructureMap,
    ValueMapping,
)


def structure_map_out(found: StructureMap) -> Json:
    lists = {
        "epochMaps": [_date_out(d) for d in found.dates if d.epoch],
        "datePatternMaps": [_date_out(d) for d in found.dates if not d.epoch],
        "frequencyFormatMappings": [_format_out(f) for f in found.formats],
        "componentMaps": [_component_out(c) for c in found.components],
        "fixedValueMaps": [_fixed_out(f) for f in found.fixed],
    }
    ends = {"source": found.source.urn, "target": found.target.urn}
    return {**ends, **{name: entries for name, entries in lists.items() if entries}}


def _component_out(found: ComponentMap) -> Json:
    out: Json = {**annotations_out(found.annotations), "source": list(found.sources), "target": list(found.targets)}
    return {**out, "representationMap": found.representation.urn} if found.representation else out


def _date_out(found: DateMap) -> Json:
    optional = {
        "id": found.id,
        "sourcePattern": found.pattern,
        "locale": found.locale,
        "basePeriod": found.epoch and found.epoch[0],
        "epochPeriod": found.epoch and found.epoch[1],
        "targetFrequencyID": found.target_frequency,
        "frequencyDimension": found.frequency_dimension,
        "mappedFrequencies": list(found.frequencies) or None,
        "resolvePeriod": found.resolve,
    }
    mapped = [{"source": source, "target": target} for source, target in found.mapped]
    out: Json = {**annotations_out(found.annotations), "mappedComponents": mapped}
    return out | {key: value for key, value in optional.items() if value is not None}


def _format_out(found: FrequencyFormat) -> Json:
    out: Json = {"id": found.id} if found.id else {}
    out |= annotations_out(found.annotations)
    return {**out, "frequencyId": found.frequency, "datePattern": found.pattern}


def _fixed_out(found: FixedValue) -> Json:
    out = {**annotations_out(found.annotations), "source" if found.in_source else "target": found.component}
    return {**out, "values": list(found.values)} if found.values else out


def structure_map_in(data: Json) -> Json:
    dates = objects(data, "epochMaps") + objects(data, "datePatternMaps")
    return {
        "source": ref_in(data.get("source")),
        "target": ref_in(data.get("target")),
        "components": tuple(_component_in(entry) for entry in objects(data, "componentMaps")),
        "dates": tuple(_date_in(entry) for entry in dates),
        "formats": tuple(
            FrequencyFormat(
                frequency=required(entry, "frequencyId"),
                pattern=required(entry, "datePattern"),
                id=entry.get("id"),
                annotations=annotations_in(entry),
            )
            for entry in objects(data, "frequencyFormatMappings")
        ),
        "fixed": tuple(_fixed_in(entry) for entry in objects(data, "fixedValueMaps")),
    }


def _component_in(data: Json) -> ComponentMap:
    used = data.get("representationMap")
    return ComponentMap(
        sources=texts_in(data, "source"),
        targets=texts_in(data, "target"),
        representation=ref_in(used, Kind.REPRESENTATION_MAP) if used else None,
        annotations=annotations_in(data),
    )


def _date_in(data: Json) -> DateMap:
    epoch = (required(data, "basePeriod"), required(data, "epochPeriod")) if "epochPeriod" in data else None
    return DateMap(
        mapped=tuple((required(m, "source"), required(m, "target")) for m in objects(data, "mappedComponents")),
        id=data.get("id"),
        pattern=data.get("sourcePattern"),
        locale=data.get("locale"),
        epoch=epoch,
        target_frequency=data.get("targetFrequencyID"),
        frequency_dimension=data.get("frequencyDimension"),
        frequencies=texts_in(data, "mappedFrequencies"),
        resolve=data.get("resolvePeriod"),
        annotations=annotations_in(data),
    )


def _fixed_in(data: Json) -> FixedValue:
    in_source = "source" in data
    return FixedValue(
        component=required(data, "source" if in_source else "target"),
        values=texts_in(data, "values"),
        in_source=in_source,
        annotations=annotations_in(data),
    )


def representation_map_out(found: RepresentationMap) -> Json:
    out: Json = {"source": _ends_out(found.sources), "target": _ends_out(found.targets)}
    if found.mappings:
        out["representationMappings"] = [_mapping_out(m) for m in found.mappings]
    return out


def _ends_out(ends: Sequence[Ref | str]) -> list[Json]:
    return [{"codelist": end.urn} if isinstance(end, Ref) else {"dataType": end} for end in ends]


def representation_map_in(data: Json) -> Json:
    return {
        "sources": _ends_in(data, "source"),
        "targets": _ends_in(data, "target"),
        "mappings": tuple(_mapping_in(m) for m in objects(data, "representationMappings")),
    }


def _ends_in(data: Json, field: str) -> tuple[Ref | str, ...]:
    entries = objects(data, field)
    return tuple(ref_in(e["codelist"]) if e.get("codelist") else required(e, "dataType") for e in entries)


def _mapping_out(found: ValueMapping) -> Json:
    out = {**annotations_out(found.annotations), "sourceValues": [_value_out(v) for v in found.sources]}
    out |= {"targetValues": list(found.targets)} if found.targets else {}
    return out | _validity_out(found)


def _validity_out(found: ValueMapping) -> Json:
    validity = {"validFrom": found.valid_from, "validTo": found.valid_to}
    return {key: value for key, value in validity.items() if value is not None}


def _value_out(found: MappedValue) -> Json:
    out: Json = {"value": found.value}
    out |= {"isRegEx": True} if found.is_regex else {}
    out |= {"startIndex": found.start} if found.start is not None else {}
    return out | ({"endIndex": found.end} if found.end is not None else {})


def _mapping_in(data: Json) -> ValueMapping:
    return ValueMapping(
        sources=tuple(_value_in(value) for value in objects(data, "sourceValues")),
        targets=texts_in(data, "targetValues"),
        valid_from=data.get("validFrom"),
        valid_to=data.get("validTo"),
        annotations=annotations_in(data),
    )


def _value_in(data: Any) -> MappedValue:
    value = mapping(data, "sourceValue")
    return MappedValue(
        value=str(value["value"]),
        is_regex=bool(value.get("isRegEx", False)),
        start=None if value.get("startIndex") is None else int(value["startIndex"]),
        end=None if value.get("endIndex") is None else int(value["endIndex"]),
    )


def item_map_out(found: ItemSchemeMap) -> Json:
    out: Json = {"source": found.source.urn, "target": found.target.urn}
    if found.mappings:
        out["itemMaps"] = [_item_out(m) for m in found.mappings]
    return out


def _item_out(found: ValueMapping) -> Json:
    """One item to one item, at most."""
    out = {**annotations_out(found.annotations), "sourceValue": _value_out(found.sources[0])}
    out |= {"targetValue": found.targets[0]} if found.targets else {}
    return out | _validity_out(found)


def item_map_in(data: Json) -> Json:
    mappings = tuple(
        ValueMapping(
            sources=(_value_in(entry.get("sourceValue")),),
            targets=(str(entry["targetValue"]),) if entry.get("targetValue") is not None else (),
            valid_from=entry.get("validFrom"),
            valid_to=entry.get("validTo"),
            annotations=annotations_in(entry),
        )
        for entry in objects(data, "itemMaps")
    )
    return {"source": ref_in(data.get("source")), "target": ref_in(data.get("target")), "mappings": mappings}


def texts_in(data: Json, field: str) -> tuple[str, ...]:
    found = data.get(field) or []
    if not isinstance(found, list):
        raise Unreadable(f"{field!r} is not a list in the SDMX-JSON message: correct it and send it again.")
    return tuple(str(text) for text in found)
