"""Values in the unit that is published: conversions and multipliers of the mapping, applied to the decimals of the cells.

A conversion may be of some series alone, so it comes after all columns are mapped. Each is told in the report, with its
count, and stands in COMMENT_TS where the structure has it and the mapping gives none. Nothing is rounded: where a division has no
finite decimal (a third) the value is the nearest float64, and that is told too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.conversion import Conversion, Linear
from dataexchange.model.mapping import Target
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.pipeline.mapping_cells import Mapped
from dataexchange.pipeline.mapping_exact import converted
from dataexchange.pipeline.mapping_shape import Column, Level, Shape
from dataexchange.pipeline.mapping_told import told

UNIT_MULT = "UNIT_MULT"
COMMENT_TS = "COMMENT_TS"
#: Attributes in the unit of the value, which are converted with it.
_BOUNDS = ("LOWER_BOUND", "UPPER_BOUND")
_NUMBER = r"^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+\-]?\d{1,3})?$"
_LARGEST = 15

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class Given(NamedTuple):
    """Components as far as they are mapped: by column, and the same for all observations."""

    mapped: Mapping[str, Mapped]
    fixed: Mapping[str, str]


def convert_values(shape: Shape, column: Column, target: Target, given: Given, comment: bool) -> Given:
    """The components with the measure converted. `comment`: conversions are to stand in COMMENT_TS."""
    measure = given.mapped[target.to]
    assert measure.decimals is not None
    at = shape.spread(np.arange(len(measure.values)), measure.level)
    decimals = measure.decimals if len(at) == len(measure.values) else measure.decimals.take(pa.array(at))
    some = decimals.is_valid().to_numpy(zero_copy_only=False)
    which = _which(shape, target.convert, given)
    powers = _powers(shape, given) if target.scale else np.zeros(shape.size, dtype=np.int64)
    new, finite = _worked_out(decimals, target, which, powers)
    values = np.where(some & ((which >= 0) | (powers != 0)), new, measure.values[at])
    lost = some & np.isnan(values)
    remarks = (
        told(rule, sentence, shape, column, np.unique(at[cells]))
        for rule, sentence, cells in _said(target, some, which, powers, finite, lost)
    )
    result = replace(
        measure,
        level=Level.CELL,
        values=values,
        bad=measure.bad[at] | lost,
        skip=None if measure.skip is None else measure.skip[at],
        status=None if measure.status is None else measure.status[at],
        decimals=None,
        told=(*measure.told, *remarks),
    )
    bounds = {
        bound: _bound(shape, part, target, which, powers)
        for bound in _BOUNDS
        if (part := given.mapped.get(bound)) is not None
    }
    made = Given({**given.mapped, **bounds, target.to: result}, given.fixed)
    return _put(made, target, which, powers, comment)


def _worked_out(decimals: pa.Array, target: Target, which: Ints, powers: Ints) -> tuple[Floats, Marks]:
    """(values converted, NaN where there is nothing to convert, or it becomes too large; where the value is a finite decimal)."""
    some = decimals.is_valid().to_numpy(zero_copy_only=False)
    values, finite = np.full(len(which), np.nan), np.ones(len(which), dtype=bool)
    for conversion, power in sorted({*zip(which[some].tolist(), powers[some].tolist(), strict=True)}):
        if conversion < 0 and power == 0:
            continue
        rows = some & (which == conversion) & (powers == power)
        linear = target.convert[conversion].linear if conversion >= 0 else Linear(Fraction(1))
        scaled = Linear(linear.factor * Fraction(10) ** power, linear.offset)
        values[rows], finite[rows] = converted(decimals.filter(pa.array(rows)), scaled)
    return values, finite


def _bound(shape: Shape, bound: Mapped, target: Target, which: Ints, powers: Ints) -> Mapped:
    """A bound as its value is converted; what is no number stays as it is, for the rules to tell."""
    at = shape.spread(bound.values, bound.level)
    texts = pa.array(bound.codes, pa.string()).take(pa.array(at, mask=at < 0))
    decimals = pc.if_else(pc.match_substring_regex(texts, _NUMBER), texts, None)
    values, _ = _worked_out(decimals, target, which, powers)
    new = pc.coalesce(pa.array(values, from_pandas=True).cast(pa.string()), texts).dictionary_encode()
    return replace(
        bound,
        level=Level.CELL,
        values=new.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32),
        codes=tuple(new.dictionary.to_pylist()),
        bad=shape.spread(bound.bad, bound.level),
    )


def _said(
    target: Target, some: Marks, which: Ints, powers: Ints, finite: Marks, lost: Marks
) -> Iterator[tuple[str, Sentence, Marks]]:
    for number, conversion in enumerate(target.convert):
        if (rows := some & (which == number)).any():
            yield "MAP-CONVERTED", _converted_sentence(conversion, int(rows.sum())), rows
    for power in np.unique(powers[some & (powers != 0)]).tolist():
        rows = some & (powers == power)
        sentence = says(
            "{n} value is multiplied by 10 to the power of {power}, as UNIT_MULT says, which is 0 now.",
            "{n} values are multiplied by 10 to the power of {power}, as UNIT_MULT says, which is 0 now.",
            int(rows.sum()),
            power=str(power),
        )
        yield "MAP-CONVERTED", sentence, rows
    if not finite.all():
        yield (
            "MAP-NEAREST",
            says(
                "{n} converted value has no finite decimal: it is the nearest number that a computer holds, to about 16 digits.",
                "{n} converted values have no finite decimal: each is the nearest number that a computer holds, to about 16 "
                "digits.",
                int((~finite).sum()),
            ),
            ~finite,
        )
    if lost.any():
        yield (
            "MAP-NUMBER",
            say("The number is too large to be converted: correct the cell, or the conversion."),
            lost,
        )


def _converted_sentence(conversion: Conversion, n: int) -> Sentence:
    if conversion.from_ is not None:
        return says(
            "{n} value is converted from {unit} to {other}.",
            "{n} values are converted from {unit} to {other}.",
            n,
            unit=conversion.from_,
            other=conversion.to or "",
        )
    if conversion.multiply is not None:
        return says(
            "{n} value is multiplied by {factor}.",
            "{n} values are multiplied by {factor}.",
            n,
            factor=conversion.multiply,
        )
    return says(
        "{n} value is divided by {factor}.", "{n} values are divided by {factor}.", n, factor=conversion.divide or ""
    )


def _which(shape: Shape, conversions: tuple[Conversion, ...], given: Given) -> Ints:
    """For every cell the first conversion that is for it, -1 for none."""
    which = np.full(shape.size, -1, dtype=np.int64)
    for number, conversion in reversed(list(enumerate(conversions))):
        rows = np.ones(shape.size, dtype=bool)
        for component, codes in conversion.where.items():
            rows &= _has(shape, component, codes, given)
        which[rows] = number
    return which


def _has(shape: Shape, component: str, codes: tuple[str, ...], given: Given) -> Marks:
    if (mapped := given.mapped.get(component)) is None:
        return np.full(shape.size, given.fixed.get(component) in codes)
    if not mapped.coded:
        return np.zeros(shape.size, dtype=bool)
    wanted = np.array([*(code in codes for code in mapped.codes), False], dtype=bool)
    return shape.spread(wanted[mapped.values], mapped.level)


def _powers(shape: Shape, given: Given) -> Ints:
    if (mapped := given.mapped.get(UNIT_MULT)) is None:
        return np.full(shape.size, _power(given.fixed.get(UNIT_MULT, "0")) or 0, dtype=np.int64)
    powers = np.array([*(_power(code) or 0 for code in mapped.codes), 0], dtype=np.int64)
    return shape.spread(powers[mapped.values], mapped.level)


def _power(code: str) -> int | None:
    """UNIT_MULT as a number; None for a text that is none, which validation tells."""
    digits = code.removeprefix("-")
    return int(code) if digits.isascii() and digits.isdigit() and int(digits[:4]) <= _LARGEST else None


def _put(given: Given, target: Target, which: Ints, powers: Ints, comment: bool) -> Given:
    mapped, fixed = dict(given.mapped), dict(given.fixed)
    if target.scale and (scaled := mapped.get(UNIT_MULT)) is not None:
        mapped[UNIT_MULT] = _in_units(scaled)
    elif target.scale and _power(fixed.get(UNIT_MULT, "")) is not None:
        fixed[UNIT_MULT] = "0"
    if comment and (which.max(initial=-1) >= 0 or powers.any()):
        mapped[COMMENT_TS] = _comments(target, which, powers)
    return Given(mapped, fixed)


def _comments(target: Target, which: Ints, powers: Ints) -> Mapped:
    """What was done to each value, for whoever uses it: "Values multiplied by 10 to the power of 3 and divided by 3."."""
    pairs, kind = np.unique(np.stack([which, powers]), axis=1, return_inverse=True)
    codes, lookup = list[str](), np.full(pairs.shape[1], -1, dtype=np.int32)
    for index, (conversion, power) in enumerate(pairs.T.tolist()):
        steps = [f"multiplied by 10 to the power of {power}"] if power else []
        steps += [str(target.convert[conversion])] if conversion >= 0 else []
        if steps:
            lookup[index] = len(codes)
            codes.append(f"Values {' and '.join(steps)}.")
    none = np.zeros(len(which), dtype=bool)
    return Mapped(level=Level.CELL, values=lookup[kind.reshape(-1)], bad=none, coded=True, codes=tuple(codes))


def _in_units(multipliers: Mapped) -> Mapped:
    """UNIT_MULT with 0 for every power of ten that was applied."""
    new = [code if _power(code) is None else "0" for code in multipliers.codes]
    codes = tuple(dict.fromkeys(new))
    lookup = np.array([*(codes.index(code) for code in new), -1], dtype=np.int32)
    return replace(multipliers, values=lookup[multipliers.values], codes=codes)
