"""SDMX-JSON data 1.0, 2.0 and 2.1, written as the data come: `meta`, then the data sets, then the structure.

    "series":{"0:0:3:17":{"attributes":[0],"observations":{"0":[10.2,0,0],"1":[9.8,0,0]}}}

Every code gets its index when it is first met, and the structure at the end lists them in that order; so does every
attribute, which makes attributes that nobody uses cost nothing. Values of observation attributes without a code list are
written where they stand, as the standard allows: a stream must not keep a million comments until its end.
(1.0 knows indexes only.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.messages.arrange import arranged
from dataexchange.messages.columns import (
    Combinations,
    as_bytes,
    behind,
    combinations,
    concatenate,
    filled,
    joined,
    repeated,
    spread,
)
from dataexchange.messages.escape import json_string
from dataexchange.messages.layout import Block, Layout, layout
from dataexchange.messages.write_json_structure import Occurred, links, structure_object
from dataexchange.messages.write_options import WriteOptions
from dataexchange.model.dataset import SeriesBatch
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Attribute

_ACTION = {"I": "Information", "R": "Replace", "D": "Delete"}
_GITHUB = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas"
_SCHEMA = {
    "1.0": f"{_GITHUB}/1.0/sdmx-json-data-schema.json",
    "2.0": f"{_GITHUB}/2.0.0/sdmx-json-data-schema.json",
    "2.1": "https://json.sdmx.org/2.1/sdmx-json-data-schema.json",
}
_NUMBERS = frozenset({"Numeric", "Long", "Short", "Float", "Double", "Integer", "Count"})
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


@dataclass(slots=True)
class _Met:
    """Indexes given so far. Grows with the number of distinct codes, never with the number of observations."""

    values: dict[str, dict[str, int]] = field(default_factory=dict)
    series_attributes: list[str] = field(default_factory=list)
    observation_attributes: list[str] = field(default_factory=list)
    data_sets: int = 0

    def indexes(self, component: str, texts: pa.Array) -> pa.Array:
        """Index of every text, as text; null for null."""
        known = self.values.setdefault(component, {})
        encoded = texts.dictionary_encode()
        numbers = [str(known.setdefault(text, len(known))) for text in encoded.dictionary.to_pylist()]
        return pa.array(numbers, pa.string()).take(encoded.indices)


def write_json(version: str, schema: Schema, batches: Iterator[SeriesBatch], options: WriteOptions) -> Iterator[bytes]:
    lay = layout(schema, options)
    found = arranged(batches, lay)
    block = next(found, None)  # before anything goes out, so that what cannot be written is refused in time
    met = _Met()
    yield _start(version, options)
    action, is_empty = "", True
    while block is not None:
        if block.action != action:
            yield _data_set(version, schema, options, lay, block.action, is_first=not action)
            action, is_empty = block.action, True
            met.data_sets += 1
        write = _flat if lay.is_flat else _series
        if text := as_bytes(write(schema, block, lay, met, version)):
            yield text[1:] if is_empty else text  # each series begins with the comma that parts it from the one before
            is_empty = False
        block = next(found, None)
    yield (b"}}" if action else b"") + _end(version, schema, lay, options, met)


def _start(version: str, options: WriteOptions) -> bytes:
    meta = {
        "schema": _SCHEMA[version],
        "id": options.message_id,
        "test": False,
        "prepared": options.prepared.isoformat(),
        "contentLanguages": [options.language],
        "sender": {"id": options.sender},
    }
    own = f'"$schema":"{_SCHEMA[version]}",' if version == "2.1" else ""
    return b'{"meta":' + orjson.dumps(meta) + f',{own}"data":{{"dataSets":['.encode()


def _data_set(version: str, schema: Schema, options: WriteOptions, lay: Layout, action: str, is_first: bool) -> bytes:
    head = {} if version == "1.0" else {"structure": 0}
    opened = orjson.dumps({**head, "action": _ACTION[action], "links": links(schema, options)})[:-1]
    kind = b"observations" if lay.is_flat else b"series"
    return (b"" if is_first else b"}},") + opened + b',"' + kind + b'":{'


def _end(version: str, schema: Schema, lay: Layout, options: WriteOptions, met: _Met) -> bytes:
    occurred = Occurred(met.values, met.series_attributes, met.observation_attributes, met.data_sets)
    whole = structure_object(schema, lay, options, occurred, int(version[0]))
    if version == "1.0":
        return b'],"structure":' + orjson.dumps(whole) + b"}}"
    return b'],"structures":' + orjson.dumps([whole] if met.data_sets else []) + b"}}"


def _series(schema: Schema, block: Block, lay: Layout, met: _Met, version: str) -> pa.Array:
    given = combinations(block.series_attributes, block.n_series)
    values = _attributes(schema, lay.series_attributes, given, met, met.series_attributes, version)
    listed = "{" if values is None else concatenate('{"attributes":[', spread(values, given.numbers), "],")
    observations = joined(_observations(schema, block, lay, met, version), block.offsets, ",")
    return concatenate(',"', _keys(block, met), '":', listed, '"observations":{', observations, "}}")


def _flat(schema: Schema, block: Block, lay: Layout, met: _Met, version: str) -> pa.Array:
    return behind(
        concatenate(',"', _keys(block, met)), _observations(schema, block, lay, met, version), block.offsets, ""
    )


def _keys(block: Block, met: _Met) -> pa.Array:
    return pc.binary_join_element_wise(*(met.indexes(name, codes) for name, codes in block.dimensions.items()), ":")


def _observations(schema: Schema, block: Block, lay: Layout, met: _Met, version: str) -> pa.Array:
    """`"0":[10.2,0,0]` for every observation; in a flat message `:0":[10.2,0,0]`, to stand behind the rest of the key."""
    if block.n == 0:
        return pa.array([], pa.string())
    at: pa.Array | str = '":['
    if block.at is not None and lay.observation_dimension:
        indexes = met.indexes(lay.observation_dimension.id, block.at.dictionary)
        at = concatenate(":" if lay.is_flat else '"', indexes, '":[').take(block.at.indices)
    given = combinations(block.attributes, block.n)
    values = _attributes(schema, lay.observation_attributes, given, met, met.observation_attributes, version)
    parts: list[pa.Array | pa.Scalar | str] = [at]
    if block.values is not None:
        parts.append(filled(block.values if block.numeric else json_string(block.values), "null"))
        parts += [] if values is None else [","]
    elif version == "1.0":  # its readers take whatever stands first for the value
        parts.append("null" if values is None else "null,")
    if values is None:
        parts.append("]")
    else:
        parts.append(spread(concatenate(values, "]"), given.numbers))
    whole = concatenate(*parts)
    return repeated(whole, block.n) if isinstance(whole, pa.Scalar) else whole


def _attributes(
    schema: Schema, wanted: tuple[Attribute, ...], given: Combinations, met: _Met, order: list[str], version: str
) -> pa.Array | None:
    """`0,null,2` for every combination, in the order in which attributes were met; what nobody has at the end is left out."""
    by_id = {a.id: a for a in wanted}
    order += [name for name in given.texts if name not in order]
    last = max((order.index(name) for name in given.texts), default=-1)
    nothing = pa.array(["null"] * given.n, pa.string())
    columns = [
        _column(
            schema, by_id[name], given.texts[name], met, direct=order is met.observation_attributes and version != "1.0"
        )
        if name in given.texts
        else nothing
        for name in order[: last + 1]
    ]
    return pc.binary_join_element_wise(*columns, ",") if columns else None


def _column(schema: Schema, attribute: Attribute, texts: pa.Array, met: _Met, direct: bool) -> pa.Array:
    if not direct or attribute.id in schema.codes:
        return filled(met.indexes(attribute.id, texts), "null")
    quoted = json_string(texts)
    if attribute.representation.text_type in _NUMBERS:
        quoted = pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, quoted)
    return filled(quoted, "null")


write_json_1_0 = partial(write_json, "1.0")
write_json_2_0 = partial(write_json, "2.0")
write_json_2_1 = partial(write_json, "2.1")
