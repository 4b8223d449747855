"""`/series/{agency}/{id}/{version}/{key}`: one series for people, under an address that stays.

With `?release=N` the page shows what was visible after release N, the nation's figures included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Query, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.errors import NotFound
from dataexchange.model.areas import Areas
from dataexchange.model.comparison import Portrait
from dataexchange.model.mapping import Source
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import Dataflow, Kind, Ref
from dataexchange.model.submission import PUBLIC, Release
from dataexchange.store import listing, releases, structures, submissions
from dataexchange.store.database import Connection, reading
from dataexchange.store.origin import keys_with
from dataexchange.store.structure_state import structure_word
from dataexchange.web.address import series_path
from dataexchange.web.downloads import downloads
from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.series_view import Around, SeriesView, view
from dataexchange.workflow.compare import portrait as portrait_of
from dataexchange.workflow.inequality import spread_of
from dataexchange.workflow.keys import organisations
from dataexchange.workflow.nation import nation_of
from dataexchange.workflow.national import baseline_of
from dataexchange.workflow.provenance import source_of
from dataexchange.workflow.reconciled import is_derived, reconciled_beside, reconciled_from

router = page_router()

#: No database keeps control characters, so there is nothing at such an address.
_PLAIN = r"^[^\x00-\x1f\x7f]+$"
_Part = Annotated[str, Path(max_length=300, pattern=_PLAIN)]


@router.get("/series/{agency}/{id}/{version}/{key}")
def series_page(
    request: Request,
    agency: _Part,
    id: _Part,
    version: _Part,
    key: Annotated[str, Path(max_length=2000, pattern=_PLAIN)],
    release: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    by: Annotated[str | None, Query(max_length=200, pattern=_PLAIN)] = None,
) -> Response:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        flow = _dataflow(conn, Ref(Kind.DATAFLOW, agency, id, version))
        try:
            portrait = portrait_of(conn, flow, key, as_of=release)
        except NotFound as error:
            seen = None if release else listing.last_seen(conn, structures.schema(conn, flow), flow, key)
            if seen is None:
                raise
            return render(
                request,
                "series-gone.html",
                status=404,
                detail=str(error),
                key=key,
                seen=seen,
                old=series_path(flow, key, seen),
            )
        around = _around(conn, exchange, portrait, release, by)
    shown = view(portrait, around)
    common, every = downloads(flow, key, around.moment, name=_name(shown, flow), release=release or around.last)
    root = exchange.base_url or str(request.base_url).rstrip("/")
    return render(
        request,
        "series.html",
        view=shown,
        around=around,
        portrait=portrait,
        flow=flow,
        common=common,
        every=every,
        path=series_path(flow, key),
        part=lambda key: series_path(flow, key, release),
        permanent=root + series_path(flow, key, release or around.last),
    )


def _name(shown: SeriesView, flow: Ref) -> str:
    """`Unemployment rate_Bristol_Female`, for files that are saved."""
    of = (shown.heading, shown.area or flow.id, shown.narrowed)
    return "_".join(part.replace("_", "-") for part in of if part)


def _dataflow(conn: Connection, ref: Ref) -> Ref:
    """The dataflow that is meant; NotFound for readers, who cannot load one."""
    query = StructureQuery((Kind.DATAFLOW.value,), (ref.agency,), (ref.id,), (ref.version,))
    found = [a for a in structures.find(conn, query) if isinstance(a, Dataflow)]
    if not found:
        raise NotFound(f"There is no dataflow {ref.short[:200]} here; the catalogue at / lists those there are.")
    return found[-1].ref


def _around(conn: Connection, exchange: Exchange, portrait: Portrait, pinned: int | None, by: str | None) -> Around:
    line, made_by = portrait.line, portrait.release
    moment = releases.get(conn, pinned).published_at if pinned else None
    below = {part.key: part for part in portrait.parts}
    names: Mapping[str, str] = exchange.memory.get(("organisations", structure_word(conn)), lambda: organisations(conn))
    last = releases.last_release(conn)
    flow = portrait.schema.dataflow
    derived = flow is not None and is_derived(flow)
    other = (
        reconciled_from(conn, flow, line.key, as_of=pinned)
        if flow is not None and derived
        else reconciled_beside(conn, line.dataflow, line.key, as_of=pinned)
    )
    return Around(
        nation=nation_of(conn, portrait, as_of=pinned),
        local=baseline_of(portrait.schema) is not None,
        provider=names.get(line.provider, line.provider),
        source=_source(exchange, made_by),
        note=(made_by.note or "") if made_by else "",
        submission=_public_submission(conn, made_by),
        whole=_whole(conn, portrait, pinned),
        pinned=pinned,
        last=last.number if last else 0,
        moment=moment,
        inside=spread_of(conn, portrait.schema, line, below, portrait.siblings, partition=by, moment=moment),
        vintage=_vintage(conn, portrait),
        reconciled=derived,
        other=other,
    )


def _vintage(conn: Connection, portrait: Portrait) -> Release | None:
    """The release that last changed the national series, where the comparison names it."""
    number = portrait.comparison.vintage if portrait.comparison else None
    try:
        return None if number is None else releases.get(conn, number)
    except NotFound:
        return None


def _source(exchange: Exchange, made_by: Release | None) -> Source | None:
    """What the mapping of the submission says of it."""
    if made_by is None or made_by.mapping_hash is None:
        return None
    digest = made_by.mapping_hash
    known: list[Source | None] = exchange.memory.get(("source", digest), lambda: [source_of(exchange.home, digest)])
    return known[0]


def _public_submission(conn: Connection, made_by: Release | None) -> str | None:
    """The submission that a release came from, where anybody may look at it."""
    if made_by is None or made_by.submission is None:
        return None
    try:
        found = submissions.get(conn, made_by.submission)
    except NotFound:
        return None
    return found.id if found.status in PUBLIC else None


def _whole(conn: Connection, portrait: Portrait, pinned: int | None) -> str | None:
    """The key of the same series for the area above, where the dataflow has it."""
    codes, areas = portrait.line.codes, Areas.of(portrait.schema)
    parent = areas.parent(codes["REF_AREA"]) if "REF_AREA" in codes else None
    for area in areas.spellings(parent) if parent else ():
        above = {**codes, "REF_AREA": area}
        if found := keys_with(conn, portrait.schema, portrait.line.dataflow, above, as_of=pinned, limit=1):
            return found[0]
    return None
