"""A mapping file from its YAML, with errors that name file, line and place.

mappings/bristol/pm25.yaml, line 12, columns > Year > 0 > to: …
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapping_
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from dataexchange.errors import InvalidRequest
from dataexchange.messages.open_questions import question_lines
from dataexchange.messages.typed_faults import fault, locate
from dataexchange.messages.typed_yaml import compose, constructed, decoded
from dataexchange.model import mapping as words
from dataexchange.model.mapping import Mapping
from dataexchange.pipeline.mapping_bundle import bundled, refuse_references

_SHOWN, _LINES = 10, 30


def load_mapping(path: Path) -> tuple[Mapping, str, str]:
    """(mapping, SHA-256 of its text, the dataset it stands for: "bristol/pm25")."""
    data = bundled(path)
    mapping = parse_mapping(data, str(path))
    absolute = path.resolve()
    return mapping, hashlib.sha256(data).hexdigest(), f"{absolute.parent.name}/{absolute.stem}"


def parse_mapping(data: bytes, name: str) -> Mapping:
    """A mapping from its text; `name` stands in errors. The text is all there is of it: tables in other files are refused."""
    text = decoded(data, name)
    root = compose(text, name)
    refuse_references(root, name)
    value = constructed(root)
    try:
        return Mapping.model_validate(value)
    except ValidationError as error:
        found = [detail for detail in error.errors(include_url=False) if _meant(detail)]
        # To find the line of each, and the word that was meant, takes long where there are thousands.
        problems = [fault(dict(detail), root, name, _known_words()) for detail in found[:_SHOWN]]
        rest = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
        raise InvalidRequest(_open(text, name) + "; ".join(problems) + rest) from None


def _open(text: str, name: str) -> str:
    """What a proposed mapping still asks: most of what is wrong with it then is an answer that is missing."""
    lines = question_lines(text)
    if not lines:
        return ""
    shown = ", ".join(map(str, lines[:_LINES])) + (" …" if len(lines) > _LINES else "")
    if len(lines) == 1:
        return f"{name} has an open question in line {shown} (# QUESTION), answer it first; "
    return f"{name} has {len(lines)} open questions in lines {shown} (# QUESTION), answer them first; "


def places_of(data: bytes, name: str, places: Sequence[Sequence[str | int]]) -> list[tuple[int, str]]:
    """(line, words to show) of places in a mapping, as pydantic names them.

    >>> places_of(b"title: x\\ncolumns:\\n  Year: TIME_PERIOD\\n", "pm25.yaml", [("columns", "Year", 0), ("fixed",)])
    [(3, 'columns > Year'), (1, 'fixed')]
    """
    root = compose(decoded(data, name), name)
    return [(line, " > ".join(steps)) for line, steps in (locate(root, at) for at in places)]


def _meant(detail: Mapping_[str, Any]) -> bool:
    """Of a value that may be of two kinds pydantic tells the faults of both: that of a table is not that it is no name."""
    return not (detail["type"] == "string_type" and detail["loc"][-1] == "str" and isinstance(detail["input"], dict))


def _known_words() -> list[str]:
    return sorted(set(_field_names()))


def _field_names() -> Iterator[str]:
    for word in vars(words).values():
        if isinstance(word, type) and issubclass(word, BaseModel):
            yield from word.model_fields
