"""Registrations as SDMX-ML registry messages 2.1, 3.0 and 3.1: the answer to a registration query.

SDMX-JSON has no place for registrations, so there is none. The header of a registry message must name a receiver; who asks without
a name is "unknown".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from dataexchange.messages.media import MediaType
from dataexchange.messages.structure_xml_write_parts import Dialect, reference
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape
from dataexchange.model.registration import Registration


def write_registrations(found: Sequence[Registration], media: MediaType, header: StructureHeader) -> Iterator[bytes]:
    dialect = Dialect(is_2_1=(media.version or "3.0").startswith("2"))
    yield (
        registry_start(media, header) + '<mes:QueryRegistrationResponse>\n<reg:StatusMessage status="Success"/>\n'
    ).encode()
    for registration in found:
        result = element("reg:DataResult", {}, _registration(registration, dialect))
        yield (element("reg:QueryResult", {"timeSeriesMatch": "false"}, result) + "\n").encode()
    yield b"</mes:QueryRegistrationResponse>\n</mes:RegistryInterface>\n"


def registry_start(media: MediaType, header: StructureHeader) -> str:
    """From the XML declaration to the end of the header of any registry message."""
    base = f"{BASE}/v{'_'.join((media.version or '3.0').split('.')[:2])}"
    return (
        f'{DECLARATION}<mes:RegistryInterface xmlns:mes="{base}/message" xmlns:reg="{base}/registry" '
        f'xmlns:com="{base}/common">\n'
        f"<mes:Header><mes:ID>{escape(header.message_id)}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{header.prepared.isoformat()}</mes:Prepared>"
        f'<mes:Sender id="{escape(header.sender)}"/><mes:Receiver id="unknown"/></mes:Header>\n'
    )


def _registration(found: Registration, dialect: Dialect) -> str:
    """Our availability answers are the index that `index…` speaks of: of series, codes and time, not of attributes."""
    attributes = {
        "id": found.id,
        "validFrom": _time(found.valid_from),
        "validTo": _time(found.valid_to) if found.valid_to else None,
        "lastUpdated": _time(found.last_updated),
        "indexTimeSeries": "true",
        "indexDataSet": "true",
        "indexReportingPeriod": "true",
    }
    service = element("com:DataURL", {}, escape(found.service_url))
    kinds = {"isRESTDatasource": "true", "isWebServiceDatasource": "false"}
    sources = element("reg:SimpleDataSource", {}, escape(found.data_url)) + element(
        "reg:QueryableDataSource", kinds, service
    )
    agreement = reference("reg:ProvisionAgreement", found.agreement, dialect)
    return element("reg:Registration", attributes, agreement, element("reg:Datasource", {}, sources))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
