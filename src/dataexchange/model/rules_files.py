"""Rules of the file as a whole, before its mapping is asked (level 0)."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

FILES = (
    Rule(
        "FILE-READ",
        0,
        _E,
        "The file cannot be read",
        "Do what the message says, then send the file again.",
        explanation=(
            "The file as a whole: is it CSV, XLSX, ODS, Parquet, an SDMX message or a zip of them, not empty, in "
            "a known encoding, within the limits of size, with the sheet and header row that the mapping names. "
            "The encoding is found out where the words leave no doubt of it. What a file is, its first bytes say: "
            "a web page that is saved as `.xls`, JSON, a PDF, a text document or a picture is called by its "
            "name. A word under `read` that is not for this kind of file, such as `delimiter` for a workbook, is "
            "refused. Examples: an empty file; a quote that is not closed; letters that fit two encodings, shown "
            "as each reads them."
        ),
    ),
    Rule(
        "FILE-ROW",
        0,
        _E,
        "A row has more or fewer cells than the header",
        "Look for a missing quote or delimiter in that row; put a blank row between the table and notes below it.",
        explanation=(
            "Every row against the header. A row that is longer or shorter has lost a quote or a delimiter, and "
            "its figures stand under the wrong names. Example: row 14 has 6 cells where the header has 5."
        ),
    ),
    Rule(
        "FILE-NOTE",
        0,
        _I,
        "Notes below the table are left out",
        "Nothing must be done; if one of them is a row of the table, fill its other cells.",
        explanation=(
            'Notes below the table: "Source: ONS" under the last row. They are left out, and quoted with their '
            "rows in one finding. A note is a row after the last whole one with text in its first column and "
            'nothing beside it, or one text that its own commas part ("Note: wards of 2016, not 2020"), or '
            "`Source:` with its text in the next cell. It has a word of three letters, and is neither what stands "
            'in the column above (digits count as digits: "Q3 2019" under "Q1 2018") nor the beginning of it. '
            "After a blank row, or another note, that is enough. Right below the table two of these three must "
            "hold as well, so that no row with a missing value and no row that broke off is taken for a note: the "
            "column has no letters otherwise; the row has fewer cells than the header (CSV); it is written as a "
            "note, with a colon, a full stop at its end, a mark (`*`, `†`, `©`, `(`) at its start, or three "
            "words. What begins as only notes do (`Source`, `Note`, `Fuente`, `Nota`, `Remarque`, `Quelle`; `*`, "
            "`†`; `(1)`, `[a]`) where nothing above it does so is one in any case. A row with a figure is never "
            "one. What is no note stays a row, or FILE-ROW. Where the mapping says `read.last_row`, all that is "
            "below that row is notes."
        ),
    ),
    Rule(
        "FILE-LETTERS",
        0,
        _W,
        "Letters of a cell were damaged before the file was sent",
        "Correct the cell where the table was saved, and save the file as UTF-8.",
        explanation=(
            "Letters that were damaged before the file was sent (CSV): the sign � in the place of a letter, or "
            '"CafÃ©", which is UTF-8 that was read as cp1252 and saved again. Example: "CafÃ©" in C12.'
        ),
    ),
    Rule(
        "FILE-HEADER",
        0,
        _E,
        "A column has no name, or the name of another column",
        "Give every column one name of its own, in one row.",
        explanation=(
            "The names of the columns. Where several rows name them, `header_rows` under `read` says how many. "
            'Example: two columns are called "Value".'
        ),
    ),
    Rule(
        "FILE-MERGED",
        0,
        _E,
        "Cells are merged, so that only the first of them holds the text",
        "Unmerge the cells and fill each of them.",
        explanation=(
            "Merged cells among the rows of a workbook: only the first of them holds the text. It is no fault "
            "where the mapping needs none of the empty ones: the column is filled down (`fill_down: true`), or "
            "not used (`ignore`), or the row is left out (`leave_out`), as a heading merged across a group of "
            'rows is. Example: "2018" is merged over three rows.'
        ),
    ),
    Rule(
        "FILE-FORMULA",
        0,
        _E,
        "A cell holds a formula without a result",
        "Mend the formula or write the figure, or say under `missing` what the error means.",
        explanation="Formula cells without a result: what they should give is not in the file. Example: `#DIV/0!` in row 9.",
    ),
    Rule(
        "FILE-HIDDEN",
        0,
        _I,
        "Rows, columns or sheets are hidden",
        "Show them and look whether they belong to the table; say under `read` whether they are read.",
        explanation=(
            "A sheet that `sheet: all` leaves out because it is hidden (named under `read.sheet`, it is read); or "
            "rows and columns that are hidden, by hand or by a filter. These are read like the others, because a "
            "filter that was left on must not make figures go missing unsaid; `hidden: leave_out` under `read` "
            "leaves them out, `hidden: read` says that they belong to the table. Example: 3 hidden rows (14, 15, "
            "16)."
        ),
    ),
    Rule(
        "FILE-YEAR",
        0,
        _I,
        "Years were typed into cells that are formatted as dates",
        "Nothing must be done; better give the cells the format of a number and type the years again.",
        explanation=(
            "Days such as 1905-07-10, in a column where all dates lie about there: what a spreadsheet makes of a "
            "year (here 2018) typed into a cell that is formatted as a date. They are read as years."
        ),
    ),
    Rule(
        "FILE-SHEET",
        0,
        _I,
        "A sheet, or a file of a zip, holds no table and is left out",
        "Nothing must be done; name those that are tables under `read`.",
        explanation=(
            "A sheet that was not asked for by its name (`sheet: all`, or a pattern) and holds no table, or files "
            "in a zip that are no tables, by their names or by what is in them: `README.txt`, a file without a "
            'row, JSON. They are left out. Example: sheet "Notes" has one cell.'
        ),
    ),
)
