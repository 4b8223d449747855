"""A filled template: does a workbook say itself what it is, and the mapping that it stands for.

The sheet that `messages.write_template` hides in it names the dataset, the dataflow, the provider and the component of every column. So
what comes back is read by a mapping like any other, which is kept with the submission and can be looked at.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from pydantic import ValidationError

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.model.mapping import Mapping, Source, Target
from dataexchange.model.pattern import Pattern
from dataexchange.model.reading import Reading
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import say
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.table import SourceTable
from dataexchange.model.template import DATA_SHEET, FORM_COLUMNS, FORM_SHEET, Field, Form
from dataexchange.pipeline.reading import read_table

_WORKBOOK = "xl/workbook.xml"
#: What lists the sheets of a workbook is short.
_MOST = 1_000_000
#: A code, alone or with its name behind the mark.
_CODE = Pattern(match=r"([^|]*?)(?:\s*\|.*)?", gives=r"\1")
_SOURCE = "source_"


def is_template(path: Path) -> bool:
    """Looks at the list of sheets alone."""
    try:
        with zipfile.ZipFile(path) as package, package.open(_WORKBOOK) as stream:
            return FORM_SHEET.encode() in stream.read(_MOST)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, zlib.error):
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
    coded = {c: codes for c, codes in schema.codes.items() if c not in plain}
    columns = {
        field.header: Target(
            to=field.component,
            patterns=(_CODE,) if field.component in coded and not any("|" in c for c in coded[field.component]) else (),
            blank=field.blank,
        )
        for field in form.fields
    }
    if not plain <= {field.component for field in form.fields} or len(columns) < len(form.fields):
        raise _changed(name)
    try:
        return Mapping(
            title=form.title,
            source=form.source,
            provider=form.provider,
            dataflow=form.dataflow,
            read=Reading(sheet=DATA_SHEET, header_row=1, header_rows=1),
            missing={"": "by_status"},
            columns=columns,
            ignore=form.told,
        )
    except ValidationError:
        raise _changed(name) from None


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
