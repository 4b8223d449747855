"""The OpenAPI description: what FastAPI knows of its own routes, and the SDMX paths, which it does not serve.

SDMX paths are described whole, with every part; parts at the end may be left out, which OpenAPI cannot say but the
descriptions do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dataexchange.api.openapi_parameters import PATH, QUERY
from dataexchange.messages.media import OFFERED

_TAGS = {"v1": "SDMX REST API 1.5", "v2": "SDMX REST API 2.x"}

_ERRORS: Mapping[str, str] = {
    "304": "Nothing changed since the version that If-None-Match or If-Modified-Since names.",
    "400": "The address is malformed; the message names the parameter.",
    "404": "Nothing matches.",
    "406": "None of the formats asked for is offered; the message lists them.",
    "501": "The standard has it, this exchange has not.",
    "503": "The database does not answer.",
}

#: (version, path, formats, query parameters, summary). Path parameters are read from the path.
_PATHS: Sequence[tuple[str, str, str, str, str]] = (
    (
        "v2",
        "data/{context}/{agencyID}/{resourceID}/{version}/{key}",
        "data",
        "c updatedAfter asOf firstNObservations lastNObservations dimensionAtObservation attributes measures "
        "includeHistory format",
        "Data",
    ),
    (
        "v2",
        "availability/{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}",
        "availability",
        "c mode availabilityReferences updatedAfter format",
        "Codes that occur in the data",
    ),
    (
        "v2",
        "structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}",
        "structure",
        "detail references format",
        "Structures, and items of item schemes",
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
            app.openapi_schema["paths"].update(
                {f"/sdmx/{version}/{path}": _path(version, path, *rest) for version, path, *rest in _PATHS}
            )
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]  # FastAPI's own way to extend the description


def _path(version: str, path: str, formats: str, query: str, summary: str) -> dict[str, Any]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    parameters = [{"name": n, "in": "path", "required": True, **PATH[version, n]} for n in names]
    parameters += [_query(name) for name in query.split()]
    content = {media.text: {"schema": {"type": "string"}} for media in OFFERED[version, formats]}
    responses: dict[str, Any] = {"200": {"description": summary, "content": content}}
    responses |= {status: {"description": text} for status, text in _ERRORS.items()}
    operation = f"{version}_{path.split('/')[0].strip('{}')}"
    return {
        "get": {
            "tags": [_TAGS[version]],
            "summary": summary,
            "operationId": operation,
            "parameters": parameters,
            "responses": responses,
        }
    }


def _query(name: str) -> dict[str, Any]:
    entry = QUERY[name]
    return {
        "name": entry.get("name", name),
        "in": "query",
        "required": False,
        **{k: v for k, v in entry.items() if k != "name"},
    }
