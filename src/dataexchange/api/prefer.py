"""The Prefer header (RFC 7240): what a caller would like, and an exchange need not do."""

from __future__ import annotations

RESPOND_ASYNC = "respond-async"


def prefers(header: str | None, preference: str) -> bool:
    """Whether it is among the preferences, in whatever case and with whatever parameters.

    >>> prefers("wait=10, Respond-Async; x=1", "respond-async"), prefers('foo="respond-async"', "respond-async")
    (True, False)
    """
    if header is None:
        return False
    names = (part.partition(";")[0].partition("=")[0].strip().lower() for part in header.split(","))
    return preference in names
