"""Component filters of API 2.x: `c[REF_AREA]=GB,GB_BRS&c[TIME_PERIOD]=ge:2010+le:2012`.

The standard reads ',' as "or" and '+' as "and", and "and" binds closer: `A,B+C` is A, or B and C together. A
`ComponentFilter` is a conjunction of disjunctions, so what is written is multiplied out: (A or B) and (A or C).

>>> [[f"{c.operator}:{c.value}" for c in part] for part in read_filter("X", "A,B+C").all_of]
[['eq:A', 'eq:B'], ['eq:A', 'eq:C']]
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count, product
from math import prod

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url_text import ID, Params
from dataexchange.model.query import ComponentFilter, Condition, Operator

_NAME = re.compile(r"c\[(?P<component>[^\[\]]*)\]")
_OPERATORS = {operator.value: operator for operator in Operator}
_MOST_VALUES = 5000
#: Conditions that are no plain lists of values, in one call: databases limit how deep an expression may be.
_MOST_CONDITIONS = 400


def read_filters(params: Params) -> tuple[ComponentFilter, ...]:
    """All `c[...]` of a query string, in its order."""
    filters: dict[str, ComponentFilter] = {}
    for name, value in params:
        if not name.startswith("c["):
            continue
        found = _NAME.fullmatch(name)
        if not found or not ID.fullmatch(found["component"]):
            raise InvalidRequest("write c[COMPONENT]=value, such as c[REF_AREA]=GB", parameter=name, value=value)
        if found["component"] in filters:
            raise InvalidRequest(
                "the component is filtered twice; join its values with ',' or '+'", parameter=name, value=value
            )
        filters[found["component"]] = read_filter(found["component"], value)
    if sum(len(found.all_of) for found in filters.values()) > _MOST_CONDITIONS:
        raise InvalidRequest("join fewer values with '+', or ask in several calls", parameter="c[…]")
    return tuple(filters.values())


def read_filter(component: str, text: str) -> ComponentFilter:
    if text.count(",") + text.count("+") > _MOST_VALUES:
        raise InvalidRequest(f"name at most {_MOST_VALUES} values in one call", parameter=f"c[{component}]")
    places = count(1)
    any_of = [
        [_condition(component, text, part, next(places)) for part in group.split("+")] for group in text.split(",")
    ]
    operators = sum(condition.operator is not Operator.EQ for group in any_of for condition in group)
    if operators > _MOST_CONDITIONS or prod(len(group) for group in any_of) > _MOST_CONDITIONS:
        raise InvalidRequest("join fewer values, or ask in several calls", parameter=f"c[{component}]", value=text)
    return ComponentFilter(component, tuple(_distinct(part) for part in product(*any_of)))


def _condition(component: str, text: str, part: str, place: int) -> Condition:
    word, colon, value = part.partition(":")
    operator = _OPERATORS.get(word) if colon else Operator.EQ
    if operator is None:
        # A colon that follows no operator belongs to the value: `2010-01-01T10:00:00`.
        operator, value = Operator.EQ, part
    elif not colon:
        value = part
    if not value:
        raise InvalidRequest(
            f"at place {place} a value is missing; write values joined with ',' (or) and '+' (and)",
            parameter=f"c[{component}]",
            value=text,
        )
    return Condition(operator, value)


def _distinct(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(conditions))
