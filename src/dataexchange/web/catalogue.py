"""`/`: everything published, found by words, goal, area and dataflow; and the dataflows with their downloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from dataexchange.door.exchange import Exchange
from dataexchange.store import releases
from dataexchange.store.database import Connection, reading
from dataexchange.store.structure_state import structure_word
from dataexchange.web.address import series_path
from dataexchange.web.downloads import file_name
from dataexchange.web.finding_series import Outermost, Wanted, near, outermost, search
from dataexchange.web.goals import goal_name
from dataexchange.web.listing import Listing, goals, listing
from dataexchange.web.moments import in_words
from dataexchange.web.page import page_router
from dataexchange.web.pages import render

router = page_router()

_Word = Annotated[str, Query(max_length=500)]

#: Above so many areas a list to choose from is no help: those inside others are left to the search.
_MOST_AREAS = 300


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: (value, words). Goals with their indicators."""

    goals: tuple[tuple[str, str, tuple[str, ...]], ...]
    areas: tuple[tuple[str, str], ...]
    flows: tuple[tuple[str, str], ...]


@router.get("/")
def catalogue(
    request: Request,
    q: _Word = "",
    goal: _Word = "",
    area: _Word = "",
    flow: _Word = "",
    parts: _Word = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        there, whole, choices = _there(conn, exchange)
    wanted = Wanted(q.replace("\0", ""), goal, area, flow, bool(parts), page)
    found = search(there.entries, whole, wanted)
    return render(
        request,
        "catalogue.html",
        there=there,
        choices=choices,
        wanted=wanted,
        found=found,
        near=() if found.total else near(wanted.words, there.words),
        instead=lambda word: _address(replace(wanted, words=word)),
        file_name=file_name,
        span=_span,
        series_path=series_path,
        with_page=lambda number: _address(wanted, page=number),
        inside=lambda entry: _address(
            Wanted(entry.found.series, "", entry.found.area, entry.found.dataflow.short, True)
        ),
    )


def _there(conn: Connection, exchange: Exchange) -> tuple[Listing, Outermost, Choices]:
    """The whole listing, kept in this process until a release or a structure comes; only ever the newest one."""
    last = releases.last_release(conn)
    now = (last.number if last else 0, structure_word(conn))
    known: tuple[object, Listing, Outermost, Choices] | None = exchange.memory.known("catalogue")
    if known is None or known[0] != now:
        made = listing(conn)
        known = (now, made, outermost(made.entries), _choices(made))
        exchange.memory.keep("catalogue", known)
    return known[1:]


def _choices(there: Listing) -> Choices:
    places = {e.found.area: (e.where, e.above) for e in there.entries if e.above}
    if len(places) > _MOST_AREAS:
        holding = {area for _, above in places.values() for area in above[1:]}
        places = {a: p for a, p in places.items() if a in holding or not any(up in places for up in p[1][1:])}
    used = {e.found.dataflow for e in there.entries}
    return Choices(
        goals=tuple((goal, goal_name(goal), listed) for goal, listed in goals(there.entries).items()),
        areas=tuple(sorted(((area, where) for area, (where, _) in places.items()), key=lambda one: one[1])),
        flows=tuple((f.dataflow.ref.short, f.dataflow.name()) for f in there.flows if f.dataflow.ref in used),
    )


def _span(first: int | None, last: int | None) -> str:
    """`2010 to 2019`."""
    if first is None or last is None:
        return ""
    ends: Sequence[str] = (in_words(first), in_words(last))
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _address(wanted: Wanted, page: int = 1) -> str:
    named = {"q": wanted.words, "goal": wanted.goal, "area": wanted.area, "flow": wanted.flow}
    given = {name: value for name, value in named.items() if value}
    if wanted.parts:
        given["parts"] = "1"
    if page > 1:
        given["page"] = str(page)
    return f"/?{urlencode(given)}" if given else "/"
