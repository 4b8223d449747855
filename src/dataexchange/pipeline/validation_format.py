"""Texts and numbers against the representation that the structure gives them: types, lengths, limits, patterns.

Forms are read kindly where offices are known to differ: a date may be a year ("2023" as BASE_PER stands in national files). Ids that
are not coded must still be SDMX ids, because a key is its codes joined with '.'.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.structure import Component, Dimension, Representation
from dataexchange.pipeline.validation_fault import Fault, by_value
from dataexchange.pipeline.validation_table import Column, Flags, Floats, Observations

NUMBER = r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\s*$"
_DATE = r"^-?\d{4}(-[0-9ASTQMWD:.T+Z-]*)?$"

#: Text type -> (pattern, how to say it).
FORMS: Mapping[str, tuple[str, Sentence]] = {
    **dict.fromkeys(("Double", "Float", "Decimal"), (NUMBER, say("a number, such as 12.5"))),
    **dict.fromkeys(
        ("Integer", "BigInteger", "Long", "Short", "Count"), (r"^[+-]?\d+$", say("a whole number, such as 12"))
    ),
    **dict.fromkeys(
        (
            "DateTime",
            "GregorianDay",
            "BasicTimePeriod",
            "StandardTimePeriod",
            "GregorianTimePeriod",
            "ObservationalTimePeriod",
        ),
        (_DATE, say("a date or period, such as 2019-03-31 or 2019")),
    ),
    "GregorianYear": (r"^\d{4}$", say("a year, such as 2019")),
    "Boolean": (r"^(true|false|0|1)$", say("true or false")),
    "Alpha": (r"^[A-Za-z]*$", say("letters only")),
    "AlphaNumeric": (r"^[A-Za-z0-9]*$", say("letters and digits only")),
    "Numeric": (r"^[0-9]*$", say("digits only")),
}
_ID = (r"^[A-Za-z0-9_@$\-]{1,255}$", say("an SDMX id: letters, digits, '_', '-', '@' and '$'"))


def forms(table: Observations) -> Iterator[Fault]:
    for component in table.schema.structure.components():
        if component.id not in table.text or component.id in table.schema.codes:
            continue
        column = table.text[component.id]
        for wrong, wanted in _wrong(column, component, representation(table.schema, component)):
            for value, rows in by_value(column, wrong):
                yield Fault("STR-FORMAT", component.id, rows, _not_wanted(component, value, wanted))
    yield from _numbers(table)


def _not_wanted(component: Component, value: str | None, wanted: Sentence) -> Sentence:
    if value is None:
        return say("another {component} is not {wanted}", component=component.id, wanted=wanted)
    return say("{component} {value} is not {wanted}", component=component.id, value=repr(value[:120]), wanted=wanted)


def representation(schema: Schema, component: Component) -> Representation:
    """The component's own, else its concept's."""
    own = component.representation
    if own.codelist or own.text_type or own.facets:
        return own
    concept = schema.concept(component)
    return concept.representation if concept and concept.representation else own


def as_numbers(column: Column) -> Floats:
    """The column's distinct values as numbers, NaN where they are none."""
    fits = pc.match_substring_regex(column.values, NUMBER)
    clean = pc.utf8_trim_whitespace(pc.if_else(fits, column.values, pa.scalar(None, pa.string())))
    return np.asarray(pc.cast(clean, pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _wrong(column: Column, component: Component, wanted: Representation) -> Iterator[tuple[Flags, Sentence]]:
    """(which of the column's values are wrong, what they should be) for everything that is asked of it."""
    if isinstance(component, Dimension):
        yield ~_flags(pc.match_substring_regex(column.values, _ID[0])), _ID[1]
    if form := FORMS.get(wanted.text_type or ""):
        yield ~_flags(pc.match_substring_regex(column.values, form[0])), form[1]
    facets = wanted.facets
    if pattern := facets.get("pattern"):
        yield _unlike(column, pattern), say("of the pattern {pattern}", pattern=pattern)
    length = pc.utf8_length(column.values).to_numpy(zero_copy_only=False)
    if (most := _limit(facets, "maxLength")) is not None:
        yield length > most, says("{n} character or shorter", "{n} characters or shorter", round(most))
    if (least := _limit(facets, "minLength")) is not None:
        yield length < least, says("{n} character or longer", "{n} characters or longer", round(least))
    if _limit(facets, "minValue") is not None or _limit(facets, "maxValue") is not None:
        yield _outside(as_numbers(column), facets), _range_words(facets)


def _unlike(column: Column, pattern: str) -> Flags:
    """Values that do not match; none where the pattern uses what RE2 does not know and cannot be judged here."""
    try:
        return ~_flags(pc.match_substring_regex(column.values, f"^(?:{pattern})$"))
    except pa.ArrowInvalid:
        return np.zeros(len(column.values), bool)


def _numbers(table: Observations) -> Iterator[Fault]:
    for measure in (m for m in table.schema.structure.measures if m.id in table.numbers):
        values = table.numbers[measure.id]
        facets = representation(table.schema, measure).facets
        endless = np.isinf(values)
        for wrong, words in (
            (endless, say("a finite number")),
            (~endless & _outside(values, facets), _range_words(facets)),
        ):
            rows = np.flatnonzero(wrong)
            if len(rows):
                yield Fault(
                    "STR-FORMAT",
                    measure.id,
                    rows,
                    say("{component} is not {wanted}", component=measure.id, wanted=words),
                )


def _outside(numbers: Floats, facets: Mapping[str, str]) -> Flags:
    least, most = _limit(facets, "minValue"), _limit(facets, "maxValue")
    wrong = np.zeros(len(numbers), bool)
    if least is not None:
        wrong |= numbers < least
    if most is not None:
        wrong |= numbers > most
    return wrong


def _range_words(facets: Mapping[str, str]) -> Sentence:
    least, most = facets.get("minValue"), facets.get("maxValue")
    if least is not None and most is not None:
        return say("at least {least} and at most {most}", least=least, most=most)
    return say("at most {most}", most=most) if most is not None else say("at least {least}", least=least or "")


def _limit(facets: Mapping[str, str], name: str) -> float | None:
    try:
        return float(facets[name]) if name in facets else None
    except ValueError:
        return None


def _flags(array: pa.Array) -> Flags:
    return np.asarray(array.to_numpy(zero_copy_only=False), bool)
