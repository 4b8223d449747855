"""Structure maps, representation maps and maps of item schemes in SDMX-ML 3.x, read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dataexchange.messages.structure_xml_parts import maintainable, notes, reference, truth
from dataexchange.messages.xml_source import Misshapen, child, children, local, text_of
from dataexchange.model.structure import Kind, Ref
from dataexchange.model.structure_map import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    DateMap,
    FixedValue,
    FrequencyFormat,
    ItemSchemeMap,
    MappedValue,
    OrganisationSchemeMap,
    RepresentationMap,
    StructureMap,
    ValueMapping,
)

#: Element -> (class, kind of what it maps).
ITEM_MAPS: Mapping[str, tuple[type[ItemSchemeMap], Kind]] = {
    "ConceptSchemeMap": (ConceptSchemeMap, Kind.CONCEPT_SCHEME),
    "CategorySchemeMap": (CategorySchemeMap, Kind.CATEGORY_SCHEME),
    "OrganisationSchemeMap": (OrganisationSchemeMap, Kind.AGENCY_SCHEME),
}


def structure_map(element: Any) -> StructureMap:
    dates = [*children(element, "EpochMap"), *children(element, "DatePatternMap")]
    return StructureMap(
        **maintainable(element),
        source=end(element, "Source", Kind.DATA_STRUCTURE),
        target=end(element, "Target", Kind.DATA_STRUCTURE),
        components=tuple(_component(entry) for entry in children(element, "ComponentMap")),
        dates=tuple(_date(entry) for entry in dates),
        formats=tuple(
            FrequencyFormat(
                frequency=text_of(child(entry, "FrequencyId")) or "",
                pattern=text_of(child(entry, "DatePattern")) or "",
                id=entry.get("id"),
                annotations=notes(entry),
            )
            for entry in children(element, "FrequencyFormatMapping")
        ),
        fixed=tuple(_fixed(entry) for entry in children(element, "FixedValueMap")),
    )


def end(element: Any, name: str, kind: Kind) -> Ref:
    """What a map goes from or to."""
    found = child(element, name)
    if found is None:
        raise Misshapen(element, f"a map has no {name}: add it and send the message again.")
    return reference(found, kind)


def _component(element: Any) -> ComponentMap:
    used = child(element, "RepresentationMap")
    return ComponentMap(
        sources=_texts(element, "Source"),
        targets=_texts(element, "Target"),
        representation=reference(used, Kind.REPRESENTATION_MAP) if used is not None else None,
        annotations=notes(element),
    )


def _date(element: Any) -> DateMap:
    base, period = element.get("basePeriod"), element.get("epochPeriod")
    return DateMap(
        mapped=tuple(zip(_texts(element, "Source"), _texts(element, "Target"), strict=False)),
        id=element.get("id"),
        pattern=element.get("sourcePattern"),
        locale=element.get("locale"),
        epoch=(base or "", period) if period else None,
        target_frequency=text_of(child(element, "TargetFrequencyID")),
        frequency_dimension=text_of(child(element, "FrequencyDimension")),
        frequencies=_texts(element, "MappedFrequencies"),
        resolve=element.get("resolvePeriod"),
        annotations=notes(element),
    )


def _fixed(element: Any) -> FixedValue:
    source = text_of(child(element, "Source"))
    return FixedValue(
        component=source or text_of(child(element, "Target")) or "",
        values=_texts(element, "Value"),
        in_source=source is not None,
        annotations=notes(element),
    )


def representation_map(element: Any) -> RepresentationMap:
    return RepresentationMap(
        **maintainable(element),
        sources=tuple(_ends(element, "Source")),
        targets=tuple(_ends(element, "Target")),
        mappings=tuple(_mapping(entry) for entry in children(element, "RepresentationMapping")),
    )


def _ends(element: Any, side: str) -> Iterator[Ref | str]:
    for entry in children(element):
        if local(entry) == f"{side}Codelist":
            yield reference(entry, Kind.CODELIST)
        elif local(entry) == f"{side}DataType":
            yield text_of(entry) or ""


def item_map(element: Any) -> ItemSchemeMap:
    cls, kind = ITEM_MAPS[local(element)]
    return cls(
        **maintainable(element),
        source=end(element, "Source", kind),
        target=end(element, "Target", kind),
        mappings=tuple(_mapping(entry) for entry in children(element, "ItemMap")),
    )


def _mapping(element: Any) -> ValueMapping:
    return ValueMapping(
        sources=tuple(_value(entry) for entry in children(element, "SourceValue")),
        targets=tuple(entry.text or "" for entry in children(element, "TargetValue")),
        valid_from=element.get("validFrom"),
        valid_to=element.get("validTo"),
        annotations=notes(element),
    )


def _value(element: Any) -> MappedValue:
    """The text as it stands: a value that is mapped may begin with a blank."""
    start, end_ = element.get("startIndex"), element.get("endIndex")
    if not all(index is None or index.lstrip("-").isdecimal() for index in (start, end_)):
        raise Misshapen(element, "startIndex and endIndex are whole numbers: correct them.")
    return MappedValue(
        value=element.text or "",
        is_regex=truth(element.get("isRegEx")),
        start=int(start) if start is not None else None,
        end=int(end_) if end_ is not None else None,
    )


def _texts(element: Any, name: str) -> tuple[str, ...]:
    return tuple(entry.text or "" for entry in children(element, name))
