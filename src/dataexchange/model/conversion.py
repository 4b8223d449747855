"""Conversions of values that a mapping asks for: from one unit to another, or by a plain factor. Exact fractions throughout.

    {from: t, to: kg}                      times 1,000
    {from: percent, to: share}             divided by 100
    {where: {SERIES: X}, divide: "12"}     of one series alone

Units are known to pint ("ug/m3", "ha", "MWh", "°C"); shares, percentages and rates per 1,000 … are ours.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from dataexchange.model.typed import CellText, Typed


class Linear(NamedTuple):
    """value -> value * factor + offset."""

    factor: Fraction
    offset: Fraction = Fraction(0)


def _codes(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else () if value is None else (value,)


class Conversion(Typed):
    from_: str | None = Field(None, alias="from", description="unit of the table, such as t, ug/m3, percent, per 1,000")
    to: str | None = Field(None, description="unit that is published")
    multiply: CellText | None = Field(None, description="or: a factor")
    divide: CellText | None = Field(None, description="or: a divisor")
    where: dict[
        str, Annotated[tuple[CellText, ...], BeforeValidator(_codes, json_schema_input_type=CellText | list[CellText])]
    ] = Field(default={}, description="dimension to code or codes: which observations; all without it")

    @model_validator(mode="after")
    def _one_way(self) -> Conversion:
        units = (self.from_ is not None) + (self.to is not None)
        if units + (self.multiply is not None) + (self.divide is not None) != (2 if units else 1) or units == 1:
            raise ValueError("say `from` and `to`, or `multiply`, or `divide`: one of the three")
        _ = self.linear
        return self

    @property
    def linear(self) -> Linear:
        if self.from_ is not None and self.to is not None:
            return between(self.from_, self.to)
        if self.multiply is not None:
            return Linear(_factor(self.multiply))
        return Linear(1 / _factor(self.divide or ""))

    def __str__(self) -> str:
        if self.from_ is not None:
            return f"converted from {self.from_} to {self.to}"
        return f"multiplied by {self.multiply}" if self.multiply is not None else f"divided by {self.divide}"


def _factor(text: str) -> Fraction:
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,15})?", text, re.ASCII) or not Decimal(text):
        raise ValueError(f"{text!r} is no factor: write a number above 0 such as 1000 or 0.001")
    return Fraction(text)


#: How much one of a proportion is: 12 percent are 0.12.
_PROPORTIONS: Mapping[str, Fraction] = MappingProxyType(
    {
        **dict.fromkeys(("share", "proportion", "ratio"), Fraction(1)),
        **dict.fromkeys(("%", "percent", "per cent", "percentage", "per 100"), Fraction(1, 100)),
        **dict.fromkeys(("‰", "per mille", "per thousand", "per 1000"), Fraction(1, 1000)),
        "per 10000": Fraction(1, 10_000),
        "per 100000": Fraction(1, 100_000),
        **dict.fromkeys(("per million", "per 1000000"), Fraction(1, 1_000_000)),
    }
)

#: What cities mean by units that pint reads otherwise (kt: knot).
_MEANT = {"kt": "kilometric_ton", "m3": "meter**3", "sqm": "meter**2", "sqkm": "kilometer**2", "C": "degC", "F": "degF"}
_PART = re.compile(r"([^\W\d_]+|°[CFK])(?:\^|\*\*)?([1-4²³])?")
_LONGEST = 40


@lru_cache(maxsize=256)
def between(unit: str, to: str) -> Linear:
    """What turns values of one unit into another; ValueError says which unit is not known, or that the two are no kin."""
    ours = [_PROPORTIONS.get(re.sub(r"(?<=\d)[, ](?=\d)", "", name.strip().casefold())) for name in (unit, to)]
    if ours[0] is not None and ours[1] is not None:
        return Linear(ours[0] / ours[1])
    zero, one = _converted(Fraction(0), unit, to), _converted(Fraction(1), unit, to)
    return Linear(one - zero, zero)


def _converted(value: Fraction, unit: str, to: str) -> Fraction:
    registry = _registry()
    source, target = _unit(unit), _unit(to)
    try:
        return Fraction(registry.Quantity(value, source).to(target).magnitude)
    except (ArithmeticError, TypeError, ValueError):  # pint's own errors are TypeErrors
        raise ValueError(f"{unit!r} cannot be turned into {to!r}: they measure different things") from None


def _unit(text: str) -> Any:
    """A unit put together from its parts here: pint's own reader works out what is written, powers of powers and all."""
    registry = _registry()
    unit = registry.Unit("")
    for count, part in enumerate(text.strip().split("/") if len(text) <= _LONGEST else [""]):
        for piece in re.split(r"[*·. ]+(?!\*)", part.strip()):
            found = _PART.fullmatch(piece.strip())
            if found is None:
                raise ValueError(f"{text!r} is no unit that is known: write one such as t, kg, ha, km2 or ug/m3")
            power = int((found[2] or "1").translate({ord("²"): "2", ord("³"): "3"}))
            try:
                named = registry.Unit(_MEANT.get(found[1], found[1]))
            except (AttributeError, TypeError, ValueError):  # pint's UndefinedUnitError is an AttributeError
                raise ValueError(f"{found[1]!r} is no unit that is known: use `multiply` or `divide`") from None
            unit = unit / named**power if count else unit * named if power == 1 else unit * named**power
    return unit


@lru_cache(maxsize=1)
def _registry() -> Any:
    # Loading pint takes a third of a second, which mappings that convert nothing need not wait for.
    return importlib.import_module("pint").UnitRegistry(non_int_type=Fraction, cache_folder=None)


#: Words that say a multiplier -> the code of UNIT_MULT. English, Spanish, French.
_MULTIPLIERS = {
    0: ("units", "unit", "unidades", "unités", "unites", "ones"),
    1: ("tens",),
    2: ("hundreds", "hundred", "cientos", "centaines"),
    3: ("thousands", "thousand", "'000", "’000", "000s", "'000s", "miles", "milliers", "1000s"),
    6: ("millions", "million", "millones", "millón", "mn", "mio"),
    9: ("billions", "billion", "milliards", "milliard", "mil millones", "bn"),
    12: ("trillions", "trillion"),
}
_CODE_OF = {word: code for code, words in _MULTIPLIERS.items() for word in words}
_WORD = re.compile(
    r"(?<![\w'’])(?:" + "|".join(sorted(map(re.escape, _CODE_OF), key=len, reverse=True)) + r")(?!\w)", re.I
)
_POWER = re.compile(r"(?<![\d,. ])(?:in |en |x ?|× ?)?1((?:[, .]?000)+)(?![\d,.])", re.I)


def multiplier_of(text: str) -> str | None:
    """The UNIT_MULT code that a text says: "in thousands", "£ million", "in 1,000". None where it says none, or two."""
    found = {_CODE_OF[word.casefold()] for word in _WORD.findall(text)}
    if not found:
        found = {sum(mark == "0" for mark in power) for power in _POWER.findall(text)}
    return str(found.pop()) if len(found) == 1 else None
