"""Data answers: a query to batches to bytes.

The order is: media type, structures, validators, then observations. The first batch is drawn and the first block written
before a header goes out, so that "no data" and "no such dimension" are real 404s and 400s. One read transaction spans
the whole answer, however long the client takes to read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain

from dataexchange.api.async_answer import asked_for, wants_extract
from dataexchange.api.call import Call
from dataexchange.api.conditional import Validators, digest_of
from dataexchange.api.context import Target, targets
from dataexchange.api.fitting import require_fit
from dataexchange.api.query import fitted
from dataexchange.api.representation import representation
from dataexchange.api.state import read_structures_state
from dataexchange.door.answer import Answer, Blocks, answered, blocks
from dataexchange.door.exchange import LARGEST_KEPT, Exchange
from dataexchange.errors import InvalidRequest, NotFound, NotSupported
from dataexchange.messages.media import XLSX, MediaType
from dataexchange.messages.write_data import TELLS_NO_ACTION, WRITERS
from dataexchange.messages.write_options import ALL_DIMENSIONS, TIME, WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.query import DataQuery
from dataexchange.model.structure import Ref
from dataexchange.store import series
from dataexchange.store.database import Connection, reading
from dataexchange.store.releases import latest
from dataexchange.store.structure_state import last_number

#: A context with wildcards is tried against so many dataflows.
_MOST_FLOWS = 50


def answer(exchange: Exchange, call: Call, query: DataQuery) -> Answer:
    media = call.media_type("data")
    with ExitStack() as held:
        conn = held.enter_context(reading(exchange.engine))
        found, validators = look_up(exchange, conn, call, query, media)
        if validators.unchanged(call.headers):
            return Answer(304, validators.headers)
        if wants_extract(call):
            # What is wrong with the query is said now, and not by the extract.
            _one_dataset(conn, call, found, query, media)
            return asked_for(exchange, call, validators)
        schemas = [target.schema for target in found]
        headers = (*representation(call, media, schemas, validators.modified), *validators.headers)
        if (kept := exchange.answers.known(validators.digest)) is not None:
            return Answer(200, headers, kept)
        require_fit(exchange, conn, call, found, partial(_in_terms_of, call, query), query)
        target, batches = _one_dataset(conn, call, found, query, media)
        options = _options(exchange, call, query, target, validators, media)
        if media == XLSX:
            options = replace(options, sources=_sources(conn, target, query))
        chunks = WRITERS[media](target.schema, batches, options)
        body = _body(held.pop_all(), chunks)
    made = answered(headers, body)
    if made.rest is None and len(made.body) <= LARGEST_KEPT:
        exchange.answers.keep(validators.digest, made.body)
    return made


def _sources(conn: Connection, target: Target, query: DataQuery) -> tuple[str, ...]:
    """What releases of the dataflow say of source and licence, the newest first."""
    wanted = target.only or query.providers
    notes = {
        f"{release.provider}: {release.note}": None
        for flow in target.flows
        for release in latest(conn, dataflow=flow)
        if release.note and (not wanted or release.provider in wanted)
    }
    return tuple(notes)


def look_up(
    exchange: Exchange, conn: Connection, call: Call, query: DataQuery, media: MediaType, whole: object = None
) -> tuple[tuple[Target, ...], Validators]:
    """What the query is about, and what its answer is validated by (`whole`: the query that it is part of)."""
    state = read_structures_state(exchange, conn)
    key = (state.word, query.context, query.providers)
    found = exchange.memory.get(key, lambda: targets(conn, query.context, query.providers))
    flows = {flow for target in found for flow in target.flows}
    number, published_at = last_number(conn, flows)
    changed_at = max(published_at, state.changed_at) if published_at else state.changed_at
    return found, Validators(
        digest_of([*call.identity(media), state.word, number, whole or query]), changed_at, call.coding_of(media)
    )


def _body(held: ExitStack, chunks: Iterator[bytes]) -> Blocks:
    with held:
        yield from blocks(chunks)


def _one_dataset(
    conn: Connection, call: Call, found: tuple[Target, ...], query: DataQuery, media: MediaType
) -> tuple[Target, Iterator[SeriesBatch]]:
    """The one dataflow that has data that match, with its batches: a message of ours holds one dataset, and two dataflows
    of one structure may hold the same key."""
    each = [(target, flow) for target in found for flow in target.flows]
    if len(each) > _MOST_FLOWS:
        raise NotSupported(f"The query is about {len(each)} dataflows; name one.")
    with_data: list[tuple[Target, Ref, Iterator[SeriesBatch]]] = []
    misfits: list[InvalidRequest] = []
    for target, flow in each:
        try:
            batches = _batches(conn, call, target, flow, query, media)
            first = next(batches, None)
        except InvalidRequest as error:
            misfits.append(error)
            continue
        if first is not None:
            with_data.append((target, flow, chain([first], batches)))
    if len(with_data) == 1:
        target, _, batches = with_data[0]
        return target, batches
    if with_data:
        names = ", ".join(str(target.name if target.schema.dataflow else flow) for target, flow, _ in with_data)
        raise NotSupported(f"Several have data that match ({names}); ask for one at a time.")
    if misfits and len(misfits) == len(each):
        raise misfits[0]
    raise NotFound(f"{found[0].name if len(found) == 1 else 'What you name'} has no data that match.")


def _batches(
    conn: Connection, call: Call, target: Target, flow: Ref, query: DataQuery, media: MediaType
) -> Iterator[SeriesBatch]:
    asked = _in_terms_of(call, query, target)
    batches = series.batches(conn, asked, target.schema, flow)
    return (batch for batch in batches if batch.action != "D") if media in TELLS_NO_ACTION else batches


def _in_terms_of(call: Call, query: DataQuery, target: Target) -> DataQuery:
    return in_terms_of(target, query, exact_keys=call.version == "v1")


def in_terms_of(target: Target, query: DataQuery, *, exact_keys: bool) -> DataQuery:
    """The query with the keys and attributes of the target's structure, cut to the provider of its agreement."""
    query = fitted(query, target.schema.structure, exact_keys=exact_keys)
    return replace(query, providers=target.only or query.providers)


def _options(
    exchange: Exchange, call: Call, query: DataQuery, target: Target, validators: Validators, media: MediaType
) -> WriteOptions:
    """Nothing in an answer depends on when it is asked for: equal tags stand for equal bytes."""
    structure = target.schema.structure
    attributes = fitted(query, structure, exact_keys=False).attributes
    form = call.form(media)
    return WriteOptions(
        dimension_at_observation=query.dimension_at_observation
        or (TIME if structure.time_dimension else ALL_DIMENSIONS),
        attributes=None if attributes is None else frozenset(attributes),
        measures=None if query.measures is None else frozenset(query.measures),
        observations=query.observations,
        message_id=f"{exchange.sender}_{validators.digest}",
        prepared=validators.modified.replace(microsecond=0),
        sender=exchange.sender,
        base_url=call.base_url,
        languages=call.languages(),
        agreement=target.agreement,
        provider=target.provider,
        labels=form.labels,
        keys=form.keys,
        time_format=form.time_format,
        byte_order_mark=form.byte_order_mark,
        address=call.whole_address(),
    )
