"""Addresses of other systems: what may be called, and how an address is shown in sentences and logs.

checked("https://sdmx.example.org/rest")        as it is
checked("https://me:secret@example.org/rest")   InvalidRequest: credentials belong into a header
shown("https://example.org/x?apikey=3f2a")      "https://example.org/x?apikey=…"
"""

from __future__ import annotations

import re
import socket
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from dataexchange.errors import InvalidRequest, Unreachable
from dataexchange.model.address import LOOPBACK

_LONGEST = 8_000
_SECRET = re.compile(r"([?&][^=&]*(?:key|token|secret|password|passwd|signature|auth)[^=&]*=)[^&]*", re.IGNORECASE)
_USER = re.compile(r"//[^/?#]*@")
_PORTS = {"http": 80, "https": 443}


def checked(url: str) -> str:
    """The address, where it is http(s) with a host and without user or password."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or len(url) > _LONGEST or re.search(r"[\s\x00-\x1f\x7f]", url):
        raise InvalidRequest(
            "write an address such as https://sdmx.example.org/rest", parameter="url", value=shown(url)
        )
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest("leave user and password out of the address", parameter="url", value=shown(url))
    return url


def shown(url: str) -> str:
    """For people: without credentials, and not endlessly long."""
    text = _SECRET.sub(r"\1…", _USER.sub("//", url))
    return text if len(text) <= 300 else f"{text[:297]}…"


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what an Authorization header was meant for."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS[parts.scheme]


def redirected(url: str, location: str) -> str:
    """Where an answer sends us on to; never from https to http, nor from a public host into our own network or this machine."""
    try:
        target = checked(urljoin(url, location))
    except (InvalidRequest, ValueError):
        raise Unreachable(f"{shown(url)} sends on to an address that cannot be called: ask its operator.") from None
    if url.startswith("https:") and not target.startswith("https:"):
        raise Unreachable(f"{shown(url)} sends on from https to http, which is not followed: ask its operator.")
    here, there = _host(url), _host(target)
    if here != there and _reaches(here, public=True) and _reaches(there, public=False):
        raise Unreachable(f"{shown(url)} sends on to {there}, an address inside a network: ask its operator.")
    return target


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _reaches(host: str, *, public: bool) -> bool:
    """Whether any address of a host is public, or any is not. A name that nobody knows here (a proxy may) counts as public."""
    try:
        found = {str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return public
    return any(ip_address(address).is_global is public for address in found)


def proxy_of(url: str) -> str | None:
    """The proxy that the environment names for it (HTTPS_PROXY, NO_PROXY); this machine itself is never called through one."""
    host = urlsplit(url).hostname or ""
    if host in LOOPBACK or proxy_bypass(host):
        return None
    return getproxies().get(urlsplit(url).scheme)
