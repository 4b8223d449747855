"""Data messages, whatever their format: the way in.

    message = read_data(Path("1.2.1.xml"), schema_of)
    message.datasets[0].table, message.findings

SDMX-ML, SDMX-CSV, SDMX-JSON and Parquet are told apart by their first bytes. Faults of form raise Unreadable; faults in the data are
findings with file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dataexchange.messages.data_message import DataMessage, SchemaOf
from dataexchange.messages.read_data_csv import is_sdmx_csv, read_data_csv, told_by_csv
from dataexchange.messages.read_data_json import read_data_json, told_by_json
from dataexchange.messages.read_data_parquet import MAGIC, read_data_parquet, told_by_parquet
from dataexchange.messages.read_data_xml import read_data_xml, told_by_xml
from dataexchange.messages.xml_source import open_xml, read_head
from dataexchange.model.structure import Ref

__all__ = ["DataMessage", "SchemaOf", "Told", "is_message", "read_data", "told_by"]


_AROUND = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says of itself before its data: who sends it, and what it is of."""

    sender: str | None = None
    declared: Ref | None = None


def read_data(path: Path, schema_of: SchemaOf, name: str | None = None, assumed: Ref | None = None) -> DataMessage:
    """`name` is what people call the file, where it is stored under another name; `assumed` what a Parquet file is of that does not
    say it."""
    head = read_head(path, name or path.name)
    if head.startswith(MAGIC):
        return read_data_parquet(path, schema_of, name, assumed)
    head = head.lstrip(_AROUND)
    if head.startswith(b"<"):
        return read_data_xml(open_xml(path, name), schema_of)
    if head.startswith(b"{"):
        return read_data_json(path, schema_of, name)
    return read_data_csv(path, schema_of, name)


def is_message(path: Path) -> bool:
    """Whether the file begins as data messages do, or is Parquet; any other table needs a mapping."""
    with path.open("rb") as file:
        head = file.read(1000)
    return head.startswith(MAGIC) or head.lstrip(_AROUND).startswith((b"<", b"{")) or is_sdmx_csv(head)


def told_by(path: Path, name: str | None = None) -> Told:
    """What the head of a message says; of CSV, its first row. Only SDMX-JSON is read whole for it."""
    name = name or path.name
    head = read_head(path, name)
    if head.startswith(MAGIC):
        return Told(*told_by_parquet(path, name))
    if head.lstrip(_AROUND).startswith(b"<"):
        return Told(*told_by_xml(open_xml(path, name)))
    if head.lstrip(_AROUND).startswith(b"{"):
        return Told(*told_by_json(path, name))
    return Told(None, told_by_csv(path, name))
