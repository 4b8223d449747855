"""Data key sets of constraints in SDMX-JSON, both ways: keys, or parts of keys, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

from dataexchange.errors import Unreadable
from dataexchange.messages.structure_json_parts import Json, objects, required
from dataexchange.model.structure import DataKey, KeySet

#: Keys that one key with several values may stand for.
MAX_KEYS = 10_000


def key_sets_out(key_sets: Sequence[KeySet]) -> list[Json]:
    return [{"isIncluded": s.included, "keys": [_key_out(key) for key in s.keys]} for s in key_sets]


def _key_out(key: DataKey) -> Json:
    out: Json = {"keyValues": [{"id": dimension, "value": value} for dimension, value in key.values.items()]}
    if key.components:
        components = key.components.items()
        out["components"] = [{"id": c, "values": list(values)} if values else {"id": c} for c, values in components]
    optional = {"validFrom": key.valid_from, "validTo": key.valid_to}
    return out | {name: value for name, value in optional.items() if value is not None}


def key_sets_in(data: Json) -> tuple[KeySet, ...]:
    return tuple(
        KeySet(
            keys=tuple(key for found in objects(entry, "keys") for key in _keys_in(found)),
            included=bool(entry.get("isIncluded", True)),
        )
        for entry in objects(data, "dataKeySets")
    )


def _keys_in(data: Json) -> Iterator[DataKey]:
    """One key; in SDMX-JSON 2.1 a dimension may have several values, which are so many keys."""
    components = {required(entry, "id"): tuple(_texts(entry)) for entry in objects(data, "components")}
    several = {required(entry, "id"): _texts(entry) for entry in objects(data, "keyValues")}
    if prod(len(codes) for codes in several.values()) > MAX_KEYS:
        raise Unreadable(f"A key of a data key set stands for more than {MAX_KEYS:,}: say it as a cube region.")
    for codes in product(*several.values()):
        yield DataKey(
            values=dict(zip(several, codes, strict=True)),
            components=components,
            valid_from=data.get("validFrom"),
            valid_to=data.get("validTo"),
        )


def _texts(data: Json) -> list[str]:
    values = data.get("values") or ([data["value"]] if "value" in data else [])
    return [str(value["value"]) if isinstance(value, dict) else str(value) for value in values]
