"""`POST /api/v1/submissions`: a city's file, kept as it comes in; answered at once, whatever its size, and checked by a worker.

curl -H "Authorization: Bearer dx_…" -F file=@pm25.csv -F mapping=@pm25.yaml -F publish=true https://data.example.org/api/v1/submissions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response

from dataexchange.api.asked import Here, KeyHolder, Root
from dataexchange.api.submission_document import SubmissionDocument, document, told
from dataexchange.api.told import answers
from dataexchange.door.exchange import Exchange
from dataexchange.door.upload import Upload, read_upload
from dataexchange.door.waiting import tell_worker
from dataexchange.errors import InvalidRequest
from dataexchange.model.access import Caller, Scope
from dataexchange.model.submission import Submission
from dataexchange.store.database import reading, writing
from dataexchange.workflow.permission import require
from dataexchange.workflow.submit import Parcel, accept_parcel, read_parcel

router = APIRouter(tags=["Submissions"])

#: A mapping may be as long as `pipeline.mapping_file` reads.
_MAPPING_BYTES = 2_000_000
_FIELDS = ("mapping_id", "agreement", "provider", "dataflow", "dataset", "publish")
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,300}")
_YES_NO = {"true": True, "1": True, "on": True, "yes": True, "false": False, "0": False, "no": False, "": False}

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "a table as the city has it (CSV, XLSX, ODS, Parquet), an SDMX message, or a zip of them",
                        },
                        "mapping": {
                            "type": "string",
                            "format": "binary",
                            "description": "mapping file, YAML; an SDMX message needs none",
                        },
                        "mapping_id": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "instead of `mapping`: one that was sent before, as /api/v1/mappings names it",
                        },
                        "agreement": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "the provision agreement that it is sent under, to be sure",
                        },
                        "provider": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "without a mapping: whose figures they are; default: the key's organisation",
                        },
                        "dataflow": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "without a mapping: where they are published, such as DX:DF_SDG_LOCAL(1.0.0); default: as "
                            "the message says",
                        },
                        "dataset": {
                            "type": "string",
                            "maxLength": 300,
                            "description": "the table that this is a version of; default: of the name of the mapping, or of the message",
                        },
                        "publish": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "description": "go on to publication when the checks find no error",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/submissions",
    summary="Send a table with its mapping or the id of one that was sent before, or an SDMX message",
    status_code=202,
    response_model=SubmissionDocument,
    responses=answers(401, 403, 404, 409, 413, 415),
    openapi_extra=_FORM,
)
async def submit(
    request: Request,
    exchange: Here,
    root: Root,
    caller: KeyHolder,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=r"^[ -~]{1,200}$",
            description="a word of yours for this submission: sent again with the same content, it finds the first one",
            examples=["pm25-2026-11"],
        ),
    ] = None,
) -> Response:
    require(caller, Scope.SUBMIT)
    upload = await read_upload(
        request,
        exchange,
        files={"file": exchange.max_upload_bytes, "mapping": _MAPPING_BYTES},
        fields=_FIELDS,
    )
    parcel = parcel_of(upload)

    def accepted() -> SubmissionDocument:
        submission, answer = _accept(exchange, parcel, caller, idempotency_key, root)
        tell_worker(exchange, submission)
        return answer

    return told(request, await to_thread.run_sync(accepted, limiter=exchange.limiter), status=202)


def _accept(
    exchange: Exchange, parcel: Parcel, caller: Caller, idempotency_key: str | None, root: str
) -> tuple[Submission, SubmissionDocument]:
    with reading(exchange.engine) as conn:
        announced = read_parcel(conn, exchange.home, parcel, caller=caller)
    with writing(exchange.engine) as conn:
        submission = accept_parcel(conn, announced, caller=caller, idempotency_key=idempotency_key)
        return submission, document(conn, submission, root)


def parcel_of(upload: Upload) -> Parcel:
    """What a form says, as the verb takes it."""
    file, mapping = upload.files.get("file"), upload.files.get("mapping")
    fields = {name: _line(upload.fields, name) for name in _FIELDS if name != "publish"}
    if file is None:
        raise InvalidRequest("send the table as the part `file`", parameter="file")
    if mapping is not None and fields["mapping_id"] is not None:
        raise InvalidRequest("send either the part `mapping`, a file, or `mapping_id`", parameter="mapping")
    mapped = mapping is not None or fields["mapping_id"] is not None
    if mapped and (told := next((name for name in ("provider", "dataflow") if fields[name]), None)):
        raise InvalidRequest("the mapping says it already; leave it out", parameter=told, value=fields[told])
    publish = upload.fields.get("publish", "false").strip().lower()
    if publish not in _YES_NO:
        raise InvalidRequest("write true or false", parameter="publish", value=publish)
    return Parcel(
        file_name=file.name,
        file_hash=file.sha256,
        mapping=mapping.sha256 if mapping else fields["mapping_id"],
        mapping_name=mapping.name if mapping else None,
        dataset=fields["dataset"],
        agreement=fields["agreement"],
        publish=_YES_NO[publish],
        provider=fields["provider"],
        dataflow=fields["dataflow"],
    )


def _line(fields: Mapping[str, str], name: str) -> str | None:
    """One line of text; None where there is none."""
    value = fields.get(name, "").strip()
    if value and not _PLAIN.fullmatch(value):
        raise InvalidRequest("write one line of up to 300 characters", parameter=name, value=value)
    return value or None
