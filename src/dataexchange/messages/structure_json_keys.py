"""Data key sets of constraints in SDMX-JSON, both ways: keys, or parts of keys, one by one."""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.messages.structure_json_parts import Json, objects, required
from dataexchange.model.structure import DataKey, KeySet


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
            keys=tuple(_key_in(key) for key in objects(entry, "keys")),
            included=bool(entry.get("isIncluded", True)),
        )
        for entry in objects(data, "dataKeySets")
    )


def _key_in(data: Json) -> DataKey:
    components = {
        required(entry, "id"): tuple(
            str(v["value"]) if isinstance(v, dict) else str(v) for v in entry.get("values") or ()
        )
        for entry in objects(data, "components")
    }
    return DataKey(
        values={required(entry, "id"): str(entry["value"]) for entry in objects(data, "keyValues")},
        components=components,
        valid_from=data.get("validFrom"),
        valid_to=data.get("validTo"),
    )
