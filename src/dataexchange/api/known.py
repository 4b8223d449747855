"""Query parameters that an address of /api/v1 does not know are refused, whichever it is: a filter that is passed over in silence
answers with more than was asked for.

    GET /api/v1/coherence?indikator=16.1.1
    400  indikator: this address knows country, dataflow, indicator, limit, offset; did you mean indicator?
"""

from __future__ import annotations

from fastapi import Request

from dataexchange.door.invalid import query_names
from dataexchange.errors import InvalidRequest
from dataexchange.model.nearest import nearest

_SHOWN = 60


async def known_parameters(request: Request) -> None:
    """A dependency of every route; raises InvalidRequest. It looks at the route only where a query string came."""
    if not request.scope["query_string"]:
        return
    known = query_names(request)
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(_told(name, sorted(known)), parameter=_shown(name))


def _told(name: str, known: list[str]) -> str:
    if not known:
        return "this address knows no query parameters; leave it out"
    near = nearest(name.casefold(), known, 0.6)
    return f"this address knows {', '.join(known)}; " + (f"did you mean {near}?" if near else "leave it out")


def _shown(name: str) -> str:
    short = "".join(c if c.isprintable() else "�" for c in name[:_SHOWN])
    return (short or "''") + ("…" if len(name) > _SHOWN else "")
