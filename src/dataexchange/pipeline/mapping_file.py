"""A mapping file from its YAML, with errors that name file, line and place.

Plain scalars are taken as they stand: `no`, `007`, `1e3` and `12:30` are what is in a cell, not a truth, an octal, a float and a
time of day. Keys that stand twice, aliases and anything YAML can do beyond data are refused.

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
from dataexchange.model import mapping as words
from dataexchange.model.mapping import Mapping

_MAX_BYTES = 2_000_000
_MAX_DEPTH = 20
_SHOWN = 10
_NULL = "tag:yaml.org,2002:null"

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

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """Safe, and every plain scalar is text; only nothing, `~` and `null` are nothing."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name PyYAML looks for
        first: [(_NULL, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def load_mapping(path: Path) -> tuple[Mapping, str, str]:
    """(mapping, SHA-256 of its text, the dataset it stands for: "bristol/pm25")."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidRequest(f"{path}: the mapping file cannot be opened ({error.strerror}); check its path") from None
    mapping = parse_mapping(data, str(path))
    absolute = path.resolve()
    return mapping, hashlib.sha256(data).hexdigest(), f"{absolute.parent.name}/{absolute.stem}"


def parse_mapping(data: bytes, name: str) -> Mapping:
    """A mapping from its text; `name` stands in errors."""
    if len(data) > _MAX_BYTES:
        raise InvalidRequest(f"{name}: the mapping file is over {_MAX_BYTES:,} bytes; split it or shorten its tables")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRequest(f"{name}, line {line}: the text is not UTF-8; save the mapping file as UTF-8") from None
    root = _compose(text, name)
    value = _Loader("").construct_document(root)
    try:
        return Mapping.model_validate(value)
    except ValidationError as error:
        problems = [_sentence(dict(detail), root, name) for detail in error.errors(include_url=False) if _meant(detail)]
        rest = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise InvalidRequest("; ".join(problems[:_SHOWN]) + rest) from None


def _meant(detail: Mapping_[str, Any]) -> bool:
    """Of a value that may be of two kinds pydantic tells the faults of both: that of a table is not that it is no name."""
    return not (detail["type"] == "string_type" and detail["loc"][-1] == "str" and isinstance(detail["input"], dict))


def _compose(text: str, name: str) -> yaml.MappingNode:
    try:
        _check_events(text, name)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidRequest(f"{name}, line {line}: this is no YAML ({error.problem}); correct the line") from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise InvalidRequest(f"{name}: this is no YAML ({reason}); correct the file") from None
    if not isinstance(root, yaml.MappingNode):
        raise InvalidRequest(f"{name}: a mapping file is a list of words with values; begin with `title: …`")
    _check_keys(root, name)
    return root


def _check_events(text: str, name: str) -> None:
    """Aliases can blow up a small file and depth can exhaust the stack, so both are looked for before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = f"{name}, line {event.start_mark.line + 1 if event.start_mark else 1}"
        if isinstance(event, yaml.AliasEvent):
            raise InvalidRequest(f"{place}: aliases (*name) are not taken; put what is shared under `tables`")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise InvalidRequest(f"{place}: nested too deeply; a mapping is flat")
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            raise InvalidRequest(f"{place}: tags such as {tag!r} are not taken; write plain text")


def _check_keys(node: yaml.Node, name: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, name)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise InvalidRequest(f"{name}, line {line}: a key is a word or text; write it on one line")
        if key.tag == _NULL:
            raise InvalidRequest(f'{name}, line {line}: a key is missing; write "" in quotes for an empty cell')
        if key.value in seen:
            raise InvalidRequest(
                f"{name}, line {line}: {key.value!r} stands already in line {seen[key.value]}; keep one"
            )
        seen[key.value] = line
        _check_keys(value, name)


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
