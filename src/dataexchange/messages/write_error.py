"""SDMX error messages, in the format that was asked for.

    {"errors": [{"code": 100, "title": "No dataflow DX:DF_X."}]}

Codes are those of the SDMX web services guidelines: 100 no results, 110 unauthorised, 130 too large, 140 syntax, 150 semantics,
500 internal, 501 not implemented, 503 unavailable; 1000 and above are a service's own. SDMX-CSV has no errors, so those
who ask for it get the default.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import orjson

from dataexchange.messages.media import (
    STRUCTURE_JSON_2_0,
    STRUCTURE_ML_2_1,
    STRUCTURE_ML_3_0,
    STRUCTURE_ML_3_1,
    MediaType,
)
from dataexchange.messages.xml_build import BASE, DECLARATION, element, escape

#: The code of the message whose texts are the addresses of the parts of an answer that is too large.
PARTS = 1413

_DEFAULTS = {"xml": STRUCTURE_ML_2_1, "json": STRUCTURE_JSON_2_0}


def error_media_type(accept: str | None, default: Literal["xml", "json"]) -> MediaType:
    """XML where the first SDMX, XML or JSON type of the Accept header is XML, and so on: an error is never refused."""
    for entry in (accept or "").lower().split(","):
        name, _, parameters = entry.partition(";")
        if name.strip().endswith("json"):
            return STRUCTURE_JSON_2_0
        if name.strip().endswith("xml"):
            return _xml(parameters.replace(" ", ""))
    return _DEFAULTS[default]


def _xml(parameters: str) -> MediaType:
    if "version=3.1" in parameters:
        return STRUCTURE_ML_3_1
    return STRUCTURE_ML_3_0 if "version=3" in parameters else STRUCTURE_ML_2_1


def write_error(code: int, text: str, media: MediaType, parts: Sequence[tuple[str, int]] = ()) -> bytes:
    """`parts` are addresses to ask instead, with the observations of each: links in JSON, in XML a message of a code of its own."""
    if media.name.endswith("json"):
        return orjson.dumps({"errors": [_json_error(code, text, parts)]})
    major, minor, *_ = (media.version or "2.1").split(".")
    base = f"{BASE}/v{major}_{minor}"
    said = element("com:Text", {"xml:lang": "en"}, escape(text))
    message = element("mes:ErrorMessage", {"code": str(code)}, said)
    if parts:
        addresses = (element("com:Text", {"xml:lang": "en"}, escape(address)) for address, _ in parts)
        message += element("mes:ErrorMessage", {"code": str(PARTS)}, "".join(addresses))
    spaces = {"xmlns:mes": f"{base}/message", "xmlns:com": f"{base}/common"}
    return (DECLARATION + element("mes:Error", spaces, message) + "\n").encode()


def _json_error(code: int, text: str, parts: Sequence[tuple[str, int]]) -> dict[str, object]:
    error: dict[str, object] = {"code": code, "title": text}
    if parts:
        error["links"] = [
            {"href": address, "rel": "section", "title": f"{n} observations at most"} for address, n in parts
        ]
    return error
