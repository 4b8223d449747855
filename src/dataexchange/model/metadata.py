"""Reference metadata: a report about structures, areas or indicators, with the attributes that a metadata structure lays down.

    MetadataSet(agency="UK_ONS", id="QUALITY", version="1.0.0", metadataflow=flow, targets=(dataflow.urn,), attributes=(…,))

SDMX 3 hangs a report on anything that has a URN, also with wildcards; of an item (an area, an indicator) it is the item's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from dataexchange.model.structure import Annotation, Ref, Text
from dataexchange.model.version import choose

#: A plain value, as JSON has it; SDMX-ML has text.
Value = str | int | float | bool

_TARGET = re.compile(
    r"urn:sdmx:org\.sdmx\.infomodel\.(?P<package>\w+|\*)\.(?P<cls>\w+|\*)="
    r"(?P<agency>[A-Za-z0-9_@$\-.]+|\*):(?P<id>[A-Za-z0-9_@$\-]+|\*)\((?P<version>[^()]+)\)(?:\.(?P<item>.+))?"
)
#: What URNs of items call the artefact that they stand in.
_SCHEMES: Mapping[str, str] = {
    "Code": "Codelist",
    "Concept": "ConceptScheme",
    "Category": "CategoryScheme",
    "Agency": "AgencyScheme",
    "DataProvider": "DataProviderScheme",
    "DataConsumer": "DataConsumerScheme",
    "ContentConstraint": "DataConstraint",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One attribute of a report: a plain value, or text by language, or only what stands in it."""

    id: str
    value: Value | None = None
    texts: Text = field(default_factory=dict)
    attributes: tuple[Reported, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataSet:
    """A report. `agency` is the provider who maintains it."""

    agency: str
    id: str
    version: str
    names: Text = field(default_factory=dict)
    descriptions: Text = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    metadataflow: Ref
    #: URNs, as written.
    targets: tuple[str, ...]
    attributes: tuple[Reported, ...]
    #: What the standard lets a report say of its period: action, publicationPeriod, publicationYear, reportingBegin, reportingEnd.
    period: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """`UK_ONS:QUALITY(1.0.0)`"""
        return f"{self.agency}:{self.id}({self.version})"

    @property
    def urn(self) -> str:
        return f"urn:sdmx:org.sdmx.infomodel.metadatastructure.MetadataSet={self.short}"

    def every(self) -> Iterator[Reported]:
        """All attributes, depth first."""
        waiting = list(reversed(self.attributes))
        while waiting:
            here = waiting.pop()
            yield here
            waiting += reversed(here.attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataQuery:
    """By what is described (`kinds`, then agencies, ids and versions of structures), by metadataflow and provider, or by report."""

    by: str  #: "structure", "metadataflow", "metadataset"
    kinds: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ("*",)
    ids: tuple[str, ...] = ("*",)
    versions: tuple[str, ...] = ("*",)
    providers: tuple[str, ...] = ("*",)
    #: Without the values of the attributes.
    stubs: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a target's URN, each of which may be "*"."""

    cls: str
    agency: str
    id: str
    version: str
    item: str | None = None

    def means(self, ref: Ref, versions: Sequence[str]) -> bool:
        """Whether it speaks of the artefact, or of an item in it. `versions` are those there are, for "1.0+" and the like."""
        words = ((self.cls, ref.kind.urn_class), (self.agency, ref.agency), (self.id, ref.id))
        return all(fnmatchcase(word, form) for form, word in words) and ref.version in choose(self.version, versions)


def target(urn: str) -> Target | None:
    """The parts of a URN; None for what is none.

    >>> target("urn:sdmx:org.sdmx.infomodel.codelist.Code=DX:CL_AREA(1.0.0).GB_BRS")
    Target(cls='Codelist', agency='DX', id='CL_AREA', version='1.0.0', item='GB_BRS')
    """
    found = _TARGET.fullmatch(urn.strip())
    if found is None:
        return None
    cls = _SCHEMES.get(found["cls"], found["cls"])
    return Target(cls, found["agency"], found["id"], found["version"], found["item"])
