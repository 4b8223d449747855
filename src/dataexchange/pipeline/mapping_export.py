"""A mapping file as SDMX artefacts, so that another city, with whatever tool, can take it over.

The table becomes a data structure of its own, with a concept for each column: ids are made of the headers, the headers are the names. A
structure map leads from it to the dataflow: columns to components, fixed values, and a representation map wherever texts become codes.
Of `bristol/pm25`, sent by BRISTOL:

    BRISTOL:BRISTOL_PM25(1.0)          structure map, data structure and concept scheme
    BRISTOL:BRISTOL_PM25_REF_AREA(1.0) representation map

What maps cannot say (marks of numbers, columns that become rows, rows left out, cells filled down, ages that are read) stands in
annotations of the structure map.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from dataexchange.model.mapping import Mapping, Target
from dataexchange.model.structure import (
    Artefact,
    Attribute,
    ConceptScheme,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Measure,
    Ref,
    Representation,
)
from dataexchange.model.structure_map import (
    ComponentMap,
    DateMap,
    FixedValue,
    RepresentationMap,
    StructureMap,
    ValueMapping,
)
from dataexchange.pipeline.mapping_adaptations import spelled_out
from dataexchange.pipeline.mapping_export_notes import notes
from dataexchange.pipeline.mapping_export_values import missing_values, only_date, values_of

VERSION = "1.0"

#: Component id -> its code list, where it has one.
Codelists = dict[str, Ref]


def exported(mapping: Mapping, dataset: str, target: DataStructure, codelists: Codelists) -> tuple[Artefact, ...]:
    """`target` is the structure of the dataflow that the mapping leads to."""
    mapping = spelled_out(mapping)
    base: dict[str, Any] = {
        "agency": mapping.provider,
        "id": slug(dataset),
        "version": VERSION,
        "names": {"en": mapping.title},
    }
    columns = _columns(mapping)
    concepts = ConceptScheme(**base, items=tuple(Item(id=id_, names={"en": name}) for name, id_ in columns.items()))
    table = _table(mapping, columns, concepts.ref, target, base)
    maps = dict(_representations(mapping, codelists, base))
    structure_map = StructureMap(
        **base,
        annotations=tuple(notes(mapping)),
        source=table.ref,
        target=mapping.dataflow_ref,
        components=tuple(_components(mapping, columns, target, maps)),
        dates=tuple(_dates(mapping, columns, target)),
        fixed=tuple(FixedValue(component=c, values=(value,)) for c, value in mapping.fixed.items() if c not in maps),
    )
    return (concepts, table, *(found for found in maps.values()), structure_map)


def slug(text: str) -> str:
    """An id that every version of SDMX takes: `Ward code` is WARD_CODE, `2018` is C_2018."""
    found = re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")[:80] or "COLUMN"
    return found if found[0].isalpha() else f"C_{found}"


def _columns(mapping: Mapping) -> dict[str, str]:
    """Header -> id of every column that the mapping mentions; two headers never share one."""
    out: dict[str, str] = {}
    for header in (*mapping.columns, *mapping.ignore):
        plain, number = slug(header), 1
        found = plain
        while found in out.values():
            number += 1
            found = f"{plain}_{number}"
        out[header] = found
    return out


def _table(
    mapping: Mapping, columns: dict[str, str], concepts: Ref, target: DataStructure, base: dict[str, Any]
) -> DataStructure:
    """Columns are what they are mapped to: dimensions, the measure or, like those that are not used, attributes."""
    keys = {*target.dimension_ids, target.time_dimension.id if target.time_dimension else ""}
    dimensions: list[Dimension] = []
    measures: list[Measure] = []
    attributes: list[Attribute] = []
    for header, id_ in columns.items():
        aims = {t.to for t in mapping.columns.get(header, ())}
        words: dict[str, Any] = {
            "concept": ItemRef(concepts, id_),
            "representation": Representation(text_type="String"),
        }
        if target.measure.id in aims and not measures:
            # SDMX 2.1 calls every primary measure so.
            measures.append(Measure(id="OBS_VALUE", **words))
        elif aims & keys:
            dimensions.append(Dimension(id=id_, **words))
        else:
            attributes.append(Attribute(id=id_, **words))
    return DataStructure(
        **base,
        dimensions=tuple(dimensions),
        time_dimension=None,
        measures=tuple(measures),
        attributes=tuple(attributes),
    )


def _aims(mapping: Mapping) -> Iterator[tuple[str, Target]]:
    for header, targets in mapping.columns.items():
        for target in targets:
            yield header, target


def _representations(
    mapping: Mapping, codelists: Codelists, base: dict[str, Any]
) -> Iterator[tuple[str, RepresentationMap]]:
    """Component -> map of the texts that become its values; none where they are taken as they stand."""
    for _, target in _aims(mapping):
        mappings = values_of(mapping, target)
        if mappings:
            yield target.to, _representation(target.to, codelists, base, mappings)
    words = missing_values(mapping)
    if words:
        yield "OBS_STATUS", _representation("OBS_STATUS", codelists, base, words)


def _representation(
    component: str, codelists: Codelists, base: dict[str, Any], mappings: Sequence[ValueMapping]
) -> RepresentationMap:
    named = base | {"id": f"{base['id']}_{component}"}
    return RepresentationMap(
        **named, sources=("String",), targets=(codelists.get(component, "String"),), mappings=tuple(mappings)
    )


def _components(
    mapping: Mapping, columns: dict[str, str], target: DataStructure, maps: dict[str, RepresentationMap]
) -> Iterator[ComponentMap]:
    for header, aim in _aims(mapping):
        if not (aim.to == _time(target) and only_date(aim)):
            yield _component(_source(header, columns, mapping, target), aim.to, maps)
        if aim.to == target.measure.id and missing_values(mapping):
            # Words that stand for a missing value give the status instead.
            yield _component(_source(header, columns, mapping, target), "OBS_STATUS", maps)


def _component(source: str, to: str, maps: dict[str, RepresentationMap]) -> ComponentMap:
    return ComponentMap(sources=(source,), targets=(to,), representation=maps[to].ref if to in maps else None)


def _source(header: str, columns: dict[str, str], mapping: Mapping, target: DataStructure) -> str:
    """The id that the column has in the structure of the table."""
    of_measure = next((h for h, aim in _aims(mapping) if aim.to == target.measure.id), None)
    return "OBS_VALUE" if header == of_measure else columns[header]


def _dates(mapping: Mapping, columns: dict[str, str], target: DataStructure) -> Iterator[DateMap]:
    """Days that stand for their year are what a date pattern is for."""
    for header, aim in _aims(mapping):
        if aim.to == _time(target) and only_date(aim):
            mapped = ((columns[header], aim.to),)
            yield DateMap(mapped=mapped, pattern="yyyy-MM-dd", locale="en", target_frequency="A")


def _time(target: DataStructure) -> str | None:
    return target.time_dimension.id if target.time_dimension else None
