"""Structure messages in SDMX-JSON 2.0, written one artefact at a time.

`meta` stands first and `schema` first in it, because readers tell the version from the first 350 bytes. Lists are never
empty: the schema forbids that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from dataexchange.messages.structure_detail import Shown
from dataexchange.messages.structure_json import to_json
from dataexchange.messages.structure_json_read import COLLECTIONS
from dataexchange.messages.stub_address import address
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.structure import Kind

SCHEMA = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/structure-message/tools/schemas/"
    "2.0.0/sdmx-json-structure-schema.json"
)


def write_structure_json(shown: Sequence[Shown], header: StructureHeader) -> Iterator[bytes]:
    meta = {
        "schema": SCHEMA,
        "id": header.message_id,
        "test": False,
        "prepared": header.prepared.isoformat(),
        "contentLanguages": ["en"],
        "sender": {"id": header.sender},
    }
    yield b'{"meta":' + orjson.dumps(meta) + b',"data":{'
    between = b""
    for field, kind in COLLECTIONS.items():
        members = [member for member in shown if member.artefact.kind is kind]
        if not members:
            continue
        yield between + orjson.dumps(field) + b":["
        for number, member in enumerate(members):
            yield (b"," if number else b"") + orjson.dumps(_entry(member, header))
        between = b"],"
    yield b"]}}" if between else b"}}"


def _entry(member: Shown, header: StructureHeader) -> dict[str, Any]:
    out = to_json(member.artefact)
    if member.stub:
        out["isExternalReference"] = True
        if header.base_url:
            ref = member.artefact.ref
            link = {"href": address(header.base_url, ref), "rel": "external"}
            # The schema of 2.0 has no such URN: it spells it "Valuelist".
            out["links"] = [link if ref.kind is Kind.VALUE_LIST else {**link, "urn": ref.urn}]
    return out
