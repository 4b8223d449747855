"""`/upload`: a table, and which mapping it is read with, or an SDMX message, into a submission. The file goes straight to the disk.

What is wrong stands at its field, and what was chosen stays chosen: a file that came once is not sent twice. It is named in the form
by its hash, sealed with the session, so that nobody can name bytes that are not theirs.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from dataexchange.door.credentials import SESSION_COOKIE
from dataexchange.door.errors import status_of
from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.door.upload import Upload, UploadedFile, read_upload
from dataexchange.door.waiting import tell_worker
from dataexchange.errors import Forbidden, InvalidRequest, NotFound, TooLarge, Unreadable, UnsupportedType
from dataexchange.model.access import Caller, Scope
from dataexchange.model.submission import Submission
from dataexchange.store import releases, structures, submissions
from dataexchange.store.database import Connection, reading, writing
from dataexchange.store.held import datasets_of
from dataexchange.web.form import WORD, require_word
from dataexchange.web.page import page_router
from dataexchange.web.pages import PRIVATE, render
from dataexchange.web.proposal import Proposal, proposal_for
from dataexchange.web.submission_files import attached
from dataexchange.web.terms import Terms, all_terms
from dataexchange.web.visitor import signed_in
from dataexchange.workflow.permission import require
from dataexchange.workflow.submit import Parcel, accept_parcel, read_parcel

router = page_router()

#: As large as `pipeline.mapping_file` reads them.
_MAPPING_BYTES = 2_000_000

_NO_MAPPING = (
    "A new table needs its mapping file: choose one that you sent before above, or have one proposed. SDMX messages and filled "
    "templates need none."
)

#: Beyond the limit of a file, what is read and thrown away so that the browser gets to see the answer.
_DRAINED = 64 << 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form holds: files that are kept already, the table, the wish. `table` is empty for a new one; `agreement` where an
    SDMX message says itself what it is sent under."""

    file: UploadedFile | None = None
    mapping: UploadedFile | None = None
    table: str = ""
    agreement: str = ""
    publish: bool = False


@dataclass(frozen=True, slots=True)
class Faults:
    """By field: file, table, mapping, agreement; "" for the whole form."""

    said: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@router.get("/upload")
def form(request: Request, table: str = "") -> Response:
    caller = signed_in(request)
    require(caller, Scope.SUBMIT)
    return _form(request, caller, Chosen(table=table[:200]), Faults())


@router.post("/upload")
async def upload(request: Request) -> Response:
    exchange: Exchange = request.app.state.exchange
    caller = await run_in_threadpool(signed_in, request)
    require(caller, Scope.SUBMIT)
    limits = {"file": exchange.max_upload_bytes, "mapping": _MAPPING_BYTES}
    fields = (WORD, "table", "agreement", "publish", "kept_file", "kept_mapping", "suggest")
    try:
        came = await read_upload(request, exchange, files=limits, fields=fields)
    except (InvalidRequest, TooLarge, UnsupportedType) as error:
        await _drain(request, exchange.max_upload_bytes + _DRAINED)
        place = "mapping" if "part mapping" in str(error) else "file"
        return await run_in_threadpool(
            _form, request, caller, Chosen(), Faults({place: str(error)}, status_of(error).http)
        )
    return await run_in_threadpool(_came, request, caller, came)


def _came(request: Request, caller: Caller, came: Upload) -> Response:
    exchange: Exchange = request.app.state.exchange
    require_word(request, came.fields.get(WORD, ""))
    chosen = Chosen(
        file=came.files.get("file") or _opened(request, came.fields.get("kept_file", "")),
        mapping=came.files.get("mapping") or _opened(request, came.fields.get("kept_mapping", "")),
        table=came.fields.get("table", ""),
        agreement=came.fields.get("agreement", ""),
        publish="publish" in came.fields,
    )
    if chosen.file is not None and "suggest" in came.fields:
        return _proposed(request, caller, chosen, chosen.file)
    missing = {}
    if chosen.file is None:
        missing["file"] = "Choose the file to send."
        if chosen.mapping is None and not chosen.table:
            missing["mapping"] = _NO_MAPPING
    if missing or chosen.file is None:
        return _form(request, caller, chosen, Faults(missing, 400))
    try:
        with reading(exchange.engine) as conn:
            announced = read_parcel(conn, exchange.home, _parcel(chosen, chosen.file), caller=caller)
        with writing(exchange.engine) as conn:
            submission = accept_parcel(conn, announced, caller=caller)
            if not chosen.table and announced.mapping_hash is not None and not announced.is_template:
                _require_new(conn, submission)
    except NotFound as error:
        return _form(request, caller, chosen, Faults({"table": str(error)}, status_of(error).http))
    except (Unreadable, TooLarge) as error:
        place = "mapping" if chosen.mapping else "file"
        return _form(request, caller, chosen, Faults({place: str(error)}, status_of(error).http))
    except (InvalidRequest, Forbidden) as error:
        place, text = _place(chosen, error)
        return _form(request, caller, chosen, Faults({place: text}, status_of(error).http))
    tell_worker(exchange, submission)
    return RedirectResponse(f"/submissions/{submission.id}", 303, headers=PRIVATE)


