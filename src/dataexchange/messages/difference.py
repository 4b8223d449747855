"""A difference as bytes that are kept with its submission: Parquet, its counts beside the rows."""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from dataexchange.model.difference import Difference, Tally

_COUNTS = b"dataexchange"


def as_bytes(difference: Difference) -> bytes:
    """Equal differences give equal bytes."""
    told = {
        "observations": asdict(difference.observations),
        "series": asdict(difference.series),
        "measure": difference.measure,
        "against": difference.against,
        "complete": difference.complete,
        "clash": difference.clash,
    }
    out = BytesIO()
    table = difference.table.replace_schema_metadata({_COUNTS: orjson.dumps(told)})
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def from_file(path: Path) -> Difference:
    # Not `read_table`, which brings half a second of modules for datasets of many files.
    with pq.ParquetFile(path) as file:
        table = file.read()
    told = _told(table.schema.metadata)
    return Difference(
        observations=Tally(**told.pop("observations")), series=Tally(**told.pop("series")), table=table, **told
    )


def tally(path: Path) -> Tally:
    """How many observations a kept difference changes, without reading its rows."""
    return Tally(**_told(pq.read_schema(path).metadata)["observations"])


def against(path: Path) -> int | None:
    """The release that a kept difference was made against, without reading its rows."""
    found: int | None = _told(pq.read_schema(path).metadata)["against"]
    return found


def _told(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(metadata[_COUNTS])
    return found
