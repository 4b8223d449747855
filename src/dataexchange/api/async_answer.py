"""`Prefer: respond-async`: a data query that is answered with 202 and the address of an extract, which a worker makes.

The same question in the same state of the exchange is the same extract, whoever asks and however often. It is asked for after the query
was looked at and found to have data, so that 400, 404 and 406 come at once.
"""

from __future__ import annotations

from datetime import UTC, datetime

from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.extract_document import document
from dataexchange.api.prefer import RESPOND_ASYNC, prefers
from dataexchange.door import metrics
from dataexchange.door.answer import Answer
from dataexchange.door.callers import caller_of
from dataexchange.door.exchange import Exchange
from dataexchange.errors import TooMany
from dataexchange.model.extract import Extract, Question, State
from dataexchange.store import extracts
from dataexchange.store.database import reading, writing

#: Of all callers together: a queue that no worker comes to an end with helps nobody.
_MOST_WAITING = 1000


def wants_extract(call: Call) -> bool:
    return call.method == "GET" and prefers(call.headers.get("prefer"), RESPOND_ASYNC)


def asked_for(exchange: Exchange, call: Call, validators: Validators) -> Answer:
    """202, with the extract as it stands."""
    extract = _found(exchange, validators.digest) or _wished(exchange, call, validators.digest)
    told = document(extract, call.base_url.rpartition("/sdmx/")[0])
    headers = [
        (b"content-type", b"application/json"),
        (b"location", told.links.self.encode()),
        (b"preference-applied", RESPOND_ASYNC.encode()),
        (b"vary", b"Accept, Accept-Language, Prefer"),
        (b"cache-control", b"no-store"),
    ]
    if extract.state is State.WAITING:
        headers.append((b"retry-after", b"1"))
    return Answer(202, tuple(headers), told.model_dump_json().encode())


def _found(exchange: Exchange, extract_id: str) -> Extract | None:
    """One that waits, or whose file stands for a good while yet: most of the time there is nothing to write."""
    with reading(exchange.engine) as conn:
        found = extracts.find(conn, extract_id)
    if found is None or found.state is State.WAITING:
        return found
    return found if found.stands_at(datetime.now(UTC) + exchange.keep_extracts / 2) else None


def _wished(exchange: Exchange, call: Call, extract_id: str) -> Extract:
    caller = caller_of(exchange, call.headers.get("authorization"), call.address)
    # An address is nobody's business: equal ones are told apart from others by this.
    asked_by = digest_of(["caller", caller])
    with writing(exchange.engine) as conn:
        _require_few(exchange, extracts.waiting(conn, asked_by), extracts.waiting(conn))
        found = extracts.wish(conn, extract_id, _question(call), asked_by)
        if found.state is State.READY:
            extracts.keep_until(conn, extract_id, datetime.now(UTC) + exchange.keep_extracts)
    return found


def _require_few(exchange: Exchange, own: int, all_: int) -> None:
    most = exchange.max_waiting_extracts
    if own < most and all_ < _MOST_WAITING:
        return
    metrics.refused("waiting")
    raise TooMany(
        f"You have {own} extracts waiting, and {most} may wait at once: fetch those first."
        if own >= most
        else f"{all_} extracts are waiting for a worker: come again later.",
        retry_after=10,
    )


def _question(call: Call) -> Question:
    return Question(
        version=call.version,
        path=call.path,
        query=call.query,
        accept=call.headers.get("accept"),
        language=call.headers.get("accept-language"),
        base_url=call.base_url,
    )
