"""Where SDMX-JSON comes from: a file of limited size, parsed whole. What `xml_source` is to SDMX-ML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.messages.xml_source import read_head
from dataexchange.model.sentence import say

#: SDMX-JSON is held in memory whole, some ten times its size.
MAX_BYTES = 256 * 2**20


def read_json(path: Path, name: str, *, instead: str) -> Any:
    """The document; `instead` is what to do about one that is too large. Raises Unreadable with the line of a fault."""
    read_head(path, name)
    if path.stat().st_size > MAX_BYTES:
        raise TooLarge(f"{name}: SDMX-JSON is read up to {MAX_BYTES:,} bytes: {instead}.")
    try:
        return orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            say(
                "{file}, line {line}: not valid JSON ({reason}): send the message again.",
                file=name,
                line=str(error.lineno),
                reason=error.msg,
            )
        ) from None
