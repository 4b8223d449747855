"""Has it changed? One conditional GET by the standard library alone, over before `remote.http` would have been loaded.

Only a plain "no" counts. Whatever else happens (an error, a redirect, a proxy in between, a certificate that the system does not
know) is left to `remote.http`, which asks again, patiently.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

_TIMEOUT = 10.0


def surely_unchanged(url: str, headers: Mapping[str, str]) -> bool:
    """Whether it answers 304."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or _proxied():
            return False
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname, parts.port, timeout=_TIMEOUT)
    except ValueError:
        return False
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Connection": "close", **headers})
        return connection.getresponse().status == HTTPStatus.NOT_MODIFIED
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()


def _proxied() -> bool:
    return any(os.environ.get(name) for name in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"))
