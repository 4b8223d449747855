"""A template as an XLSX workbook: the rows to fill, how to, the codes behind the drop-downs, and the sheet that says what is what.

    write_template(template, stream)

Texts are written as texts: a name that begins with '=' is no formula, and a period such as 2020-03 is no date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from dataexchange.model.template import (
    DATA_SHEET,
    FORM,
    FORM_SHEET,
    LAYOUT,
    MARK,
    TOLD,
    Field,
    Template,
)

#: Rows below those written that have drop-downs too, for series that are new.
SPARE = 500
_HEAD = PatternFill("solid", start_color="DCE6F1")
_ASKED = PatternFill("solid", start_color="FFF9E5")
_PALE = Font(color="767676")
_WIDEST = 48
#: Characters of a choice: what a drop-down shows and a formula still compares.
_LONGEST = 250


def write_template(template: Template, stream: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    book.properties.title = template.title
    _data(book.create_sheet(DATA_SHEET), template)
    _notes(book.create_sheet("How to fill this in"), template)
    _codes(book.create_sheet("Codes"), template)
    _form(book.create_sheet(FORM_SHEET), template)
    book.save(stream)


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    cells: list[Any]
    hidden: bool = False
    fill: PatternFill | None = None
    font: Font | None = None


def _data(sheet: WriteOnlyWorksheet, template: Template) -> None:
    columns = _columns(template)
    sheet.freeze_panes = "A2"
    for position, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(position)]
        longest = max(len(str(cell)) for cell in (column.header, *column.cells[:200]))
        dimension.width, dimension.hidden = min(longest + 2, _WIDEST), column.hidden
    sheet.data_validations.dataValidation.extend(_validations(template, [column.header for column in columns]))
    sheet.append([_cell(sheet, column.header, fill=_HEAD, font=Font(bold=True)) for column in columns])
    for row in zip(*(column.cells for column in columns), strict=True):
        sheet.append([_cell(sheet, cell, fill=c.fill, font=c.font) for c, cell in zip(columns, row, strict=True)])


def _columns(template: Template) -> list[_Column]:
    """The fields in their order; before the first that is to be filled, what was published last."""
    columns: list[_Column] = []
    for field in template.fields:
        asked = field.component not in template.choices
        if asked and not any(column.fill for column in columns):
            columns += [_Column(TOLD[name], template.rows[name].to_pylist(), font=_PALE) for name in TOLD]
        columns.append(_Column(field.header, _shown(template, field), field.settled, _ASKED if asked else None))
    return columns


def _shown(template: Template, field: Field) -> list[Any]:
    values = template.rows[field.component].to_pylist()
    shown = {code: _choice(code, name) for code, name in template.choices.get(field.component, {}).items()}
    return [shown.get(value, value) for value in values]


def _choice(code: str, name: str) -> str:
    """`GB_BRS | Bristol`. A name that is the code says nothing more."""
    name = " ".join(name.split())
    return code if name in ("", code) else f"{code}{MARK}{name}"[:_LONGEST]


def _validations(template: Template, headers: list[str]) -> Iterator[DataValidation]:
    last = template.rows.num_rows + 1 + SPARE
    position = {component: get_column_letter(n) for n, component in enumerate(template.choices, 1)}
    for field in template.fields:
        letter = get_column_letter(headers.index(field.header) + 1)
        if not (items := template.choices.get(field.component)):
            continue
        at = position[field.component]
        validation = DataValidation(
            type="list",
            formula1=f"'Codes'!${at}$2:${at}${len(items) + 1}",
            allow_blank=field.blank is not None,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle="Not in the code list",
            error="Choose a code from the list. A code of your own must be added to the list first.",
        )
        validation.add(f"{letter}2:{letter}{last}")
        yield validation


def _notes(sheet: WriteOnlyWorksheet, template: Template) -> None:
    sheet.column_dimensions["A"].width = 100
    sheet.append([_cell(sheet, template.title, font=Font(bold=True, size=14))])
    for note in template.notes:
        cell = _cell(sheet, note)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([cell])


def _codes(sheet: WriteOnlyWorksheet, template: Template) -> None:
    columns = [[_choice(code, name) for code, name in items.items()] for items in template.choices.values()]
    for n in range(len(columns)):
        sheet.column_dimensions[get_column_letter(n + 1)].width = _WIDEST
    sheet.append([_cell(sheet, component, font=Font(bold=True)) for component in template.choices])
    for row in range(max(map(len, columns), default=0)):
        sheet.append([_cell(sheet, column[row]) if row < len(column) else None for column in columns])


def _form(sheet: WriteOnlyWorksheet, template: Template) -> None:
    sheet.sheet_state = "hidden"
    words = [(FORM, LAYOUT), ("title", template.title), ("dataflow", template.dataflow.short)]
    for pair in (*words, ("provider", template.provider), ("header", "component", "blank")):
        sheet.append([_cell(sheet, text) for text in pair])
    for field in template.fields:
        sheet.append([_cell(sheet, text) for text in (field.header, field.component, field.blank) if text is not None])


def _cell(sheet: WriteOnlyWorksheet, value: Any, *, fill: PatternFill | None = None, font: Font | None = None) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # openpyxl takes a text that begins with '=' for a formula.
        cell.data_type, cell.number_format = "s", "@"
    if fill is not None:
        cell.fill = fill
    if font is not None:
        cell.font = font
    return cell
