"""Which items of other schemes an artefact names: concepts of components, categories, codes in a hierarchy, organisations."""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.model.hierarchy import Hierarchy
from dataexchange.model.structure import (
    Artefact,
    Categorisation,
    DataConstraint,
    DataStructure,
    ItemRef,
    MetadataProvisionAgreement,
    MetadataStructure,
    ProvisionAgreement,
)


def items_used(artefact: Artefact) -> Iterator[ItemRef]:
    match artefact:
        case DataStructure():
            for component in artefact.components():
                yield from (concept for concept in (component.concept, *component.roles) if concept)
        case MetadataStructure():
            for attribute in artefact.attributes:
                yield from (concept for concept in (attribute.concept, *attribute.roles) if concept)
        case Categorisation():
            yield artefact.target
        case ProvisionAgreement() | MetadataProvisionAgreement():
            yield artefact.provider
        case DataConstraint() if artefact.provider:
            yield artefact.provider
        case Hierarchy():
            yield from (code.code for root in artefact.codes for code in root.walk())
