"""A mapping file from its YAML, with errors that name file, line and place.

mappings/bristol/pm25.yaml, line 12, columns > Year > 0 > to: …
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Mapping_
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from dataexchange.errors import InvalidRequest
from dataexchange.messages.open_questions import question_lines
from dataexchange.model import mapping as words
from dataexchange.model.mapping import Mapping
from dataexchange.pipeline.mapping_bundle import bundled, refuse_references
from dataexchange.pipeline.mapping_yaml import compose, constructed, decoded

_SHOWN, _LINES = 10, 30

#: Pydantic's type of an error -> what to write there.
_WANTED = {
    "string_type": "a text",
    "string_too_short": "one mark",
    "string_too_long": "one mark",
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "a whole number, such as 3"),
    "greater_than_equal": "a number from {ge} on",
    "less_than_equal": "a number up to {le}",
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list, such as [a, b]"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "words with values, such as {{a: b}}"),
    "enum": "{expected}",
}


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
        problems = [_sentence(dict(detail), root, name) for detail in error.errors(include_url=False) if _meant(detail)]
        rest = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise InvalidRequest(_open(text, name) + "; ".join(problems[:_SHOWN]) + rest) from None


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
    return [(line, " > ".join(steps)) for line, steps in (_locate(root, at) for at in places)]


def _meant(detail: Mapping_[str, Any]) -> bool:
    """Of a value that may be of two kinds pydantic tells the faults of both: that of a table is not that it is no name."""
    return not (detail["type"] == "string_type" and detail["loc"][-1] == "str" and isinstance(detail["input"], dict))


def _sentence(detail: dict[str, Any], root: yaml.MappingNode, name: str) -> str:
    # Of a value that may be of two kinds pydantic names the kind, which is no step: dict[str, str].
    location: Sequence[str | int] = [step for step in detail["loc"] if not _is_kind(str(step))]
    line, steps = _locate(root, location or getattr(detail.get("ctx", {}).get("error"), "at", ()))
    place = ", ".join(part for part in (f"{name}, line {line}", " > ".join(steps)) if part)
    kind, last = detail["type"], str(location[-1]) if location else ""
    if kind == "missing":
        return f"{place}: this is not said; add `{last}`"
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(last, _known_words(), n=1)
        remedy = f"did you mean `{close[0]}`?" if close else "remove it"
        return f"{place}: no such word here; {remedy}"
    if kind in _WANTED:
        message = "write " + _WANTED[kind].format_map(detail.get("ctx", {}))
    else:
        message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["input"] is None:
        return f"{place}: nothing stands here; {message}"
    given = "" if isinstance(detail["input"], dict | list) else f" (it is {str(detail['input'])[:80]!r})"
    return f"{place}: {message}{given}"


def _is_kind(step: str) -> bool:
    return step.startswith("dict[function-") or step.endswith(" of period")


def _locate(root: yaml.MappingNode, location: Sequence[str | int]) -> tuple[int, list[str]]:
    """(line, steps to show) of the innermost node that a pydantic location leads to.

    A short form (`Year: TIME_PERIOD`) has fewer steps in the YAML than in the model: numbers it does not have are left out.
    """
    node: yaml.Node = root
    line, steps = 1, []
    for part in location:
        found = _child(node, part)
        if found is not None:
            line, node = found
        if found is not None or isinstance(part, str):
            steps.append(str(part + 1) if isinstance(part, int) else part)
    return line, steps


def _child(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line + 1, value) for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None


def _known_words() -> list[str]:
    return sorted(set(_field_names()))


def _field_names() -> Iterator[str]:
    for word in vars(words).values():
        if isinstance(word, type) and issubclass(word, BaseModel):
            yield from word.model_fields
