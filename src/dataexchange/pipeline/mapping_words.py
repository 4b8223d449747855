"""A mapping in plain words: what the table is, how it is read, what each of its columns gives, and all else that it says.

Whether the structure has all of it is asked by `mapping_schema`; here it is only told.
"""

from __future__ import annotations

from collections.abc import Iterator

from dataexchange.model.explanation import Part
from dataexchange.model.mapping import Mapping, Unfit
from dataexchange.model.mapping_rows import LeaveOut, Unpivot
from dataexchange.model.reading import ALL, Matching, Reading
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, Value, either, listed, say
from dataexchange.pipeline.mapping_faults import shown
from dataexchange.pipeline.mapping_names import Names
from dataexchange.pipeline.mapping_words_columns import column_sentences
from dataexchange.pipeline.mapping_words_values import (
    adaptation_sentences,
    cell_sentences,
    derived_sentences,
    fixed_sentences,
)


def explained(mapping: Mapping, schema: Schema, dataset: str, provider: str, language: str = "en") -> list[Part]:
    """`provider`: the name of who sends it; `language`: of the names of codes."""
    names = Names(schema, language)
    parts = (
        Part(say("What it is"), tuple(_table(mapping, schema, dataset, provider, language))),
        Part(say("How the file is read"), tuple(_reading(mapping))),
        Part(say("Columns"), tuple(column_sentences(mapping, names))),
        Part(say("Cells"), tuple(cell_sentences(mapping, names))),
        Part(say("Rows that are left out"), tuple(_left_out(mapping))),
        Part(say("The same for every observation"), tuple(fixed_sentences(mapping, names))),
        Part(say("Derived series"), tuple(derived_sentences(mapping, names))),
        Part(say("Beside the global series"), tuple(adaptation_sentences(mapping, names))),
    )
    return [part for part in parts if part.sentences]


def _table(mapping: Mapping, schema: Schema, dataset: str, provider: str, language: str) -> Iterator[Sentence]:
    yield say("{dataset} is {title}.", dataset=dataset, title=shown(mapping.title))
    flow = mapping.dataflow
    name = schema.dataflow.name(language) if schema.dataflow is not None else flow
    yield say(
        "{provider} ({name}) sends it to {dataflow} ({flow}).",
        provider=mapping.provider,
        name=provider,
        dataflow=flow,
        flow=name,
    )
    source = mapping.source
    if source.licence:
        yield say(
            "The figures come from {source}, under this licence: {licence}.", source=source.name, licence=source.licence
        )
    else:
        yield say("The figures come from {source}; no licence is said.", source=source.name)
    if mapping.complete:
        yield say("The table is complete: what is published of it and does not stand in it is deleted.")
    else:
        yield say("What is published of it stays where the table does not speak of it.")


def _reading(mapping: Mapping) -> Iterator[Sentence]:
    told = list(_layout(mapping.read))
    yield from told or [say("How it is laid out is found out and reported.")]
    numbers = mapping.numbers
    if numbers.thousands is not None:
        yield say(
            "Numbers have {decimal} before the decimals and {thousands} between thousands.",
            decimal=shown(numbers.decimal),
            thousands=shown(numbers.thousands),
        )
    elif numbers.said:
        yield say("Numbers have {decimal} before the decimals.", decimal=shown(numbers.decimal))
    if numbers.percent:
        yield say("A % sign may stand after a number: 12.5% is 12.5.")
    if mapping.unpivot is not None:
        yield _wide(mapping.unpivot)


def _layout(read: Reading) -> Iterator[Sentence]:
    if isinstance(read.sheet, Matching):
        yield say("The sheets whose names match {pattern} are read.", pattern=shown(read.sheet.matching))
    elif isinstance(read.sheet, tuple):
        yield say("The sheets {sheets} are read.", sheets=listed([shown(sheet) for sheet in read.sheet]))
    elif read.sheet == ALL:
        yield say("All visible sheets are read.")
    elif read.sheet is not None:
        yield say("The sheet {sheet} is read.", sheet=shown(read.sheet))
    if read.file is not None:
        yield say("In a zip, the files whose names match {pattern} are read.", pattern=shown(read.file))
    if read.header_row is not None:
        yield say("The names of the columns stand in row {row}.", row=str(read.header_row))
    if read.header_rows is not None:
        yield say("{rows} rows name the columns.", rows=str(read.header_rows))
    if read.last_row is not None:
        yield say("The table ends in row {row}; what is below are notes.", row=str(read.last_row))
    if read.hidden != "read":
        yield say("Hidden rows and columns are left out.")
    if read.delimiter is not None:
        mark: Value = say("tabs") if read.delimiter == "\t" else shown(read.delimiter)
        yield say("Cells are separated by {mark}.", mark=mark)
    if read.quote is not None:
        yield say("Cells are quoted with {mark}.", mark=read.quote)
    if read.encoding is not None:
        yield say("The encoding is {encoding}.", encoding=read.encoding)


def _wide(unpivot: Unpivot) -> Sentence:
    which: Value
    if unpivot.columns:
        which = listed([shown(column) for column in unpivot.columns])
    else:
        which = say("columns that match {pattern}", pattern=shown(unpivot.pattern or ""))
    return say(
        "The cells of {columns} become rows: {header} is the header and {value} the cell.",
        columns=which,
        header=listed([shown(name) for name in unpivot.names_to]),
        value=shown(unpivot.values_to),
    )


def _left_out(mapping: Mapping) -> Iterator[Sentence]:
    for rule in mapping.leave_out:
        yield say("Where {which}: {reason}.", which=_which(rule), reason=rule.reason.rstrip("."))
    if mapping.beyond:
        yield say(
            "Where {columns} says something: the structure has no such breakdown.",
            columns=either([shown(column) for column in mapping.beyond]),
        )
    if mapping.unfit is Unfit.LEAVE_OUT:
        yield say("Rows with a text that has no code, or no period, with a warning for each.")


def _which(rule: LeaveOut) -> Value:
    found: list[Value] = [shown(text) for text in rule.equals]
    if rule.matching is not None:
        found.append(say("what matches {pattern}", pattern=shown(rule.matching)))
    if rule.blank:
        found.append(say("empty"))
    return say("{column} is {texts}", column=shown(rule.column), texts=either(found))
