"""A request that does not fit what a route takes, in one sentence: the place, what stands there, and what to write.

`The query parameter limit is -1: write a number of at least 1.` The framework finds the faults; its own words are for programmers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.fields import FieldInfo

_SHOWN = 60

_PLACES = {
    "query": "query parameter",
    "header": "header",
    "cookie": "cookie",
    "path": "part of the address",
    "body": "body field",
}

#: What texts may hold, by the pattern of a field, in words.
_TEXTS = {
    r"^[A-Za-z0-9_@$\-]{1,100}$": "1 to 100 letters, digits, '_', '-', '@' or '$'",
    r"^[A-Za-z0-9_.\-]{1,100}$": "1 to 100 letters, digits, '_', '.' or '-'",
    r"^[A-Za-z0-9]{1,40}$": "1 to 40 letters or digits",
    r"^[ -~]{1,200}$": "1 to 200 letters, digits or marks of plain ASCII",
    r"^[^\x00]+$": "a text without NUL",
}
_LINE = "one line of text, without control characters"

#: What to write, by the type of a fault; from what the fault says of its limits.
_ADVICE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than_equal": lambda limit: f"a number of at least {limit['ge']:,}",
    "less_than_equal": lambda limit: f"a number of at most {limit['le']:,}",
    "greater_than": lambda limit: f"a number above {limit['gt']:,}",
    "less_than": lambda limit: f"a number below {limit['lt']:,}",
    "int_parsing_size": lambda _: "a smaller number",
    "string_too_short": lambda limit: f"at least {_many(limit['min_length'], 'character')}",
    "string_too_long": lambda limit: f"at most {_many(limit['max_length'], 'character')}",
    "too_short": lambda limit: f"at least {_many(limit['min_length'], 'entry')}",
    "too_long": lambda limit: f"at most {_many(limit['max_length'], 'entry')}",
    "string_pattern_mismatch": lambda limit: _TEXTS.get(limit["pattern"], _LINE),
    "enum": lambda limit: f"one of {limit['expected']}",
    "literal_error": lambda limit: f"one of {limit['expected']}",
    "timezone_aware": lambda _: "the moment with its time zone, such as 2026-11-22T12:00:00Z",
}

#: The same by how a type begins.
_KINDS = (
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("bool_", "true or false"),
    ("string_", "a text"),
    ("list_", "a list"),
    ("datetime_", "a moment such as 2026-11-22T12:00:00Z"),
    ("date_", "a day such as 2026-11-22"),
)

_OBJECT = ("model_attributes_type", "model_type", "dict_type")


def sentence(request: Request, error: RequestValidationError) -> str:
    """Of the first fault."""
    fault = error.errors()[0]
    where, *path = fault["loc"]
    kind, names = str(fault["type"]), [part for part in path if isinstance(part, str)]
    if kind == "json_invalid":
        return f"The body is not JSON from its character {path[0] if path else 0} on: correct it there."
    if where == "body" and not path:
        return _whole_body(request, kind)
    known = _known(request, str(where), names)
    place = f"The {_PLACES.get(str(where), str(where))} {'.'.join(str(part) for part in path)}"[:200]
    if kind == "missing":
        return f"{place} is missing: add it{_example(known)}."
    if kind == "extra_forbidden":
        others = ", ".join(name for name, _ in _fields(request))
        return f"{place} is not known here: leave it out; there are {others}."
    return f"{place} is {_shown(fault.get('input'))}: write {_advice(kind, fault)}{_example(known)}."


def query_names(request: Request) -> frozenset[str]:
    """The query parameters that the route of this request has, those of its dependencies among them."""
    declared = _parameters(getattr(request.scope.get("route"), "dependant", None))
    return frozenset(name for (where, name), _ in declared if where == "query")


def _advice(kind: str, fault: Mapping[str, Any]) -> str:
    if kind in _ADVICE:
        return _ADVICE[kind](fault.get("ctx") or {})
    if kind in _OBJECT:
        return "an object"
    return next((words for begin, words in _KINDS if kind.startswith(begin)), "another value")


def _whole_body(request: Request, kind: str) -> str:
    what = "is missing" if kind == "missing" else "is not a JSON object"
    names = [(name, field) for name, field in _fields(request) if field.is_required()]
    example = {name: _first_example(field, name) for name, field in names}
    such = f" such as {orjson.dumps(example).decode()}" if example else ""
    return f"The body {what}: send a JSON object{such}, as Content-Type: application/json."


def _known(request: Request, where: str, names: list[str]) -> FieldInfo | None:
    """The declaration of a parameter or of a field of the body."""
    if not names:
        return None
    if where == "body":
        return dict(_fields(request)).get(names[0])
    return dict(_parameters(getattr(request.scope.get("route"), "dependant", None))).get((where, names[0]))


def _parameters(dependant: Any) -> Iterator[tuple[tuple[str, str], FieldInfo]]:
    if dependant is None:
        return
    for where in ("query", "path", "header"):
        for one in getattr(dependant, f"{where}_params"):
            yield (where, one.alias), one.field_info
    for other in dependant.dependencies:
        yield from _parameters(other)


def _fields(request: Request) -> list[tuple[str, FieldInfo]]:
    """Name and declaration of what the body of this route has."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    models = [one.field_info.annotation for one in getattr(dependant, "body_params", ())]
    return [
        pair
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for pair in model.model_fields.items()
    ]


def _example(field: FieldInfo | None) -> str:
    found = (field.examples or [None])[0] if field is not None else None
    return "" if found is None else f", such as {found if isinstance(found, str) else orjson.dumps(found).decode()}"


def _first_example(field: FieldInfo, name: str) -> Any:
    return (field.examples or [f"<{name}>"])[0]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    text = value if isinstance(value, str) else _json(value)
    short = "".join(c if c.isprintable() else "�" for c in text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
    return f"‘{short}’" if isinstance(value, str) else short


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return type(value).__name__


def _many(count: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
