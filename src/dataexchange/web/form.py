"""Forms that change something: read whole, short, and only where the browser that shows our page sends them.

A form carries a word made of the browser's own cookie (`visitor.form_word`), which no page of another site can read or guess.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from dataexchange.door.credentials import SESSION_COOKIE
from dataexchange.errors import Forbidden, InvalidRequest, Unauthenticated
from dataexchange.web.visitor import form_word

#: Name of the field in every form.
WORD = "form_word"

_KIND = "application/x-www-form-urlencoded"


async def _posted(request: Request) -> Mapping[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise InvalidRequest(f"send the form as {_KIND}, as browsers do")
    # `door.requests` lets no body pass that is longer than a form of ours can be.
    body = await request.body()
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise InvalidRequest("the form cannot be read; send it with a browser") from None
    require_word(request, fields.get(WORD, ""))
    return fields


def require_word(request: Request, word: str) -> None:
    """Raises Forbidden unless the form is our own, sent by the browser that we gave it to."""
    if SESSION_COOKIE not in request.cookies and request.url.path != "/sign-in":
        raise Unauthenticated("Sign in first.")
    own = form_word(request)
    foreign = request.headers.get("sec-fetch-site") == "cross-site"
    if foreign or not own or not hmac.compare_digest(own.encode(), word.encode()):
        raise Forbidden(
            "This form was not sent from a page of the exchange, or you signed in again since it was shown: load its page again, "
            "allow cookies, and send it once more."
        )


Posted = Annotated[Mapping[str, str], Depends(_posted)]
