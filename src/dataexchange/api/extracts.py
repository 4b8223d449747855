"""`/api/v1/extracts`: answers to data queries that were asked for with `Prefer: respond-async`, and their files.

Public data need no key, so whoever knows the address of an extract may see and fetch it. A file never changes: its tag is its SHA-256,
and a download that broke off is gone on with by Range. Who takes a coding gets the whole file in it, packed on the way; parts are of
the plain file.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path as Place
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from dataexchange.api import compression
from dataexchange.api.asked import Here, Root
from dataexchange.api.conditional import Validators, http_date
from dataexchange.api.extract_document import ExtractDocument, document
from dataexchange.api.told import answers
from dataexchange.door.answer import Answer, Blocks, Sending
from dataexchange.door.exchange import Exchange
from dataexchange.door.ranges import Span, file_blocks, span_of
from dataexchange.errors import Conflict, Gone, NotFound
from dataexchange.messages.media import DATA_V1, DATA_V2
from dataexchange.model.extract import Extract, State
from dataexchange.store import extracts, files
from dataexchange.store.database import reading

router = APIRouter(prefix="/extracts", tags=["Extracts"])

ExtractId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9]{1,40}$", description="id of an extract", examples=["5f0c1d2e3b4a59687786a5b4"])
]


def _header(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": "^[ -~]*$"}
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


_FILES: dict[str, Any] = {media.text: {} for media in sorted({*DATA_V1, *DATA_V2}, key=str)}


@router.get(
    "/{id}",
    summary="One extract: whether it is ready",
    response_model=ExtractDocument,
    responses=answers(404, 410),
)
def one_extract(exchange: Here, root: Root, id: ExtractId) -> Response:
    extract = _there(exchange, id)
    headers = {"Cache-Control": "no-cache"}
    if extract.state is State.WAITING:
        headers["Retry-After"] = "1"
    return Response(document(extract, root).model_dump_json(), 200, headers, "application/json")


@router.get(
    "/{id}/data",
    summary="The file of an extract, whole or in ranges",
    response_class=Response,
    responses={
        **answers(304, 404, 409, 410),
        200: {"description": "The file", "content": _FILES},
        206: {"description": "The part of the file that Range asks for", "content": _FILES},
        416: {"description": "The file ends before what Range asks for; Content-Range has its size."},
    },
    openapi_extra={
        "parameters": [
            _header("Range", "One range of bytes, such as `bytes=0-65535`: the answer is 206"),
            _header("If-Range", "The ETag of the file that Range is meant for; of another one the answer is whole"),
        ]
    },
)
def extract_data(request: Request, exchange: Here, id: ExtractId) -> Response:
    extract = _there(exchange, id)
    if extract.state is State.FAILED:
        raise Conflict(f"The extract was not made: {extract.reason}")
    if not extract.stands_at(datetime.now(UTC)) or extract.sha256 is None:
        raise Conflict(f"The extract is being made: ask for /api/v1/extracts/{extract.id} until it is ready.")
    place = files.path_of(extract.sha256, extracts.folder(exchange.home))
    if not place.exists():
        raise Gone("The file is no longer kept: ask for it anew.")
    return Sending(_file(extract, place, request.headers), exchange.limiter)


def _there(exchange: Exchange, extract_id: str) -> Extract:
    with reading(exchange.engine) as conn:
        found = extracts.find(conn, extract_id)
    if found is None:
        raise NotFound("There is no such extract: ask for one with `Prefer: respond-async` and a data query.")
    if found.is_over_at(datetime.now(UTC)):
        raise Gone("The extract is no longer kept: send its query with `Prefer: respond-async` anew.")
    return found


def _file(extract: Extract, place: Place, headers: Mapping[str, str]) -> Answer:
    assert extract.sha256 is not None
    assert extract.size is not None
    assert extract.ended_at is not None
    plain = "range" in headers or extract.size < compression.SMALLEST
    coding = None if plain else compression.coding(headers.get("accept-encoding", ""))
    validators = Validators(extract.sha256, extract.ended_at, coding)
    if validators.unchanged(headers):
        return Answer(304, validators.headers)
    said = [
        (b"content-type", (extract.media_type or "application/octet-stream").encode()),
        (b"content-disposition", f'attachment; filename="{_name(extract)}"'.encode()),
        *validators.headers,
    ]
    whole = Span(0, extract.size)
    if coding is not None:
        packed = compression.CODINGS[coding](file_blocks(place, whole))
        return _streamed(200, [*said, (b"content-encoding", coding.encode())], packed)
    said += [
        (b"accept-ranges", b"bytes"),
        (b"repr-digest", b"sha-256=:" + b64encode(bytes.fromhex(extract.sha256)) + b":"),
    ]
    span = span_of(headers, extract.size, validators.tag, http_date(extract.ended_at))
    if span is None:
        return _streamed(200, [*said, (b"content-length", str(extract.size).encode())], file_blocks(place, whole))
    said.append((b"content-range", span.content_range(extract.size)))
    if not span.size:
        return Answer(416, tuple(said))
    return _streamed(206, [*said, (b"content-length", str(span.size).encode())], file_blocks(place, span))


def _streamed(status: int, headers: list[tuple[bytes, bytes]], blocks: Iterator[bytes]) -> Answer:
    """The first block is read here: a file that cannot be read is an error that can still be told."""
    first = next(blocks, b"")
    return Answer(status, tuple(headers), first, _all(blocks))


def _all(blocks: Iterator[bytes]) -> Blocks:
    yield from blocks


def _name(extract: Extract) -> str:
    ending = next((e for e in ("csv", "json", "xml") if e in (extract.media_type or "")), "data")
    return f"{extract.id}.{ending}"
