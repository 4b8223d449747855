"""Structure maintenance, as the OpenAPI description has it: what changes structures needs a key and answers by artefact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dataexchange.api.openapi_parameters import MAINTAINED
from dataexchange.messages.media import (
    OFFERED,
    STRUCTURE_JSON_2_0,
    STRUCTURE_ML_2_1,
    STRUCTURE_ML_3_0,
)

_ONE = "{artefactType}/{agencyID}/{resourceID}/{version}"

#: (method, path, operation, summary)
_OPERATIONS: Sequence[tuple[str, str, str, str]] = (
    ("post", "", "add", "Add or replace the structures of a message, each by itself"),
    ("post", "/{artefactType}", "add_type", "The same, of structures of one type"),
    ("put", f"/{_ONE}", "replace", "Replace one structure"),
    ("delete", f"/{_ONE}", "remove", "Remove a structure that nobody uses"),
    ("delete", f"/{_ONE}/{{itemID}}", "remove_item", "Remove an item that nobody uses"),
)

_REFUSED: Mapping[str, str] = {
    "400": "The address is malformed, or the body is missing.",
    "401": "A key is needed, or the one that was sent is not known, has expired or was revoked.",
    "501": "This exchange holds no artefacts of that type.",
    "503": "The database does not answer.",
}
_BODY_REFUSED: Mapping[str, str] = {
    "413": "The body is larger than this exchange takes.",
    "415": "The body is of another type than is taken here.",
    "422": "The body cannot be read, or holds something else than the address says.",
}
_DONE: Mapping[str, Mapping[str, str]] = {
    "post": {"200": "All are there now; none is new.", "201": "All are there now.", "207": "Some could not be stored."},
    "put": {"200": "It is replaced."},
    "delete": {"200": "It is removed."},
}
_FAILED: Mapping[str, str] = {
    "403": "The key does not allow this, or the structure is another's to maintain.",
    "404": "There is no such structure.",
    "409": "It is final, in use, or refers to what is not registered.",
}


def maintenance_operations(tag: str) -> dict[str, dict[str, Any]]:
    """Path -> method -> operation."""
    found: dict[str, dict[str, Any]] = {}
    for method, path, name, summary in _OPERATIONS:
        operation = {
            "tags": [tag],
            "summary": summary,
            "operationId": f"v2_structure_{name}",
            "security": [{"key": []}],
            "parameters": [
                {"name": part, "in": "path", "required": True, **MAINTAINED[part]}
                for part in (p[1:-1] for p in path.split("/") if p)
            ],
            "responses": _responses(method),
        }
        if method != "delete":
            taken = (STRUCTURE_JSON_2_0, STRUCTURE_ML_2_1, STRUCTURE_ML_3_0)
            operation["requestBody"] = {
                "required": True,
                "content": {m.text: {"schema": _whole(m.name)} for m in taken},
            }
        found.setdefault(f"/sdmx/v2/structure{path}", {})[method] = operation
    return found


def _responses(method: str) -> dict[str, Any]:
    registry = {m.text: {"schema": {"type": "string"}} for m in OFFERED["v2", "maintenance"]}
    error = {m.text: {"schema": _whole(m.name)} for m in (STRUCTURE_JSON_2_0, STRUCTURE_ML_2_1, STRUCTURE_ML_3_0)}
    refused = {**_REFUSED, **(_BODY_REFUSED if method != "delete" else {})}
    return {
        **{status: {"description": text, "content": registry} for status, text in _DONE[method].items()},
        **{status: {"description": text, "content": {**registry, **error}} for status, text in _FAILED.items()},
        **{status: {"description": text, "content": error} for status, text in refused.items()},
    }


def _whole(name: str) -> dict[str, str]:
    return {"type": "object" if name.endswith("json") else "string"}
