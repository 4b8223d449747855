"""Whether an artefact refers to artefacts of the right kinds: a dataflow to a data structure, an agreement to a data provider."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dataexchange.model.hierarchy import Hierarchy, HierarchyAssociation
from dataexchange.model.sound_forms import AGENCY, ID, is_of, shown
from dataexchange.model.structure import (
    Artefact,
    Categorisation,
    Codelist,
    DataConstraint,
    Dataflow,
    Kind,
    Metadataflow,
    MetadataProvisionAgreement,
    ProvisionAgreement,
    Ref,
)
from dataexchange.model.structure_map import (
    CategorySchemeMap,
    ConceptSchemeMap,
    OrganisationSchemeMap,
    RepresentationMap,
    StructureMap,
)

Wanted = Iterator[tuple[str, Ref | None, Collection[Kind]]]

_ORGANISATIONS = (
    Kind.AGENCY_SCHEME,
    Kind.DATA_PROVIDER_SCHEME,
    Kind.DATA_CONSUMER_SCHEME,
    Kind.METADATA_PROVIDER_SCHEME,
    Kind.ORGANISATION_UNIT_SCHEME,
)
_CONSTRAINED = (
    Kind.DATA_STRUCTURE,
    Kind.DATAFLOW,
    Kind.PROVISION_AGREEMENT,
    Kind.METADATA_STRUCTURE,
    Kind.METADATAFLOW,
    Kind.METADATA_PROVISION_AGREEMENT,
)
_MAPPED = {
    CategorySchemeMap: (Kind.CATEGORY_SCHEME,),
    ConceptSchemeMap: (Kind.CONCEPT_SCHEME,),
    OrganisationSchemeMap: _ORGANISATIONS,
}


def kind_faults(artefact: Artefact) -> Iterator[str]:
    for what, ref, kinds in _wanted(artefact):
        meant = " or ".join(kind.urn_class for kind in kinds)
        if ref is None:
            yield f"it names no {what}: name a {meant}"
        elif ref.kind not in kinds:
            yield f"its {what} is {ref.kind.urn_class} {ref}: name a {meant}"
    if isinstance(artefact, Codelist) and any(e.codelist == artefact.ref for e in artefact.extensions):
        yield "it extends itself: name another code list"
    for ref in artefact.uses():
        if not is_of(AGENCY, ref.agency) or not is_of(ID, ref.id):
            yield f"it refers to {shown(ref.short)}: mend the name"


def _wanted(artefact: Artefact) -> Wanted:
    match artefact:
        case Dataflow():
            yield "structure", artefact.structure, (Kind.DATA_STRUCTURE,)
        case Metadataflow():
            yield "structure", artefact.structure, (Kind.METADATA_STRUCTURE,)
        case Categorisation():
            yield "target", artefact.target.scheme, (Kind.CATEGORY_SCHEME,)
        case ProvisionAgreement():
            yield "provider", artefact.provider.scheme, (Kind.DATA_PROVIDER_SCHEME,)
            yield "dataflow", artefact.dataflow, (Kind.DATAFLOW,)
        case MetadataProvisionAgreement():
            yield "provider", artefact.provider.scheme, (Kind.METADATA_PROVIDER_SCHEME,)
            yield "metadataflow", artefact.metadataflow, (Kind.METADATAFLOW,)
        case DataConstraint():
            yield from (("attachment", ref, _CONSTRAINED) for ref in artefact.attached_to)
            if artefact.provider:
                yield "provider", artefact.provider.scheme, (Kind.DATA_PROVIDER_SCHEME, Kind.METADATA_PROVIDER_SCHEME)
        case Codelist():
            yield from (("extension", extension.codelist, (Kind.CODELIST,)) for extension in artefact.extensions)
        case Hierarchy():
            yield from (("code list", ref, (Kind.CODELIST,)) for ref in artefact.uses())
        case HierarchyAssociation():
            yield "hierarchy", artefact.hierarchy, (Kind.HIERARCHY,)
        case _:
            yield from _of_maps(artefact)


def _of_maps(artefact: Artefact) -> Wanted:
    if isinstance(artefact, StructureMap):
        yield "source", artefact.source, (Kind.DATA_STRUCTURE, Kind.DATAFLOW)
        yield "target", artefact.target, (Kind.DATA_STRUCTURE, Kind.DATAFLOW)
        for component in artefact.components:
            if component.representation:
                yield "representation map", component.representation, (Kind.REPRESENTATION_MAP,)
    elif isinstance(artefact, RepresentationMap):
        yield from (("code list", ref, (Kind.CODELIST, Kind.VALUE_LIST)) for ref in artefact.uses())
    elif isinstance(artefact, CategorySchemeMap | ConceptSchemeMap | OrganisationSchemeMap):
        for what, ref in (("source", artefact.source), ("target", artefact.target)):
            yield what, ref, _MAPPED[type(artefact)]
