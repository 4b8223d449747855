"""`/docs`: the OpenAPI description as a page that needs no script and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from dataexchange.web.page import page_router
from dataexchange.web.pages import render
from dataexchange.web.words import marked

router = page_router()


@router.get("/docs")
def reference(request: Request) -> HTMLResponse:
    described: Mapping[str, Any] = request.app.openapi()
    return render(request, "reference.html", groups=_groups(described))


def _groups(described: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Tag -> its operations, in the order of the description."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            tag = next(iter(operation.get("tags", ())), "Other")
            groups.setdefault(tag, []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", path),
                    "text": marked(operation.get("description", "")),
                    "parameters": list(_parameters(operation.get("parameters", ()), described)),
                }
            )
    return groups


def _parameters(parameters: Any, described: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for given in parameters:
        name = given.get("$ref", "").rsplit("/", 1)[-1]
        parameter = described["components"]["parameters"][name] if name else given
        example = parameter.get("example") or parameter.get("schema", {}).get("example")
        text = parameter.get("description", "") + (f"; such as `{example}`" if example else "")
        yield {"name": parameter["name"], "place": parameter["in"], "text": marked(text)}
