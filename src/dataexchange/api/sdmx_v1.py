"""SDMX REST API 1.5: resources and what answers them. Every type of structure is a resource of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dataexchange.api import availability, data, metadata, schema, structure
from dataexchange.api.call import Call
from dataexchange.door.answer import Answer
from dataexchange.door.exchange import Exchange
from dataexchange.messages.url import (
    RESOURCES_V1,
    availability_query_v1,
    data_query_v1,
    metadata_query_v1,
    schema_query_v1,
    structure_query_v1,
)


def _data(exchange: Exchange, call: Call) -> Answer:
    return data.answer(exchange, call, data_query_v1(call.path, call.params()))


def _availability(exchange: Exchange, call: Call) -> Answer:
    return availability.answer(exchange, call, availability_query_v1(call.path, call.params()))


def _structure(exchange: Exchange, call: Call) -> Answer:
    return structure.answer(exchange, call, structure_query_v1(f"{call.resource}/{call.path}", call.params()))


def _metadata(exchange: Exchange, call: Call) -> Answer:
    return metadata.answer(exchange, call, metadata_query_v1(call.path, call.params()))


def _schema(exchange: Exchange, call: Call) -> Answer:
    return schema.answer(exchange, call, schema_query_v1(call.path, call.params()))


RESOURCES: Mapping[str, Callable[[Exchange, Call], Answer]] = {
    **dict.fromkeys(RESOURCES_V1, _structure),
    "data": _data,
    "availableconstraint": _availability,
    "schema": _schema,
    "metadata": _metadata,
}
