"""Reports of reference metadata in SDMX-ML 3.0 and 3.1, both ways, and 2.1 on the way out.

    <gen:Attribute id="DATA_SOURCE"><com:Text xml:lang="en">Labour force survey</com:Text></gen:Attribute>

Structured text (XHTML) is kept as its markup and written as text, where nothing in it can be taken for ours. 2.1 has no names, versions and
agencies of reports: those of one metadataflow are one metadata set there, and a target is a reference by URN.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from lxml import etree

from dataexchange.errors import Unreadable
from dataexchange.messages.media import MediaType
from dataexchange.messages.structure_xml_parts import maintainable, notes, reference, texts
from dataexchange.messages.structure_xml_write_parts import Dialect, named
from dataexchange.messages.structure_xml_write_parts import notes as notes_out
from dataexchange.messages.structure_xml_write_parts import reference as reference_out
from dataexchange.messages.structure_xml_write_parts import texts as texts_out
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape, flag
from dataexchange.messages.xml_source import (
    MAX_DEPTH,
    Misshapen,
    XmlSource,
    child,
    children,
    events,
    local,
    release,
    reported,
    text_of,
)
from dataexchange.model.metadata import MetadataSet, Reported, Value
from dataexchange.model.structure import Kind

#: Attribute of SDMX-ML -> name of the same in SDMX-JSON, which the words use.
_PERIOD = {
    "action": "action",
    "publicationPeriod": "publicationPeriod",
    "publicationYear": "publicationYear",
    "reportingBeginDate": "reportingBegin",
    "reportingEndDate": "reportingEnd",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def read_metadata_xml(source: XmlSource) -> list[MetadataSet]:
    if source.root != "GenericMetadata" or not source.version.startswith("3"):
        raise Unreadable(
            f"{source.name}: this is {source.root} {source.version}, not GenericMetadata of SDMX-ML 3: send one, or SDMX-JSON."
        )
    with reported(source):
        return list(_sets(source))


def _sets(source: XmlSource) -> Iterator[MetadataSet]:
    depth = 0
    for event, found in events(source, ("start", "end")):
        if event == "start":
            depth += 1
            if depth > MAX_DEPTH:
                raise Misshapen(
                    found, f"elements stand more than {MAX_DEPTH} deep in each other: send a plain message."
                )
            continue
        if depth == 2 and local(found) == "MetadataSet":
            yield _set(found)
            release(found)
        depth -= 1


def _set(found: Any) -> MetadataSet:
    common = maintainable(found)
    common.pop("is_final")
    flow = child(found, "Metadataflow")
    if flow is None:
        raise Misshapen(found, "a metadata set names no Metadataflow: name the one that it is reported under.")
    return MetadataSet(
        **common,
        metadataflow=reference(flow, Kind.METADATAFLOW),
        targets=tuple(t for t in (text_of(e) for e in children(found, "Target")) if t),
        attributes=tuple(r for e in children(found, "Attribute") for r in _reported(e)),
        period={name: found.get(key) for key, name in _PERIOD.items() if found.get(key)},
    )


def _reported(found: Any) -> Iterator[Reported]:
    """One for each plain value; what stands within goes with the first."""
    identifier = found.get("id")
    if not identifier:
        raise Misshapen(found, "an attribute has no id: add it and send the message again.")
    values = [e.text or "" for e in children(found, "Value")]
    inner = tuple(r for e in children(found, "Attribute") for r in _reported(e))
    said = {**texts(found, "Text"), **_structured(found)}
    first = values[0] if values else None
    yield Reported(id=identifier, value=first, texts=said, attributes=inner, annotations=notes(found))
    yield from (Reported(id=identifier, value=value) for value in values[1:])


def _structured(found: Any) -> dict[str, str]:
    """Language -> the markup within."""
    out: dict[str, str] = {}
    for entry in children(found, "StructuredText"):
        parts = [entry.text or "", *(etree.tostring(e, encoding="unicode") for e in entry)]
        out.setdefault(entry.get(_LANGUAGE, "en"), "".join(parts).strip())
    return {language: text for language, text in out.items() if text}


def write_metadata_xml(
    found: Sequence[MetadataSet], media: MediaType, header: StructureHeader, *, stubs: bool
) -> Iterator[bytes]:
    version = "_".join((media.version or "3.0").split(".")[:2])
    base, dialect = f"{BASE}/v{version}", Dialect(is_2_1=version == "2_1")
    yield (
        f'{DECLARATION}<mes:GenericMetadata xmlns:mes="{base}/message" xmlns:gen="{base}/metadata/generic" '
        f'xmlns:com="{base}/common">\n'
        f"<mes:Header><mes:ID>{escape(header.message_id)}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{header.prepared.isoformat()}</mes:Prepared>"
        f'<mes:Sender id="{escape(header.sender)}"/>'
    ).encode()
    ordered = sorted(found, key=lambda r: r.metadataflow)
    runs = [(flow, list(run)) for flow, run in groupby(ordered, key=lambda r: r.metadataflow)]
    for number, (flow, _) in enumerate(runs):
        usage = reference_out("com:StructureUsage", flow, dialect)
        yield element("mes:Structure", {"structureID": f"M{number}"}, usage).encode()
    yield b"</mes:Header>\n"
    if dialect.is_2_1:
        yield from (_set_2_1(f"M{number}", run, dialect, stubs=stubs).encode() for number, (_, run) in enumerate(runs))
    else:
        yield from (_set_out(report, dialect, stub=stubs).encode() for report in found)
    yield b"</mes:GenericMetadata>\n"


def _set_out(report: MetadataSet, dialect: Dialect, *, stub: bool) -> str:
    attributes: dict[str, str | None] = {
        "id": report.id,
        "urn": report.urn,
        "agencyID": report.agency,
        "version": report.version,
        "validFrom": report.valid_from,
        "validTo": report.valid_to,
        "isExternalReference": "true" if stub else None,
        **{key: report.period.get(name) for key, name in _PERIOD.items()},
    }
    if stub:
        return element("mes:MetadataSet", attributes, named(report.names, {}, report.id)) + "\n"
    return element(
        "mes:MetadataSet",
        attributes,
        notes_out(report.annotations, dialect) + named(report.names, report.descriptions, report.id),
        element("gen:Metadataflow", {}, escape(report.metadataflow.urn)),
        *(element("gen:Target", {}, escape(urn)) for urn in report.targets),
        *(_reported_out(a, dialect) for a in report.attributes),
        "\n",
    )


def _reported_out(found: Reported, dialect: Dialect) -> str:
    value = texts_out("com:Text", found.texts)
    if not value and found.value is not None:
        value = element("gen:Value", {}, escape(_text(found.value)))
    inner = "".join(_reported_out(a, dialect) for a in found.attributes)
    return element("gen:Attribute", {"id": found.id}, notes_out(found.annotations, dialect), value, inner)


def _set_2_1(name: str, run: Sequence[MetadataSet], dialect: Dialect, *, stubs: bool) -> str:
    """All reports of a metadataflow, which the header has under that name."""
    reports = "\n".join(_report_2_1(report, dialect, stub=stubs) for report in run)
    return element("mes:MetadataSet", {"structureRef": name}, reports) + "\n"


def _report_2_1(report: MetadataSet, dialect: Dialect, *, stub: bool) -> str:
    targets = "".join(
        element(
            "gen:ReferenceValue",
            {"id": f"T{number}"},
            element("gen:ObjectReference", {}, element("URN", {}, escape(urn))),
        )
        for number, urn in enumerate(report.targets)
    )
    attributes = [Reported(id=a.id) for a in report.attributes] if stub else report.attributes
    return element(
        "gen:Report",
        {"id": report.id},
        notes_out(report.annotations, dialect),
        element("gen:Target", {"id": "TARGET"}, targets),
        _attribute_set(attributes, dialect),
    )


def _attribute_set(found: Sequence[Reported], dialect: Dialect) -> str:
    return element("gen:AttributeSet", {}, *(_reported_2_1(a, dialect) for a in found))


def _reported_2_1(found: Reported, dialect: Dialect) -> str:
    plain = None if found.texts or found.value is None else _text(found.value)
    inner = _attribute_set(found.attributes, dialect) if found.attributes else ""
    said = notes_out(found.annotations, dialect) + texts_out("com:Text", found.texts)
    return element("gen:ReportedAttribute", {"id": found.id, "value": plain}, said, inner)


def _text(value: Value) -> str:
    return flag(value) if isinstance(value, bool) else str(value)
