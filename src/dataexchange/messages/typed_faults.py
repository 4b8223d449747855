"""What is wrong in YAML that people typed, told with file, line and place.

mappings/bristol/pm25.yaml, line 12, columns > Year > 0 > to: …
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from typing import Any

import yaml

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


def fault(detail: dict[str, Any], root: yaml.MappingNode, name: str, known: Collection[str]) -> str:
    """One of pydantic's errors as a sentence; `known`: the words that there are, for one that is mistyped."""
    # Of a value that may be of two kinds pydantic names the kind, which is no step: dict[str, str].
    location: Sequence[str | int] = [step for step in detail["loc"] if not _is_kind(str(step))]
    line, steps = locate(root, location or getattr(detail.get("ctx", {}).get("error"), "at", ()))
    place = ", ".join(part for part in (f"{name}, line {line}", " > ".join(steps)) if part)
    kind, last = detail["type"], str(location[-1]) if location else ""
    if kind == "missing":
        return f"{place}: this is not said; add `{last}`"
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(last, list(known), n=1)
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


def locate(root: yaml.MappingNode, location: Sequence[str | int]) -> tuple[int, list[str]]:
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
