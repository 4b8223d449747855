"""How rows are to look: what may stand behind a media type of CSV.

    Accept: application/vnd.sdmx.data+csv;version=2.0.0;labels=name;timeFormat=normalized;keys=both

SDMX-CSV names three parameters: labels and timeFormat in all versions, keys from 2.0 on. The plain table (`text/csv`, XLSX)
takes labels, too, and shows codes beside their names unless it is told otherwise; `bom=true` puts a byte-order mark in front, by
which Excel knows that a CSV is UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from dataexchange.errors import NotAcceptable
from dataexchange.messages.media import CSV, CSV_1_0, PLAIN_CSV, XLSX, MediaType

T = TypeVar("T")

Labels = Literal["id", "name", "both"]
Keys = Literal["none", "obs", "series", "both"]
TimeFormat = Literal["original", "normalized"]

_LABELS: Mapping[str, Labels] = {"id": "id", "name": "name", "both": "both"}
_KEYS: Mapping[str, Keys] = {"none": "none", "obs": "obs", "series": "series", "both": "both"}
_ONLY_NONE: Mapping[str, Keys] = {"none": "none"}
_TIME: Mapping[str, TimeFormat] = {"original": "original", "normalized": "normalized"}
_FLAGS = {"true": True, "false": False}
_PRESENT = {"present": True}


@dataclass(frozen=True, slots=True)
class Form:
    labels: Labels = "id"
    keys: Keys = "none"
    time_format: TimeFormat = "original"
    byte_order_mark: bool = False


def form_of(media: MediaType, parameters: Mapping[str, str]) -> Form:
    """Raises NotAcceptable for a value that there is not; what the type takes no parameters for is passed over."""
    asked = {name: value.lower() for name, value in parameters.items()}
    if media in (PLAIN_CSV, XLSX):
        _one_of("header", asked.get("header", "present"), _PRESENT)
        return Form(
            labels=_one_of("labels", asked.get("labels", "name"), _LABELS),
            time_format=_one_of("timeFormat", asked.get("timeformat", "original"), _TIME),
            byte_order_mark=_one_of("bom", asked.get("bom", "false"), _FLAGS),
        )
    if media not in CSV:
        return Form()
    keys = asked.get("keys", asked.get("key", "none"))  # the field guide says keys, its examples key
    return Form(
        labels=_one_of("labels", asked.get("labels", "id"), _LABELS),
        keys=_one_of("keys", keys, _ONLY_NONE if media == CSV_1_0 else _KEYS),
        time_format=_one_of("timeFormat", asked.get("timeformat", "original"), _TIME),
    )


def _one_of(name: str, value: str, known: Mapping[str, T]) -> T:
    if value not in known:
        raise NotAcceptable(f"{name}={value[:40]} is not offered here: write {name}= with one of {', '.join(known)}.")
    return known[value]
