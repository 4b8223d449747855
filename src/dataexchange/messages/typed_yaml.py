"""YAML that people type, as far as it is data: mapping files, code tables, rulebooks.

Plain scalars are taken as they stand: `no`, `007`, `1e3` and `12:30` are what is in a cell, not a truth, an octal, a float and a
time of day. Keys that stand twice, aliases and anything YAML can do beyond data are refused, with file and line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from dataexchange.errors import InvalidRequest

MAX_BYTES = 2_000_000
_MAX_DEPTH = 20
NULL = "tag:yaml.org,2002:null"

_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a kind of file is called in errors, how one begins, and what to do in place of an alias."""

    what: str
    begin: str
    shared: str


MAPPING = Typed("mapping file", "title: …", "put what is shared under `tables`")


class _Loader(_Safe):  # type: ignore[misc]
    """Safe, and every plain scalar is text; only nothing, `~` and `null` are nothing."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name PyYAML looks for
        first: [(NULL, pattern) for tag, pattern in resolvers if tag == NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def decoded(data: bytes, name: str, typed: Typed = MAPPING) -> str:
    if len(data) > MAX_BYTES:
        raise InvalidRequest(f"{name}: the {typed.what} is over {MAX_BYTES:,} bytes; split it or shorten its tables")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidRequest(f"{name}, line {line}: the text is not UTF-8; save the {typed.what} as UTF-8") from None


def constructed(root: yaml.MappingNode) -> Any:
    return _Loader("").construct_document(root)


def compose(text: str, name: str, typed: Typed = MAPPING) -> yaml.MappingNode:
    try:
        _check_events(text, name, typed)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InvalidRequest(f"{name}, line {line}: this is no YAML ({error.problem}); correct the line") from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise InvalidRequest(f"{name}: this is no YAML ({reason}); correct the file") from None
    if not isinstance(root, yaml.MappingNode):
        raise InvalidRequest(f"{name}: a {typed.what} is a list of words with values; begin with `{typed.begin}`")
    _check_keys(root, name)
    return root


def _check_events(text: str, name: str, typed: Typed) -> None:
    """Aliases can blow up a small file and depth can exhaust the stack, so both are looked for before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = f"{name}, line {event.start_mark.line + 1 if event.start_mark else 1}"
        if isinstance(event, yaml.AliasEvent):
            raise InvalidRequest(f"{place}: aliases (*name) are not taken; {typed.shared}")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise InvalidRequest(f"{place}: nested too deeply; a {typed.what} is flat")
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
        if key.tag == NULL:
            raise InvalidRequest(f'{name}, line {line}: a key is missing; write "" in quotes for an empty cell')
        if key.value in seen:
            raise InvalidRequest(
                f"{name}, line {line}: {key.value!r} stands already in line {seen[key.value]}; keep one"
            )
        seen[key.value] = line
        _check_keys(value, name)
