"""Structure maps, representation maps and maps of item schemes in SDMX-ML 3.x, written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dataexchange.messages.structure_xml_write_parts import Dialect, notes, reference
from dataexchange.messages.xml_build import element, escape
from dataexchange.model.structure import Ref
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


def structure_map(found: StructureMap, dialect: Dialect) -> str:
    return "".join(
        (
            reference("str:Source", found.source, dialect),
            reference("str:Target", found.target, dialect),
            *(_date(d, dialect) for d in found.dates if d.epoch),
            *(_date(d, dialect) for d in found.dates if not d.epoch),
            *(_format(f, dialect) for f in found.formats),
            *(_component(c, dialect) for c in found.components),
            *(_fixed(f, dialect) for f in found.fixed),
        )
    )


def _texts(name: str, texts: Iterable[str]) -> str:
    return "".join(element(name, {}, escape(text)) for text in texts)


def _component(found: ComponentMap, dialect: Dialect) -> str:
    used = reference("str:RepresentationMap", found.representation, dialect) if found.representation else ""
    ends = _texts("str:Source", found.sources) + _texts("str:Target", found.targets)
    return element("str:ComponentMap", {}, notes(found.annotations, dialect), ends, used)


def _date(found: DateMap, dialect: Dialect) -> str:
    base, period = found.epoch or (None, None)
    attributes = {
        "id": found.id,
        "resolvePeriod": found.resolve,
        "sourcePattern": found.pattern,
        "locale": found.locale,
        "basePeriod": base,
        "epochPeriod": period,
    }
    pairs = "".join(_texts("str:Source", [source]) + _texts("str:Target", [target]) for source, target in found.mapped)
    if found.frequency_dimension:
        frequency = _texts("str:FrequencyDimension", [found.frequency_dimension])
        frequency += _texts("str:MappedFrequencies", found.frequencies)
    else:
        frequency = _texts("str:TargetFrequencyID", [found.target_frequency] if found.target_frequency else [])
    name = "str:EpochMap" if found.epoch else "str:DatePatternMap"
    return element(name, attributes, notes(found.annotations, dialect), pairs, frequency)


def _format(found: FrequencyFormat, dialect: Dialect) -> str:
    inner = _texts("str:FrequencyId", [found.frequency]) + _texts("str:DatePattern", [found.pattern])
    return element("str:FrequencyFormatMapping", {"id": found.id}, notes(found.annotations, dialect), inner)


def _fixed(found: FixedValue, dialect: Dialect) -> str:
    end = _texts("str:Source" if found.in_source else "str:Target", [found.component])
    return element("str:FixedValueMap", {}, notes(found.annotations, dialect), end, _texts("str:Value", found.values))


def representation_map(found: RepresentationMap, dialect: Dialect) -> str:
    mappings = (_mapping("str:RepresentationMapping", m, dialect) for m in found.mappings)
    return "".join((_ends("Source", found.sources, dialect), _ends("Target", found.targets, dialect), *mappings))


def _ends(side: str, ends: Sequence[Ref | str], dialect: Dialect) -> str:
    return "".join(
        reference(f"str:{side}Codelist", end, dialect)
        if isinstance(end, Ref)
        else element(f"str:{side}DataType", {}, escape(end))
        for end in ends
    )


def _mapping(name: str, found: ValueMapping, dialect: Dialect) -> str:
    """The schema has dates here, where SDMX-JSON has points in time."""
    validity = {
        "validFrom": found.valid_from and found.valid_from[:10],
        "validTo": found.valid_to and found.valid_to[:10],
    }
    values = "".join(_value(value) for value in found.sources) + _texts("str:TargetValue", found.targets)
    return element(name, validity, notes(found.annotations, dialect), values)


def _value(found: MappedValue) -> str:
    attributes = {
        "isRegEx": "true" if found.is_regex else None,
        "startIndex": None if found.start is None else str(found.start),
        "endIndex": None if found.end is None else str(found.end),
    }
    return element("str:SourceValue", attributes, escape(found.value))


def item_map(found: ItemSchemeMap, dialect: Dialect) -> str:
    ends = reference("str:Source", found.source, dialect) + reference("str:Target", found.target, dialect)
    return ends + "".join(_mapping("str:ItemMap", m, dialect) for m in found.mappings)
