"""Arithmetic on decimals as they are written: exact fractions, turned into the nearest float64 once, at the end.

So 0.1 times 1000 is 100, and 0.7 + 0.1 is 0.8. Most figures are short: numerator and denominator fit the 53 bits that a float64
holds exactly, so a million are done at once with one division that rounds once. Longer ones go one by one with
Python's whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.conversion import Linear
from dataexchange.model.derivation import Operation, Term

_EXACT = 2.0**53
_DIGITS = 15

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


class Ratios(NamedTuple):
    """Numerators over denominators, as int64 or as Python's whole numbers."""

    top: npt.NDArray[Any]
    bottom: npt.NDArray[Any]

    def at(self, rows: Marks) -> Ratios:
        return Ratios(self.top[rows], self.bottom[rows])


def converted(texts: pa.Array, linear: Linear) -> tuple[Floats, Marks]:
    """(values, which of them have a finite decimal) of decimal texts. NaN where a value is too large for a float64."""
    shared = math.lcm(linear.factor.denominator, linear.offset.denominator)
    factor, offset = int(linear.factor * shared), int(linear.offset * shared)
    short, small = _split(texts)
    top_bound = np.abs(short.top) * float(abs(factor)) + short.bottom * float(abs(offset))
    fast = small & (top_bound < _EXACT) & (short.bottom * float(shared) < _EXACT)
    odd = _odd_part(shared)
    values, finite = np.full(len(texts), np.nan), np.ones(len(texts), dtype=bool)
    for rows, part in ((fast, short.at(fast)), (~fast, _long(texts, ~fast))):
        if len(part.top):
            top = part.top * factor + part.bottom * offset
            values[rows] = _nearest(Ratios(top, part.bottom * shared))
            finite[rows] = (top % odd == 0).astype(bool)
    return values, finite


def evaluated(term: Term, operands: Mapping[str, Floats], decimals: int | None) -> tuple[Floats, Marks, Marks]:
    """(values, where something is divided by zero, where `decimals` rounded something off)."""
    texts = {name: pa.array(values).cast(pa.string()) for name, values in operands.items()}
    n = len(next(iter(texts.values())))
    parts = {name: _split(array) for name, array in texts.items()}
    # Bounds of every step: what is as large as the largest never overflows on the way.
    bounds = {
        name: Ratios(np.maximum(np.abs(r.top), 1).astype(np.float64), r.bottom.astype(np.float64))
        for name, (r, _) in parts.items()
    }
    with np.errstate(over="ignore"):
        bound = _worked_out(term, bounds, n, np.float64, bounding=True)[0]
        fast = (bound.top < _EXACT) & (bound.bottom < _EXACT)
        if decimals is not None:
            fast &= (bound.top * 2.0 * 10.0**decimals + bound.bottom) < _EXACT
    for _, small in parts.values():
        fast &= small
    values, zero, rounded = np.full(n, np.nan), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for rows, dtype in ((fast, np.int64), (~fast, object)):
        if not rows.any():
            continue
        whole = {
            name: ratios.at(rows) if dtype is np.int64 else _long(texts[name], rows)
            for name, (ratios, _) in parts.items()
        }
        result, zero[rows] = _worked_out(term, whole, int(rows.sum()), dtype)
        if decimals is not None:
            result, rounded[rows] = _rounded(result, decimals)
        values[rows] = _nearest(result)
    return values, zero, rounded & ~zero


def _split(texts: pa.Array) -> tuple[Ratios, Marks]:
    """Texts of few digits as whole numbers over powers of ten, and which texts these are; 0 for the others."""
    plain = pc.match_substring_regex(texts, rf"^-?\d{{0,{_DIGITS}}}(?:\.\d{{1,{_DIGITS}}})?$")
    small = pc.and_(plain, pc.less_equal(pc.utf8_length(texts), _DIGITS)).fill_null(False)
    texts = pc.if_else(small, texts, "0")
    point = pc.find_substring(texts, ".").to_numpy(zero_copy_only=False)
    length = pc.utf8_length(texts).to_numpy(zero_copy_only=False)
    places = np.where(point < 0, 0, length - point - 1)
    top = pc.replace_substring(texts, ".", "").cast(pa.int64()).to_numpy(zero_copy_only=False)
    return Ratios(top, 10 ** places.astype(np.int64)), small.to_numpy(zero_copy_only=False)


