"""Data in SDMX-ML, read as a stream: 2.1 structure-specific and generic (series or flat), 3.0 and 3.1.

Each Series is read and freed as it ends; rows are packed into Arrow columns every so often, so that memory stays bounded. The
row of a finding is the line of the `Obs` element. Attributes of groups (2.1) and of partial keys (`Atts`, 3.x) are laid on the
series that they cover. Elements are known by local name: nothing is remembered between messages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dataexchange.errors import InvalidRequest, NotSupported, Unreadable
from dataexchange.messages.data_message import DataMessage, SchemaOf, action_of
from dataexchange.messages.data_rows import (
    Declaration,
    Fields,
    Rows,
    add_flat,
    add_partial,
    add_series,
    finish,
)
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
from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.sentence import say
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


@dataclass(slots=True)
class _Header:
    id: str | None = None
    sender: str | None = None
    prepared: str | None = None
    action: str | None = None
    source: str | None = None
    declarations: dict[str, Declaration] = field(default_factory=dict)


def read_data_xml(source: XmlSource, schema_of: SchemaOf) -> DataMessage:
    _check_root(source)
    header = _Header()
    current: Rows | None = None
    done: list[tuple[Declaration, Dataset]] = []
    findings: list[Finding] = []
    parse = _generic if source.root.startswith("Generic") else _specific
    with reported(source):
        tags = _tags(source)
        for _, element in events(source, ("end",), tags):
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
                for left in children(element, "Obs") if tags is _TAGS else ():
                    parse("Obs", left, current)
                dataset, faults = finish(current, source.name)
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
        source=header.source,
        declarations=tuple(declaration.ref for declaration, _ in done),
        datasets=tuple(dataset for _, dataset in done),
        findings=tuple(findings),
    )


def told_by_xml(source: XmlSource) -> tuple[str | None, Ref | None]:
    """(sender, what the first structure of the header is)."""
    _check_root(source)
    header = _Header()
    with reported(source):
        for _, element in events(source, ("end",), ("{*}Header",)):
            _read_header(element, header)
            break
    return header.sender, next((d.dataflow or d.ref for d in header.declarations.values()), None)


def _tags(source: XmlSource) -> tuple[str, ...]:
    """Elements to stop at. A stop at every Obs is dear, so only where the header says that they stand outside series;
    should they do so unsaid, they are found when their dataset ends."""
    return (*_TAGS, "{*}Obs") if b"AllDimensions" in read_head(source.path, source.name) else _TAGS


def _check_root(source: XmlSource) -> None:
    if source.root in _ROOTS:
        if source.version in ("1.0", "2.0"):
            raise Unreadable(
                say(
                    "{file}: SDMX-ML {version} is not read here: send SDMX-ML 2.1 or 3.x.",
                    file=source.name,
                    version=source.version,
                )
            )
        return
    if source.root in ("Structure", "RegistryInterface"):
        raise Unreadable(say("{file}: this is a structure message: load it with 'structures load'.", file=source.name))
    if source.root == "Error":
        raise Unreadable(
            say("{file}: this is the error message of a service, not data: ask the service again.", file=source.name)
        )
    raise Unreadable(
        say(
            "{file}: the root element is {root}: send an SDMX-ML data message.",
            file=source.name,
            root=repr(source.root),
        )
    )


def _read_header(element: Any, header: _Header) -> None:
    header.id = text_of(child(element, "ID"))
    header.prepared = text_of(child(element, "Prepared"))
    header.action = text_of(child(element, "DataSetAction"))
    header.source = text_of(child(element, "Source"))
    sender = child(element, "Sender")
    header.sender = sender.get("id") if sender is not None else None
    for structure in children(element, "Structure"):
        header.declarations[structure.get("structureID") or ""] = _declaration(structure)


def _declaration(structure: Any) -> Declaration:
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
    return Declaration(ref, structure.get("dimensionAtObservation") or "TIME_PERIOD", dataflow)


def _dataflow_urn(text: str) -> Ref | None:
    """Services name the dataflow asked for in the namespace of its data: urn:sdmx:…Dataflow=DX:DF(1.0.0)."""
    try:
        found = parse_urn(text)
    except InvalidRequest:
        return None
    return found if isinstance(found, Ref) and found.kind is Kind.DATAFLOW else None


def _begin(dataset: Any, header: _Header, schema_of: SchemaOf, source: XmlSource) -> Rows:
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
    action = action_of(plain.get("action") or header.action, source.name)
    return Rows(schema, declaration, action, _provider(provider), constants)


def _provider(element: Any | None) -> str | None:
    if element is None:
        return None
    ref = child(element, "Ref")
    if ref is not None:
        return str(ref.get("id"))
    return (text_of(element) or "").rpartition(").")[2] or None


def _specific(name: str, element: Any, rows: Rows) -> None:
    if name == "Series":
        observations = [(_fields(obs), obs.sourceline) for obs in element if obs.tag.endswith("Obs")]
        add_series(rows, _fields(element), observations, element.sourceline)
    elif name == "Obs":
        add_flat(rows, _fields(element), element.sourceline)
    else:
        add_partial(rows, _fields(element))


def _fields(element: Any) -> Fields:
    """Components of an element: its plain XML attributes and, in 3.x, `Comp` children with one or more values."""
    fields: Fields = dict(element.attrib)
    if len(element):
        for complex_value in children(element, "Comp"):
            texts = [str(value.text) for value in children(complex_value, "Value") if text_of(value)]
            if texts:
                fields[complex_value.get("id")] = "; ".join(texts)
    return fields


def _generic(name: str, element: Any, rows: Rows) -> None:
    if name == "Series":
        fields = _values(child(element, "SeriesKey")) | _values(child(element, "Attributes"))
        observations = [(_observation(obs, rows), obs.sourceline) for obs in children(element, "Obs")]
        add_series(rows, fields, observations, element.sourceline)
    elif name == "Obs":
        add_flat(rows, _observation(element, rows), element.sourceline)
    else:
        add_partial(rows, _values(child(element, "GroupKey")) | _values(child(element, "Attributes")))


def _observation(obs: Any, rows: Rows) -> Fields:
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
