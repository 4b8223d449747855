"""The XML schema of structure-specific data messages under a data structure, dataflow or agreement.

    write_schema(validity, SCHEMA_ML_2_1, WriteOptions(), deletion=False)

It restricts the abstract types of SDMX 2.1, 3.0 or 3.1 to the components of one structure: `DataSetType`, `SeriesType`, `ObsType`, a type
for each group, and the simple types of values. Its target namespace is the one that data messages name, so that a message, this
schema and the official ones are all that a validator needs. Which attribute stands with a series and which with an observation
is the layout that data are written by; an attribute is never required, for updates and `dataonly` leave them out.

Prefixes and names are those that clients look for: `xs`, `common`, `dsd`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from dataexchange.messages.layout import Layout, layout
from dataexchange.messages.media import MediaType
from dataexchange.messages.schema_types import Types, simple_types
from dataexchange.messages.write_options import TIME, WriteOptions
from dataexchange.messages.write_xml_header import data_namespace
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape
from dataexchange.model.structure import Attribute, Component, DataStructure, Level
from dataexchange.model.validity import Validity

_LOCATION = "https://registry.sdmx.org/schemas"
_YEAR_START = "REPORTING_YEAR_START_DAY"
_PERIOD = "common:ObservationalTimePeriodType"
_ANNOTATIONS = element("xs:element", {"ref": "common:Annotations", "minOccurs": "0"})
_FREE = {"minOccurs": "0", "maxOccurs": "unbounded"}


@dataclass(frozen=True, slots=True)
class _Form:
    """What all types of one schema are made of."""

    structure: DataStructure
    layout: Layout
    types: Types
    #: Components whose XML attribute has another name: the measure of 2.1 is always OBS_VALUE.
    written_as: Mapping[str, str]
    is_2_1: bool
    #: Whether parts of a key are "required" or "optional".
    key: str

    @property
    def base(self) -> str:
        """2.1 has abstract types of their own for time series."""
        return "dsd:TimeSeries" if self.is_2_1 and self.layout.at == TIME else "dsd:"


def write_schema(validity: Validity, media: MediaType, options: WriteOptions, *, deletion: bool) -> Iterator[bytes]:
    """Raises InvalidRequest for a dimension at the observation that the structure has not."""
    structure = validity.schema.structure
    lay = layout(validity.schema, options)
    version = "_".join((media.version or "2.1").split(".")[:2])
    written_as = _renamed(structure) if version == "2_1" else {}
    types = simple_types(validity, written_as, {"DataSetType", "SeriesType", "ObsType", "AttsType", *structure.groups})
    form = _Form(structure, lay, types, written_as, version == "2_1", "optional" if deletion else "required")
    yield _start(data_namespace(validity.schema, lay), version).encode()
    for part in (*_complex_types(form), *types.definitions):
        yield part.encode()
    yield b"</xs:schema>\n"


def _renamed(structure: DataStructure) -> dict[str, str]:
    """2.1 calls one measure OBS_VALUE: the one of that name, else the first."""
    named = [m.id for m in structure.measures]
    return {} if "OBS_VALUE" in named else dict.fromkeys(named[:1], "OBS_VALUE")


def _start(namespace: str, version: str) -> str:
    base, own = f"{BASE}/v{version}", escape(namespace)
    imports = "".join(
        element("xs:import", {"namespace": space, "schemaLocation": f"{_LOCATION}/v{version}/{file}"}) + "\n"
        for space, file in (
            (f"{base}/common", "SDMXCommon.xsd"),
            (f"{base}/data/structurespecific", "SDMXDataStructureSpecific.xsd"),
        )
    )
    return (
        f'{DECLARATION}<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{own}" '
        f'xmlns:dsd="{base}/data/structurespecific" xmlns:common="{base}/common" targetNamespace="{own}" '
        f'elementFormDefault="qualified" attributeFormDefault="unqualified">\n{imports}'
    )


def _complex_types(form: _Form) -> Iterator[str]:
    yield _data_set(form)
    for name, dimensions in form.structure.groups.items():
        yield _group(form, name, dimensions)
    if not form.layout.is_flat:
        yield _series(form)
    if not form.is_2_1:
        yield _attributes_alone(form)
    yield _observation(form)


def _data_set(form: _Form) -> str:
    item = "Obs" if form.layout.is_flat else "Series"
    groups = list(form.structure.groups)
    group_type = groups[0] if len(groups) == 1 else "dsd:GroupType"
    provider = {"type": "common:DataProviderReferenceType", "minOccurs": "0"}
    content = [_ANNOTATIONS, _child("DataProvider", provider)]
    own = [a for a in form.structure.attributes if a.level is Level.DATASET]
    if form.is_2_1:
        content += [_child("Group", {"type": group_type, **_FREE})] if groups else []
        items = _child(item, {"type": f"{item}Type", "maxOccurs": "unbounded"})
        content.append(element("xs:choice", {"minOccurs": "0"}, items))
        attributes = [*_uses(form, own, "optional"), *_no_year_start(form, own)]
    else:
        parts = {"Atts": "AttsType", **({"Group": group_type} if groups else {}), item: f"{item}Type"}
        content.append(element("xs:choice", _FREE, *(_child(name, {"type": t}) for name, t in parts.items())))
        attributes = []
    attributes.append(element("xs:attributeGroup", {"ref": "dsd:SetAttributeGroup"}))
    return _restricted("DataSetType", f"{form.base}DataSetType", content, attributes)


def _group(form: _Form, name: str, dimensions: tuple[str, ...]) -> str:
    named = [d for d in form.structure.dimensions if d.id in dimensions]
    own = [a for a in form.structure.attributes if a.level is Level.SERIES and set(a.dimensions) == set(dimensions)]
    attributes = [
        element("xs:attribute", {"name": "type", "type": "common:IDType", "use": "optional", "fixed": name}),
        *_uses(form, named, form.key),
        *_uses(form, own, "optional"),
        *_no_year_start(form, own),
    ]
    return _restricted(name, "dsd:GroupType", [_ANNOTATIONS], attributes)


def _series(form: _Form) -> str:
    lay = form.layout
    time = form.structure.time_dimension
    observations = _child("Obs", {"type": "ObsType", **_FREE})
    attributes = [
        *_uses(form, (d for d in lay.series_dimensions if d != time), form.key),
        _period(form, form.key if time in lay.series_dimensions else "prohibited"),
        *_uses(form, lay.series_attributes, "optional"),
        *_no_year_start(form, lay.series_attributes),
    ]
    base = "dsd:TimeSeriesType" if form.base == "dsd:TimeSeries" else "dsd:SeriesType"
    return _restricted("SeriesType", base, [_ANNOTATIONS, observations], attributes)


def _attributes_alone(form: _Form) -> str:
    """SDMX 3 says attributes of datasets, and of any part of the key, apart from the data."""
    own = [a for a in form.structure.attributes if a.level is not Level.OBSERVATION]
    attributes = [*_uses(form, form.structure.dimensions, "optional"), *_uses(form, own, "optional")]
    return _restricted("AttsType", "dsd:AttsType", [_ANNOTATIONS], [*attributes, _period(form, "optional")])


def _observation(form: _Form) -> str:
    lay = form.layout
    time = form.structure.time_dimension
    keyed = lay.series_dimensions if lay.is_flat else ()
    here = {d.id for d in (*keyed, lay.observation_dimension) if d}
    named = [d for d in form.structure.dimensions if d.id in here]
    attributes = [
        element("xs:attribute", {"name": "type", "type": "common:IDType", "use": "prohibited"}),
        *_uses(form, named, form.key),
        _period(form, _of_observation(form) if time and time.id in here else "prohibited"),
        *_uses(form, form.structure.measures, "optional"),
        *_uses(form, lay.observation_attributes, "optional"),
    ]
    return _restricted("ObsType", f"{form.base}ObsType", [_ANNOTATIONS], attributes)


def _of_observation(form: _Form) -> str:
    """An observation of a time series has its period, whatever it deletes: the base type says so."""
    return "required" if form.base == "dsd:TimeSeries" else form.key


def _uses(form: _Form, components: Iterable[Component], use: str) -> Iterator[str]:
    for component in components:
        name = form.written_as.get(component.id, component.id)
        yield element("xs:attribute", {"name": name, "type": form.types.names[component.id], "use": use})


def _period(form: _Form, use: str) -> str:
    time = form.structure.time_dimension
    own = form.types.names[time.id] if time else _PERIOD
    return element("xs:attribute", {"name": "TIME_PERIOD", "type": own, "use": use})


def _no_year_start(form: _Form, own: Iterable[Attribute]) -> list[str]:
    """2.1 lets the reporting year begin anywhere unless a type forbids it; 3.x has it as an attribute like any other."""
    if not form.is_2_1 or any(a.id == _YEAR_START for a in own):
        return []
    return [element("xs:attribute", {"name": _YEAR_START, "type": "xs:gMonthDay", "use": "prohibited"})]


def _child(name: str, attributes: Mapping[str, str]) -> str:
    return element("xs:element", {"name": name, "form": "unqualified", **attributes})


def _restricted(name: str, base: str, content: Iterable[str], attributes: Iterable[str]) -> str:
    inner = element("xs:restriction", {"base": base}, element("xs:sequence", {}, *content), *attributes)
    return element("xs:complexType", {"name": name}, element("xs:complexContent", {}, inner)) + "\n"
