"""Structure maintenance over HTTP: POST, PUT and DELETE on /sdmx/v2/structure, answered by what became of each artefact.

curl -H "Authorization: Bearer dx_…" -H "Content-Type: application/vnd.sdmx.structure+xml;version=2.1" --data-binary @codes.xml …/structure

The caller is known, and may maintain structures, before a byte of the body is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

from anyio import to_thread
from starlette.requests import Request

from dataexchange.api.call import Call
from dataexchange.door.answer import Answer
from dataexchange.door.body import read_body
from dataexchange.door.credentials import require_bearer
from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotAcceptable, Unreadable, UnsupportedType
from dataexchange.messages.media import OFFERED, MediaType
from dataexchange.messages.media_version import wants
from dataexchange.messages.read_structures import StructureMessage, read_submitted
from dataexchange.messages.url_maintenance import Place, maintained_place
from dataexchange.messages.write_header import StructureHeader
from dataexchange.messages.write_structures import STRUCTURE_WRITERS
from dataexchange.messages.write_submission import write_submission
from dataexchange.model.access import Caller, Scope
from dataexchange.model.upkeep import Outcome, status_of
from dataexchange.store.database import writing
from dataexchange.store.files import path_of
from dataexchange.workflow.permission import require
from dataexchange.workflow.upkeep import remove_structure, submit_structures

METHODS = ("POST", "PUT", "DELETE")

#: The structures of the SDG indicators, or of a nation's, have some two million bytes.
_MOST = 32 * 2**20

_TAKEN = (
    "application/vnd.sdmx.structure+json",
    "application/vnd.sdmx.structure+xml",
    "application/json",
    "application/xml",
    "text/xml",
)
_BODY = "The body"


async def answer(exchange: Exchange, call: Call, request: Request) -> Answer:
    caller = await to_thread.run_sync(require_bearer, request, limiter=exchange.limiter)
    require(caller, Scope.STRUCTURES)
    place = maintained_place(call.method, call.path)
    sha256 = None
    if call.method != "DELETE":
        _check_type(call)
        sha256 = await read_body(request, exchange, min(_MOST, exchange.max_upload_bytes))
    return await to_thread.run_sync(_answered, exchange, call, caller, place, sha256, limiter=exchange.limiter)


def _answered(exchange: Exchange, call: Call, caller: Caller, place: Place, sha256: str | None) -> Answer:
    if sha256 is None:
        assert place.ref is not None
        with writing(exchange.engine) as conn:
            outcomes = [remove_structure(conn, place.ref, item=place.item, caller=caller)]
    else:
        is_json = "json" in call.headers.get("content-type", "").lower()
        message = read_submitted(path_of(sha256, exchange.home), _BODY, is_json=is_json)
        _check_place(message, place)
        with writing(exchange.engine) as conn:
            outcomes = submit_structures(
                conn, message.artefacts, caller=caller, only_replace=place.ref is not None, skipped=message.skipped
            )
    return _told(exchange, call, outcomes)


def _check_type(call: Call) -> None:
    given = call.headers.get("content-type", "")
    name, *rest = (part.strip().lower() for part in given.split(";"))
    version = next((value.strip(' "') for key, _, value in (p.partition("=") for p in rest) if key == "version"), "")
    if name not in _TAKEN:
        raise UnsupportedType(f"{given[:100]!r} is not taken here: send one of {', '.join(_TAKEN)}.")
    known = [media for media in STRUCTURE_WRITERS if media.name == name]
    if version and known and not any(wants(version, media.version or "") for media in known):
        raise UnsupportedType(f"{given[:100]!r} is not taken here: send one of {', '.join(m.text for m in known)}.")
    coding = call.headers.get("content-encoding", "identity").strip().lower()
    if coding != "identity":
        raise UnsupportedType(f"A body in the coding {coding[:40]!r} is not taken here: send it as it is.")


def _check_place(message: StructureMessage, place: Place) -> None:
    if not message.artefacts:
        there = ", ".join(f"{n} {name}" for name, n in message.skipped.items()) or "nothing"
        raise Unreadable(f"{_BODY} has no artefact that this exchange holds; it has {there}.")
    if place.ref is not None and [a.ref for a in message.artefacts] != [place.ref]:
        raise Unreadable(
            f"{_BODY} is to hold the one artefact that the address names, {place.ref.urn}: mend one of them."
        )
    others = sorted({a.kind.value for a in message.artefacts if place.kind not in (None, a.kind)})
    if others:
        raise Unreadable(
            f"{_BODY} holds {', '.join(others)} and the address is for {place.kind}: send it to /structure."
        )


def _told(exchange: Exchange, call: Call, outcomes: Sequence[Outcome]) -> Answer:
    media = _media_type(call)
    header = StructureHeader(
        message_id=f"{exchange.sender}_{uuid4().hex}",
        prepared=datetime.now(UTC).replace(microsecond=0),
        sender=exchange.sender,
    )
    headers = [(b"content-type", media.text.encode()), (b"cache-control", b"no-store")]
    status = status_of(outcomes)
    if status == 201 and len(outcomes) == 1:
        ref = outcomes[0].ref
        path = "/".join(quote(part, safe="") for part in (ref.kind, ref.agency, ref.id, ref.version))
        headers.append((b"location", f"{call.base_url}/structure/{path}".encode()))
    return Answer(status, tuple(headers), b"".join(write_submission(outcomes, media, header)))


def _media_type(call: Call) -> MediaType:
    """The standard would have the default rather than 406: what was done is done."""
    try:
        return call.media_type("maintenance")
    except NotAcceptable:
        return OFFERED["v2", "maintenance"][0]
