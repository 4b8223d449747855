"""What the headers of an answer with data say of its form: type, languages of its names, and a name to save it under."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dataexchange.api.call import Call
from dataexchange.door.answer import Headers
from dataexchange.messages.languages import languages_spoken
from dataexchange.messages.media import PARQUET, PLAIN_CSV, XLSX, MediaType
from dataexchange.model.schema import Schema

#: What a browser has nothing to show for, and what a file of it ends in.
_ENDINGS = {PLAIN_CSV: "csv", PARQUET: "parquet", XLSX: "xlsx"}


def representation(call: Call, media: MediaType, schemas: Sequence[Schema], modified: datetime) -> Headers:
    headers = [(b"content-type", media.text.encode())]
    if _has_names(call, media):
        spoken = sorted({tag for schema in schemas for tag in languages_spoken(schema, call.languages())})
        headers.append((b"content-language", ", ".join(spoken).encode("ascii", "ignore")))
    if media in _ENDINGS:
        name = f'attachment; filename="{_file_name(schemas, modified)}.{_ENDINGS[media]}"'
        headers.append((b"content-disposition", name.encode()))
    return tuple(headers)


def _has_names(call: Call, media: MediaType) -> bool:
    return media.name.endswith("+json") or call.form(media).labels != "id"


def _file_name(schemas: Sequence[Schema], modified: datetime) -> str:
    """`DF_SDG_LOCAL_2026-11-22`: whose, and of when."""
    artefact = (schemas[0].dataflow or schemas[0].structure) if len(schemas) == 1 else None
    return re.sub(r"[^A-Za-z0-9_.-]", "_", f"{artefact.id if artefact else 'data'}_{modified:%Y-%m-%d}")
