"""`/coherence`: how local series stand to national ones, by country and series, with a drawing; for everybody."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from markupsafe import Markup

from dataexchange.door.exchange import Exchange
from dataexchange.door.language import language_for
from dataexchange.door.overview import Part, overview_now
from dataexchange.messages.overview_plot import NARROW, WIDE, as_svg
from dataexchange.messages.overview_words import ORDER
from dataexchange.model.overview import Dot, Overview
from dataexchange.model.sentence import ENGLISH
from dataexchange.web.address import series_path
from dataexchange.web.figures import short
from dataexchange.web.page import page_router
from dataexchange.web.pages import render

router = page_router()

_Word = Annotated[str, Query(max_length=200)]

#: Lines of a page, and series of one verdict that it lists.
_PAGE, _LISTED = 100, 50


@router.get("/coherence")
def coherence(
    request: Request,
    country: _Word = "",
    indicator: _Word = "",
    flow: _Word = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    exchange: Exchange = request.app.state.exchange
    whole, _ = overview_now(exchange)
    part = Part(country, indicator, flow)
    found = part.of(whole)
    _, spoken = language_for(exchange, request.headers)
    start = (page - 1) * _PAGE
    return render(
        request,
        "coherence.html",
        whole=whole,
        found=found,
        part=part,
        choices=_choices(whole, part),
        lines=found.lines[start : start + _PAGE],
        listed=_LISTED,
        order=ORDER,
        page=page,
        pages=max(1, -(-len(found.lines) // _PAGE)),
        with_page=lambda number: _address(part, number),
        plots=[Markup(as_svg(found, ENGLISH, form, link=_path, in_page=True)) for form in (WIDE, NARROW)],  # noqa: S704 - every text in it is escaped
        series_path=series_path,
        short=short,
        spoken=spoken,
    )


def _path(dot: Dot) -> str:
    return series_path(dot.dataflow, dot.key)


def _choices(whole: Overview, part: Part) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: (value, words), with what was asked for, also where there is nothing of it."""
    countries = {line.country: line.country_name for line in whole.lines if line.country}
    numbers = dict.fromkeys(number for line in whole.lines for number in line.indicators)
    flows = dict.fromkeys(line.dataflow.short for line in whole.lines)
    there = {
        "country": sorted(countries.items(), key=lambda one: one[1]),
        "indicator": [(number, number) for number in numbers],
        "flow": [(one, one) for one in flows],
    }
    for name, asked in (("country", part.country), ("indicator", part.indicator), ("flow", part.dataflow)):
        if asked and asked not in dict(there[name]):
            there[name].append((asked, asked))
    return there


def _address(part: Part, page: int) -> str:
    named = {"country": part.country, "indicator": part.indicator, "flow": part.dataflow}
    given = {name: value for name, value in named.items() if value} | ({"page": str(page)} if page > 1 else {})
    return f"/coherence?{urlencode(given)}" if given else "/coherence"
