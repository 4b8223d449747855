"""Structure sets of SDMX-ML 2.1, read: the maps within become artefacts of their own, with the set's agency and version.

A value map that stands within a component map becomes a representation map that is called by the names of both: map M, component SEX:
M_SEX.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dataexchange.messages.structure_xml_maps import ITEM_MAPS, end
from dataexchange.messages.structure_xml_parts import local_id, maintainable, notes, texts
from dataexchange.messages.xml_source import Misshapen, child, children, local
from dataexchange.model.structure import Artefact, Kind, Ref
from dataexchange.model.structure_map import ComponentMap, MappedValue, RepresentationMap, StructureMap, ValueMapping


def structure_set(element: Any) -> Iterator[Artefact]:
    shared = maintainable(element)
    for inner in children(element):
        name = local(inner)
        if name == "CodelistMap":
            yield _codelist_map(inner, shared)
        elif name in ITEM_MAPS:
            cls, kind = ITEM_MAPS[name]
            source, target = end(inner, "Source", kind), end(inner, "Target", kind)
            yield cls(**_own(inner, shared), source=source, target=target, mappings=tuple(_pairs(inner)))
        elif name == "StructureMap":
            yield from _structure_map(inner, shared)


def _own(element: Any, shared: dict[str, Any]) -> dict[str, Any]:
    """The fields of a map within the set; words that it does not say are the set's."""
    identifier = element.get("id")
    if not identifier:
        raise Misshapen(element, "a map has no id: add it and send the message again.")
    own = {
        "names": texts(element, "Name"),
        "descriptions": texts(element, "Description"),
        "annotations": notes(element),
    }
    return shared | {"id": identifier} | {key: value for key, value in own.items() if value}


def _pairs(element: Any) -> Iterator[ValueMapping]:
    for entry in children(element):
        source, target = child(entry, "Source"), child(entry, "Target")
        if source is not None and target is not None and local(entry) not in ("Source", "Target"):
            yield _pair(local_id(source) or "", local_id(target) or "")


def _pair(source: str, target: str) -> ValueMapping:
    return ValueMapping(sources=(MappedValue(value=source),), targets=(target,))


def _codelist_map(element: Any, shared: dict[str, Any]) -> RepresentationMap:
    source, target = end(element, "Source", Kind.CODELIST), end(element, "Target", Kind.CODELIST)
    return RepresentationMap(
        **_own(element, shared), sources=(source,), targets=(target,), mappings=tuple(_pairs(element))
    )


def _structure_map(element: Any, shared: dict[str, Any]) -> Iterator[Artefact]:
    own = _own(element, shared)
    components: list[ComponentMap] = []
    for entry in children(element, "ComponentMap"):
        source, target = child(entry, "Source"), child(entry, "Target")
        if source is None or target is None:
            raise Misshapen(entry, "a component map has no Source or no Target: add it.")
        ids = local_id(source) or "", local_id(target) or ""
        inline = child(entry, "RepresentationMapping", "ValueMap")
        named = child(entry, "RepresentationMapping", "CodelistMap")
        used = None
        if inline is not None:
            made = _value_map(inline, own, ids[1])
            used = made.ref
            yield made
        elif named is not None:
            used = Ref(Kind.REPRESENTATION_MAP, own["agency"], local_id(named) or "", own["version"])
        components.append(ComponentMap(sources=ids[:1], targets=ids[1:], representation=used, annotations=notes(entry)))
    yield StructureMap(
        **own,
        source=end(element, "Source", Kind.DATA_STRUCTURE),
        target=end(element, "Target", Kind.DATA_STRUCTURE),
        components=tuple(components),
    )


def _value_map(element: Any, own: dict[str, Any], component: str) -> RepresentationMap:
    pairs = (_pair(e.get("source") or "", e.get("target") or "") for e in children(element, "ValueMapping"))
    named = own | {"id": f"{own['id']}_{component}", "annotations": (), "descriptions": {}}
    return RepresentationMap(**named, sources=("String",), targets=("String",), mappings=tuple(pairs))
