"""Who calls: a key in `Authorization: Bearer dx_…`, or the session of a browser that signed in with one.

A process remembers which secrets it has found right (`door.secrets`). The key's row is read at every call all the same, so a key that is
revoked opens nothing from that moment on, in any process.
"""

from __future__ import annotations

from starlette.requests import Request

from dataexchange.door.exchange import Exchange
from dataexchange.errors import Unauthenticated
from dataexchange.model.access import ApiKey, Caller
from dataexchange.store.database import reading
from dataexchange.workflow import keys

SESSION_COOKIE = "dx_session"


def bearer(request: Request) -> Caller | None:
    """The caller by their key; None where the request names none. Raises Unauthenticated for a key that is no good."""
    given = request.headers.get("authorization")
    if given is None:
        return None
    kind, _, text = given.partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise Unauthenticated("Write the key as `Authorization: Bearer dx_…`.")
    return key_of(request.app.state.exchange, text).caller


def require_bearer(request: Request) -> Caller:
    caller = bearer(request)
    if caller is None:
        raise Unauthenticated("This needs a key: send it as `Authorization: Bearer dx_…`.")
    return caller


def key_of(exchange: Exchange, text: str) -> ApiKey:
    """The key that a text is, checked. Raises Unauthenticated in the same words, after the same time, whatever is wrong with it."""
    key_id, secret = keys.read_key(text)
    try:
        with reading(exchange.engine) as conn:
            key = keys.valid_key(conn, key_id)
    except Unauthenticated:
        exchange.secrets.right(keys.NO_HASH, secret)
        raise
    if not exchange.secrets.right(key.secret_hash, secret):
        raise keys.refuse_secret()
    _note_use(exchange, key)
    return key


def session_caller(request: Request) -> Caller | None:
    """The caller by the cookie of a browser that signed in; None where there is no live session."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    exchange: Exchange = request.app.state.exchange
    with reading(exchange.engine) as conn:
        key = keys.session_key(conn, token)
    if key is None:
        return None
    _note_use(exchange, key)
    return key.caller


def _note_use(exchange: Exchange, key: ApiKey) -> None:
    """Keep `last_used_at`, to the minute."""
    if keys.due_for_note(key):
        exchange.uses.note(key.id)
