"""From columns of text to the columns of a Dataset: codes, periods, numbers.

Every reader ends here, so that a fault reads the same whatever the format. What cannot be read becomes null and one Finding
for each distinct text, with the first line it stands in and how often it does. An empty text, #N/A and (for numbers) NaN are no value.
Codes, numbers and dates are trimmed; the words of an attribute stay as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import InvalidRequest
from dataexchange.model.dataset import CODE, ROW, Action, as_codes
from dataexchange.model.finding import Finding, Place
from dataexchange.model.period import parse_period
from dataexchange.model.rules import finding
from dataexchange.model.schema import Schema, enumeration
from dataexchange.model.sentence import Sentence, say, says, together
from dataexchange.model.structure import Component, DataStructure, Measure

#: Distinct faulty texts told one by one for each component; the rest are counted in one more finding.
_TOLD = 100
#: Cells of one text that are told one by one.
_CELLS = 100
_PRIMARY = "OBS_VALUE"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
#: How messages say that there is nothing: SDMX 3.0 has #N/A for texts, and NaN for numbers beside it.
# Made Arrow where they are used: at import that would load pandas wherever it is installed.
_NO_TEXT = ("", "#N/A")
_NO_NUMBER = ("", "#N/A", "NaN")
#: What is written at the ends of such a text is part of it; None is the standard's word for String.
_AS_WRITTEN = frozenset({None, "String", "XHTML"})
_TEXTUAL = frozenset({"String", "Alpha", "AlphaNumeric", "XHTML", "URI", "Boolean"})

Column: TypeAlias = "pa.ChunkedArray | pa.Array"
Lines: TypeAlias = npt.NDArray[np.int32]


def typed(
    schema: Schema, texts: Mapping[str, Column], lines: Lines, file: str, action: Action
) -> tuple[pa.Table, list[Finding]]:
    """The table of a Dataset from text columns by component id; `lines` are those of the rows in the file."""
    structure = schema.structure
    texts = _own_names(texts, structure)
    findings = list(_unknown(schema, texts, lines, file))
    columns: dict[str, Column] = {}
    for dimension in structure.dimensions:
        codes = _codes(texts.get(dimension.id), len(lines))
        columns[dimension.id] = codes
        if action is not Action.DELETE:
            findings += _gaps(codes, dimension.id, lines, file)
    time = structure.time_dimension
    if time:
        periods, faults = _periods(_codes(texts.get(time.id), len(lines)), time.id, lines, file, action)
        columns[time.id] = periods
        findings += faults
    for measure in [m for m in structure.measures if m.id in texts] or [structure.measure]:
        values, faults = _values(texts.get(measure.id), measure, schema, lines, file)
        columns[measure.id] = values
        findings += faults
    for attribute in structure.attributes:
        if attribute.id in texts:
            kept = _is_text(attribute, schema)
            columns[attribute.id] = _codes(texts[attribute.id], len(lines), as_written=kept)
    columns[ROW] = pa.array(lines, pa.int32())
    return pa.table(columns), findings


def _own_names(texts: Mapping[str, Column], structure: DataStructure) -> Mapping[str, Column]:
    """SDMX 2.1 calls the measure OBS_VALUE, whatever it is called in SDMX 3.0."""
    known = {component.id for component in structure.components()}
    if _PRIMARY not in texts or _PRIMARY in known or structure.measure.id in texts:
        return texts
    return {structure.measure.id if name == _PRIMARY else name: column for name, column in texts.items()}


def _unknown(schema: Schema, texts: Mapping[str, Column], lines: Lines, file: str) -> Iterator[Finding]:
    known = {component.id for component in schema.structure.components()}
    for name, column in texts.items():
        if name in known or column.null_count == len(column):
            continue
        given = pc.is_valid(column).to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else _given(column)
        row = int(lines[int(np.argmax(given))])
        yield finding(
            "MSG-COMPONENT",
            says(
                "{column} is no component of {structure}; its {n} value is left out.",
                "{column} is no component of {structure}; its {n} values are left out.",
                int(given.sum()),
                column=repr(name),
                structure=str(schema.structure.ref),
            ),
            Place(file, row=row, column=name),
            count=int(given.sum()),
        )


def _given(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    given: npt.NDArray[np.bool_] = pc.is_valid(column).to_numpy()
    return given


def _codes(column: Column | None, rows: int, *, as_written: bool = False) -> pa.DictionaryArray:
    """A CODE column, trimmed if not `as_written`, with null for nothing. Only the dictionary is touched, not the rows."""
    if column is None:
        return pa.nulls(rows, CODE)
    coded = as_codes(column)
    texts = coded.dictionary.cast(pa.string())
    trimmed = pc.utf8_trim_whitespace(texts)
    kept = texts if as_written else trimmed
    nothing = pc.is_in(trimmed, value_set=pa.array(_NO_TEXT))
    if not kept.equals(texts) or pc.any(nothing).as_py():
        clean = pc.if_else(nothing, None, kept).dictionary_encode()
        coded = pa.DictionaryArray.from_arrays(clean.indices.take(coded.indices), clean.dictionary)
    return coded.cast(CODE)


def _gaps(codes: pa.DictionaryArray, component: str, lines: Lines, file: str) -> Iterator[Finding]:
    if codes.null_count:
        missing = pc.is_null(codes).to_numpy(zero_copy_only=False)
        yield finding(
            "MSG-DIMENSION",
            says(
                "{n} observation has no {component}, which every key needs; it stands here.",
                "{n} observations have no {component}, which every key needs; the first stands here.",
                int(codes.null_count),
                component=component,
            ),
            Place(file, row=int(lines[int(np.argmax(missing))]), column=component),
            count=int(codes.null_count),
        )


def _periods(
    codes: pa.DictionaryArray, component: str, lines: Lines, file: str, action: Action
) -> tuple[pa.Array, list[Finding]]:
    faults: dict[int, str] = {}
    parsed = np.zeros(len(codes.dictionary) + 1, np.int32)
    for number, text in enumerate(codes.dictionary.to_pylist()):
        try:
            parsed[number] = parse_period(text)
        except InvalidRequest as error:
            faults[number] = str(error)
    indices = codes.indices.fill_null(len(codes.dictionary)).to_numpy(zero_copy_only=False)
    wrong = np.isin(indices, [*faults, len(codes.dictionary)])
    findings = list(_gaps(codes, component, lines, file)) if action is not Action.DELETE else []
    texts = [(codes.dictionary[number].as_py(), indices == number) for number in faults]
    findings += _told("MSG-PERIOD", component, texts, lines, file)
    return pa.array(parsed[indices], mask=wrong), findings


def _values(
    column: Column | None, measure: Measure, schema: Schema, lines: Lines, file: str
) -> tuple[Column, list[Finding]]:
    if not numeric(measure, schema):
        return _codes(column, len(lines), as_written=_is_text(measure, schema)).cast(pa.string()), []
    if column is None:
        return pa.nulls(len(lines), pa.float64()), []
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_finite(column), column, None), []
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    empty = pc.is_in(texts, value_set=pa.array(_NO_NUMBER))
    texts = pc.if_else(empty, None, texts)
    good = pc.match_substring_regex(texts, _NUMBER)
    values = pc.if_else(good, texts, None).cast(pa.float64())
    overflow = pc.is_inf(values)
    good = pc.and_(good, pc.invert(pc.fill_null(overflow, False)))
    if pc.all(good, skip_nulls=True).as_py() is not False:
        return values, []
    wrong = pc.invert(good).fill_null(False).to_numpy(zero_copy_only=False)
    faulty = np.array(texts.filter(pa.array(wrong)).to_pylist(), dtype=object)
    distinct = list(dict.fromkeys(faulty))
    everywhere = np.flatnonzero(wrong)
    told = [(text, _mask(everywhere[faulty == text], len(lines))) for text in distinct[: _TOLD + 1]]
    told += [(text, _mask(everywhere[faulty == text][:1], len(lines))) for text in distinct[_TOLD + 1 :]]
    return pc.if_else(pa.array(wrong), None, values), list(_told("MSG-VALUE", measure.id, told, lines, file))


def _mask(rows: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.bool_]:
    out = np.zeros(n, np.bool_)
    out[rows] = True
    return out


def _told(
    rule: str,
    component: str,
    texts: Sequence[tuple[str, npt.NDArray[np.bool_]]],
    lines: Lines,
    file: str,
) -> Iterator[Finding]:
    """Each cell of the first texts, as far as there are not too many; the others of a text with their number."""
    one, more = _WRONG[rule]
    for text, where in texts[:_TOLD]:
        rows = np.flatnonzero(where)
        places = [
            Place(file, row=row, column=component, value=text[:200]) for row in lines[rows[: _CELLS + 1]].tolist()
        ]
        sentence = one(component, repr(text[:80]))
        for place in places[:_CELLS]:
            yield finding(rule, sentence, place)
        if (rest := len(rows) - _CELLS) > 0:
            times = says(
                "It stands there {n} more time, from here on.", "It stands there {n} more times, from here on.", rest
            )
            yield finding(rule, together(sentence, times), places[_CELLS], count=rest)
    if len(texts) > _TOLD:
        rest = len(texts) - _TOLD
        yield finding(rule, more(component, rest), Place(file), count=rest)


def _no_period(component: str, text: str) -> Sentence:
    return say("{component} {text} is no period of SDMX, such as 2019 or 2019-Q1.", component=component, text=text)


def _no_periods(component: str, n: int) -> Sentence:
    return says(
        "{component}: {n} more text is no period of SDMX, such as 2019 or 2019-Q1.",
        "{component}: {n} more texts are no period of SDMX, such as 2019 or 2019-Q1.",
        n,
        component=component,
    )


def _no_number(component: str, text: str) -> Sentence:
    return say(
        "{component} {text} is not a number; write it with a decimal point and without spaces.",
        component=component,
        text=text,
    )


def _no_numbers(component: str, n: int) -> Sentence:
    return says(
        "{component}: {n} more text is not a number; write it with a decimal point and without spaces.",
        "{component}: {n} more texts are not a number; write it with a decimal point and without spaces.",
        n,
        component=component,
    )


_WRONG = {"MSG-PERIOD": (_no_period, _no_periods), "MSG-VALUE": (_no_number, _no_numbers)}


def numeric(measure: Component, schema: Schema) -> bool:
    """Whether the measure holds numbers: neither codes nor text by its own or its concept's representation."""
    if enumeration(measure, schema.concepts):
        return False
    return _text_type(measure, schema) not in _TEXTUAL


def _is_text(component: Component, schema: Schema) -> bool:
    """Whether it holds words rather than codes, numbers or dates."""
    return not enumeration(component, schema.concepts) and _text_type(component, schema) in _AS_WRITTEN


def _text_type(component: Component, schema: Schema) -> str | None:
    """By its own or its concept's representation."""
    concept = schema.concept(component)
    core = concept.representation if concept else None
    return component.representation.text_type or (core.text_type if core else None)
