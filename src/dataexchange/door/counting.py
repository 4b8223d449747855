"""Whether a request is one too many, decided before any door looks at it, in the event loop.

A key that was met before is counted by its name. To look at one that was not takes of a number of its own that the address has, as large
as that for requests without a key: who tries out keys spends it and the other one, and who sends nothing but requests without a key
locks out nobody's key at the same address.
"""

from __future__ import annotations

from anyio import to_thread
from starlette.types import Scope

from dataexchange.door import metrics
from dataexchange.door.callers import by_address, caller_of, remembered
from dataexchange.door.exchange import Exchange
from dataexchange.door.limits import Limits, Taken

#: Doors whose callers are counted: pages for people and operators' endpoints are not.
_COUNTED = ("/sdmx/", "/api/")


async def counted(limits: Limits, scope: Scope) -> Taken | None:
    """What became of the request; None where it is not counted."""
    if not limits.any or scope["state"]["door"] not in _COUNTED or scope["method"] == "OPTIONS":
        return None
    taken = await _taken(limits, scope)
    if taken is not None and taken.wait is not None:
        metrics.refused("rate")
    return taken


async def _taken(limits: Limits, scope: Scope) -> Taken | None:
    address = (scope.get("client") or ("",))[0]
    given = next((value for name, value in scope["headers"] if name == b"authorization"), None)
    if given is None:
        return limits.take(by_address(address))
    exchange: Exchange = scope["app"].state.exchange
    authorization = given.decode("latin-1")
    name, fresh = remembered(exchange, authorization)
    if name is None:
        tried = limits.take(f"{by_address(address)} with a key")
        if tried is not None and tried.wait is not None:
            return tried
        name = await to_thread.run_sync(caller_of, exchange, authorization, address, limiter=exchange.limiter)
        return limits.take(name)
    if not fresh:
        name = await to_thread.run_sync(caller_of, exchange, authorization, address, limiter=exchange.limiter)
    return limits.take(name)
