"""What stands for a media type: the short words of `format=`, and names that are no SDMX names.

>>> WORDS["csvfilewithlabels"]
Named(name='+csv', version=None, parameters={'labels': 'both'})

Words are those that services in the field understand, so that an address which works there works here. A name that begins
with '+' is an ending: "+csv" is whichever SDMX-CSV the version of the API has first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.messages.media import (
    GENERIC_2_1,
    GENERIC_TIME_2_1,
    PARQUET,
    PLAIN_CSV,
    SPECIFIC_2_1,
    SPECIFIC_TIME_2_1,
    XLSX,
)


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    version: str | None = None
    #: As after a media type in an Accept header.
    parameters: Mapping[str, str] = field(default_factory=dict)


#: Word -> what it stands for.
WORDS: Mapping[str, Named] = {
    "csv": Named("+csv"),
    "csvdata": Named("+csv"),
    "csvfile": Named("+csv"),
    "csvfilewithlabels": Named("+csv", None, {"labels": "both"}),
    "sdmx-csv": Named("+csv"),
    "sdmx-csv-1.0": Named("+csv", "1.0.0"),
    "sdmx-csv-2.0": Named("+csv", "2.0.0"),
    "sdmx-csv-2.1": Named("+csv", "2.1.0"),
    "csvlabels": Named(PLAIN_CSV.name),
    "csvexcel": Named(PLAIN_CSV.name, None, {"bom": "true"}),
    "parquet": Named(PARQUET.name),
    "xlsx": Named(XLSX.name),
    "excel": Named(XLSX.name),
    "json": Named("+json"),
    "jsondata": Named("+json"),
    "sdmx-json": Named("+json"),
    "sdmx-json-1.0": Named("+json", "1.0.0"),
    "sdmx-json-2.0": Named("+json", "2.0.0"),
    "sdmx-json-2.1": Named("+json", "2.1.0"),
    "xml": Named("+xml"),
    "sdmx": Named("+xml"),
    "sdmx-ml": Named("+xml"),
    "structure": Named("+xml"),
    "genericdata": Named(GENERIC_2_1.name),
    "sdmx-generic-2.1": Named(GENERIC_2_1.name),
    "sdmx_2.1_generic": Named(GENERIC_2_1.name),
    "structurespecificdata": Named(SPECIFIC_2_1.name),
    "compact": Named(SPECIFIC_2_1.name),
    "sdmx-compact-2.1": Named(SPECIFIC_2_1.name),
    "sdmx_2.1_structured": Named(SPECIFIC_2_1.name),
    "generictimeseriesdata": Named(GENERIC_TIME_2_1.name),
    "structurespecifictimeseriesdata": Named(SPECIFIC_TIME_2_1.name),
    "sdmx-2.1": Named("+xml", "2.1"),
    "sdmx-3.0": Named("+xml", "3.0.0"),
    "sdmx-3.0.0": Named("+xml", "3.0.0"),
    "sdmx-3.1": Named("+xml", "3.1.0"),
    "sdmx-3.1.0": Named("+xml", "3.1.0"),
}

#: Other names of types, in Accept headers.
ALIASES: Mapping[str, str] = {
    "application/xml": "+xml",
    "text/xml": "+xml",
    "application/json": "+json",
    "text/json": "+json",
    "text/csv": "+csv",
    "application/csv": "+csv",
    "application/parquet": PARQUET.name,
    "application/x-parquet": PARQUET.name,
}

#: Parameters that tell the plain table from SDMX-CSV, which `text/csv` alone has always meant here.
_PLAIN = frozenset({"labels", "header", "bom"})


def meant(name: str, parameters: Mapping[str, str]) -> str:
    """The name that is meant by one in an Accept header, in lower case."""
    known = ALIASES.get(name, name)
    return PLAIN_CSV.name if known == "+csv" and _PLAIN & set(parameters) else known
