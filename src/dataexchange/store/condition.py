"""What the conditions of a component filter mean, for values that are texts.

`eq ne lt le gt ge` compare numbers where the component holds numbers and texts byte by byte otherwise; `co nc sw ew` look at
the text. A component without a value meets `ne` and `nc` and nothing else.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dataexchange.errors import InvalidRequest
from dataexchange.model.query import ComponentFilter, Condition, Operator
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Component

#: Data types of SDMX whose values are compared as numbers.
NUMERIC = frozenset(
    {
        "BigInteger",
        "Count",
        "Decimal",
        "Double",
        "Float",
        "Integer",
        "Long",
        "Short",
        "Incremental",
        "InclusiveValueRange",
    }
)

COMPARISONS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}

#: As numbers are written in messages: neither 1_0 nor nan, nor digits of other scripts.
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
#: What a reader would take for an operator. No code, number or period looks like that.
_LIKE_AN_OPERATOR = re.compile(r"([A-Za-z]+):.*", re.DOTALL)

_WITHIN: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: lambda text, part: part in text,
    Operator.NOT_CONTAINS: lambda text, part: part not in text,
    Operator.STARTS: str.startswith,
    Operator.ENDS: str.endswith,
}


def is_numeric(component: Component, schema: Schema) -> bool:
    """Whether the component, or the concept that it takes its representation from, holds numbers."""
    if component.codelist:
        return False
    if component.representation.text_type:
        return component.representation.text_type in NUMERIC
    concept = schema.concept(component)
    return bool(concept and concept.representation and concept.representation.text_type in NUMERIC)


def number(filter_: ComponentFilter, condition: Condition) -> float:
    if not _NUMBER.fullmatch(condition.value):
        raise InvalidRequest("write a number", parameter=f"c[{filter_.component}]", value=condition.value)
    return float(condition.value)


def check_operators(filter_: ComponentFilter) -> None:
    """Raises InvalidRequest for `zz:1`, which `messages.url` had to take for a value, where a text might be that."""
    for condition in (c for any_of in filter_.all_of for c in any_of):
        if "*" in condition.value:
            raise InvalidRequest(
                "no code or period has a '*': leave the filter out to have everything, or write sw:… for what begins so",
                parameter=f"c[{filter_.component}]",
                value=condition.value,
            )
        found = _LIKE_AN_OPERATOR.fullmatch(condition.value)
        if found and condition.operator is Operator.EQ:
            raise InvalidRequest(
                f"there is no operator {found[1][:20]}; write one of {', '.join(Operator)} before the ':'",
                parameter=f"c[{filter_.component}]",
                value=condition.value,
            )


def check_numbers(filter_: ComponentFilter) -> None:
    """Raises InvalidRequest where a number is to be compared with what is none."""
    for condition in (c for any_of in filter_.all_of for c in any_of):
        if condition.operator in COMPARISONS:
            number(filter_, condition)


def which(filter_: ComponentFilter, values: Sequence[str | None], *, numeric: bool) -> npt.NDArray[np.bool_]:
    """For each of some distinct values whether it passes the filter."""
    passed = [
        all(any(_meets(filter_, c, value, numeric) for c in any_of) for any_of in filter_.all_of) for value in values
    ]
    return np.array(passed, dtype=bool)


def _meets(filter_: ComponentFilter, condition: Condition, value: str | None, numeric: bool) -> bool:
    wanted = condition.operator
    if value is None:
        return wanted in (Operator.NE, Operator.NOT_CONTAINS)
    if wanted in _WITHIN:
        return _WITHIN[wanted](value, condition.value)
    if not numeric:
        return bool(COMPARISONS[wanted](value, condition.value))
    limit = number(filter_, condition)
    try:
        return bool(COMPARISONS[wanted](float(value), limit))
    except ValueError:
        return wanted is Operator.NE
