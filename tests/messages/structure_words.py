"""Hypothesis strategies for every word of model/structure.py."""

from __future__ import annotations

from hypothesis import strategies as st

from dataexchange.model.structure import (
    AgencyScheme,
    Annotation,
    Attribute,
    Categorisation,
    CategoryScheme,
    Codelist,
    ConceptScheme,
    CubeRegion,
    DataConstraint,
    DataConsumerScheme,
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

IDS = st.from_regex(r"[A-Z][A-Z0-9_]{0,6}", fullmatch=True)
VERSIONS = st.sampled_from(["1.0", "1.8", "1.0.0", "2.1.3"])
# What XML can hold as it stands: no control characters, no white space at the ends, something visible.
WORDING = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
TEXTS = st.dictionaries(st.sampled_from(["en", "ru", "ky"]), WORDING, max_size=3)
ANNOTATIONS = st.lists(
    st.builds(
        Annotation,
        id=st.none() | IDS,
        type=st.none() | WORDING,
        title=st.none() | WORDING,
        url=st.none() | st.just("https://example.org/a?b=c&d"),
        text=TEXTS,
    ),
    max_size=2,
).map(tuple)


def refs(kind: Kind) -> st.SearchStrategy[Ref]:
    return st.builds(Ref, st.just(kind), IDS, IDS, VERSIONS)


CONCEPTS = st.builds(ItemRef, refs(Kind.CONCEPT_SCHEME), IDS)
FACETS = st.fixed_dictionaries(
    {},
    optional={
        "minLength": st.sampled_from(["1", "2"]),
        "maxLength": st.sampled_from(["350", "4000"]),
        "minValue": st.sampled_from(["0", "-1.5"]),
        "decimals": st.sampled_from(["1", "2"]),
        "pattern": WORDING,
        "isSequence": st.sampled_from(["true", "false"]),
    },
)
REPRESENTATIONS = st.one_of(
    st.just(Representation()),
    st.builds(Representation, refs(Kind.CODELIST)),
    st.builds(Representation, st.none(), st.sampled_from(["String", "Double", "Integer"]), FACETS),
)
COMMON = {
    "agency": IDS,
    "id": IDS,
    "version": VERSIONS,
    "names": TEXTS,
    "descriptions": TEXTS,
    "annotations": ANNOTATIONS,
    "is_final": st.booleans(),
    "valid_from": st.none() | st.just("2020-01-01T00:00:00"),
    "valid_to": st.none() | st.just("2030-01-01T00:00:00"),
}


@st.composite
def items(draw: st.DrawFn, kind: Kind) -> tuple[Item, ...]:
    ids = draw(st.lists(IDS, unique=True, max_size=6))
    out: list[Item] = []
    for number, identifier in enumerate(ids):
        parent = None
        # The one before or its ancestors: so that the order is depth first, as nested categories are.
        if kind in (Kind.CODELIST, Kind.CONCEPT_SCHEME, Kind.CATEGORY_SCHEME) and number:
            parent = draw(st.sampled_from([None, out[-1].id, out[-1].parent]))
        concept = kind is Kind.CONCEPT_SCHEME
        out.append(
            Item(
                id=identifier,
                names=draw(TEXTS),
                descriptions=draw(TEXTS),
                parent=parent,
                annotations=draw(ANNOTATIONS),
                representation=draw(st.none() | REPRESENTATIONS.filter(lambda r: r != Representation()))
                if concept
                else None,
            )
        )
    return tuple(out)


def scheme(cls, **fixed):
    return st.builds(cls, **{**COMMON, **fixed}, items=items(cls.kind), is_partial=st.booleans())


def component(cls, identifier: str, **more):
    words = {
        "id": st.just(identifier),
        "concept": CONCEPTS,
        "representation": REPRESENTATIONS,
        "annotations": ANNOTATIONS,
        "roles": st.lists(CONCEPTS, max_size=1).map(tuple),
    }
    return st.builds(cls, **{**words, **more})


@st.composite
def data_structures(draw: st.DrawFn) -> DataStructure:
    ids = draw(st.lists(IDS, unique=True, min_size=3, max_size=8).filter(lambda x: not {"TIME_PERIOD"} & set(x)))
    n = draw(st.integers(1, len(ids) - 1))
    keys, rest = ids[:n], ids[n:]
    dimensions = tuple(draw(component(Dimension, i)) for i in keys)
    time = draw(
        st.none()
        | st.builds(
            Dimension,
            id=st.just("TIME_PERIOD"),
            concept=CONCEPTS,
            representation=st.just(Representation(None, "ObservationalTimePeriod")),
        )
    )
    measures = (draw(component(Measure, "OBS_VALUE", mandatory=st.booleans())),)
    attributes = []
    for identifier in rest:
        level = draw(st.sampled_from(Level))
        some = st.lists(st.sampled_from(keys), unique=True, max_size=n - 1).map(tuple) if n > 1 else st.just(())
        attributes.append(
            draw(
                component(
                    Attribute,
                    identifier,
                    level=st.just(level),
                    mandatory=st.booleans(),
                    dimensions=some if level is Level.SERIES else st.just(()),
                )
            )
        )
    return draw(
        st.builds(
            DataStructure,
            **COMMON,
            dimensions=st.just(dimensions),
            time_dimension=st.just(time),
            measures=st.just(measures),
            attributes=st.just(tuple(attributes)),
            groups=st.just({"G1": tuple(keys[:1])}) | st.just({}),
        )
    )


@st.composite
def metadata_structures(draw: st.DrawFn) -> MetadataStructure:
    ids = draw(st.lists(IDS, unique=True, max_size=4))
    out: list[MetadataAttribute] = []
    for identifier in ids:
        out.append(
            draw(
                component(
                    MetadataAttribute,
                    identifier,
                    roles=st.just(()),
                    min_occurs=st.integers(0, 1),
                    max_occurs=st.sampled_from([1, 5, None]),
                    presentational=st.booleans(),
                    parent=st.sampled_from([None, out[-1].id, out[-1].parent]) if out else st.none(),
                )
            )
        )
    return draw(st.builds(MetadataStructure, **COMMON, attributes=st.just(tuple(out))))


REGIONS = st.builds(
    CubeRegion,
    values=st.dictionaries(IDS, st.lists(IDS, min_size=1, unique=True, max_size=3).map(tuple), min_size=1, max_size=2),
    included=st.booleans(),
    time_range=st.none() | st.just(("2010", "2020")) | st.just(("2010", None)) | st.just((None, "2020")),
    components=st.dictionaries(IDS, st.lists(IDS, min_size=1, unique=True).map(tuple), max_size=1),
)

ARTEFACTS = st.one_of(
    scheme(Codelist),
    scheme(ConceptScheme),
    scheme(CategoryScheme),
    scheme(AgencyScheme, id=st.just("AGENCIES"), version=st.just("1.0")),
    scheme(DataProviderScheme, id=st.just("DATA_PROVIDERS"), version=st.just("1.0")),
    scheme(DataConsumerScheme, id=st.just("DATA_CONSUMERS"), version=st.just("1.0")),
    st.builds(Dataflow, **COMMON, structure=st.none() | refs(Kind.DATA_STRUCTURE)),
    st.builds(
        Metadataflow,
        **COMMON,
        structure=refs(Kind.METADATA_STRUCTURE),
        targets=st.just(("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)",)),
    ),
    st.builds(
        Categorisation,
        **COMMON,
        source=refs(Kind.DATAFLOW) | refs(Kind.CODELIST),
        target=st.builds(ItemRef, refs(Kind.CATEGORY_SCHEME), IDS),
    ),
    st.builds(
        ProvisionAgreement,
        **COMMON,
        provider=st.builds(
            ItemRef,
            st.builds(Ref, st.just(Kind.DATA_PROVIDER_SCHEME), IDS, st.just("DATA_PROVIDERS"), st.just("1.0")),
            IDS,
        ),
        dataflow=refs(Kind.DATAFLOW),
    ),
    st.builds(
        DataConstraint,
        **COMMON,
        role=st.sampled_from(["Allowed", "Actual"]),
        attached_to=st.lists(refs(Kind.DATAFLOW), min_size=1, max_size=2, unique=True).map(tuple),
        # SDMX 3 has one region of what is in and one of what is out.
        regions=st.lists(REGIONS, max_size=2, unique_by=lambda region: region.included).map(tuple),
    ),
    data_structures(),
    metadata_structures(),
)
