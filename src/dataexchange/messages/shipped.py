"""The structures that ship with the exchange, read from the YAML files in `data/structures`.

They are kept as compact YAML because people read and change them: a code is `GB_BRS: {name: Bristol, parent: GB}`, where a key
other than name, description and parent is an annotation of that type. What is not said has its usual value:
agency DX, version 1.0.0.

>>> [a.ref.short for a in shipped_structures() if isinstance(a, DataStructure)]
['DX:SDG_LOCAL(1.0.0)']
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from dataexchange.messages.shipped_framework import framework
from dataexchange.model.structure import (
    AgencyScheme,
    Annotation,
    Artefact,
    Attribute,
    Codelist,
    ConceptScheme,
    Dataflow,
    DataProviderScheme,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    Kind,
    Level,
    Measure,
    MetadataAttribute,
    Metadataflow,
    MetadataStructure,
    ProvisionAgreement,
    Ref,
    Representation,
)

AGENCY = "DX"
VERSION = "1.0.0"

#: The standard gives organisation schemes this version and forbids to call them final.
_ORGANISATIONS_VERSION = "1.0"

#: Every scalar stays the text it is: codes such as 0, -1 and N are no numbers and no truths here.
_Loader: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_PLAIN = ("name", "description", "parent", "text")

Body = Mapping[str, Any]


@cache
def shipped_structures() -> tuple[Artefact, ...]:
    """All artefacts, each after those it refers to."""
    return tuple(_artefacts())


def _artefacts() -> Iterator[Artefact]:
    sections: dict[str, dict[str, Body]] = {}
    for file in sorted(files("dataexchange").joinpath("data/structures").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            for section, bodies in yaml.load(file.read_bytes(), _Loader).items():  # noqa: S506 - texts only, our own file
                sections.setdefault(section, {}).update(bodies)
    made: dict[str, Artefact] = {}
    for section, build in _SECTIONS.items():
        for id_, body in sections[section].items():
            made[id_] = build(id_, body)
            yield made[id_]
    flows = [artefact for artefact in made.values() if isinstance(artefact, Dataflow)]
    series = made["CL_SERIES"]
    assert isinstance(series, Codelist)
    shared = {"agency": AGENCY, "version": VERSION, "is_final": True}
    for id_, body in sections["frameworks"].items():
        yield from framework(id_, body, shared, series, flows)


def _codelist(id_: str, body: Body) -> Artefact:
    return Codelist(**_maintainable(id_, body), items=_items(body["codes"]))


def _concept_scheme(id_: str, body: Body) -> Artefact:
    return ConceptScheme(**_maintainable(id_, body), items=_items(body["concepts"]))


def _agency_scheme(id_: str, body: Body) -> Artefact:
    return AgencyScheme(**_organisations(id_, body))


def _provider_scheme(id_: str, body: Body) -> Artefact:
    return DataProviderScheme(**_organisations(id_, body))


def _data_structure(id_: str, body: Body) -> Artefact:
    concepts = _ref(Kind.CONCEPT_SCHEME, body["concepts"])
    (time_id, time), *_ = body["time"].items()
    return DataStructure(
        **_maintainable(id_, body),
        dimensions=tuple(Dimension(**_component(d, b, concepts)) for d, b in body["dimensions"].items()),
        time_dimension=Dimension(**_component(time_id, time, concepts)),
        measures=tuple(Measure(**_component(m, b, concepts)) for m, b in body["measures"].items()),
        attributes=tuple(_attribute(a, b, concepts) for a, b in body["attributes"].items()),
    )


def _attribute(id_: str, body: Body, concepts: Ref) -> Attribute:
    mandatory = body.get("mandatory") == "true"
    return Attribute(**_component(id_, body, concepts), level=Level(body["at"]), mandatory=mandatory)


def _component(id_: str, body: Body, concepts: Ref) -> dict[str, Any]:
    codelist = _ref(Kind.CODELIST, body["codes"]) if "codes" in body else None
    representation = Representation(codelist=codelist, text_type=body.get("text"))
    return {"id": id_, "concept": ItemRef(concepts, id_), "representation": representation}


def _dataflow(id_: str, body: Body) -> Artefact:
    return Dataflow(**_maintainable(id_, body), structure=_ref(Kind.DATA_STRUCTURE, body["structure"]))


def _provision_agreement(id_: str, body: Body) -> Artefact:
    providers = Ref(Kind.DATA_PROVIDER_SCHEME, AGENCY, "DATA_PROVIDERS", _ORGANISATIONS_VERSION)
    return ProvisionAgreement(
        **_maintainable(id_, body),
        provider=ItemRef(providers, body["provider"]),
        dataflow=_ref(Kind.DATAFLOW, body["dataflow"]),
    )


def _metadata_structure(id_: str, body: Body) -> Artefact:
    """Every attribute at most once unless it is `repeated`, and none but those that are `mandatory` need be there."""
    concepts = _ref(Kind.CONCEPT_SCHEME, body["concepts"])
    return MetadataStructure(
        **_maintainable(id_, body), attributes=tuple(_metadata_attributes(body["attributes"], concepts))
    )


def _metadata_attributes(bodies: Body, concepts: Ref, parent: str | None = None) -> Iterator[MetadataAttribute]:
    """Each before those `within` it, which it only holds together."""
    for id_, body in bodies.items():
        inner = body.get("within", {})
        yield MetadataAttribute(
            **_component(id_, body, concepts),
            min_occurs=int(body.get("mandatory") == "true"),
            max_occurs=None if body.get("repeated") == "true" else 1,
            parent=parent,
            presentational=bool(inner),
        )
        yield from _metadata_attributes(inner, concepts, id_)


def _metadataflow(id_: str, body: Body) -> Artefact:
    """`targets` are code lists, about whose codes its reports are; `about` are classes of artefacts, any of which they may be about."""
    codes = (ItemRef(_ref(Kind.CODELIST, target), "*").urn for target in body.get("targets", ()))
    classes = {kind.urn_class: kind for kind in Kind}
    artefacts = (Ref(classes[name], "*", "*", "*").urn for name in body.get("about", ()))
    structure = _ref(Kind.METADATA_STRUCTURE, body["structure"])
    return Metadataflow(**_maintainable(id_, body), structure=structure, targets=(*codes, *artefacts))


def _maintainable(id_: str, body: Body) -> dict[str, Any]:
    return {
        "agency": body.get("agency", AGENCY),
        "id": id_,
        "version": VERSION,
        "names": {"en": body["name"]},
        "descriptions": _english(body.get("description")),
        "annotations": _annotations(body.get("annotations", {})),
        "is_final": True,
    }


def _organisations(id_: str, body: Body) -> dict[str, Any]:
    scheme = _maintainable(id_, body)
    return {**scheme, "version": _ORGANISATIONS_VERSION, "is_final": False, "items": _items(body["organisations"])}


def _items(bodies: Mapping[str, str | Body]) -> tuple[Item, ...]:
    return tuple(_item(id_, {"name": body} if isinstance(body, str) else body) for id_, body in bodies.items())


def _item(id_: str, body: Body) -> Item:
    return Item(
        id=id_,
        names={"en": body["name"]},
        descriptions=_english(body.get("description")),
        parent=body.get("parent"),
        annotations=_annotations({k: v for k, v in body.items() if k not in _PLAIN}),
        representation=Representation(text_type=body["text"]) if "text" in body else None,
    )


def _annotations(notes: Mapping[str, str]) -> tuple[Annotation, ...]:
    return tuple(Annotation(type=kind, title=text) for kind, text in notes.items())


def _english(text: str | None) -> dict[str, str]:
    return {"en": text} if text else {}


def _ref(kind: Kind, id_: str) -> Ref:
    return Ref(kind, AGENCY, id_, VERSION)


#: In an order in which nothing comes before what it refers to.
_SECTIONS: Mapping[str, Callable[[str, Body], Artefact]] = {
    "agencyschemes": _agency_scheme,
    "dataproviderschemes": _provider_scheme,
    "codelists": _codelist,
    "conceptschemes": _concept_scheme,
    "datastructures": _data_structure,
    "dataflows": _dataflow,
    "provisionagreements": _provision_agreement,
    "metadatastructures": _metadata_structure,
    "metadataflows": _metadataflow,
}
