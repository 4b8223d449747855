"""What people write when they say why: why it is returned, withdrawn, waived, or right as it is."""

from __future__ import annotations

import re

from dataexchange.errors import InvalidRequest

_LONGEST = 2000

#: Control characters other than tabs and line ends: no text for people has them, and PostgreSQL keeps no NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(text: str) -> str:
    """A text of a table as it is told to people: without what nobody can read."""
    return _CONTROL.sub(" ", text).strip()


def require_reason(reason: str) -> str:
    """A reason that somebody can act on."""
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST or _CONTROL.search(reason):
        raise InvalidRequest(f"say why, in plain text of up to {_LONGEST} characters", parameter="reason")
    return reason
