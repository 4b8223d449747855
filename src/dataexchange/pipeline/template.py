"""A filled template: does a workbook say itself what it is, and the mapping that it stands for.

The sheet that `messages.write_template` hides in it names the dataset, the dataflow, the provider and the component of every column. So
what comes back is read by a mapping like any other, which is kept with the submission and can be looked at.
"""

from __future__ import annotations

import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.model.mapping import Mapping, Source, Target
from dataexchange.model.pattern import Pattern
from dataexchange.model.reading import Reading
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.table import SourceTable
from dataexchange.model.template import DATA_SHEET, FORM_COLUMNS, FORM_SHEET, Field, Form, is_bare
from dataexchange.pipeline.reading import read_table

#: Where XLSX lists its sheets, and where ODS has them.
_PARTS = ("xl/workbook.xml", "content.xml")
#: So much is looked at, of what was packed: a filled template is far smaller.
_PORTION, _PORTIONS = 1 << 20, 64
_SOURCE = "source_"


@cache
def _code() -> Pattern:
    """A code, alone or with its name behind the mark. Made when it is wanted: Arrow looks for pandas the first time."""
    return Pattern(match=r"([^|]*?)(?:\s*\|.*)?", gives=r"\1")


@cache
def _text() -> Pattern:
    """A text, without the mark that `model.template.GUARDED` is for; a formula is none."""
    return Pattern(match=r"(?s)'([=#'].*)|([^=].*)", gives=r"\1\2")


def is_template(path: Path) -> bool:
    """Whether the list of sheets of an XLSX file, or the text of an ODS file, names the form sheet."""
    try:
        with zipfile.ZipFile(path) as package:
            part = next((part for part in _PARTS if part in package.NameToInfo), None)
            if part is None:
                return False
            with package.open(part) as stream:
                return _named(stream)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        return False


def _named(stream: IO[bytes]) -> bool:
    kept, wanted = b"", FORM_SHEET.encode()
    for _ in range(_PORTIONS):
        portion = stream.read(_PORTION)
        if wanted in kept + portion:
            return True
        if not portion:
            return False
        kept = portion[-len(wanted) :]
    return False


def read_form(path: Path, name: str) -> Form:
    """Raises Unreadable where the hidden sheet was changed."""
    table = read_table(path, Reading(sheet=FORM_SHEET, header_row=1, header_rows=1), name=name)
    rows = _rows(table) if set(FORM_COLUMNS) <= set(table.columns.column_names) else []
    words = {component[1:]: value for value, component, _ in rows if component.startswith("@") and value}
    named = [(header, component, blank) for header, component, blank in rows if not component.startswith("@")]
    told = tuple(value for value, component, _ in rows if component.startswith("@last_"))
    fields = tuple(Field(header, component, blank or None) for header, component, blank in named)
    source = {word.removeprefix(_SOURCE): value for word, value in words.items() if word.startswith(_SOURCE)}
    try:
        return Form(
            title=words["title"],
            dataflow=_flow(words["dataflow"]).short,
            provider=words["provider"],
            dataset=words["dataset"],
            source=Source.model_validate(source),
            fields=fields,
            told=told,
        )
    except (KeyError, ValidationError, InvalidRequest):
        raise _changed(name) from None


def form_mapping(form: Form, schema: Schema, name: str) -> Mapping:
    """The mapping of a filled template. An empty value is no observation, unless its status says why there is none."""
    structure = schema.structure
    plain = {structure.measure.id, *([structure.time_dimension.id] if structure.time_dimension else [])}
    coded = {c for c, codes in schema.codes.items() if not is_bare(codes)}
    read = dict.fromkeys(plain, ()) | dict.fromkeys(coded - plain, (_code(),))
    columns = {field.header: _target(field, read.get(field.component, (_text(),))) for field in form.fields}
    if not plain <= {field.component for field in form.fields} or len(columns) < len(form.fields):
        raise _changed(name)
    try:
        return Mapping(
            title=form.title,
            source=form.source,
            provider=form.provider,
            dataflow=form.dataflow,
            read=Reading(sheet=DATA_SHEET, header_row=1, header_rows=1, hidden="read"),
            missing={"": "by_status"},
            columns=columns,
            ignore=form.told,
        )
    except ValidationError:
        raise _changed(name) from None


def _target(field: Field, patterns: tuple[Pattern, ...]) -> Target:
    words: dict[str, Any] = {"to": field.component}
    words |= {"patterns": patterns} if patterns else {}
    return Target(**words, **({"blank": field.blank} if field.blank is not None else {}))


def form_flow(form: Form) -> Ref:
    return _flow(form.dataflow)


def _flow(text: str) -> Ref:
    return parse_short(text, Kind.DATAFLOW)


def _rows(table: SourceTable) -> list[tuple[str, str, str]]:
    columns = [table.columns[name].to_pylist() for name in FORM_COLUMNS]
    return [(value, component, blank) for value, component, blank in zip(*columns, strict=True) if component]


def _changed(name: str) -> Unreadable:
    return Unreadable(
        say(
            "{file}, sheet {sheet}: the sheet was changed, so it is not known which column is which; copy your values into a new "
            "template, or send the workbook with a mapping file",
            file=name,
            sheet=repr(FORM_SHEET),
        )
    )
