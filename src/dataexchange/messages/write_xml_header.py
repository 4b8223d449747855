"""What stands around the data sets of an SDMX-ML data message: root, namespaces, header.

    <mes:Structure structureID="SDG_LOCAL" dimensionAtObservation="TIME_PERIOD"
        namespace="urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=DX:DF_SDG_LOCAL(1.0.0):ObsLevelDim:TIME_PERIOD">

`structureID` is the data structure's id, because rsdmx asks for that; the namespace is the dataflow's, also where the
header names a provision agreement. References are `Ref` elements in 2.1 (the Java connectors read no others), URNs in 3.x.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dataexchange.messages.escape import xml_text
from dataexchange.messages.layout import Layout
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.schema import Schema
from dataexchange.model.structure import ItemRef, Kind, Ref

_BASE = "http://www.sdmx.org/resources/sdmxml/schemas"
_NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")
_ACTION = {"I": "Information", "R": "Replace", "D": "Delete"}


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of SDMX-ML data message: `Message("StructureSpecificData", "v3_0")`."""

    root: str
    schemas: str  #: "v2_1", "v3_0" or "v3_1", as in the namespaces
    is_generic: bool = False
    #: Only time series may stand in it.
    time_series: bool = False

    @property
    def is_2_1(self) -> bool:
        return self.schemas == "v2_1"


def start(message: Message, schema: Schema, lay: Layout, options: WriteOptions) -> str:
    """From the XML declaration to the end of the header."""
    data = "generic" if message.is_generic else "structurespecific"
    base = f"{_BASE}/{message.schemas}"
    specific = "" if message.is_generic else f' xmlns:ns1="{xml_text(data_namespace(schema, lay))}"'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<mes:{message.root} xmlns:mes="{base}/message" xmlns:com="{base}/common" '
        f'xmlns:{"gen" if message.is_generic else "ss"}="{base}/data/{data}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"{specific}>\n'
        f"<mes:Header><mes:ID>{xml_text(options.message_id)}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{options.prepared.isoformat()}</mes:Prepared>"
        f'<mes:Sender id="{xml_text(options.sender)}"/>'
        f"{_structure(message, schema, lay, options)}{_provider(message, options)}</mes:Header>\n"
    )


def data_set(message: Message, schema: Schema, options: WriteOptions, action: str) -> str:
    """The start tag of a data set."""
    ref, name = structure_id(schema), _ACTION[action]
    if message.is_generic:
        return f'<mes:DataSet structureRef="{ref}" action="{name}">\n'
    scope = "ProvisionAgreement" if options.agreement else "Dataflow" if schema.dataflow else "DataStructure"
    scoped = f' ss:dataScope="{scope}"' if message.is_2_1 else ""
    return f'<mes:DataSet ss:structureRef="{ref}" xsi:type="ns1:DataSetType"{scoped} ss:action="{name}">\n'


def end(message: Message) -> str:
    return f"</mes:{message.root}>\n"


def structure_id(schema: Schema) -> str:
    """An id that XML takes for one: not starting with a digit."""
    own = schema.structure.id
    return own if _NCNAME.fullmatch(own) else "_" + re.sub(r"[^A-Za-z0-9_.\-]", "_", own)


def data_namespace(schema: Schema, lay: Layout) -> str:
    """Of the types of a structure: what data messages name, and what the schema of a structure defines."""
    return f"{(schema.dataflow or schema.structure).ref.urn}:ObsLevelDim:{lay.at}"


def _structure(message: Message, schema: Schema, lay: Layout, options: WriteOptions) -> str:
    ref = options.agreement or (schema.dataflow or schema.structure).ref
    # The schemas of 2.1 misspell the agreement; 3.0 mended it.
    agreement = "ProvisionAgrement" if message.is_2_1 else "ProvisionAgreement"
    element = {Kind.PROVISION_AGREEMENT: agreement, Kind.DATAFLOW: "StructureUsage"}.get(ref.kind, "Structure")
    namespace = "" if message.is_generic else f' namespace="{xml_text(data_namespace(schema, lay))}"'
    return (
        f'<mes:Structure structureID="{structure_id(schema)}"{namespace} dimensionAtObservation="{lay.at}">'
        f"<com:{element}>{_reference(message, ref)}</com:{element}></mes:Structure>"
    )


def _reference(message: Message, ref: Ref) -> str:
    if not message.is_2_1:
        return xml_text(ref.urn)
    return (
        f'<Ref agencyID="{xml_text(ref.agency)}" id="{xml_text(ref.id)}" version="{xml_text(ref.version)}" '
        f'package="{ref.kind.package}" class="{ref.kind.urn_class}"/>'
    )


def _provider(message: Message, options: WriteOptions) -> str:
    if options.provider is None:
        return ""
    inside = _provider_reference(options.provider) if message.is_2_1 else xml_text(options.provider.urn)
    return f"<mes:DataProvider>{inside}</mes:DataProvider>"


def _provider_reference(item: ItemRef) -> str:
    scheme = item.scheme
    return (
        f'<Ref agencyID="{xml_text(scheme.agency)}" maintainableParentID="{xml_text(scheme.id)}" '
        f'maintainableParentVersion="{xml_text(scheme.version)}" id="{xml_text(item.id)}" '
        'package="base" class="DataProvider"/>'
    )
