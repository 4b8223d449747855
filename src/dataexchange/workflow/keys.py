"""API keys: made for an organisation, shown once, checked at every call, revoked.

    dx_3f2a9c81d0_Zr0c…        "dx", the id that lists show, the secret

The secret has 256 random bits and is stored as scrypt's hash. Its costs (16 MiB, some 40 ms) are what the standard library's
documentation takes as the least for signing in; against a secret of that length any hash would do.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from dataexchange.errors import InvalidRequest, Unauthenticated
from dataexchange.model.access import ApiKey, Caller, Scope
from dataexchange.model.query import StructureQuery
from dataexchange.model.structure import ItemScheme, Kind
from dataexchange.store import audit, keys, sessions, structures
from dataexchange.store.database import Connection
from dataexchange.workflow.permission import require

_LOG_N, _R, _P = 14, 8, 1

#: A browser stays signed in for a working day.
SESSION = timedelta(hours=12)

#: How exactly `last_used_at` is kept.
_NOTED = timedelta(minutes=1)

_NO_KEY = "The key is not known, has expired or was revoked: ask the exchange's operator for a new one."


def create_key(
    conn: Connection,
    organisation: str,
    scopes: Collection[Scope],
    *,
    caller: Caller,
    label: str = "",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is told here and never again."""
    require(caller, Scope.ADMIN)
    if not scopes:
        raise InvalidRequest(f"name at least one of {', '.join(Scope)}", parameter="scope")
    known = organisations(conn)
    if organisation not in known:
        raise InvalidRequest(
            f"name an organisation that is registered ({', '.join(sorted(known))}); `agreements add` registers a new provider, "
            "`organisations add` any other",
            parameter="organisation",
            value=organisation,
        )
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise InvalidRequest("name a time to come", parameter="expires", value=expires_at.isoformat())
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        id=secrets.token_hex(5),
        organisation=organisation,
        scopes=frozenset(scopes),
        label=label,
        secret_hash=_hashed(secret, secrets.token_bytes(16)),
        created_at=now,
        created_by=caller.actor,
        expires_at=expires_at,
    )
    keys.insert(conn, key)
    detail = {"organisation": organisation, "scopes": sorted(scopes), "label": label}
    audit.record(conn, actor=caller.actor, action="key.create", subject=key.id, detail=detail)
    return key, f"dx_{key.id}_{secret}"


def revoke_key(conn: Connection, key_id: str, *, caller: Caller) -> None:
    """It opens nothing from now on, nor do sessions that were begun with it."""
    require(caller, Scope.ADMIN)
    keys.revoke(conn, key_id, datetime.now(UTC))
    audit.record(conn, actor=caller.actor, action="key.revoke", subject=key_id)


def list_keys(conn: Connection, *, caller: Caller) -> list[ApiKey]:
    """The operator sees all of them, an organisation its own."""
    return keys.latest(conn, organisation=None if caller.may(Scope.ADMIN) else caller.organisation)


def organisations(conn: Connection) -> dict[str, str]:
    """Id -> name of every agency and data provider."""
    kinds = (Kind.AGENCY_SCHEME.value, Kind.DATA_PROVIDER_SCHEME.value)
    schemes = structures.find(conn, StructureQuery(kinds=kinds, versions=("*",)))
    return {item.id: item.name() for scheme in schemes if isinstance(scheme, ItemScheme) for item in scheme.items}


def read_key(text: str) -> tuple[str, str]:
    """(id, secret) of a key's text; raises Unauthenticated where it is none."""
    parts = text.strip().split("_", 2)
    if len(parts) != 3 or parts[0] != "dx" or not parts[1].isalnum():
        raise Unauthenticated("This is no key of the exchange; a key starts with dx_.")
    return parts[1], parts[2]


def valid_key(conn: Connection, key_id: str) -> ApiKey:
    """The key of that id where it still opens anything; says no more to who guesses."""
    key = keys.find(conn, key_id)
    if key is None or not key.valid_at(datetime.now(UTC)):
        raise Unauthenticated(_NO_KEY)
    return key


def matches(secret_hash: str, secret: str) -> bool:
    """Whether this is the secret of a key with that hash. Takes as long as scrypt takes: remember the answer."""
    salt = b64decode(secret_hash.split("$")[4])
    return hmac.compare_digest(_hashed(secret, salt), secret_hash)


def refuse_secret() -> Unauthenticated:
    """The same words for a wrong secret as for a key that is not there."""
    return Unauthenticated(_NO_KEY)


def due_for_note(key: ApiKey) -> bool:
    """Whether `last_used_at` is old enough to be written anew."""
    return key.last_used_at is None or datetime.now(UTC) - key.last_used_at >= _NOTED


def open_session(conn: Connection, key: ApiKey) -> tuple[str, datetime]:
    """What a browser's cookie is to hold, and until when; never longer than the key is valid."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires = min(now + SESSION, key.expires_at or now + SESSION)
    sessions.insert(conn, token, key.id, now, expires)
    audit.record(conn, actor=key.caller.actor, action="session.open", subject=key.id)
    return token, expires


def session_key(conn: Connection, token: str) -> ApiKey | None:
    """The key that a browser signed in with, while session and key are good."""
    key_id = sessions.key_of(conn, token, datetime.now(UTC))
    try:
        return None if key_id is None else valid_key(conn, key_id)
    except Unauthenticated:
        return None


def _hashed(secret: str, salt: bytes) -> str:
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=1 << _LOG_N, r=_R, p=_P, dklen=32)
    return _written(salt, digest)


def _written(salt: bytes, digest: bytes) -> str:
    return "$".join(("scrypt", str(_LOG_N), str(_R), str(_P), b64encode(salt).decode(), b64encode(digest).decode()))


#: No secret has it. Checked where there is no key of an id, so that ids cannot be told apart by time.
NO_HASH = _written(bytes(16), bytes(32))
