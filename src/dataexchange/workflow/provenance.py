"""Where published figures come from: what the mapping of their submission says of its source."""

from __future__ import annotations

from pathlib import Path

from dataexchange.errors import ExchangeError
from dataexchange.model.mapping import Source
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store import files


def source_of(home: Path, mapping_hash: str) -> Source | None:
    """None where the mapping is not kept here (a replica), or is of a form that is no longer read."""
    try:
        return parse_mapping(files.path_of(mapping_hash, home).read_bytes(), "mapping").source
    except (ExchangeError, OSError):
        return None
