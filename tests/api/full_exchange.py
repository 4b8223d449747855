"""Beside what ships, one artefact of every other type that the exchange holds, all of agency T."""

from __future__ import annotations

from dataexchange.model.structure import (
    Annotation,
    Artefact,
    Codelist,
    CodelistExtension,
    ConceptScheme,
    CubeRegion,
    DataConstraint,
    DataConsumerScheme,
    Item,
    ItemRef,
    Kind,
    Member,
    MetadataAttribute,
    Metadataflow,
    MetadataProviderScheme,
    MetadataProvisionAgreement,
    MetadataStructure,
    OrganisationUnitScheme,
    Ref,
    Representation,
    Selection,
    ValueList,
)
from dataexchange.model.structure_map import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    FixedValue,
    MappedValue,
    OrganisationSchemeMap,
    RepresentationMap,
    StructureMap,
    ValueMapping,
)

LOCAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_LOCAL", "1.0.0")
NATIONAL = Ref(Kind.DATAFLOW, "DX", "DF_SDG_NATIONAL", "1.0.0")
SEX = Ref(Kind.CODELIST, "DX", "CL_SEX", "1.0.0")


def _named(id_: str, version: str = "1.0.0") -> dict[str, object]:
    words = {"names": {"en": id_.title()}, "descriptions": {"en": f"All of {id_}"}, "is_final": version == "1.0.0"}
    return {"agency": "T", "id": id_, "version": version, **words, "annotations": (Annotation(type="NOTE", title="x"),)}


VALUES = ValueList(
    **_named("VL_MARK"), items=(Item(id="€", names={"en": "Euro"}), Item(id="n/a"), Item(id="OK", names={"en": "Fine"}))
)
SEXES = Codelist(
    **_named("CL_SEXES"),
    items=(Item(id="X", names={"en": "Another"}),),
    extensions=(CodelistExtension(codelist=SEX, members=(Member("F"), Member("M"))),),
)
CONCEPTS = ConceptScheme(**_named("CS"), items=(Item(id="TEXT"), Item(id="UNUSED")))
CONSTRAINT = DataConstraint(
    **_named("CONS"),
    attached_to=(LOCAL,),
    regions=(
        CubeRegion(
            values={"SEX": ("F", "M"), "REF_AREA": ("GB",), "AGE": ("Y%",)},
            time_range=("2010", "2030"),
            selections={
                "REF_AREA": Selection(cascade={"GB": "true"}),
                "SEX": Selection(valid_from="2015-01-01T00:00:00Z"),
            },
        ),
    ),
)
MSD = MetadataStructure(
    **_named("MSD"),
    attributes=(
        MetadataAttribute(
            id="TEXT", concept=ItemRef(CONCEPTS.ref, "TEXT"), representation=Representation(text_type="String")
        ),
    ),
)
FLOW = Metadataflow(
    **_named("MDF"), structure=MSD.ref, targets=("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:*(*)",)
)
PROVIDERS = MetadataProviderScheme(**_named("METADATA_PROVIDERS", "1.0"), items=(Item(id="CITY"), Item(id="OTHER")))
AGREEMENT = MetadataProvisionAgreement(**_named("MPA"), provider=ItemRef(PROVIDERS.ref, "CITY"), metadataflow=FLOW.ref)
RM = RepresentationMap(
    **_named("RM_SEX"),
    sources=(SEXES.ref,),
    targets=(SEX,),
    mappings=(
        ValueMapping(sources=(MappedValue(value="F"),), targets=("F",)),
        ValueMapping(sources=(MappedValue(value="X"),), targets=("_T",)),
    ),
)
SM = StructureMap(
    **_named("SM"),
    source=LOCAL,
    target=NATIONAL,
    components=(
        ComponentMap(sources=("SEX",), targets=("SEX",), representation=RM.ref),
        ComponentMap(sources=("REF_AREA",), targets=("REF_AREA",)),
    ),
    fixed=(FixedValue(component="FREQ", values=("A",)),),
)
UNITS = OrganisationUnitScheme(**_named("UNITS", "1.0"), items=(Item(id="TOP"), Item(id="PART", parent="TOP")))
MAPS = tuple(
    cls(
        **_named(id_),
        source=ref,
        target=ref,
        mappings=(ValueMapping(sources=(MappedValue(value=item),), targets=(item,)),),
    )
    for cls, id_, ref, item in (
        (ConceptSchemeMap, "CSM", CONCEPTS.ref, "TEXT"),
        (CategorySchemeMap, "CATM", Ref(Kind.CATEGORY_SCHEME, "DX", "SDG_FRAMEWORK", "1.0.0"), "SDG_1"),
        (OrganisationSchemeMap, "OSM", UNITS.ref, "TOP"),
    )
)
CONSUMERS = DataConsumerScheme(**_named("DATA_CONSUMERS", "1.0"), items=(Item(id="READER"),))

OTHERS: tuple[Artefact, ...] = (
    VALUES,
    SEXES,
    CONCEPTS,
    CONSTRAINT,
    MSD,
    FLOW,
    PROVIDERS,
    AGREEMENT,
    RM,
    SM,
    UNITS,
    *MAPS,
    CONSUMERS,
)
