"""Who looks at a page: anybody, or somebody who signed in with a key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request

from dataexchange.door.credentials import SESSION_COOKIE, session_caller
from dataexchange.errors import Unauthenticated
from dataexchange.model.access import Caller, Scope

#: Holds a random word until somebody signs in, so that the form for signing in can be told from a forged one.
FORM_COOKIE = "dx_form"


@dataclass(frozen=True, slots=True)
class Visitor:
    """`form_word` goes into every form that changes something; empty where there is no cookie to tie it to."""

    caller: Caller | None
    form_word: str

    @property
    def sends(self) -> bool:
        return self.caller is not None and self.caller.may(Scope.SUBMIT)

    @property
    def reviews(self) -> bool:
        return self.caller is not None and self.caller.may(Scope.REVIEW)


def visitor(request: Request) -> Visitor:
    """Looked up once for a request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = Visitor(session_caller(request), form_word(request))
        request.state.visitor = known
    return known


def signed_in(request: Request) -> Caller:
    """Raises Unauthenticated, which leads to the page for signing in and from there back."""
    caller = visitor(request).caller
    if caller is None:
        raise Unauthenticated("Sign in first.")
    return caller


def form_word(request: Request) -> str:
    """What a form of ours carries and nobody else's page can know: made of the browser's cookie."""
    secret = request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE)
    return word_of(secret) if secret else ""


def word_of(secret: str) -> str:
    return hmac.digest(secret.encode(), b"form", sha256).hex()