def _place(chosen: Chosen, error: InvalidRequest | Forbidden) -> tuple[str, str]:
    """At which field it is told, and how."""
    about = error.parameter if isinstance(error, InvalidRequest) else None
    if chosen.mapping is not None:
        return "table" if chosen.table and about == "dataset" else "mapping", str(error)
    if chosen.table:
        return "table", str(error)
    return ("mapping", _NO_MAPPING) if about == "mapping" else ("agreement", str(error))


def _proposed(request: Request, caller: Caller, chosen: Chosen, file: UploadedFile) -> Response:
    """The form again, with a mapping for the table that a person goes on with."""
    exchange: Exchange = request.app.state.exchange
    try:
        _, language = language_for(exchange, request.headers)
        return _form(request, caller, chosen, Faults(), proposal_for(exchange, caller, file, language))
    except (Unreadable, TooLarge) as error:
        return _form(request, caller, chosen, Faults({"file": str(error)}, status_of(error).http))
    except (InvalidRequest, NotFound) as error:
        return _form(request, caller, chosen, Faults({"mapping": str(error)}, status_of(error).http))


@router.get("/upload/mapping")
def proposed_file(request: Request, file: Annotated[str, Query(max_length=1000)]) -> Response:
    """The same as a file; `file` is what the form of this session says of the table."""
    exchange: Exchange = request.app.state.exchange
    caller = signed_in(request)
    table = _opened(request, file)
    if table is None:
        raise NotFound("This table is not of your session: choose it in the form again.")
    tag, language = language_for(exchange, request.headers)
    made = proposal_for(exchange, caller, table, language)
    headers = {**attached(made.name), "Content-Language": tag, "Vary": "Cookie, Accept-Language"}
    return Response(made.text, media_type="application/yaml", headers=headers)


def _require_new(conn: Connection, submission: Submission) -> None:
    """A new table replaces no published one only because its mapping file has the same name. What was written is undone."""
    if releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset):
        raise InvalidRequest(
            f"You have a table {submission.dataset} already: choose it above, or give the mapping file another name."
        )


def _parcel(chosen: Chosen, file: UploadedFile) -> Parcel:
    """A mapping file that comes with a table that was sent before is that table's new mapping."""
    if chosen.mapping is None:
        return Parcel(
            file_name=file.name,
            file_hash=file.sha256,
            mapping=chosen.table or None,
            agreement=chosen.agreement or None,
            publish=chosen.publish,
        )
    return Parcel(
        file_name=file.name,
        file_hash=file.sha256,
        mapping=chosen.mapping.sha256,
        mapping_name=chosen.mapping.name,
        dataset=chosen.table or None,
        agreement=chosen.agreement or None,
        publish=chosen.publish,
    )


def _form(
    request: Request, caller: Caller, chosen: Chosen, faults: Faults, proposal: Proposal | None = None
) -> Response:
    exchange: Exchange = request.app.state.exchange
    own = None if caller.may(Scope.ADMIN) else caller.organisation
    with reading(exchange.engine) as conn:
        known = submissions.known_mappings(conn, provider=own)
        terms = all_terms(exchange, conn, own)
        tables = {term.id: _tables(conn, term) for term in terms}
    return render(
        request,
        "upload.html",
        status=faults.status,
        headers=PRIVATE,
        known=known,
        terms=terms,
        tables=tables,
        chosen=chosen,
        sealed={"file": _sealed(request, chosen.file), "mapping": _sealed(request, chosen.mapping)},
        faults=faults.said,
        proposal=proposal,
        most=exchange.max_upload_bytes,
    )


def _tables(conn: Connection, term: Terms) -> list[str]:
    """What is published under an agreement: there is a template for each."""
    try:
        schema = structures.schema(conn, term.dataflow)
    except NotFound:
        return []
    return list(datasets_of(conn, schema, term.dataflow, term.provider))


def _sealed(request: Request, file: UploadedFile | None) -> str:
    """`<seal>:<hash>:<size>:<name>`"""
    if file is None:
        return ""
    told = f"{file.sha256}:{file.size}:{file.name}"
    return f"{_seal(request, told)}:{told}"


def _opened(request: Request, sealed: str) -> UploadedFile | None:
    """The file that a form of this session names; None where it names none, or one that this session was not given."""
    seal, _, told = sealed.partition(":")
    if not told or not hmac.compare_digest(seal.encode(), _seal(request, told).encode()):
        return None
    digest, size, name = told.split(":", 2)
    return UploadedFile(name, digest, int(size))


def _seal(request: Request, told: str) -> str:
    secret = request.cookies.get(SESSION_COOKIE, "")
    return hmac.digest(secret.encode(), b"file" + told.encode(), sha256).hex()


async def _drain(request: Request, most: int) -> None:
    """Read on to the end, up to a limit: a browser that is still sending does not look at the answer."""
    request.state.body_limit = most
    # RuntimeError: the end was reached when the fault was found.
    with suppress(ClientDisconnect, TooLarge, RuntimeError):
        async for _ in request.stream():
            pass
