"""Data in SDMX-ML, read as a stream: 2.1 structure-specific and generic (series or flat), 3.0 and 3.1.

Each Series is read and freed as it ends; rows are packed into Arrow columns every so often, so that memory stays bounded. The
row of a finding is the line of the `Obs` element. Attributes of groups (2.1) and of partial keys (`Atts`, 3.x) are laid on the
series that they cover. Elements are known by local name: nothing is remembered between messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest, NotSupported, Unreadable
from dataexchange.messages.data_columns import typed
from dataexchange.messages.data_message import DataMessage, SchemaOf, action_of, dataflow_of
from dataexchange.messages.structure_xml_parts import reference
from dataexchange.messages.xml_source import (
    Misshapen,
    XmlSource,
    child,
    children,
    events,
    local,
    read_head,
    release,
    reported,
    text_of,
)
from dataexchange.model.dataset import ROW, Dataset
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Kind, Ref, parse_urn

_ROOTS = frozenset({"StructureSpecificData", "StructureSpecificTimeSeriesData", "GenericData", "GenericTimeSeriesData"})
_TAGS = ("{*}Header", "{*}DataSet", "{*}Group", "{*}Atts", "{*}Series")
#: Attributes of a dataset that speak of the message, not of the data; some writers leave out their namespace.
_SET_ATTRIBUTES = frozenset(
    {
        "action",
        "dataScope",
        "publicationPeriod",
        "publicationYear",
        "reportingBeginDate",
        "reportingEndDate",
        "REPORTING_YEAR_START_DAY",
        "setID",
        "structureRef",
        "type",
        "validFromDate",
        "validToDate",
    }
)
#: Header elements that name a structure -> its kind where the reference does not say.
_USAGES = {
    "Structure": Kind.DATA_STRUCTURE,
    "StructureUsage": Kind.DATAFLOW,
    "ProvisionAgrement": Kind.PROVISION_AGREEMENT,
    "ProvisionAgreement": Kind.PROVISION_AGREEMENT,
}
_FLUSH = 100_000

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Declaration:
    """One `Structure` of the header."""

    ref: Ref
    at_observation: str
    dataflow: Ref | None


@dataclass(slots=True)
class _Header:
    id: str | None = None
    sender: str | None = None
    prepared: str | None = None
    action: str | None = None
    declarations: dict[str, _Declaration] = field(default_factory=dict)


@dataclass(slots=True)
class _Rows:
    """One dataset as it is being read."""

    schema: Schema
    declaration: _Declaration
    action: str | None
    provider: str | None
    constants: Fields
    #: Dimensions of a partial key -> its values -> attributes.
    partial: dict[tuple[str, ...], dict[tuple[str, ...], Fields]] = field(default_factory=dict)
    observations: list[Fields] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    series: list[Fields] = field(default_factory=list)
    chunks: list[pa.Table] = field(default_factory=list)
    empty: int = 0
    empty_line: int = 0


def read_data_xml(source: XmlSource, schema_of: SchemaOf) -> DataMessage:
    _check_root(source)
    header = _Header()
    current: _Rows | None = None
    done: list[tuple[_Declaration, Dataset]] = []
    findings: list[Finding] = []
    parse = _generic if source.root.startswith("Generic") else _specific
    with reported(source):
        for _, element in events(source, ("end",), _tags(source)):
            name = local(element)
            if name == "Header":
                _read_header(element, header)
                continue
            parent = element.getparent()
            if name == "Obs" and local(parent) == "Series":
                continue
            if current is None:
                current = _begin(element if name == "DataSet" else parent, header, schema_of, source)
            if name == "DataSet":
                for left in children(element, "Obs"):
                    parse("Obs", left, current)
                dataset, faults = _finish(current, source.name)
                done.append((current.declaration, dataset))
                findings += faults
                current = None
            else:
                parse(name, element, current)
            release(element)
    return DataMessage(
        file=source.name,
        id=header.id,
        sender=header.sender,
        prepared=header.prepared,
        declarations=tuple(declaration.ref for declaration, _ in done),
        datasets=tuple(dataset for _, dataset in done),
        findings=tuple(findings),
    )


def _tags(source: XmlSource) -> tuple[str, ...]:
    """Elements to stop at. A stop at every Obs is dear, so only where the header says that they stand outside series;
    should they do so unsaid, they are found when their dataset ends."""
    return (*_TAGS, "{*}Obs") if b"AllDimensions" in read_head(source.path, source.name) else _TAGS


def _check_root(source: XmlSource) -> None:
    if source.root in _ROOTS:
        if source.version in ("1.0", "2.0"):
            raise Unreadable(f"{source.name}: SDMX-ML {source.version} is not read here: send SDMX-ML 2.1 or 3.x.")
        return
    if source.root in ("Structure", "RegistryInterface"):
        raise Unreadable(f"{source.name}: this is a structure message: load it with 'structures load'.")
    if source.root == "Error":
        raise Unreadable(f"{source.name}: this is the error message of a service, not data: ask the service again.")
    raise Unreadable(f"{source.name}: the root element is {source.root!r}: send an SDMX-ML data message.")


def _read_header(element: Any, header: _Header) -> None:
    header.id = text_of(child(element, "ID"))
    header.prepared = text_of(child(element, "Prepared"))
    header.action = text_of(child(element, "DataSetAction"))
    sender = child(element, "Sender")
    header.sender = sender.get("id") if sender is not None else None
    for structure in children(element, "Structure"):
        header.declarations[structure.get("structureID") or ""] = _declaration(structure)


def _declaration(structure: Any) -> _Declaration:
    named = [entry for entry in children(structure) if local(entry) in _USAGES]
    if not named:
        raise Misshapen(structure, "the header does not say which structure the data have: name it and send it again.")
    try:
        ref = reference(named[0], _USAGES[local(named[0])])
    except NotSupported as error:
        raise Misshapen(
            structure, f"{error} is no data structure, dataflow or agreement: correct the header."
        ) from None
    space = (structure.get("namespace") or "").split(":ObsLevelDim", 1)[0]
    dataflow = ref if ref.kind is Kind.DATAFLOW else _dataflow_urn(space)
    return _Declaration(ref, structure.get("dimensionAtObservation") or "TIME_PERIOD", dataflow)


def _dataflow_urn(text: str) -> Ref | None:
    """Services name the dataflow asked for in the namespace of its data: urn:sdmx:…Dataflow=DX:DF(1.0.0)."""
    try:
        found = parse_urn(text)
    except InvalidRequest:
        return None
    return found if isinstance(found, Ref) and found.kind is Kind.DATAFLOW else None


def _begin(dataset: Any, header: _Header, schema_of: SchemaOf, source: XmlSource) -> _Rows:
    plain = {key.rpartition("}")[2]: value for key, value in dataset.attrib.items()}
    name = plain.get("structureRef")
    declaration = header.declarations.get(name or "")
    if declaration is None and len(header.declarations) == 1:
        declaration = next(iter(header.declarations.values()))
    if declaration is None:
        raise Misshapen(dataset, f"the dataset's structure {name or ''!r} is not in the header: name it there.")
    schema = schema_of(declaration.ref)
    provider = child(dataset, "DataProvider")
    constants = {k: v for k, v in dataset.attrib.items() if not k.startswith("{")}
    known = {component.id for component in schema.structure.components()}
    constants = {k: v for k, v in constants.items() if k in known or k not in _SET_ATTRIBUTES}
    if source.root.startswith("Generic"):
        constants = _values(child(dataset, "Attributes"))
    return _Rows(schema, declaration, plain.get("action") or header.action, _provider(provider), constants)


def _provider(element: Any | None) -> str | None:
    if element is None:
        return None
    ref = child(element, "Ref")
    if ref is not None:
        return str(ref.get("id"))
    return (text_of(element) or "").rpartition(").")[2] or None


def _specific(name: str, element: Any, rows: _Rows) -> None:
    if name == "Series":
        observations = [(_fields(obs), obs.sourceline) for obs in element if obs.tag.endswith("Obs")]
        _add_series(rows, _fields(element), observations, element.sourceline)
    elif name == "Obs":
        _add_flat(rows, _fields(element), element.sourceline)
    else:
        _add_partial(rows, _fields(element))


def _fields(element: Any) -> Fields:
    """Components of an element: its plain XML attributes and, in 3.x, `Comp` children with one or more values."""
    fields: Fields = dict(element.attrib)
    if len(element):
        for complex_value in children(element, "Comp"):
            texts = [text for text in (text_of(value) for value in children(complex_value, "Value")) if text]
            if texts:
                fields[complex_value.get("id")] = "; ".join(texts)
    return fields


def _generic(name: str, element: Any, rows: _Rows) -> None:
    if name == "Series":
        fields = _values(child(element, "SeriesKey")) | _values(child(element, "Attributes"))
        observations = [(_observation(obs, rows), obs.sourceline) for obs in children(element, "Obs")]
        _add_series(rows, fields, observations, element.sourceline)
    elif name == "Obs":
        _add_flat(rows, _observation(element, rows), element.sourceline)
    else:
        _add_partial(rows, _values(child(element, "GroupKey")) | _values(child(element, "Attributes")))


def _observation(obs: Any, rows: _Rows) -> Fields:
    fields = _values(child(obs, "ObsKey"))
    dimension = child(obs, "ObsDimension")
    if dimension is not None:
        fields[dimension.get("id") or rows.declaration.at_observation] = dimension.get("value", "")
    value = child(obs, "ObsValue")
    if value is not None:
        fields[rows.schema.structure.measure.id] = value.get("value", "")
    return fields | _values(child(obs, "Attributes"))


def _values(holder: Any | None) -> Fields:
    if holder is None:
        return {}
    return {entry.get("id", ""): entry.get("value", "") for entry in children(holder, "Value")}


def _add_series(rows: _Rows, fields: Fields, observations: list[tuple[Fields, int]], line: int) -> None:
    if not observations and action_of(rows.action, "").value == "D":
        observations = [({}, line)]
    if not observations:
        rows.empty += 1
        rows.empty_line = rows.empty_line or line
        return
    rows.owners += [len(rows.series)] * len(observations)
    rows.series.append(_covering(rows, fields) | fields if rows.partial else fields)
    rows.observations += [fields for fields, _ in observations]
    rows.lines += [at for _, at in observations]
    if len(rows.lines) >= _FLUSH:
        _flush(rows)


def _add_flat(rows: _Rows, fields: Fields, line: int) -> None:
    rows.observations.append(_covering(rows, fields) | fields if rows.partial else fields)
    rows.lines.append(line)
    rows.owners.append(0)
    if not rows.series:
        rows.series.append({})
    if len(rows.lines) >= _FLUSH:
        _flush(rows)


def _add_partial(rows: _Rows, fields: Fields) -> None:
    ids = rows.schema.structure.dimension_ids
    key = tuple(i for i in ids if i in fields)
    attributes = {k: v for k, v in fields.items() if k not in ids and not k.startswith("{") and k != "type"}
    held = rows.partial.setdefault(key, {}).setdefault(tuple(fields[i] for i in key), {})
    held.update(attributes)


def _covering(rows: _Rows, fields: Fields) -> Fields:
    """Attributes of the groups and partial keys that cover a series; the narrower key has the last word."""
    out: Fields = {}
    for key in sorted(rows.partial, key=len):
        out |= rows.partial[key].get(tuple(fields.get(i, "") for i in key), {})
    return out


def _flush(rows: _Rows) -> None:
    """Pack the rows read so far into columns of text."""
    if not rows.lines:
        return
    owners = pa.array(rows.owners, pa.int32())
    columns: dict[str, pa.Array] = {}
    for name in _names(rows.series):
        columns[name] = pa.array([s.get(name) for s in rows.series], pa.string()).dictionary_encode().take(owners)
    for name in _names(rows.observations):
        column = pa.array([o.get(name) for o in rows.observations], pa.string())
        columns[name] = pc.coalesce(column, columns[name].cast(pa.string())) if name in columns else column
    packed = {k: v if pa.types.is_dictionary(v.type) else v.dictionary_encode() for k, v in columns.items()}
    packed[ROW] = pa.array(np.minimum(rows.lines, 2**31 - 1), pa.int32())
    rows.chunks.append(pa.table(packed))
    rows.observations, rows.lines, rows.owners, rows.series = [], [], [], []


def _names(fields: list[Fields]) -> Iterator[str]:
    """Component ids in the order in which they first stand; names with a namespace are not data."""
    names = dict.fromkeys(chain.from_iterable(fields))
    return (name for name in names if not name.startswith("{") and name != "type")


def _finish(rows: _Rows, file: str) -> tuple[Dataset, list[Finding]]:
    _flush(rows)
    table = pa.concat_tables(rows.chunks, promote_options="default") if rows.chunks else pa.table({})
    action = action_of(rows.action, file)
    lines = table[ROW].to_numpy() if rows.chunks else np.zeros(0, np.int32)
    texts: dict[str, Any] = {name: table[name] for name in table.column_names if name != ROW}
    for name, value in rows.constants.items():
        if name not in texts:
            texts[name] = pa.array([value] * len(lines), pa.string())
    typed_table, findings = typed(rows.schema, texts, lines, file, action)
    if rows.empty:
        place = Place(file, row=rows.empty_line)
        message = f"{rows.empty} series have no observations; they are left out. The first stands here."
        findings.append(finding("MSG-EMPTY", message, place, count=rows.empty))
    dataset = Dataset(
        structure=rows.schema.structure.ref,
        table=typed_table,
        dataflow=dataflow_of(rows.schema, rows.declaration.ref, rows.declaration.dataflow),
        provider=rows.provider,
        action=action,
        file=file,
    )
    return dataset, findings
