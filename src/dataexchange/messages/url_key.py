"""Series keys in URLs: `A..GB_BRS+GB` (v1) and `A.*.GB_BRS,A.*.GB` (v2).

Both forms are read in both versions, since no code holds a '+', ',' or '*'. How many positions a key may have only the
data structure knows: `fit` is for those who have it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dataexchange.errors import InvalidRequest
from dataexchange.model.query import KeyPattern

_CODE = re.compile(r"[A-Za-z0-9_@$\-]+")
_MOST_CODES = 5000
#: Keys with wildcards or lists; whole keys may be many.
_MOST_PATTERNS = 200


def read_keys(text: str | None) -> tuple[KeyPattern, ...]:
    """The patterns of a key part; () for all series.

    >>> read_keys("A..GB_BRS+GB")
    (KeyPattern(positions=(('A',), (), ('GB_BRS', 'GB'))),)
    """
    if text is None or text.lower() in ("*", "all"):
        return ()
    if text.count("+") + text.count(".") + text.count(",") > _MOST_CODES:
        raise InvalidRequest(f"name at most {_MOST_CODES} codes in one call", parameter="key")
    keys = tuple(_read_key(key) for key in text.split(","))
    return () if any(key.matches_all for key in keys) else keys


def _read_key(text: str) -> KeyPattern:
    return KeyPattern(tuple(_read_position(part, number, text) for number, part in enumerate(text.split("."), 1)))


def _read_position(part: str, number: int, key: str) -> tuple[str, ...]:
    if part in ("", "*"):
        return ()
    codes = part.split("+")
    if "*" in codes:
        return ()
    for code in codes:
        if not _CODE.fullmatch(code):
            raise InvalidRequest(
                f"position {number} has {code[:40]!r}; write codes joined with '+', or nothing for all of them",
                parameter="key",
                value=key,
            )
    return tuple(codes)


def fit(keys: Sequence[KeyPattern], dimensions: Sequence[str], *, exact: bool) -> tuple[KeyPattern, ...]:
    """The keys with a position for every dimension.

    In v2 positions left out at the end are wildcards; v1 asks for all dots (`exact`), so that a short key is a slip.
    """
    for key in keys:
        n = len(key.positions)
        if n > len(dimensions) or (exact and n < len(dimensions)):
            written = ".".join("+".join(codes) for codes in key.positions)
            raise InvalidRequest(
                f"the key has {n} positions, the structure {len(dimensions)}: {'.'.join(dimensions)}",
                parameter="key",
                value=written,
            )
    whole = tuple(KeyPattern(key.positions + ((),) * (len(dimensions) - len(key.positions))) for key in keys)
    if sum(any(len(codes) != 1 for codes in key.positions) for key in whole) > _MOST_PATTERNS:
        raise InvalidRequest(f"write at most {_MOST_PATTERNS} keys with wildcards in one call", parameter="key")
    return whole
