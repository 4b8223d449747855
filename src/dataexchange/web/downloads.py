"""Addresses under which a series can be downloaded, in every format that the SDMX API offers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from dataexchange.errors import NotAcceptable
from dataexchange.messages.media import OFFERED, PARQUET, PLAIN_CSV, XLSX, MediaType
from dataexchange.messages.negotiation import negotiate
from dataexchange.model.structure import Ref

_DATA = OFFERED["v2", "data"]

#: Letters of each part of a file's name.
_MOST_NAME = 60

#: What people look for first, by the ending of the media type, once they know SDMX.
_FAMILIES = (("+csv", "CSV"), ("+json", "JSON"), ("+xml", "XML"))

#: Tables for those who do not: what they are called, the word for `format=`, the ending of the file.
_TABLES = {
    XLSX: ("Excel, with labels", "xlsx", "xlsx"),
    PLAIN_CSV: ("CSV with labels", "csvlabels", "csv"),
    PARQUET: ("Parquet", "parquet", "parquet"),
}

#: Short words for `format=` that name one type exactly, as programs in the field write them.
_WORDS = (
    *(
        "sdmx-csv-1.0",
        "sdmx-csv-2.0",
        "sdmx-csv-2.1",
        "sdmx-json-1.0",
        "sdmx-json-2.0",
        "sdmx-json-2.1",
        "sdmx-3.0",
        "sdmx-3.1",
    ),
    *("genericdata", "structurespecificdata", "generictimeseriesdata", "structurespecifictimeseriesdata"),
)


@dataclass(frozen=True, slots=True)
class Download:
    label: str
    address: str
    media: str
    #: What the browser saves it as.
    file: str


def file_name(name: str, ending: str, release: int) -> str:
    """A name that says what, where and when: letters, digits, '-' and '_' only.

    >>> file_name("Unemployment rate_Bristol", "csv", 6)
    'unemployment-rate_bristol_release-6.csv'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    bare = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")
    # A name may be as long as a paragraph; whole words of it are kept.
    what, _, rest = bare.partition("_")
    short = what if len(what) <= _MOST_NAME else what[:_MOST_NAME].rpartition("-")[0]
    parts = [short, rest[:_MOST_NAME].strip("-"), f"release-{release}"]
    return "_".join(part for part in parts if part) + f".{ending}"


def downloads(
    flow: Ref, key: str, as_of: datetime | None = None, *, name: str, release: int
) -> tuple[tuple[Download, ...], tuple[Download, ...]]:
    """(those that people look for, all formats). `as_of`: as the data stood then; `name`: what it is, for the file's name."""
    base = f"/sdmx/v2/data/dataflow/{quote(flow.agency)}/{quote(flow.id)}/{quote(flow.version)}/{quote(key, safe='.*')}"
    pinned = {} if as_of is None else {"asOf": as_of.isoformat().replace("+00:00", "Z")}

    def address(word: str) -> str:
        return f"{base}?{urlencode({**pinned, 'format': word})}"

    first = [(label, next((m for m in _DATA if m.name.endswith(end)), None), end[1:]) for end, label in _FAMILIES]
    sheet, word, ending = _TABLES[XLSX]
    common = (
        Download(sheet, address(word), XLSX.text, file_name(name, ending, release)),
        *(
            Download(label, address(word), media.text, file_name(name, word, release))
            for label, media, word in first
            if media
        ),
    )
    every = (
        Download(label, address(word), media.text, file_name(name, _ending(media), release))
        for media, label, word in _FORMATS
    )
    return common, tuple(every)


def _ending(media: MediaType) -> str:
    if media in _TABLES:
        return _TABLES[media][2]
    return next((end[1:] for end, _ in _FAMILIES if media.name.endswith(end)), "xml")


def _word(media: MediaType) -> str:
    """What to write after `format=` for this type."""
    if media in _TABLES:
        return _TABLES[media][1]
    for word in _WORDS:
        try:
            if negotiate(None, word, _DATA) == media:
                return word
        except NotAcceptable:
            continue
    return media.text


def _name(media: MediaType) -> str:
    """`SDMX-CSV 2.0`, `SDMX-ML 2.1, structure-specific`."""
    if media in _TABLES:
        return _TABLES[media][0]
    version = (media.version or "").removesuffix(".0") if (media.version or "").count(".") > 1 else media.version or ""
    kinds = (
        *(
            ("structurespecifictimeseries", ", structure-specific time series"),
            ("generictimeseries", ", generic time series"),
        ),
        *(("structurespecific", ", structure-specific"), ("generic", ", generic")),
    )
    kind = next((words for part, words in kinds if part in media.name), "")
    family = next(
        (f"SDMX-{'ML' if label == 'XML' else label}" for end, label in _FAMILIES if media.name.endswith(end)),
        media.name,
    )
    return f"{family} {version}{kind}".strip()


#: (type, its name, what to write after `format=`), worked out once.
_FORMATS = tuple((media, _name(media), _word(media)) for media in _DATA)
