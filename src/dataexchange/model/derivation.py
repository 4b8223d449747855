"""Series that a mapping works out from others of the same table: a rate from a count and its population.

    series: {SERIES: VC_IHR_PSRC, UNIT_MEASURE: PER_100000_POP}
    formula: count / population * 100000
    where: {count: {SERIES: VC_IHR_PSRCN}, population: {SERIES: _L_POPULATION}}

A formula is sums, differences, products and ratios of named operands and numbers, no more. It is read by Python's own parser
and taken over piece by piece, so that nothing else of Python can stand in it.
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import NamedTuple

from pydantic import Field, field_validator, model_validator

from dataexchange.model.typed import CellText, Typed

_LONGEST = 300
_DEEPEST = 20
_MOST = 10
_OPERATIONS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


class Operation(NamedTuple):
    """One of + - * / with its two sides. A side is an operand by name, a number or another operation."""

    sign: str
    left: Term
    right: Term


Term = str | Fraction | Operation


def read_formula(text: str) -> Term:
    """The formula of a text; ValueError says what cannot stand in one.

    >>> read_formula("a / b * 100")
    Operation(sign='*', left=Operation(sign='/', left='a', right='b'), right=Fraction(100, 1))
    """
    if len(text) > _LONGEST:
        raise ValueError(f"the formula is longer than {_LONGEST} characters: derive it in two steps")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is no formula: write one such as count / population * 100000") from None
    return _term(tree.body, 0)


def operands(term: Term) -> tuple[str, ...]:
    """The names in a formula, in the order in which they stand there."""
    if isinstance(term, Operation):
        return tuple(dict.fromkeys(operands(term.left) + operands(term.right)))
    return (term,) if isinstance(term, str) else ()


def _term(node: ast.expr, depth: int) -> Term:
    if depth > _DEEPEST:
        raise ValueError(f"the formula is nested deeper than {_DEEPEST}: derive it in two steps")
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return Operation(_OPERATIONS[type(node.op)], _term(node.left, depth + 1), _term(node.right, depth + 1))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Operation("-", Fraction(0), _term(node.operand, depth + 1))
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        if abs(node.value) > 1e15:
            raise ValueError("a number in the formula is larger than 1e15: use UNIT_MULT or units instead")
        return Fraction(str(node.value))
    raise ValueError("a formula has names, numbers, + - * / and brackets: take out whatever else stands there")


class Derivation(Typed):
    series: dict[str, CellText] = Field(
        description="component to code: what the derived series is; the rest it has from the first operand"
    )
    formula: str = Field(description="such as count / population * 100000")
    where: dict[str, dict[str, CellText]] = Field(
        description="name in the formula to what its observations have; the first one says which observations are derived"
    )
    decimals: int | None = Field(
        None, ge=0, le=12, description="round the result to so many decimals; not at all without"
    )

    @field_validator("formula")
    @classmethod
    def _formula(cls, value: str) -> str:
        read_formula(value)
        return value

    @model_validator(mode="after")
    def _named(self) -> Derivation:
        named = set(operands(self.term))
        if not 1 <= len(self.where) <= _MOST or any(not having for having in self.where.values()):
            raise ValueError(f"give each of 1 to {_MOST} operands what its observations have, such as a SERIES")
        if odd := named ^ set(self.where):
            word = sorted(odd)[0]
            where = "the formula, but not under `where`" if word in named else "`where`, but not in the formula"
            raise ValueError(f"{word!r} stands in {where}: correct its name")
        if "UNIT_MULT" in self.series:
            raise ValueError("what is derived is in units: leave UNIT_MULT out, it is 0")
        if not all(re.fullmatch(r"[A-Za-z_]\w*", component) for component in self.series):
            raise ValueError("`series` gives components their codes, such as SERIES: VC_IHR_PSRC")
        return self

    @property
    def term(self) -> Term:
        return read_formula(self.formula)
