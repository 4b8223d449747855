"""What people write when they say why: why it is returned, withdrawn, waived, or right as it is."""

from __future__ import annotations

import re

from dataexchange.errors import InvalidRequest

_LONGEST = 2000

#: Control characters other than tabs and line ends: no text for people has them, and PostgreSQL keeps no NUL.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

#: Ends of lines, and tabs, with the spaces around them.
_BREAK = re.compile(r"\s*[\t\r\n\x85\u2028\u2029]\s*")


def plain(text: str) -> str:
    """A text as it is told within a sentence: in one line, without what nobody can read.

    >>> plain("a slip of 2019\\r\\n  by the survey ")
    'a slip of 2019 by the survey'
    """
    return _CONTROL.sub(" ", _BREAK.sub(" ", text)).strip()


def require_reason(reason: str) -> str:
    """A reason that somebody can act on."""
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST or _CONTROL.search(reason):
        raise InvalidRequest(f"say why, in plain text of up to {_LONGEST} characters", parameter="reason")
    return reason
