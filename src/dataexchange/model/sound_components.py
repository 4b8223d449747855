"""Whether the components of a data or metadata structure are sound: ids, representations, what attributes belong to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from dataexchange.model.sound_forms import ID, NAME, PATH, is_of, shown
from dataexchange.model.structure import Component, DataStructure, Kind, MetadataStructure, Representation

_TIME = "TIME_PERIOD"
TEXT_TYPES = frozenset(
    {
        "String",
        "Alpha",
        "AlphaNumeric",
        "Numeric",
        "BigInteger",
        "Integer",
        "Long",
        "Short",
        "Decimal",
        "Float",
        "Double",
        "Boolean",
        "URI",
        "Count",
        "InclusiveValueRange",
        "ExclusiveValueRange",
        "Incremental",
        "ObservationalTimePeriod",
        "StandardTimePeriod",
        "BasicTimePeriod",
        "GregorianTimePeriod",
        "GregorianYear",
        "GregorianYearMonth",
        "GregorianDay",
        "ReportingTimePeriod",
        "ReportingYear",
        "ReportingSemester",
        "ReportingTrimester",
        "ReportingQuarter",
        "ReportingMonth",
        "ReportingWeek",
        "ReportingDay",
        "DateTime",
        "TimeRange",
        "Month",
        "MonthDay",
        "Day",
        "Time",
        "Duration",
        "GeospatialInformation",
        "XHTML",
        "KeyValues",
        "IdentifiableReference",
        "DataSetReference",
        "AttachmentConstraintReference",
    }
)
_WHOLE = re.compile(r"\+?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_FLAG = re.compile(r"true|false|1|0")
_TEXT = re.compile(r".*", re.DOTALL)
#: Facet -> (what it looks like, how to say so).
_FACETS = {
    **dict.fromkeys(("minLength", "maxLength", "decimals"), (_WHOLE, "a whole number")),
    **dict.fromkeys(("minValue", "maxValue", "startValue", "endValue", "interval"), (_DECIMAL, "a number")),
    **dict.fromkeys(("isSequence", "isMultiLingual"), (_FLAG, "true or false")),
    **dict.fromkeys(("pattern", "startTime", "endTime", "timeInterval"), (_TEXT, "text")),
    "minOccurs": (_WHOLE, "a whole number"),
    "maxOccurs": (re.compile(r"[0-9]{1,18}|unbounded"), "a whole number, or unbounded"),
}
#: What patterns of XML Schema have and those of Python have not: classes of letters and signs.
_XML_ESCAPES = re.compile(r"\\[pP]\{[A-Za-z\-]+\}|\\[icIC]")


def data_structure_faults(structure: DataStructure) -> Iterator[str]:
    if not structure.dimensions:
        yield "there is no dimension beside time: give it one"
    yield from _component_faults(structure.components())
    time = structure.time_dimension
    if time is not None and time.id != _TIME:
        yield f"the time dimension {shown(time.id)}: call it {_TIME}"
    dimensions, measures = set(structure.dimension_ids), {m.id for m in structure.measures}
    for attribute in structure.attributes:
        for missing in (d for d in attribute.dimensions if d not in dimensions):
            yield f"the attribute {attribute.id} is attached to {shown(missing)}, which is no dimension and no group: add it"
        for missing in (m for m in attribute.measures if m not in measures):
            yield f"the attribute {attribute.id} speaks of {shown(missing)}, which is no measure: add it"
    for group, members in structure.groups.items():
        if not is_of(ID, group):
            yield f"the id {shown(group)} of a group: {ID.remedy}"
        for missing in (d for d in members if d not in dimensions):
            yield f"the group {group} has {shown(missing)}, which is no dimension: add it"


def metadata_structure_faults(structure: MetadataStructure) -> Iterator[str]:
    if not structure.attributes:
        yield "there is no metadata attribute: give it one"
    yield from _component_faults(structure.attributes)
    for attribute in structure.attributes:
        if attribute.max_occurs is not None and attribute.min_occurs > attribute.max_occurs:
            yield f"the attribute {attribute.id} stands {attribute.min_occurs} times at least and {attribute.max_occurs} at most: mend one"


def _component_faults(components: Iterable[Component]) -> Iterator[str]:
    found = list(components)
    for component in found:
        if not is_of(NAME, component.id):
            yield f"the id {shown(component.id)} of a component: {NAME.remedy}"
            continue
        if component.concept is None:
            yield f"{component.id} has no concept: name one"
        for said in (c for c in (component.concept, *component.roles) if c):
            if said.scheme.kind is not Kind.CONCEPT_SCHEME or not is_of(PATH, said.id):
                yield f"{component.id} names {shown(said.urn)} as its concept, which is none: name one"
        yield from representation_faults(component.id, component.representation)
    for twice in (i for i, n in Counter(c.id for c in found).items() if n > 1):
        yield f"the component {shown(twice)} stands twice: leave one out"


def representation_faults(place: str, representation: Representation) -> Iterator[str]:
    # A measure dimension of SDMX 2.1 has concepts for codes.
    listed = representation.codelist
    if listed is not None and listed.kind not in (Kind.CODELIST, Kind.VALUE_LIST, Kind.CONCEPT_SCHEME):
        yield f"{place} is enumerated by {listed.kind.urn_class} {listed}: name a code list"
    if representation.text_type is not None and representation.text_type not in TEXT_TYPES:
        yield f"{place} has the text type {shown(representation.text_type)}: write one such as String or Double"
    for facet, text in representation.facets.items():
        form, wanted = _FACETS.get(facet, (None, ""))
        if form is None:
            yield f"{place} has the facet {shown(facet)}, which SDMX has not: leave it out"
        elif not form.fullmatch(text):
            yield f"{place} has {facet} {shown(text)}: write {wanted}"
    if not _compiles(representation.facets.get("pattern", "")):
        yield f"{place} has the pattern {shown(representation.facets['pattern'])}: write a regular expression"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(_XML_ESCAPES.sub("w", pattern).replace("-[", "["))
    except (re.error, RecursionError, OverflowError):
        return False
    return True
