"""Rules of intake: of the file, of how its mapping meets it and what it makes of cells, of filled templates and adaptation records.

See `model.rules`, where all of them are registered.
"""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

_FILES = (
    # Level 0: the file.
    Rule("FILE-READ", 0, _E, "The file cannot be read", "Do what the message says, then send the file again."),
    Rule(
        "FILE-ROW",
        0,
        _E,
        "A row has more or fewer cells than the header",
        "Look for a missing quote or delimiter in that row; put a blank row between the table and notes below it.",
    ),
    Rule(
        "FILE-NOTE",
        0,
        _I,
        "Notes below the table are left out",
        "Nothing must be done; if one of them is a row of the table, fill its other cells.",
    ),
    Rule(
        "FILE-LETTERS",
        0,
        _W,
        "Letters of a cell were damaged before the file was sent",
        "Correct the cell where the table was saved, and save the file as UTF-8.",
    ),
    Rule(
        "FILE-HEADER",
        0,
        _E,
        "A column has no name, or the name of another column",
        "Give every column one name of its own, in one row.",
    ),
    Rule(
        "FILE-MERGED",
        0,
        _E,
        "Cells are merged, so that only the first of them holds the text",
        "Unmerge the cells and fill each of them.",
    ),
    Rule(
        "FILE-FORMULA",
        0,
        _E,
        "A cell holds a formula without a result",
        "Mend the formula or write the figure, or say under `missing` what the error means.",
    ),
    Rule(
        "FILE-HIDDEN",
        0,
        _I,
        "Rows, columns or sheets are hidden",
        "Show them and look whether they belong to the table; say under `read` whether they are read.",
    ),
    Rule(
        "FILE-YEAR",
        0,
        _I,
        "Years were typed into cells that are formatted as dates",
        "Nothing must be done; better give the cells the format of a number and type the years again.",
    ),
    Rule(
        "FILE-SHEET",
        0,
        _I,
        "A sheet, or a file of a zip, holds no table and is left out",
        "Nothing must be done; name those that are tables under `read`.",
    ),
    # Level 0: the mapping meets the table.
    Rule(
        "MAP-SCHEMA",
        0,
        _E,
        "The mapping names a component or code that the data structure does not have, or leaves one out",
        "Correct the mapping.",
    ),
    Rule(
        "MAP-COLUMN", 0, _E, "A column that the mapping names is not in the table", "Correct the header or the mapping."
    ),
    Rule(
        "MAP-UNKNOWN-COLUMN", 0, _W, "A column of the table is not in the mapping", "Map it, or list it under `ignore`."
    ),
    Rule(
        "MAP-CODE",
        0,
        _E,
        "A cell's text has no code in the mapping",
        "Add the text to the column's codes, or correct the cell.",
    ),
    Rule(
        "MAP-BLANK",
        0,
        _E,
        "A cell is empty and the mapping does not say what that means",
        "Fill the cell, or give the column a `blank` code.",
    ),
    Rule(
        "MAP-PERIOD",
        0,
        _E,
        "A cell is not a period in the form that the mapping names",
        "Correct the cell, or add its form under `period`.",
    ),
    Rule(
        "MAP-NUMBER", 0, _E, "A cell is not a number", "Correct the cell, or say under `missing` what its text means."
    ),
    Rule("MAP-LEFT-OUT", 0, _I, "Rows left out as the mapping says", "Nothing to do."),
    Rule(
        "MAP-UNFIT",
        0,
        _W,
        "A row is left out because a text in it has no code or is no period",
        "Add the text to the column's codes to have the row, or leave it as it is.",
    ),
    Rule(
        "MAP-INCOMPLETE",
        0,
        _E,
        "A table that is said to be complete has rows that are left out for want of a code",
        "Correct the texts that have no code, or take `complete: true` or `unfit: leave_out` out of the mapping.",
    ),
    Rule(
        "MAP-BEYOND",
        0,
        _W,
        "A row is left out because it holds a breakdown that the mapping has no component for",
        "Map the column to have the row, or leave it as it is.",
    ),
)

_MADE = (
    # Level 0: what the mapping made of values and periods.
    Rule(
        "MAP-FLAGS",
        0,
        _I,
        "A number has several symbols beside it, of which one holds",
        "Nothing must be done; for another one, change the order under `flags`.",
    ),
    Rule(
        "MAP-PERIOD-MARK",
        0,
        _I,
        "A period has a symbol behind it, which gives OBS_STATUS",
        "Nothing must be done.",
    ),
    Rule("MAP-GIVEN", 0, _I, "Values are what the mapping gives for the text of their cells", "Nothing must be done."),
    Rule("MAP-CONVERTED", 0, _I, "Values are converted as the mapping says", "Nothing must be done."),
    Rule(
        "MAP-NEAREST",
        0,
        _I,
        "Converted values have no finite decimal",
        "Nothing must be done; convert to a finer unit if every digit counts.",
    ),
    Rule("MAP-DERIVED", 0, _I, "Observations are derived from others", "Nothing must be done."),
    Rule(
        "MAP-DERIVED-MISSING",
        0,
        _I,
        "Observations are not derived, because one that is needed has no value",
        "Nothing must be done; add the missing figures if there are some.",
    ),
    Rule(
        "MAP-DERIVED-ZERO",
        0,
        _W,
        "A derived observation would be divided by zero",
        "Look whether the 0 is right; leave the cell out if it is.",
    ),
)

_FORMS = (
    Rule("FORM-CODE", 0, _E, "A cell of the workbook is none of the codes of its column", "Choose from the drop-down."),
    Rule("FORM-BLANK", 0, _E, "A cell of the workbook is empty that must be filled", "Fill the cell."),
    Rule("FORM-PERIOD", 0, _E, "A cell of the workbook is not a period", "Correct the cell."),
    Rule("FORM-NUMBER", 0, _E, "A value in the workbook is not a number", "Correct the cell."),
    Rule("FORM-FORMULA", 0, _E, "A cell of the workbook holds a formula without a result", "Correct the cell."),
    Rule("FORM-HEADER", 0, _E, "A header of the workbook was changed or taken out", "Write the header back."),
    Rule("FORM-COLUMN", 0, _W, "A column is none of the workbook's", "Leave the column out; it is not read."),
    Rule(
        "FORM-OLD",
        0,
        _E,
        "The workbook does not fit the data structure",
        "Get a new workbook and copy your values into it.",
    ),
    Rule("FORM-EMPTY", 1, _E, "No value was filled in", "Fill the yellow cells, then send the workbook again."),
)

_ADAPTATIONS = (
    # Level 1: indicators of a city's own.
    Rule(
        "ADAPT-RECORD",
        1,
        _W,
        "It is not said how a series of the city's own stands to a global one, or it is said of a series that is not there",
        "Write one record for each such series under `adaptations`.",
    ),
    Rule(
        "ADAPT-STATUS",
        1,
        _I,
        "Observations of a narrowed indicator or a proxy are marked as normal ones",
        "Give them OBS_STATUS D (definition differs).",
    ),
)

INTAKE = (*_FILES, *_MADE, *_FORMS, *_ADAPTATIONS)