def _long(texts: pa.Array, rows: Marks) -> Ratios:
    """The others: each distinct text once, whatever its length."""
    encoded = texts.filter(pa.array(rows)).dictionary_encode()
    pairs = [Decimal(text).as_integer_ratio() for text in encoded.dictionary.to_pylist()]
    which = encoded.indices.to_numpy(zero_copy_only=False)
    return Ratios(_objects([top for top, _ in pairs])[which], _objects([bottom for _, bottom in pairs])[which])


def _objects(numbers: Sequence[int]) -> npt.NDArray[Any]:
    """Whole numbers of any length; numpy would make int64 of them, which overflows."""
    array = np.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array


def _nearest(ratios: Ratios) -> Floats:
    """Division of whole numbers rounds once: in numpy below 2^53, in Python always."""
    if ratios.top.dtype != object:
        quotients: Floats = ratios.top.astype(np.float64) / ratios.bottom.astype(np.float64)
        return quotients
    return np.array([_quotient(*pair) for pair in zip(ratios.top, ratios.bottom, strict=True)], dtype=np.float64)


def _quotient(top: int, bottom: int) -> float:
    try:
        return top / bottom
    except OverflowError:
        return math.nan


def _odd_part(number: int) -> int:
    """What is left without the factors 2 and 5: a fraction is a finite decimal where this divides its numerator."""
    for prime in (2, 5):
        while number % prime == 0:
            number //= prime
    return number


def _worked_out(
    term: Term, operands: Mapping[str, Ratios], n: int, dtype: Any, *, bounding: bool = False
) -> tuple[Ratios, Marks]:
    """(the formula over all rows, where something is divided by zero). `bounding`: every step as large as it can become."""
    none = np.zeros(n, dtype=bool)
    if isinstance(term, str):
        return operands[term], none
    if isinstance(term, Fraction):
        top = max(abs(term.numerator), 1) if bounding else term.numerator
        return Ratios(np.full(n, top, dtype=dtype), np.full(n, term.denominator, dtype=dtype)), none
    left, zero_left = _worked_out(term.left, operands, n, dtype, bounding=bounding)
    right, zero_right = _worked_out(term.right, operands, n, dtype, bounding=bounding)
    return _combined(term, left, right, zero_left | zero_right, bounding)


def _combined(term: Operation, left: Ratios, right: Ratios, zero: Marks, bounding: bool) -> tuple[Ratios, Marks]:
    if term.sign == "*":
        return Ratios(left.top * right.top, left.bottom * right.bottom), zero
    if term.sign == "/":
        none = (right.top == 0).astype(bool)
        bottom = np.where(none, 1, left.bottom * right.top)
        turned = np.where(bottom < 0, -1, 1)
        return Ratios(left.top * right.bottom * turned, bottom * turned), zero | none
    sign = -1 if term.sign == "-" and not bounding else 1
    return Ratios(left.top * right.bottom + sign * right.top * left.bottom, left.bottom * right.bottom), zero


def _rounded(ratios: Ratios, decimals: int) -> tuple[Ratios, Marks]:
    """Halves away from zero, as people round."""
    scale = 10**decimals
    exact = np.abs(ratios.top) * scale
    whole = (2 * exact + ratios.bottom) // (2 * ratios.bottom)
    changed = (whole * ratios.bottom != exact).astype(bool)
    return Ratios(np.where(ratios.top < 0, -whole, whole), np.full_like(ratios.bottom, scale)), changed
