"""What the first reader of a process would otherwise wait for: code lists parsed, Arrow's kernels loaded.

A fifth of a second at start, once a process. What goes wrong here is left for a request to say.
"""

from __future__ import annotations

import logging

from dataexchange.api.call import Call
from dataexchange.api.sdmx import answer_call
from dataexchange.door.exchange import Exchange
from dataexchange.messages.media import CSV_2_0, JSON_2_0, ML_3_0
from dataexchange.store import releases
from dataexchange.store.database import reading

log = logging.getLogger(__name__)


def warm(exchange: Exchange) -> None:
    try:
        _warm(exchange)
    except Exception as error:  # a database that is not there yet, or goes away meanwhile, is what /readyz is for
        log.info("not warmed: %s", error)


def _warm(exchange: Exchange) -> None:
    """Draw the first block of the dataflow published last, in each of the common formats."""
    with reading(exchange.engine) as conn:
        last = releases.last_release(conn)
    if last is None:
        return
    flow = last.dataflow
    for media in (CSV_2_0, JSON_2_0, ML_3_0):
        headers = {"accept": media.text, "accept-encoding": "identity"}
        path = f"dataflow/{flow.agency}/{flow.id}/{flow.version}/*"
        answer = answer_call(exchange, Call("v2", "data", path, "", headers, "GET", "warm", "http://localhost/sdmx/v2"))
        if answer.rest is not None:
            answer.rest.close()
