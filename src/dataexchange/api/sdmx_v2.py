"""SDMX REST API 2.x: resources and what answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dataexchange.api import availability, data, metadata, registration, schema, structure
from dataexchange.api.call import Call
from dataexchange.door.answer import Answer
from dataexchange.door.exchange import Exchange
from dataexchange.messages.url import (
    availability_query_v2,
    data_query_v2,
    metadata_query_v2,
    registration_query_v2,
    schema_query_v2,
    structure_query_v2,
)


def _data(exchange: Exchange, call: Call) -> Answer:
    return data.answer(exchange, call, data_query_v2(call.path, call.params()))


def _availability(exchange: Exchange, call: Call) -> Answer:
    return availability.answer(exchange, call, availability_query_v2(call.path, call.params()))


def _structure(exchange: Exchange, call: Call) -> Answer:
    return structure.answer(exchange, call, structure_query_v2(call.path, call.params()))


def _registration(exchange: Exchange, call: Call) -> Answer:
    return registration.answer(exchange, call, registration_query_v2(call.path, call.params()))


def _metadata(exchange: Exchange, call: Call) -> Answer:
    return metadata.answer(exchange, call, metadata_query_v2(call.path, call.params()))


def _schema(exchange: Exchange, call: Call) -> Answer:
    return schema.answer(exchange, call, schema_query_v2(call.path, call.params()))


RESOURCES: Mapping[str, Callable[[Exchange, Call], Answer]] = {
    "data": _data,
    "availability": _availability,
    "structure": _structure,
    "schema": _schema,
    "metadata": _metadata,
    "registration": _registration,
}
