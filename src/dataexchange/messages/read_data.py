"""Data messages, whatever their format: the way in.

    message = read_data(Path("1.2.1.xml"), schema_of)
    message.datasets[0].table, message.findings

SDMX-ML, SDMX-CSV and SDMX-JSON are told apart by their first bytes. Faults of form raise Unreadable; faults in the data are
findings with file and line.
"""

from __future__ import annotations

from pathlib import Path

from dataexchange.messages.data_message import DataMessage, SchemaOf
from dataexchange.messages.read_data_csv import read_data_csv
from dataexchange.messages.read_data_json import read_data_json
from dataexchange.messages.read_data_xml import read_data_xml
from dataexchange.messages.xml_source import open_xml, read_head

__all__ = ["DataMessage", "SchemaOf", "read_data"]


def read_data(path: Path, schema_of: SchemaOf, name: str | None = None) -> DataMessage:
    """`name` is what people call the file, where it is stored under another name."""
    head = read_head(path, name or path.name).lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if head.startswith(b"<"):
        return read_data_xml(open_xml(path, name), schema_of)
    if head.startswith(b"{"):
        return read_data_json(path, schema_of, name)
    return read_data_csv(path, schema_of, name)
