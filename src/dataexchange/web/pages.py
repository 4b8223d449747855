"""The frame of every page: Jinja templates with escaping always on, one policy, who is signed in.

    return render(request, "review.html", queue=queue)

A page runs no script but ours, loads nothing from elsewhere, and is whole without any script at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from dataexchange import __version__
from dataexchange.web import words
from dataexchange.web.assets import address
from dataexchange.web.visitor import visitor

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

#: What a page says of itself is for its reader alone: nobody keeps it, and it is asked for anew each time.
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie"}
_PUBLIC = {"Cache-Control": "no-cache", "Vary": "Cookie"}
_HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("dataexchange.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(words.FILTERS)
    made.globals.update(asset=address, version=__version__)
    return made


ENVIRONMENT = _environment()


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **words: Any
) -> HTMLResponse:
    """The page. Templates know `visitor` (who is signed in) and `here` (the path); `headers` go over our own."""
    who = visitor(request)
    html = ENVIRONMENT.get_template(template).render(visitor=who, here=request.url.path, **words)
    kept = _PUBLIC if who.caller is None else PRIVATE
    return HTMLResponse(html, status, headers={**_HEADERS, **kept, **(headers or {})})
