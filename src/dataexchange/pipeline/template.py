"""A filled template: does a workbook say itself what it is, and the mapping that it stands for.

The sheet that `messages.write_template` hides in it names the dataflow, the provider and the component of every column. So what comes
back is read by a mapping like any other, which is kept with the submission and can be looked at.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from python_calamine import CalamineError, CalamineWorkbook

from dataexchange.errors import Unreadable
from dataexchange.model.mapping import Mapping, Source, Target
from dataexchange.model.pattern import Pattern
from dataexchange.model.reading import Reading
from dataexchange.model.schema import Schema
from dataexchange.model.template import DATA_SHEET, FORM, FORM_SHEET, LAST_PERIOD, LAST_VALUE, LAYOUT, TOLD, Field, Form

_WORKBOOK = "xl/workbook.xml"
#: What lists the sheets of a workbook is short.
_MOST = 1_000_000
#: A code, alone or with its name behind the mark.
_CODE = Pattern(match=r"([^|]*?)(?:\s*\|.*)?", gives=r"\1")


def is_template(path: Path) -> bool:
    """Looks at the list of sheets alone."""
    try:
        with zipfile.ZipFile(path) as package, package.open(_WORKBOOK) as stream:
            return escape(FORM_SHEET).encode() in stream.read(_MOST)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError):
        return False


def read_form(path: Path, name: str) -> Form:
    """Raises Unreadable where the hidden sheet was changed."""
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(FORM_SHEET).to_python(nrows=1000)
    except CalamineError as error:
        raise Unreadable(f"{name}: the workbook cannot be read ({error}); save it again as .xlsx") from None
    cells = [[str(cell) for cell in row] for row in rows]
    words = {row[0]: row[1] for row in cells[:5] if len(row) > 1}
    if words.get(FORM) != LAYOUT or not all(words.get(word) for word in ("title", "dataflow", "provider", "header")):
        raise Unreadable(
            f"{name}, sheet {FORM_SHEET!r}: the sheet was changed, so it is not known which column is which; copy your values into a "
            "new template, or send the workbook with a mapping"
        )
    fields = tuple(
        Field(header, component, (rest[0] or None) if rest else None)
        for header, component, *rest in cells[5:]
        if component
    )
    return Form(words["title"], words["dataflow"], words["provider"], fields)


def form_mapping(form: Form, schema: Schema) -> Mapping:
    """The mapping of a filled template. An empty value is no observation, unless its status says why there is none."""
    structure = schema.structure
    plain = {structure.measure.id, *([structure.time_dimension.id] if structure.time_dimension else [])}
    columns = {
        field.header: (
            Target(to=field.component)
            if field.component in plain or field.component not in schema.codes
            else Target(to=field.component, patterns=(_CODE,), blank=field.blank),
        )
        for field in form.fields
    }
    return Mapping(
        title=form.title,
        source=Source(name=form.provider),
        provider=form.provider,
        dataflow=form.dataflow,
        read=Reading(sheet=DATA_SHEET, header_row=1),
        missing={"": "by_status"},
        columns=columns,
        ignore=tuple(TOLD[name] for name in (LAST_PERIOD, LAST_VALUE)),
    )
