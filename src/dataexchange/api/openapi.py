"""The OpenAPI description: what FastAPI knows of its own routes, and the SDMX paths, which it does not serve.

SDMX paths are described whole, with every part; parts at the end may be left out, which OpenAPI cannot say but the
descriptions do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dataexchange.api.openapi_maintenance import maintenance_operations
from dataexchange.api.openapi_parameters import PATH, PREFER, QUERY
from dataexchange.api.told import Problem
from dataexchange.messages.media import (
    OFFERED,
    STRUCTURE_JSON_2_0,
    STRUCTURE_ML_2_1,
    STRUCTURE_ML_3_0,
    STRUCTURE_ML_3_1,
)

_TAGS = {"v1": "SDMX REST API 1.5", "v2": "SDMX REST API 2.x"}

_ERRORS: Mapping[str, str] = {
    "304": "Nothing changed since the version that If-None-Match or If-Modified-Since names.",
    "400": "The address is malformed; the message names the parameter.",
    "404": "Nothing matches.",
    "406": "None of the formats asked for is offered; the message lists them.",
    "429": "The caller sends too many requests; Retry-After says when to come again.",
    "501": "The standard has it, this exchange has not.",
    "503": "The database does not answer.",
}

#: Of data alone.
_DATA_ERRORS: Mapping[str, str] = {
    "413": "The answer would have more observations than one may have; the message links to queries that together answer the same.",
}

#: A data query that was sent with `Prefer: respond-async`.
_ASYNC: Mapping[str, Any] = {
    "description": "A worker makes the answer as a file; Location is where to ask for it.",
    "headers": {
        "Location": {"schema": {"type": "string", "format": "uri"}, "description": "the extract"},
        "Preference-Applied": {"schema": {"type": "string", "const": "respond-async"}},
        "Retry-After": {"schema": {"type": "integer"}, "description": "when to ask, in seconds"},
    },
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ExtractDocument"}}},
}

#: What errors are written in.
_MESSAGES = (STRUCTURE_JSON_2_0, STRUCTURE_ML_2_1, STRUCTURE_ML_3_0, STRUCTURE_ML_3_1)

#: (version, path, formats, query parameters, summary). Path parameters are read from the path.
_PATHS: Sequence[tuple[str, str, str, str, str]] = (
    (
        "v2",
        "data/{context}/{agencyID}/{resourceID}/{version}/{key}",
        "data",
        "c updatedAfter asOf firstNObservations lastNObservations dimensionAtObservation attributes measures "
        "includeHistory offset limit sort reportingYearStartDay format",
        "Data",
    ),
    (
        "v2",
        "availability/{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}",
        "availability",
        "c mode availabilityReferences updatedAfter reportingYearStartDay format",
        "Codes that occur in the data",
    ),
    (
        "v2",
        "structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}",
        "structure",
        "structureDetail references asOf format",
        "Structures, and items of item schemes",
    ),
    (
        "v2",
        "schema/{schemaContext}/{agencyID}/{resourceID}/{version}",
        "schema",
        "dimensionAtObservation deletion format",
        "What data may look like: an XML schema, or structures cut to what is allowed",
    ),
    (
        "v2",
        "metadata/structure/{artefactType}/{agencyID}/{resourceID}/{version}",
        "metadata",
        "metadataDetail format",
        "Metadata reports about structures",
    ),
    (
        "v2",
        "metadata/metadataflow/{agencyID}/{resourceID}/{version}/{providerID}",
        "metadata",
        "metadataDetail format",
        "Metadata reports of metadataflows",
    ),
    (
        "v2",
        "metadata/metadataset/{providerID}/{resourceID}/{version}",
        "metadata",
        "metadataDetail format",
        "Metadata reports by their own names",
    ),
    ("v2", "registration/id/{registrationID}", "registration", "format", "One registration"),
    (
        "v2",
        "registration/provider/{agencyID}/{providerID}",
        "registration",
        "updatedBefore updatedAfterReg format",
        "Registrations of data providers: where data are, and when they changed last",
    ),
    (
        "v2",
        "registration/{context}/{agencyID}/{resourceID}/{version}",
        "registration",
        "updatedBefore updatedAfterReg format",
        "Registrations of agreements, dataflows or data structures",
    ),
    (
        "v1",
        "data/{flowRef}/{key}/{providerRef}",
        "data",
        "startPeriod endPeriod updatedAfter firstNObservations lastNObservations dimensionAtObservation dataDetail "
        "includeHistory format",
        "Data",
    ),
    (
        "v1",
        "availableconstraint/{flowRef}/{key}/{providerRef}/{componentID}",
        "availability",
        "startPeriod endPeriod updatedAfter mode availabilityReferences format",
        "Codes that occur in the data",
    ),
    (
        "v1",
        "metadata/{flowRef}/{key}/{providerRef}",
        "metadata",
        "metadataDetail format",
        "Metadata reports of metadataflows; the key is `all`",
    ),
    (
        "v1",
        "schema/{schemaContext}/{agencyID}/{resourceID}/{version}",
        "schema",
        "dimensionAtObservation explicitMeasure format",
        "What data may look like: an XML schema, or structures cut to what is allowed",
    ),
    (
        "v1",
        "{resource}/{agencyID}/{resourceID}/{version}/{itemID}",
        "structure",
        "detail references format",
        "Structures, and items of item schemes",
    ),
)


def describe(app: FastAPI) -> None:
    """Have the app describe the SDMX paths along with its own."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(
                title=app.title,
                version=app.version,
                summary="Statistical data exchange between city and national statistics offices",
                description="Parts at the end of an SDMX path may be left out. Lists are joined with ',' in v2, '+' in v1.",
                routes=app.routes,
            )
            _tidy(app.openapi_schema)
            paths = app.openapi_schema["paths"]
            paths.update({f"/sdmx/{version}/{path}": _path(version, path, *rest) for version, path, *rest in _PATHS})
            for path, operations in maintenance_operations(_TAGS["v2"]).items():
                paths.setdefault(path, {}).update(operations)
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]  # FastAPI's own way to extend the description


def _tidy(described: dict[str, Any]) -> None:
    """What the framework says of its own answer to a malformed request is not so here: that is a 400, as the routes say."""
    for operations in described["paths"].values():
        for operation in operations.values():
            said = operation["responses"].get("422", {})
            if "HTTPValidationError" in str(said):
                del operation["responses"]["422"]
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()


def _path(version: str, path: str, formats: str, query: str, summary: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": n, "in": "path", "required": True, **PATH[version, n]} for n in names]
    parameters += [_query(name) for name in query.split()]
    content = {media.text: _body(media.text) for media in OFFERED[version, formats]}
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    said = {media.text: _body(media.text) for media in _MESSAGES}
    errors = {**_ERRORS, **(_DATA_ERRORS if formats == "data" else {})}
    responses |= {
        status: {"description": text} | ({"content": said} if status >= "400" else {})
        for status, text in sorted(errors.items())
    }
    if formats == "data":
        parameters.append(dict(PREFER))
        responses["202"] = _ASYNC
    words = [part for part in path.split("/") if "{" not in part] or [path.split("/")[0].strip("{}")]
    operation = "_".join((version, *words))
    return {
        "get": {
            "tags": [_TAGS[version]],
            "summary": summary,
            "operationId": operation,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _body(media: str) -> dict[str, Any]:
    return {"schema": {"type": "object" if "+json" in media else "string"}}


def _query(name: str) -> dict[str, Any]:
    entry = QUERY[name]
    return {
        "name": entry.get("name", name),
        "in": "query",
        "required": False,
        **{k: v for k, v in entry.items() if k != "name"},
    }
