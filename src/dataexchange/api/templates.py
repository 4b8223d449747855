"""`GET /api/v1/agreements/{id}/template`: a workbook to fill, made of what is published. Anybody may have it.

curl -OJ "https://data.example.org/api/v1/agreements/PA_BRISTOL_SDG_LOCAL/template?table=bristol/pm25"
"""

from __future__ import annotations

from io import BytesIO
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from dataexchange.api.asked import Here
from dataexchange.api.told import answers
from dataexchange.door.language import language_for
from dataexchange.messages.languages import languages_of
from dataexchange.messages.write_template import write_template
from dataexchange.store.database import reading
from dataexchange.workflow.template import MOST_PERIODS, Wish, template_for

router = APIRouter(tags=["Submissions"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get(
    "/agreements/{id}/template",
    summary="A workbook to fill for an agreement; what comes back needs no mapping",
    response_class=Response,
    responses={
        200: {
            "description": "XLSX: keys, last values and drop-downs, in the language that Accept-Language asks for",
            "content": {_XLSX: {"schema": {"type": "string", "format": "binary"}}},
        },
        **answers(404),
    },
)
def template(
    request: Request,
    exchange: Here,
    id: Annotated[
        str,
        Path(
            pattern=r"^[A-Za-z0-9_@$\-]{1,100}$",
            description="id of a provision agreement",
            examples=["PA_BRISTOL_SDG_LOCAL"],
        ),
    ],
    table: Annotated[
        str | None,
        Query(
            max_length=200,
            description="which table, where several are published under the agreement; a new name is for a new table",
            examples=["bristol/pm25"],
        ),
    ] = None,
    period: Annotated[
        list[str] | None,
        Query(max_length=MOST_PERIODS, description="periods to fill; default: the one after the last of each series"),
    ] = None,
    filled: Annotated[bool, Query(description="with the published observations too, to correct them")] = False,
) -> Response:
    tag, language = language_for(exchange, request.headers)
    wanted = (*languages_of(request.headers.get("accept-language")), exchange.language or "en")
    with reading(exchange.engine) as conn:
        made = template_for(conn, exchange.home, id, Wish(table, period or (), filled, wanted))
    stream = BytesIO()
    write_template(made, stream, language)
    name = quote(f"{made.form.dataset.replace('/', '-')}.xlsx", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Language": tag,
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return Response(stream.getvalue(), headers=headers, media_type=_XLSX)
