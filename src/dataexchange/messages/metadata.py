"""Messages of reference metadata, whatever their format: the way in and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dataexchange.messages.media import MediaType
from dataexchange.messages.metadata_json import read_metadata_json, write_metadata_json
from dataexchange.messages.metadata_xml import read_metadata_xml, write_metadata_xml
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.xml_source import open_xml, read_head
from dataexchange.model.metadata import MetadataSet


def read_metadata(path: Path, name: str | None = None) -> list[MetadataSet]:
    """SDMX-JSON 2.x and SDMX-ML 3.x are told apart by their first bytes."""
    name = name or path.name
    if read_head(path, name).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return read_metadata_json(path, name)
    return read_metadata_xml(open_xml(path, name))


def write_metadata(
    found: Sequence[MetadataSet], media: MediaType, header: StructureHeader, *, stubs: bool = False
) -> Iterator[bytes]:
    write = write_metadata_json if media.name.endswith("json") else write_metadata_xml
    return write(found, media, header, stubs=stubs)
