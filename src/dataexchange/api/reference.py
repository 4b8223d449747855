"""`/docs`: the OpenAPI description as a page that needs no script and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dataexchange.api.page import page

router = APIRouter(include_in_schema=False)


@router.get("/docs", response_class=HTMLResponse)
def reference(request: Request) -> HTMLResponse:
    described: Mapping[str, Any] = request.app.openapi()
    intro = (
        '<h1>HTTP API</h1>\n<p>What every address answers and takes. The same as <a href="/openapi.json">OpenAPI</a>, for programs; '
        '<a href="/">back</a>.</p>'
    )
    parts = [intro, *_operations(described)]
    return page("HTTP API of the data exchange", "\n".join(parts))


def _operations(described: Mapping[str, Any]) -> Iterator[str]:
    tag = None
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if (own := next(iter(operation.get("tags", ())), "Other")) != tag:
                tag = own
                yield f"<h2>{escape(tag)}</h2>"
            yield f"<h3>{escape(operation.get('summary', path))}</h3>"
            yield f"<p><code>{method.upper()} {escape(path)}</code></p>"
            if text := operation.get("description"):
                yield f"<p>{_text(text)}</p>"
            yield from _parameters(operation.get("parameters", ()), described)


def _parameters(parameters: Any, described: Mapping[str, Any]) -> Iterator[str]:
    if not parameters:
        return
    yield '<table><thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead><tbody>'
    for given in parameters:
        name = given.get("$ref", "").rsplit("/", 1)[-1]
        parameter = described["components"]["parameters"][name] if name else given
        example = parameter.get("example") or parameter.get("schema", {}).get("example")
        meaning = _text(parameter.get("description", "")) + (f"; such as {_text(f'`{example}`')}" if example else "")
        code = _text("`" + parameter["name"] + "`")
        yield f"<tr><td>{code}</td><td>{escape(parameter['in'])}</td><td>{meaning}</td></tr>"
    yield "</tbody></table>"


def _text(text: str) -> str:
    """Plain text in which `backticks` mark code, as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
