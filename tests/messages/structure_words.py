"""Hypothesis strategies for every word of model/structure.py."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from dataexchange.model.hierarchy import HierarchicalCode, Hierarchy, HierarchyAssociation, HierarchyLevel
from dataexchange.model.structure import (
    AgencyScheme,
    Annotation,
    Attribute,
    Categorisation,
    CategoryScheme,
    Codelist,
    CodelistExtension,
    ConceptScheme,
    CubeRegion,
    DataConstraint,
    DataConsumerScheme,
    Dataflow,
    DataKey,
    DataProviderScheme,
    DataStructure,
    Dimension,
    Item,
    ItemRef,
    KeySet,
    Kind,
    Level,
    Measure,
    Member,
    MetadataAttribute,
    Metadataflow,
    MetadataProviderScheme,
    MetadataProvisionAgreement,
    MetadataStructure,
    OrganisationUnitScheme,
    ProvisionAgreement,
    Ref,
    ReleaseCalendar,
    Representation,
    Selection,
    ValueList,
)
from dataexchange.model.structure_map import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    DateMap,
    FixedValue,
    FrequencyFormat,
    MappedValue,
    OrganisationSchemeMap,
    RepresentationMap,
    StructureMap,
    ValueMapping,
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
        if kind in _WITH_PARENTS and number:
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


_WITH_PARENTS = (Kind.CODELIST, Kind.CONCEPT_SCHEME, Kind.CATEGORY_SCHEME, Kind.ORGANISATION_UNIT_SCHEME)


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


MEMBERS = st.lists(IDS, unique=True, max_size=3).map(lambda ids: [Member(i) for i in ids])
WILD_MEMBERS = st.lists(IDS, unique=True, max_size=1).map(lambda ids: [Member(f"{i}%") for i in ids])
EXTENSIONS = st.builds(
    lambda codelist, prefix, included, members, wild: CodelistExtension(
        codelist=codelist, prefix=prefix, included=included or not (members or wild), members=(*members, *wild)
    ),
    refs(Kind.CODELIST),
    st.sampled_from(["", "X_"]),
    st.booleans(),
    MEMBERS | st.lists(IDS, unique=True, max_size=2).map(lambda ids: [Member(i, "excluderoot") for i in ids]),
    WILD_MEMBERS,
)


@st.composite
def value_lists(draw: st.DrawFn) -> ValueList:
    ids = draw(st.lists(WORDING, unique=True, max_size=4))
    items_ = tuple(Item(id=i, names=draw(TEXTS), descriptions=draw(TEXTS), annotations=draw(ANNOTATIONS)) for i in ids)
    return draw(st.builds(ValueList, **COMMON, items=st.just(items_)))


CODES = st.builds(ItemRef, refs(Kind.CODELIST), IDS)


def hierarchical_codes(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(
        HierarchicalCode,
        id=IDS,
        code=CODES,
        codes=inner,
        level=st.none() | st.just("L1"),
        annotations=ANNOTATIONS,
        valid_from=st.none() | st.just("2020-01-01T00:00:00"),
    )


HIERARCHICAL_CODES = st.recursive(
    hierarchical_codes(st.just(())),
    lambda inner: hierarchical_codes(st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)


def told_apart(codes: tuple[HierarchicalCode, ...], above: str = "H") -> tuple[HierarchicalCode, ...]:
    """An id stands once in a hierarchy."""
    return tuple(
        replace(code, id=f"{above}_{n}", codes=told_apart(code.codes, f"{above}_{n}")) for n, code in enumerate(codes)
    )


LEVELS = st.lists(
    st.builds(
        HierarchyLevel,
        id=IDS,
        names=TEXTS.filter(bool),
        descriptions=TEXTS,
        annotations=ANNOTATIONS,
        coding=st.just({}) | st.just({"textType": "Numeric", "minLength": "2"}),
    ),
    max_size=2,
).map(tuple)
DATE_MAPS = st.one_of(
    st.builds(
        DateMap,
        mapped=st.just((("YEAR", "TIME_PERIOD"),)),
        id=st.none() | IDS,
        pattern=st.just("dd/MM/yyyy"),
        locale=st.just("en"),
        target_frequency=st.just("A"),
        resolve=st.none() | st.just("midPeriod"),
        annotations=ANNOTATIONS,
    ),
    st.builds(
        DateMap,
        mapped=st.just((("SECONDS", "TIME_PERIOD"),)),
        epoch=st.just(("1970", "second")),
        frequency_dimension=st.just("FREQ"),
        frequencies=st.sampled_from([(), ("A", "M")]),
    ),
)
VALUE_MAPPINGS = st.builds(
    ValueMapping,
    sources=st.lists(
        st.builds(
            MappedValue,
            value=WORDING,
            is_regex=st.booleans(),
            start=st.none() | st.integers(0, 3),
            end=st.none() | st.integers(4, 9),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    targets=st.lists(WORDING, max_size=2).map(tuple),
    valid_from=st.none() | st.just("2020-01-01"),
    annotations=ANNOTATIONS,
)
ITEM_MAPPINGS = VALUE_MAPPINGS.map(
    lambda m: ValueMapping(sources=m.sources[:1], targets=m.targets[:1], annotations=m.annotations)
)
ENDS = st.lists(
    refs(Kind.CODELIST) | refs(Kind.VALUE_LIST) | st.sampled_from(["String", "Integer"]), min_size=1, max_size=2
)
SELECTIONS = st.builds(
    Selection,
    remove_prefix=st.none() | st.booleans(),
    valid_from=st.none() | st.just("2020"),
    valid_to=st.none() | st.just("2021-03"),
)


@st.composite
def regions(draw: st.DrawFn) -> CubeRegion:
    ids = draw(st.lists(IDS.filter(lambda i: i != "TIME_PERIOD"), unique=True, min_size=3, max_size=5))
    values = {i: tuple(draw(st.lists(IDS, min_size=1, unique=True, max_size=3))) for i in ids[:-2]}
    included = draw(st.booleans())
    without = {ids[-2]: ("A", "B%")} if included and draw(st.booleans()) else {}
    first, code = ids[0], values[ids[0]][0]
    says = draw(SELECTIONS)
    says = Selection(
        remove_prefix=says.remove_prefix,
        valid_from=says.valid_from,
        valid_to=says.valid_to,
        cascade=draw(st.sampled_from([{}, {code: "true"}, {code: "excluderoot"}])),
        valid=draw(st.sampled_from([{}, {code: ("2019", None)}])),
    )
    span = draw(st.sampled_from([None, ("2010", "2020"), ("2010", None), (None, "2020")]))
    return CubeRegion(
        values=values,
        without=without,
        included=included,
        time_range=span,
        time_open=tuple(draw(st.booleans()) if span and end else False for end in (span or (None, None))),
        components={ids[-1]: ("X", "Y")} if draw(st.booleans()) else {},
        selections={first: says} if says != Selection() else {},
    )


KEY_SETS = st.builds(
    KeySet,
    keys=st.lists(
        st.builds(
            DataKey,
            values=st.dictionaries(IDS, IDS, min_size=1, max_size=3),
            components=st.dictionaries(IDS, st.lists(IDS, min_size=1, max_size=2).map(tuple), max_size=1),
            valid_from=st.none() | st.just("2020"),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
    included=st.booleans(),
)
PROVIDER = st.builds(
    ItemRef,
    st.builds(Ref, st.just(Kind.DATA_PROVIDER_SCHEME), IDS, st.just("DATA_PROVIDERS"), st.just("1.0")),
    IDS,
)

ARTEFACTS = st.one_of(
    scheme(Codelist, extensions=st.lists(EXTENSIONS, max_size=2).map(tuple)),
    value_lists(),
    scheme(MetadataProviderScheme, id=st.just("METADATA_PROVIDERS"), version=st.just("1.0")),
    scheme(OrganisationUnitScheme, version=st.just("1.0")),
    st.builds(
        Hierarchy,
        **COMMON,
        codes=st.lists(HIERARCHICAL_CODES, min_size=1, max_size=3).map(lambda codes: told_apart(tuple(codes))),
        levels=LEVELS,
        has_formal_levels=st.booleans(),
    ),
    st.builds(
        HierarchyAssociation,
        **COMMON,
        hierarchy=refs(Kind.HIERARCHY),
        linked=refs(Kind.CODELIST).map(lambda r: r.urn),
        context=st.none() | refs(Kind.DATAFLOW).map(lambda r: r.urn),
    ),
    st.builds(
        StructureMap,
        **COMMON,
        source=refs(Kind.DATA_STRUCTURE) | refs(Kind.DATAFLOW),
        target=refs(Kind.DATA_STRUCTURE) | refs(Kind.DATAFLOW),
        components=st.lists(
            st.builds(
                ComponentMap,
                sources=st.lists(IDS, min_size=1, max_size=2).map(tuple),
                targets=st.lists(IDS, min_size=1, max_size=2).map(tuple),
                representation=st.none() | refs(Kind.REPRESENTATION_MAP),
                annotations=ANNOTATIONS,
            ),
            max_size=3,
        ).map(tuple),
        # SDMX-JSON and SDMX-ML have two lists of them.
        dates=st.lists(DATE_MAPS, max_size=2).map(lambda ds: tuple(sorted(ds, key=lambda d: d.epoch is None))),
        formats=st.lists(
            st.builds(FrequencyFormat, frequency=st.just("A"), pattern=st.just("yyyy"), id=st.none() | IDS), max_size=1
        ).map(tuple),
        fixed=st.lists(
            st.builds(
                FixedValue,
                component=IDS,
                values=st.lists(WORDING, max_size=2).map(tuple),
                in_source=st.booleans(),
                annotations=ANNOTATIONS,
            ),
            max_size=2,
        ).map(tuple),
    ),
    st.builds(
        RepresentationMap,
        **COMMON,
        sources=ENDS.map(tuple),
        targets=ENDS.map(tuple),
        mappings=st.lists(VALUE_MAPPINGS, max_size=3).map(tuple),
    ),
    *(
        st.builds(
            cls, **COMMON, source=refs(kind), target=refs(kind), mappings=st.lists(ITEM_MAPPINGS, max_size=2).map(tuple)
        )
        for cls, kind in (
            (ConceptSchemeMap, Kind.CONCEPT_SCHEME),
            (CategorySchemeMap, Kind.CATEGORY_SCHEME),
            (OrganisationSchemeMap, Kind.ORGANISATION_UNIT_SCHEME),
        )
    ),
    st.builds(
        MetadataProvisionAgreement,
        **COMMON,
        provider=st.builds(
            ItemRef,
            st.builds(Ref, st.just(Kind.METADATA_PROVIDER_SCHEME), IDS, st.just("METADATA_PROVIDERS"), st.just("1.0")),
            IDS,
        ),
        metadataflow=refs(Kind.METADATAFLOW),
        targets=st.just(()) | st.just(("urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=*:*(*)",)),
    ),
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
        regions=st.lists(regions(), max_size=2, unique_by=lambda region: region.included).map(tuple),
        key_sets=st.lists(KEY_SETS, max_size=1).map(tuple),
        calendar=st.none() | st.just(ReleaseCalendar(periodicity="P1Y", offset="P2M", tolerance="P3D")),
    ),
    st.builds(DataConstraint, **COMMON, provider=PROVIDER),
    st.builds(DataConstraint, **COMMON, sources=st.just(("https://example.org/data.csv",))),
    data_structures(),
    metadata_structures(),
)
