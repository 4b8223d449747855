"""Representations as XSD simple types: the code list of a component, its text type, its facets.

    <xs:simpleType name="SEX"><xs:restriction base="xs:string"><xs:enumeration value="F"/>…</xs:restriction></xs:simpleType>

A component with codes or facets has a type of its own, named as the component is; any other one is of a type that XML or SDMX
has already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dataexchange.messages.xml_build import element, escape
from dataexchange.model.structure import Component, Representation
from dataexchange.model.validity import Validity

_TEXT = "xs:string"

#: Text type of SDMX -> type of XML; those of `common` are SDMX's own.
_BASES: Mapping[str, str] = {
    "String": _TEXT,
    "Alpha": "common:AlphaType",
    "AlphaNumeric": "common:AlphaNumericType",
    "Numeric": "common:NumericType",
    "BigInteger": "xs:integer",
    "Integer": "xs:int",
    "Long": "xs:long",
    "Short": "xs:short",
    "Count": "xs:integer",
    "Incremental": "xs:decimal",
    "Decimal": "xs:decimal",
    "InclusiveValueRange": "xs:decimal",
    "ExclusiveValueRange": "xs:decimal",
    "Float": "xs:float",
    "Double": "xs:double",
    "Boolean": "xs:boolean",
    "URI": "xs:anyURI",
    "ObservationalTimePeriod": "common:ObservationalTimePeriodType",
    "StandardTimePeriod": "common:StandardTimePeriodType",
    "BasicTimePeriod": "common:BasicTimePeriodType",
    "GregorianTimePeriod": "common:GregorianTimePeriodType",
    "GregorianYear": "xs:gYear",
    "GregorianYearMonth": "xs:gYearMonth",
    "GregorianDay": "xs:date",
    "ReportingTimePeriod": "common:ReportingTimePeriodType",
    "ReportingYear": "common:ReportingYearType",
    "ReportingSemester": "common:ReportingSemesterType",
    "ReportingTrimester": "common:ReportingTrimesterType",
    "ReportingQuarter": "common:ReportingQuarterType",
    "ReportingMonth": "common:ReportingMonthType",
    "ReportingWeek": "common:ReportingWeekType",
    "ReportingDay": "common:ReportingDayType",
    "DateTime": "xs:dateTime",
    "TimeRange": "common:TimeRangeType",
    "Month": "xs:gMonth",
    "MonthDay": "xs:gMonthDay",
    "Day": "xs:gDay",
    "Time": "xs:time",
    "Duration": "xs:duration",
}
_TEXTS = frozenset({_TEXT, "xs:anyURI", "common:AlphaType", "common:AlphaNumericType", "common:NumericType"})
_WHOLE = frozenset({"xs:integer", "xs:int", "xs:long", "xs:short"})
_NUMBERS = _WHOLE | {"xs:decimal", "xs:float", "xs:double"}

#: Facet of SDMX -> (facet of XSD, bases that take it). Others, such as isSequence, say nothing of a single value.
_FACETS: Mapping[str, tuple[str, Collection[str]]] = {
    "minLength": ("minLength", _TEXTS),
    "maxLength": ("maxLength", _TEXTS),
    "minValue": ("minInclusive", _NUMBERS),
    "maxValue": ("maxInclusive", _NUMBERS),
    "startValue": ("minInclusive", _NUMBERS),
    "endValue": ("maxInclusive", _NUMBERS),
    "decimals": ("fractionDigits", ("xs:decimal",)),
    "pattern": ("pattern", _TEXTS),
}


@dataclass(frozen=True, slots=True)
class Types:
    """`names[component id]`: the type of its values. `definitions`: the named ones, as XML."""

    names: Mapping[str, str]
    definitions: tuple[str, ...]


def simple_types(validity: Validity, written_as: Mapping[str, str], taken: Collection[str]) -> Types:
    """Of every component; `written_as` are XML attributes with another name than their component. A name that is `taken` by a
    type of the data set gets a '_' behind it."""
    names: dict[str, str] = {}
    definitions: list[str] = []
    for component in validity.schema.structure.components():
        base, content = _restriction(component, validity)
        if content or not names:  # readers look for one named type at least
            name = written_as.get(component.id, component.id)
            while name in taken:
                name += "_"
            definitions.append(
                element("xs:simpleType", {"name": name}, element("xs:restriction", {"base": base}, *content)) + "\n"
            )
            base = name
        names[component.id] = base
    return Types(names, tuple(definitions))


def _restriction(component: Component, validity: Validity) -> tuple[str, list[str]]:
    codes = validity.codes(component.id)
    if codes is not None:
        return _TEXT, [_code(code, validity.schema.code_name(component.id, code)) for code in codes]
    concept = validity.schema.concept(component)
    own = component.representation
    given = own if own.text_type or own.facets else (concept and concept.representation) or own
    base = _BASES.get(given.text_type or "String", _TEXT)
    if component == validity.schema.structure.time_dimension:
        return base if base.startswith(("common:", "xs:g", "xs:d")) else _BASES["ObservationalTimePeriod"], []
    return base, list(_facets(given, base))


def _code(code: str, name: str) -> str:
    said = element("xs:annotation", {}, element("xs:documentation", {"xml:lang": "en"}, escape(name)))
    return element("xs:enumeration", {"value": code}, said if name != code else "")


def _facets(given: Representation, base: str) -> Iterator[str]:
    done: set[str] = set()
    for facet, value in given.facets.items():
        name, bases = _FACETS.get(facet, ("", ()))
        if base in bases and name not in done:
            done.add(name)
            yield element(f"xs:{name}", {"value": value})
