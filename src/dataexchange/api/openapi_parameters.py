"""Parameters of the SDMX paths, as the OpenAPI description has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.messages.url import RESOURCES_V1
from dataexchange.messages.url_v2 import DETAILS


def _text(description: str, example: str, **more: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **more}, "example": example}


def _word(description: str, words: Sequence[str], example: str | None = None) -> dict[str, Any]:
    return _text(description, example or words[0], enum=list(words))


_AGENCY = "Agencies that maintain the artefact; {any} for all"
_ID = "Ids of the artefact; {any} for all"
_SCHEMA_CONTEXT = _word("What the data are sent under", ["dataflow", "datastructure", "provisionagreement"])

#: (API version, name) -> parameter.
PATH: Mapping[tuple[str, str], dict[str, Any]] = {
    ("v2", "context"): _word(
        "What the data are looked up by", ["dataflow", "datastructure", "provisionagreement", "*"]
    ),
    ("v2", "agencyID"): _text(_AGENCY.format(any="`*`"), "DX"),
    ("v2", "resourceID"): _text(_ID.format(any="`*`"), "DF_SDG_LOCAL"),
    ("v2", "version"): _text(
        "Versions; `+` latest stable, `~` latest, `*` all, also behind a number: `1.0+.0`", "1.0.0"
    ),
    ("v2", "key"): _text("Series keys; `*` for any code, or for all series", "*"),
    ("v2", "componentID"): _text("Dimensions; `*` for all", "*"),
    ("v2", "artefactType"): _text("Type of artefact; `*` for all", "dataflow"),
    ("v2", "itemID"): _text("Items of an item scheme; `*` for all", "*"),
    ("v2", "registrationID"): _text("Id of a registration", "8d5b9f1e-3f0a-5c59-9d3c-1f5c3b0a7c11"),
    ("v2", "providerID"): _text("Ids of data providers; `*` for all", "BRISTOL"),
    ("v2", "schemaContext"): _SCHEMA_CONTEXT,
    ("v1", "schemaContext"): _SCHEMA_CONTEXT,
    ("v1", "flowRef"): _text("`ID`, `AGENCY,ID` or `AGENCY,ID,VERSION`", "DX,DF_SDG_LOCAL,1.0.0"),
    ("v1", "key"): _text(
        "Series key; nothing between dots for any code, `+` between codes, `all` for all series", "all"
    ),
    ("v1", "providerRef"): _text("`ID` or `AGENCY,ID` of a data provider; `all` for all", "all"),
    ("v1", "componentID"): _text("Dimensions; `all` for all", "all"),
    ("v1", "resource"): _word("Type of artefact", sorted(RESOURCES_V1), "dataflow"),
    ("v1", "agencyID"): _text(_AGENCY.format(any="`all`"), "DX"),
    ("v1", "resourceID"): _text(_ID.format(any="`all`"), "DF_SDG_LOCAL"),
    ("v1", "version"): _text("Versions; `latest`, `all`", "latest"),
    ("v1", "itemID"): _text("Items of an item scheme; `all` for all", "all"),
}

#: A header of data queries.
PREFER: Mapping[str, Any] = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: have the answer made as a file, whatever its size",
    "schema": {"type": "string", "pattern": "^[ -~]*$"},
    "examples": {
        "at once": {"value": "wait=60", "summary": "Answered at once, as without the header"},
        "a file": {"value": "respond-async", "summary": "202, and the address of the file that is being made"},
    },
}

#: Parts of an address that names what is to be changed: one artefact, exactly.
MAINTAINED: Mapping[str, dict[str, Any]] = {
    "artefactType": _text("Type of artefact", "codelist"),
    "agencyID": _text("Agency that maintains the artefact", "UK_ONS"),
    "resourceID": _text("Id of the artefact", "CL_WARDS"),
    "version": _text("Version of the artefact", "0.1"),
    "itemID": _text("An item of it; of a category the path to it", "WARD_1"),
}

_COUNT = {"schema": {"type": "integer", "minimum": 1}, "example": 1}

#: Key -> parameter; `name` where the same name means another thing elsewhere.
QUERY: Mapping[str, dict[str, Any]] = {
    "c": {
        "description": "Filters by component: `c[REF_AREA]=GB,GB_BRS`, `c[TIME_PERIOD]=ge:2015+le:2020`. ',' is or, '+' is "
        "and; operators are eq, ne, lt, le, gt, ge, co, nc, sw, ew.",
        "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        "style": "deepObject",
        "explode": True,
        "example": {"TIME_PERIOD": "ge:2015+le:2020"},
    },
    "offset": {
        "description": "So many observations to leave out at the start (series, where only series are asked for)",
        "schema": {"type": "integer", "minimum": 0},
        "example": 0,
    },
    "limit": {"description": "At most so many observations (or series)", **_COUNT},
    "sort": _text(
        "Components joined with '+', each with `:asc` or `:desc`; `*` is all dimensions, `series_key` those of a series",
        "series_key+TIME_PERIOD:desc",
    ),
    "reportingYearStartDay": _text(
        "The day on which the reporting year begins that periods such as 2010-Q3 in the query are of", "--07-01"
    ),
    "updatedAfter": _text("Only what changed since then", "2026-01-01T00:00:00Z"),
    "updatedBefore": _text("Only what was updated before then", "2030-01-01T00:00:00Z"),
    "updatedAfterReg": {**_text("Only what was updated after then", "2026-01-01T00:00:00Z"), "name": "updatedAfter"},
    "asOf": _text("As it was then", "2030-01-01T00:00:00Z"),
    "firstNObservations": {"description": "So many observations from the start of each series", **_COUNT},
    "lastNObservations": {"description": "So many observations from the end of each series", **_COUNT},
    "dimensionAtObservation": _text("TIME_PERIOD, AllDimensions or the id of a dimension", "TIME_PERIOD"),
    "attributes": _text("`dsd`, `none`, `dataset`, `series`, `obs` or ids", "dsd"),
    "measures": _text("`all`, `none` or ids of measures", "all"),
    "includeHistory": {
        "description": "What every release brought and took out, each a dataset with the date of its validity",
        "schema": {"type": "boolean"},
        "example": False,
    },
    "metadataDetail": {
        "name": "detail",
        **_word("`allstubs`: what reports there are, without the values of their attributes", ["full", "allstubs"]),
    },
    "deletion": {"description": "For messages that delete", "schema": {"type": "boolean"}, "example": False},
    "explicitMeasure": {
        "description": "Observations typed by measure; no structure here has a measure dimension, so it makes no difference",
        "schema": {"type": "boolean"},
        "example": False,
    },
    "startPeriod": _text("First period", "2015"),
    "endPeriod": _text("Last period", "2020"),
    "dataDetail": {
        "name": "detail",
        **_word("How much of the data", ["full", "dataonly", "serieskeysonly", "nodata"]),
    },
    "mode": _word("`exact`: codes that occur; `available`: codes that could still be chosen", ["exact", "available"]),
    "availabilityReferences": {
        "name": "references",
        **_text("Structures to add: `none`, `all`, `dataflow`, `datastructure`, `codelist`, `conceptscheme` …", "none"),
    },
    "detail": _word(
        "How much of each structure",
        ["full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs", "referencepartial"],
    ),
    "structureDetail": {
        "name": "detail",
        **_word(
            "How much of each structure; `raw`: code lists that extend others as they were sent",
            list(DETAILS),
        ),
    },
    "references": _text(
        "Structures to add: `none`, `parents`, `parentsandsiblings`, `ancestors`, `children`, `descendants`, "
        "`all`, or a type",
        "none",
    ),
    "format": _text(
        "The media type, or a short name of it, for those who cannot send Accept: `csv`, `json`, `xml`; for data also "
        "`csvlabels`, `csvexcel`, `xlsx`, `parquet`",
        "csv",
    ),
}
