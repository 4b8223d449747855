"""Texts that no code table has, read by the patterns of the mapping and by the readers that it names."""

from __future__ import annotations

from collections.abc import Sequence

from dataexchange.model.age import read_age
from dataexchange.model.mapping import Reader, Target
from dataexchange.model.pattern import rewritten

_READERS = {Reader.AGE: read_age}


def read_texts(texts: Sequence[str], target: Target) -> dict[str, str]:
    """Text -> code of those that a pattern matches, the first that does, or that the reader understands.

    >>> read_texts(["0-14", "all of them"], Target(to="AGE", read_as=Reader.AGE))
    {'0-14': 'Y0T14'}
    """
    out: dict[str, str] = {}
    for pattern in target.patterns:
        left = [text for text in texts if text not in out]
        made = rewritten(pattern.match, pattern.gives, left)
        out |= {text: code for text, code in zip(left, made, strict=True) if code is not None}
    if target.read_as is not None:
        read = _READERS[target.read_as]
        found = {text: read(text) for text in texts if text not in out}
        out |= {text: code for text, code in found.items() if code is not None}
    return out
