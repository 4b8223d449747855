"""`/api/v1/changes`: the feed that a national office's pull follows, page by page.

    GET /api/v1/changes?after=41  ->  {"changes": [...], "next": "43-1795364400000412", "published_at": "2026-11-22T16:20:00.000412Z", …}

Whoever goes on with `next` misses nothing and reads nothing twice. It is the number of a release and its time in microseconds since
1970, so that an exchange which was restored from a backup, and has since published under the same numbers again, answers 409. A number
alone is taken, too; a third part, `-7`, is the last re-check that was told. Asked again when nothing has happened, with the ETag of the
last answer, it is a 304 that costs one row.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from dataexchange.api.asked import Flow, Here, Limit, Root
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.rechecks import RecheckDocument
from dataexchange.api.rechecks import document as recheck_document
from dataexchange.api.told import answers
from dataexchange.errors import Conflict, InvalidRequest, NotFound
from dataexchange.model.change import Change, ChangeKind
from dataexchange.model.submission import Release
from dataexchange.store import feed, rechecks, releases
from dataexchange.store.database import Connection, reading

router = APIRouter(tags=["Following"])

_TICK = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18})(?:-([0-9]{1,18}))?)?")


class ChangeLinks(BaseModel):
    data: Annotated[str, Field(description="the observations that changed with it and since, deletions included")]
    release: str
    report: str | None


class ChangeDocument(BaseModel):
    """What one release did to one dataset."""

    release: int
    kind: ChangeKind
    dataflow: str
    provider: str
    dataset: str
    published_at: datetime
    series_added: int
    series_revised: int
    series_closed: int
    observations: Annotated[int, Field(description="that the dataset has now")]
    submission: str | None
    note: str | None
    links: ChangeLinks


class Changes(BaseModel):
    changes: list[ChangeDocument]
    rechecks: Annotated[
        list[RecheckDocument], Field(description="datasets compared again with new national series, or by new rules")
    ]
    next: Annotated[str, Field(description="what to send as `after` next time; an opaque text")]
    published_at: Annotated[
        datetime | None, Field(description="of the last release that `next` stands for; null at the start")
    ]
    more: Annotated[bool, Field(description="whether there is another page now")]


@router.get(
    "/changes",
    summary="What was published, revised or withdrawn, oldest first",
    response_model=Changes,
    responses=answers(304, 409),
)
def changes(
    request: Request,
    exchange: Here,
    root: Root,
    flow: Flow,
    after: Annotated[
        str, Query(max_length=40, description="`next` of the last answer; nothing for the start", examples=["0"])
    ] = "",
    limit: Limit = 100,
) -> Response:
    cursor, published_at, told = _cursor(after)
    with reading(exchange.engine) as conn:
        last, known = releases.last_release(conn, *([flow] if flow else [])), _known(conn, cursor, published_at)
        number = last.number if last else 0
        done = rechecks.last_number(conn)
        validators = _validators(last, known, number, done, after, flow, limit, root)
        headers = {"ETag": validators.tag, "Cache-Control": "no-cache"} if validators else {}
        if _held(request, validators):
            return Response(status_code=304, headers=headers)
        found = feed.changes_after(conn, cursor, dataflow=flow, limit=limit)
        again = rechecks.told_after(conn, min(told, done), dataflow=flow, limit=limit)
    upto = found[-1].release if found else known
    page = Changes(
        changes=[_document(change, root) for change in found],
        rechecks=[recheck_document(one, root) for one in again],
        next=_next(upto, again[-1].number or 0 if again else min(told, done)),
        published_at=upto.published_at if upto else None,
        more=(bool(found) and found[-1].release.number < number) or len(again) == limit,
    )
    return Response(page.model_dump_json(), media_type="application/json", headers=headers)


def _cursor(text: str) -> tuple[int, int | None, int]:
    """The number of a release, when it was published where the cursor says so, in microseconds since 1970, and the number of a
    re-check."""
    found = _CURSOR.fullmatch(text or "0")
    if not found:
        raise InvalidRequest(
            "send `next` of an earlier answer, or nothing for the start", parameter="after", value=text
        )
    return int(found[1]), int(found[2]) if found[2] else None, int(found[3] or 0)


def _next(upto: Release | None, told: int) -> str:
    """Without a third part before the first re-check."""
    return f"{upto.number}-{_microseconds(upto)}{f'-{told}' if told else ''}" if upto else "0"


def _microseconds(release: Release) -> int:
    return (release.published_at - _EPOCH) // _TICK


def _known(conn: Connection, cursor: int, published_at: int | None) -> Release | None:
    """The release that a cursor stands for. One that is not there, or of another time, is of an exchange that has gone back since."""
    if cursor == 0:
        return None
    try:
        release = releases.get(conn, cursor)
    except NotFound:
        release = None
    if release is None or published_at not in (None, _microseconds(release)):
        raise Conflict(
            f"This exchange has no release {cursor} as `after` has it: it was restored to an earlier state, or the cursor is "
            "another exchange's; begin again without `after`."
        )
    return release


def _validators(last: Release | None, known: Release | None, *decides: object) -> Validators | None:
    """None while there is nothing at all to say."""
    newest = last or known
    return None if newest is None else Validators(digest_of(["changes", *decides]), newest.published_at)


def _held(request: Request, validators: Validators | None) -> bool:
    """Whether the client has this answer. Dates are not looked at: two releases may come within their one second."""
    match = request.headers.get("if-none-match")
    return validators is not None and match is not None and validators.unchanged({"if-none-match": match})


def _document(change: Change, root: str) -> ChangeDocument:
    release = change.release
    flow = release.dataflow
    since = (release.published_at - _TICK).isoformat(timespec="microseconds").replace("+00:00", "Z")
    data = f"{root}/sdmx/v2/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/*?updatedAfter={quote(since)}"
    report = f"{root}/api/v1/submissions/{quote(release.submission, safe='')}/report" if release.submission else None
    return ChangeDocument(
        release=release.number,
        kind=change.kind,
        dataflow=flow.short,
        provider=release.provider,
        dataset=release.dataset,
        published_at=release.published_at,
        series_added=release.series_added,
        series_revised=release.series_revised,
        series_closed=release.series_closed,
        observations=release.observations,
        submission=release.submission,
        note=release.note,
        links=ChangeLinks(data=data, release=f"{root}/api/v1/releases/{release.number}", report=report),
    )
