"""Data in SDMX-JSON 1.0, 2.0 and 2.1, read: series or flat observations, with their indexes resolved.

    {"data": {"dataSets": [{"structure": 0, "series": {"0:1": {"attributes": [0], "observations": {"0": [10.2, 1]}}}}],
              "structures": [{"dimensions": {"series": […], "observation": […]}, "attributes": {…}}]}}

JSON has no lines worth naming: the row of a finding is the number of the observation in the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.messages.data_message import DataMessage, SchemaOf, action_of
from dataexchange.messages.data_rows import (
    Declaration,
    Fields,
    Rows,
    add_flat,
    add_partial,
    add_series,
    finish,
)
from dataexchange.messages.json_source import read_json
from dataexchange.model.dataset import Dataset
from dataexchange.model.finding import Finding
from dataexchange.model.sentence import say
from dataexchange.model.structure import Kind, Ref, best_text, parse_urn

_KINDS = (Kind.DATAFLOW, Kind.DATA_STRUCTURE, Kind.PROVISION_AGREEMENT)


def read_data_json(path: Path, schema_of: SchemaOf, name: str | None = None) -> DataMessage:
    name = name or path.name
    document = read_json(path, name, instead="send SDMX-CSV or SDMX-ML")
    try:
        return _message(document, schema_of, name)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(
            say(
                "{file}: this is not SDMX-JSON data as the standard has it ({reason}): send the message again, whole.",
                file=name,
                reason=f"{type(error).__name__}: {str(error)[:100]}",
            )
        ) from None


def told_by_json(path: Path, name: str) -> tuple[str | None, Ref | None]:
    """(sender, what the first dataset is of)."""
    document = read_json(path, name, instead="send SDMX-CSV or SDMX-ML")
    try:
        data, sender = document["data"], (document.get("meta") or {}).get("sender") or {}
        structures = data.get("structures") or [data["structure"]]
        entry = next(iter(data.get("dataSets") or ()), None)
        declared = None if entry is None else _declared(entry, structures[entry.get("structure", 0)], name)
        return sender.get("id") if isinstance(sender, dict) else None, declared
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise Unreadable(
            say("{file}: no SDMX-JSON data message: send one, or a table with a mapping file.", file=name)
        ) from None


def _message(document: Any, schema_of: SchemaOf, name: str) -> DataMessage:
    if not isinstance(document, dict) or not isinstance(document.get("data"), dict):
        raise Unreadable(say("{file}: no 'data' object at the top: send an SDMX-JSON data message.", file=name))
    data, meta = document["data"], document.get("meta") or {}
    structures = data.get("structures") or [data["structure"]]
    datasets: list[Dataset] = []
    declarations: list[Ref] = []
    findings: list[Finding] = []
    number = 1
    for entry in data.get("dataSets") or ():
        structure = structures[entry.get("structure", 0)]
        ref = _declared(entry, structure, name)
        schema = schema_of(ref)
        flow = ref if ref.kind is Kind.DATAFLOW else None
        constants = _attributes(structure, ("dataSet", "dataset"), entry.get("attributes") or ())
        declaration = Declaration(ref, _at_observation(structure), flow)
        rows = Rows(schema, declaration, action_of(entry.get("action"), name), None, constants | _fixed(structure))
        number = _read(rows, entry, structure, number)
        dataset, faults = finish(rows, name)
        datasets.append(dataset)
        declarations.append(ref)
        findings += faults
    sender = meta.get("sender") or {}
    return DataMessage(
        file=name,
        id=meta.get("id"),
        sender=sender.get("id") if isinstance(sender, dict) else None,
        prepared=meta.get("prepared"),
        declarations=tuple(declarations),
        datasets=tuple(datasets),
        findings=tuple(findings),
    )


def _declared(entry: Mapping[str, Any], structure: Mapping[str, Any], name: str) -> Ref:
    for link in chain(structure.get("links") or (), entry.get("links") or ()):
        try:
            ref = parse_urn(str(link.get("urn")))
        except InvalidRequest:
            continue
        if isinstance(ref, Ref) and ref.kind in _KINDS:
            return ref
    raise Unreadable(
        say("{file}: no link names the dataflow or structure of the data: add one with its URN.", file=name)
    )


def _at_observation(structure: Mapping[str, Any]) -> str:
    found: Sequence[Any] = structure["dimensions"].get("observation") or ()
    return str(found[0]["id"]) if len(found) == 1 else "AllDimensions"


def _fixed(structure: Mapping[str, Any]) -> Fields:
    """Dimensions that have one value in the whole dataset and stand in no key."""
    found = structure["dimensions"].get("dataSet") or structure["dimensions"].get("dataset") or ()
    return {d["id"]: text for d in found if d.get("values") and (text := _text(d["values"][0])) is not None}


def _read(rows: Rows, entry: Mapping[str, Any], structure: Mapping[str, Any], number: int) -> int:
    """Add all rows of a dataset; the number of the next observation."""
    dimensions = structure["dimensions"]
    at_series, at_observation = dimensions.get("series") or (), dimensions.get("observation") or ()
    columns = _columns(rows, structure)
    every = sorted((*at_series, *at_observation), key=lambda d: int(d.get("keyPosition", 0)))
    for key, values in (entry.get("dimensionGroupAttributes") or {}).items():
        attributes = _attributes(structure, ("dimensionGroup",), values)
        add_partial(rows, _partial_key(every, key) | attributes)
    for key, series in (entry.get("series") or {}).items():
        fields = _key(at_series, key) | _attributes(structure, ("series",), series.get("attributes") or ())
        found = series.get("observations") or {}
        observations = [
            (_key(at_observation, at) | _cells(columns, values), row)
            for row, (at, values) in enumerate(found.items(), number)
        ]
        add_series(rows, fields, observations, number)
        number += len(observations)
    for key, values in (entry.get("observations") or {}).items():
        add_flat(rows, _key(at_observation, key) | _cells(columns, values), number)
        number += 1
    return number


def _columns(rows: Rows, structure: Mapping[str, Any]) -> list[tuple[str, Sequence[Any] | None]]:
    """What stands in the array of an observation: measures, then attributes with their values. 1.0 names no measures."""
    primary = {"observation": [{"id": rows.schema.structure.measure.id}]}
    measures = structure.get("measures", primary).get("observation") or ()
    attributes = (structure.get("attributes") or {}).get("observation") or ()
    return [(m["id"], m.get("values")) for m in measures] + [(a["id"], a.get("values") or ()) for a in attributes]


def _cells(columns: Sequence[tuple[str, Sequence[Any] | None]], values: Sequence[Any]) -> Fields:
    out: Fields = {}
    for (component, choices), value in zip(columns, values, strict=False):
        text = _value(choices, value)
        if text is not None:
            out[component] = text
    return out


def _value(choices: Sequence[Any] | None, value: Any) -> str | None:
    """A number is an index where there are values to choose from; anything else stands for itself."""
    if choices and isinstance(value, int) and not isinstance(value, bool):
        return _text(choices[value])
    return _text(value)


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case {"id": found} if found is not None:
            return str(found)
        case {"value": found}:
            return _text(found)
        case {"name": found}:
            return str(found)
        case dict():
            return best_text({str(k): str(v) for k, v in value.items()}, "en")
        case list():
            return "; ".join(text for text in map(_text, value) if text is not None) or None
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _key(dimensions: Sequence[Mapping[str, Any]], key: str) -> Fields:
    return dict(_places(dimensions, key.split(":")))


def _places(dimensions: Sequence[Mapping[str, Any]], places: Sequence[str]) -> Iterator[tuple[str, str]]:
    for dimension, place in zip(dimensions, places, strict=True):
        text = _text(dimension["values"][int(place)])
        if text is not None:
            yield dimension["id"], text


def _partial_key(dimensions: Sequence[Mapping[str, Any]], key: str) -> Fields:
    """A key with gaps: "0::1:" names the first and the third dimension."""
    named = [(d, place) for d, place in zip(dimensions, key.split(":"), strict=False) if place]
    return dict(_places([d for d, _ in named], [place for _, place in named]))


def _attributes(structure: Mapping[str, Any], levels: Sequence[str], values: Sequence[Any]) -> Fields:
    found = structure.get("attributes") or {}
    attributes = next((found[level] for level in levels if found.get(level)), ())
    out: Fields = {}
    for attribute, value in zip(attributes, values, strict=False):
        text = _value(attribute.get("values"), value)
        if text is not None:
            out[attribute["id"]] = text
    return out
