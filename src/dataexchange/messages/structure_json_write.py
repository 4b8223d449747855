"""Structure messages in SDMX-JSON 1.0, 2.0 and 2.1, written one artefact at a time.

`meta` stands first and `schema` first in it, because readers tell the version from the first 350 bytes. Lists are never
empty: the schema forbids that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from dataexchange.errors import NotAcceptable
from dataexchange.messages.languages import languages_in
from dataexchange.messages.structure_detail import Shown
from dataexchange.messages.structure_json import to_json
from dataexchange.messages.structure_json_read import COLLECTIONS
from dataexchange.messages.structure_json_versions import VERSIONS, Version
from dataexchange.messages.stub_address import address
from dataexchange.messages.write_header import StructureHeader
from dataexchange.model.structure import Kind

SCHEMA = VERSIONS["2.0.0"].schema


def write_structure_json(shown: Sequence[Shown], header: StructureHeader, *, version: str = "2.0.0") -> Iterator[bytes]:
    """Raises NotAcceptable, before anything is written, where the version has none of the artefacts."""
    says = VERSIONS[version]
    lists = _lists(shown, says)
    if shown and not lists:
        kinds = ", ".join(sorted({member.artefact.kind.value for member in shown}))
        raise NotAcceptable(f"SDMX-JSON {version} has no {kinds}: ask for version=2.0.0 or 2.1.0.")
    return _message(lists, header, says)


def _message(lists: Mapping[str, Sequence[Shown]], header: StructureHeader, says: Version) -> Iterator[bytes]:
    written = [member.artefact for members in lists.values() for member in members]
    meta: dict[str, Any] = {
        "schema": says.schema,
        "id": header.message_id,
        "test": False,
        "prepared": header.prepared.isoformat(),
        "contentLanguages": list(languages_in(written)) or ["en"],
        "sender": {"id": header.sender},
    }
    if header.related:
        meta["links"] = [{"rel": ref.kind.value, "urn": ref.urn} for ref in header.related]
    own = f'"$schema":"{says.schema}",' if says.names_schema else ""
    yield b'{"meta":' + orjson.dumps(meta) + f',{own}"data":{{'.encode()
    between = b""
    for name, members in lists.items():
        yield between + orjson.dumps(name) + b":["
        for number, member in enumerate(members):
            entry = says.said(name, _entry(member, header), member.artefact)
            yield (b"," if number else b"") + orjson.dumps(_preferred(entry) if header.languages else entry)
        between = b"],"
    yield b"]}}" if between else b"}}"


def _lists(shown: Sequence[Shown], says: Version) -> dict[str, list[Shown]]:
    """Name of each list -> what stands in it, in the order of the message."""
    lists: dict[str, list[Shown]] = {}
    for field, kind in COLLECTIONS.items():
        for member in shown:
            if member.artefact.kind is kind and (name := says.list_of(field, member.artefact)):
                lists.setdefault(name, []).append(member)
    return lists


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


#: A text in the one best language, and in all.
_TEXTS = (("name", "names"), ("description", "descriptions"), ("text", "texts"))


def _preferred(part: Any) -> Any:
    """The one text is the first of all, which stand in the order of the languages that were asked for."""
    if isinstance(part, list):
        return [_preferred(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    out = {key: _preferred(value) for key, value in part.items()}
    for one, several in _TEXTS:
        if one in out and out.get(several):
            out[one] = next(iter(out[several].values()))
    return out
