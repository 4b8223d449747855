"""Addresses of other systems: where a secret may be sent to."""

from __future__ import annotations

from urllib.parse import urlsplit

#: This machine, as people write it.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def keeps_secrets(url: str) -> bool:
    """Whether nobody on the way reads along: over https, or without leaving this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" or parts.hostname in LOOPBACK
    except ValueError:
        return False
