"""What routes of /api/v1 take in, beside their own words: the exchange, who calls, the address it is called by."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from dataexchange.door.credentials import bearer, require_bearer
from dataexchange.door.exchange import Exchange
from dataexchange.errors import InvalidRequest
from dataexchange.model.access import Caller
from dataexchange.model.structure import Kind, Ref, parse_short

#: Only for the description: who calls is worked out by `door.credentials`, the same for all doors.
_KEY = HTTPBearer(
    auto_error=False, scheme_name="key", description="An API key, `dx_…`, as the exchange's operator makes it."
)

_Header = Annotated[HTTPAuthorizationCredentials | None, Security(_KEY)]

#: For `openapi_extra` of routes that answer without a key, too.
WITHOUT_KEY_TOO: dict[str, Any] = {"security": [{}]}


def exchange_of(request: Request) -> Exchange:
    found: Exchange = request.app.state.exchange
    return found


def _holder(request: Request, _header: _Header) -> Caller:
    return require_bearer(request)


def _visitor(request: Request, _header: _Header) -> Caller | None:
    return bearer(request)


def root_of(request: Request) -> str:
    """The address of the exchange as the caller knows it, without a slash at the end."""
    return exchange_of(request).base_url or str(request.base_url).rstrip("/")


def flow_of(text: str | None) -> Ref | None:
    """The dataflow of a `dataflow` parameter."""
    if text is None:
        return None
    try:
        return parse_short(text, Kind.DATAFLOW)
    except InvalidRequest:
        raise InvalidRequest(
            "write agency:id(version), such as DX:DF_SDG_LOCAL(1.0.0)", parameter="dataflow", value=text
        ) from None


def _dataflow(
    dataflow: Annotated[
        str | None, Query(description="of this dataflow only", max_length=200, examples=["DX:DF_SDG_LOCAL(1.0.0)"])
    ] = None,
) -> Ref | None:
    return flow_of(dataflow)


Here = Annotated[Exchange, Depends(exchange_of)]
Root = Annotated[str, Depends(root_of)]
#: Whoever holds a key; without one the answer is 401.
KeyHolder = Annotated[Caller, Depends(_holder)]
#: Whoever calls; None where no key is sent.
Visitor = Annotated[Caller | None, Depends(_visitor)]
Flow = Annotated[Ref | None, Depends(_dataflow)]
Limit = Annotated[int, Query(ge=1, le=1000, description="at most so many")]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000, description="leave out so many from the start")]
