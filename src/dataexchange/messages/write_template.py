"""A template as an XLSX workbook: the rows to fill, how to, the codes behind the drop-downs, and the sheet that says what is what.

    write_template(template, stream, language)

Texts are written as texts: a name that begins with '=' is no formula, and a period such as 2020-03 is no date. Numbers are written
with all their digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.datavalidation import DataValidation

from dataexchange.model.sentence import ENGLISH, Language, Sentence, Value, say
from dataexchange.model.template import (
    CODES_SHEET,
    DATA_SHEET,
    FORM_COLUMNS,
    FORM_SHEET,
    GUARDED,
    LAST_PERIOD,
    LAST_VALUE,
    MARK,
    NOTES_SHEET,
    TOLD,
    Template,
)

#: Rows below those written that have drop-downs too, for series that are new.
SPARE = 500
_HEAD, _HEAD_ASKED = PatternFill("solid", start_color="DCE6F1"), PatternFill("solid", start_color="FFD966")
_ASKED = PatternFill("solid", start_color="FFF9E5")
_FONT = "Calibri"
_PALE, _BOLD = Font(_FONT, 11, color="767676"), Font(_FONT, 11, bold=True)
_LINE = Border(bottom=Side("thin", color="9AA5B1"))
_HAIR = Border(*[Side("hair", color="C9C3A5")] * 4)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_NUMBER = Alignment(horizontal="right", indent=1)
_NARROWEST, _WIDEST = 11, 44
_LAST = {LAST_PERIOD: say("Last period"), LAST_VALUE: say("Last value")}
#: What readers of XLSX take for a character that XML has not: its first mark is written as such a one itself.
_ESCAPE = re.compile("_(x[0-9A-Fa-f]{4}_)")
#: Characters of a choice: what a drop-down shows and a formula still compares.
_LONGEST = 250


def write_template(template: Template, stream: IO[bytes], language: Language = ENGLISH) -> None:
    columns = _columns(template, language)
    book = Workbook(write_only=True)
    book.properties.title = template.form.title
    _data(book.create_sheet(DATA_SHEET), template, columns, language)
    _notes(book.create_sheet(NOTES_SHEET), template, language)
    _codes(book.create_sheet(CODES_SHEET), template)
    _form(book.create_sheet(FORM_SHEET), template, columns)
    book.save(stream)


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    component: str
    cells: Sequence[Any]
    blank: str | None = None
    hidden: bool = False
    asked: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class _Style:
    fill: PatternFill | None = None
    font: Font | None = None
    border: Border | None = None
    alignment: Alignment | None = None


_PLAIN, _HEADER = _Style(), _Style(font=_BOLD)


def _columns(template: Template, language: Language) -> list[_Column]:
    """The fields in their order; before the value that is to be filled, what was published last."""
    columns: list[_Column] = []
    for field in template.form.fields:
        if field.component == template.measure:
            columns += [
                _Column(_text(_LAST[name], language), name, template.rows[name].to_pylist(), told=True) for name in TOLD
            ]
        values = template.rows[field.component].to_pylist()
        shown = {code: _choice(code, name) for code, name in template.choices.get(field.component, {}).items()}
        cells = [shown.get(value) or _guarded(value) for value in values]
        columns.append(_Column(field.header, field.component, cells, field.blank, field.settled, field.asked))
    return columns


def _choice(code: str, name: str) -> str:
    """`GB_BRS | Bristol`. A name that is the code says nothing more."""
    return _guarded(code) if name in ("", code) else f"{code}{MARK}{name}"[: max(_LONGEST, len(code))]


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(GUARDED) else value


def _data(sheet: WriteOnlyWorksheet, template: Template, columns: list[_Column], language: Language) -> None:
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 48
    _print_wide(sheet)
    sheet.print_title_rows = "1:1"
    for position, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(position)]
        longest = max((len(str(cell)) for cell in column.cells[:200] if cell is not None), default=0)
        dimension.width = min(max(longest + 2, _NARROWEST, len(column.header) // 2 + 3), _WIDEST)
        dimension.hidden = column.hidden
    last = template.rows.num_rows + 1 + SPARE
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{template.rows.num_rows + 1}"
    sheet.data_validations.dataValidation.extend(_validations(template, columns, last, language))
    heads = [
        _Style(_HEAD_ASKED if c.asked else _HEAD, _BOLD, _LINE, Alignment(wrap_text=True, vertical="center"))
        for c in columns
    ]
    styles = [
        _Style(
            _ASKED if c.asked else None,
            _PALE if c.told else None,
            _HAIR if c.asked else None,
            _NUMBER if c.component in (template.measure, LAST_VALUE) else None,
        )
        for c in columns
    ]
    sheet.append([_cell(sheet, column.header, style) for column, style in zip(columns, heads, strict=True)])
    for row in zip(*(column.cells for column in columns), strict=True):
        sheet.append([_cell(sheet, cell, style) for cell, style in zip(row, styles, strict=True)])


def _print_wide(sheet: WriteOnlyWorksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _validations(template: Template, columns: list[_Column], last: int, language: Language) -> Iterator[DataValidation]:
    position = {component: get_column_letter(n) for n, component in enumerate(template.choices, 1)}
    for number, column in enumerate(columns, 1):
        if not (items := template.choices.get(column.component)):
            continue
        letter, at = get_column_letter(number), position[column.component]
        validation = DataValidation(
            type="list",
            formula1=f"'{CODES_SHEET}'!${at}$2:${at}${len(items) + 1}",
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle=_text(say("Not in the code list"), language)[:32],
            error=_text(say("Choose a code from the list. A code of your own must be added to it first."), language)[
                :255
            ],
        )
        validation.add(f"{letter}2:{letter}{last}")
        yield validation


def _notes(sheet: WriteOnlyWorksheet, template: Template, language: Language) -> None:
    for letter, width in zip("ABCD", (22, 34, 62, 26), strict=True):
        sheet.column_dimensions[letter].width = width
    _print_wide(sheet)
    title = _Style(font=Font(_FONT, 14, bold=True))
    wrapped, bold = _Style(alignment=_WRAPPED), _Style(font=_BOLD, alignment=_WRAPPED)
    sheet.append([_cell(sheet, template.form.title, title)])
    sheet.append([])
    for number, note in enumerate(template.notes, 3):
        text = _text(note, language)
        sheet.merged_cells.add(f"A{number}:D{number}")
        sheet.row_dimensions[number].height = 15 * (1 + len(text) // 130)
        sheet.append([_cell(sheet, text, wrapped)])
    sheet.append([])
    for name, value in template.facts:
        sheet.append([_cell(sheet, _text(name, language), bold), _cell(sheet, _text(value, language))])
    if not template.definitions:
        return
    sheet.append([])
    heads = (say("Series"), say("Name"), say("Definition"), say("Unit"))
    sheet.append([_cell(sheet, _text(head, language), _Style(_HEAD, _BOLD, _LINE)) for head in heads])
    for one in template.definitions:
        sheet.append([_cell(sheet, text, wrapped) for text in (one.code, one.name, one.text, one.unit)])


def _codes(sheet: WriteOnlyWorksheet, template: Template) -> None:
    columns = [[_choice(code, name) for code, name in items.items()] for items in template.choices.values()]
    for n in range(len(columns)):
        sheet.column_dimensions[get_column_letter(n + 1)].width = _WIDEST
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, component, _Style(_HEAD, _BOLD)) for component in template.choices])
    for row in range(max(map(len, columns), default=0)):
        sheet.append([_cell(sheet, column[row]) if row < len(column) else None for column in columns])


def _form(sheet: WriteOnlyWorksheet, template: Template, columns: list[_Column]) -> None:
    sheet.sheet_state = "hidden"
    form = template.form
    words = {"title": form.title, "dataflow": form.dataflow, "provider": form.provider, "dataset": form.dataset}
    words |= {f"source_{name}": value for name, value in form.source.model_dump().items() if value is not None}
    sheet.append([_cell(sheet, text, _HEADER) for text in FORM_COLUMNS])
    for word, value in words.items():
        sheet.append([_cell(sheet, text) for text in (value, f"@{word}", None)])
    for column in columns:
        sheet.append([_cell(sheet, text) for text in (column.header, column.component, column.blank)])


def _text(value: Value, language: Language) -> str:
    return value.said(language) if isinstance(value, Sentence) else str(value)


def _cell(sheet: WriteOnlyWorksheet, value: Any, style: _Style = _PLAIN) -> Any:
    number = isinstance(value, float)
    # Written by openpyxl, a number would lose its 17th digit.
    cell = WriteOnlyCell(sheet, value=repr(value) if number else value)
    if number:
        cell.data_type = "n"
    elif isinstance(value, str):
        cell.value = _ESCAPE.sub(r"_x005F_\1", value)
        # openpyxl takes a text that begins with '=' for a formula.
        cell.data_type, cell.number_format = "s", "@"
    if style.fill is not None:
        cell.fill = style.fill
    if style.font is not None:
        cell.font = style.font
    if style.border is not None:
        cell.border = style.border
    if style.alignment is not None:
        cell.alignment = style.alignment
    return cell
