"""What artefacts, items and components have in common in SDMX-ML, written.

References are `Ref` elements with every attribute in 2.1 (the Java connectors and rsdmx read no others, pysdmx demands
`class`), URNs as text in 3.x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dataexchange.messages.stub_address import address
from dataexchange.messages.xml_build import element, escape, flag
from dataexchange.model.structure import Annotation, Artefact, ItemRef, Kind, Ref, Representation, Text

#: Kinds whose version and finality SDMX-ML fixes.
_ORGANISATIONS = frozenset(
    {
        Kind.AGENCY_SCHEME,
        Kind.DATA_PROVIDER_SCHEME,
        Kind.DATA_CONSUMER_SCHEME,
        Kind.METADATA_PROVIDER_SCHEME,
        Kind.ORGANISATION_UNIT_SCHEME,
    }
)
#: Kinds that 2.1 keeps under another class: (package, class).
_IN_2_1: Mapping[Kind, tuple[str, str]] = {
    Kind.DATA_CONSTRAINT: ("registry", "ContentConstraint"),
    Kind.VALUE_LIST: ("codelist", "Codelist"),
    Kind.HIERARCHY: ("codelist", "HierarchicalCodelist"),
    **dict.fromkeys(
        (
            Kind.STRUCTURE_MAP,
            Kind.REPRESENTATION_MAP,
            Kind.CONCEPT_SCHEME_MAP,
            Kind.CATEGORY_SCHEME_MAP,
            Kind.ORGANISATION_SCHEME_MAP,
        ),
        ("mapping", "StructureSet"),
    ),
}
_TIME_FACETS = frozenset({"startTime", "endTime"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """SDMX-ML 2.1, 3.0 or 3.1. `base_url`: where artefacts can be had whole, said in stubs. `beside`: what the maps of 2.1, which
    cannot do without what they refer to, may look up."""

    is_2_1: bool
    base_url: str = ""
    is_3_1: bool = False
    beside: Mapping[Ref, Artefact] = field(default_factory=dict)

    @property
    def schemas(self) -> str:
        return "v2_1" if self.is_2_1 else "v3_1" if self.is_3_1 else "v3_0"


def texts(name: str, found: Text) -> str:
    return "".join(element(name, {"xml:lang": language}, escape(text)) for language, text in found.items())


def named(names: Text, descriptions: Text, fallback: str) -> str:
    """SDMX-ML demands a name; one that has none is called by its id."""
    return texts("com:Name", names or {"en": fallback}) + texts("com:Description", descriptions)


def notes(annotations: Sequence[Annotation], dialect: Dialect) -> str:
    return element("com:Annotations", {}, *(_note(a, dialect) for a in annotations)) if annotations else ""


def _note(note: Annotation, dialect: Dialect) -> str:
    def plain(name: str, text: str | None) -> str:
        return element(f"com:Annotation{name}", {}, escape(text)) if text is not None else ""

    return element(
        "com:Annotation",
        {"id": note.id},
        plain("Title", note.title),
        plain("Type", note.type),
        plain("URL", note.url),
        texts("com:AnnotationText", note.text),
        "" if dialect.is_2_1 else plain("Value", note.value),
    )


def class_name(kind: Kind, dialect: Dialect) -> str:
    return _IN_2_1[kind][1] if dialect.is_2_1 and kind in _IN_2_1 else kind.urn_class


def package_name(kind: Kind, dialect: Dialect) -> str:
    return _IN_2_1[kind][0] if dialect.is_2_1 and kind in _IN_2_1 else kind.package


def version_of(version: str, dialect: Dialect) -> str:
    """2.1 knows numbers alone: "1.0.0-draft" is 1.0.0 there."""
    return version.split("-", 1)[0] if dialect.is_2_1 else version


def urn(ref: Ref, dialect: Dialect) -> str:
    cls = class_name(ref.kind, dialect)
    is_fixed = dialect.is_3_1 and ref.kind is Kind.CATEGORISATION
    version = "1.0" if is_fixed else version_of(ref.version, dialect)
    return f"urn:sdmx:org.sdmx.infomodel.{package_name(ref.kind, dialect)}.{cls}={ref.agency}:{ref.id}({version})"


def _is_unversioned(kind: Kind, dialect: Dialect) -> bool:
    """Whether its one version is 1.0: organisation schemes since 3.0, categorisations since 3.1."""
    return (not dialect.is_2_1 and kind in _ORGANISATIONS) or (dialect.is_3_1 and kind is Kind.CATEGORISATION)


def artefact_attributes(artefact: Artefact, dialect: Dialect, *, stub: bool) -> dict[str, str | None]:
    organisation = artefact.kind in _ORGANISATIONS
    out: dict[str, str | None] = {
        "id": artefact.id,
        "urn": urn(artefact.ref, dialect),
        "agencyID": artefact.agency,
        "version": None if _is_unversioned(artefact.kind, dialect) else version_of(artefact.version, dialect),
        "isFinal": flag(artefact.is_final and not organisation) if dialect.is_2_1 else None,
        "validFrom": artefact.valid_from,
        "validTo": artefact.valid_to,
    }
    if stub:
        out["isExternalReference"] = "true"
        if dialect.base_url:
            out["structureURL"] = address(dialect.base_url, artefact.ref)
    return out


def reference(name: str, target: Ref | ItemRef, dialect: Dialect) -> str:
    """An element that refers to an artefact or an item."""
    if not dialect.is_2_1:
        return element(name, {}, escape(target.urn))
    if isinstance(target, Ref):
        return element(name, {}, element("Ref", _ref(target, dialect)))
    attributes = {
        "id": target.id,
        "maintainableParentID": target.scheme.id,
        "maintainableParentVersion": version_of(target.scheme.version, dialect),
        "agencyID": target.scheme.agency,
        "package": target.scheme.kind.package,
        "class": target.urn.partition("=")[0].rpartition(".")[2],
    }
    return element(name, {}, element("Ref", attributes))


def _ref(target: Ref, dialect: Dialect) -> dict[str, str | None]:
    return {
        "id": target.id,
        "version": version_of(target.version, dialect),
        "agencyID": target.agency,
        "package": package_name(target.kind, dialect),
        "class": class_name(target.kind, dialect),
    }


def local_reference(name: str, identifier: str, dialect: Dialect) -> str:
    """Something in the same artefact: a parent code, a dimension. A class here would stop sdmx1."""
    if not dialect.is_2_1:
        return element(name, {}, escape(identifier))
    return element(name, {}, element("Ref", {"id": identifier}))


def representation(name: str, found: Representation, dialect: Dialect, *, is_time: bool = False) -> str:
    """`LocalRepresentation` or `CoreRepresentation`; nothing where nothing is said, except for time, which must say it."""
    if found == Representation() and not is_time:
        return ""
    facets: dict[str, str | None] = {"textType": found.text_type}
    occurs: dict[str, str | None] = {}
    for key, value in found.facets.items():
        if key in ("minOccurs", "maxOccurs"):
            occurs |= {} if dialect.is_2_1 or is_time else {key: value}
        elif not is_time or key in _TIME_FACETS:
            facets[key] = value
    if found.codelist is None:
        return element(name, occurs, element("str:TextFormat", facets))
    format_ = element("str:EnumerationFormat", facets) if any(facets.values()) else ""
    return element(name, occurs, reference("str:Enumeration", found.codelist, dialect), format_)
