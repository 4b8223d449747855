"""Rules of how a mapping meets a table, and of what it makes of cells (level 0)."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

MAPPING = (
    Rule(
        "MAP-SCHEMA",
        0,
        _E,
        "The mapping names a component or code that the data structure does not have, or leaves one out",
        "Correct the mapping.",
        explanation=(
            "The mapping against the data structure. What nothing is mapped to is told in one finding; a code "
            "that its list does not have is told with the cells that become this code, which give no "
            "observations: nothing is wrong with the cells. Where there is no cell, as with a fixed code, the "
            "finding says how many rows it costs. A code like it is proposed only where its digits are the same: "
            "Y25T54 is no slip of Y50T54 but an age to add (`dataexchange codes add`). Example: the mapping gives "
            "nothing to SEX, AGE."
        ),
    ),
    Rule(
        "MAP-COLUMN",
        0,
        _E,
        "A column that the mapping names is not in the table",
        "Correct the header or the mapping.",
        explanation=(
            "Columns that the mapping names, and header rows that it has names for, with the sheet where a file "
            'has several. Example: the mapping has "Ward code", the table "Ward"; "Year" is under `columns`, and '
            "the pattern of `unpivot` matches it."
        ),
    ),
    Rule(
        "MAP-UNKNOWN-COLUMN",
        0,
        _W,
        "A column of the table is not in the mapping",
        "Map it, or list it under `ignore`.",
        explanation='Columns that the mapping does not name, in the table or made by `unpivot`. Example: a new column "Notes".',
    ),
    Rule(
        "MAP-CODE",
        0,
        _E,
        "A cell's text has no code in the mapping",
        "Add the text to the column's codes, or correct the cell.",
        explanation=(
            "Texts without a code, and texts of which a pattern or `read_as` makes a code that is in no list. A "
            "text that is filled down is told once, where it stands, with the rows it costs; the name of a sheet "
            'likewise. Example: the ward "Cliftn".'
        ),
    ),
    Rule(
        "MAP-BLANK",
        0,
        _E,
        "A cell is empty and the mapping does not say what that means",
        "Fill the cell, or give the column a `blank` code.",
        explanation=(
            "Empty cells that have no meaning: with a `blank` code in the mapping they have one. Example: no "
            "survey year in row 5."
        ),
    ),
    Rule(
        "MAP-PERIOD",
        0,
        _E,
        "A cell is not a period in the form that the mapping names",
        "Correct the cell, or add its form under `period`.",
        explanation=(
            'Periods in the forms that the mapping allows. Example: "2018-20" as a survey year. Years run from '
            "1300 to 2700."
        ),
    ),
    Rule(
        "MAP-NUMBER",
        0,
        _E,
        "A cell is not a number",
        "Correct the cell, or say under `missing` what its text means.",
        explanation=(
            "Values as numbers, and bounds that could be two numbers. Where the mapping does not say the marks of "
            'numbers, they are those that the column leaves no doubt about. Examples: "12,3" where the decimal '
            'mark is a point; "1,234" where no value of the column tells whether it is 1234 or 1.234; some values '
            "with a decimal point and others with a decimal comma; in a workbook 0.5 in a column of numbers "
            "shown as percentages."
        ),
    ),
    Rule(
        "MAP-LEFT-OUT",
        0,
        _I,
        "Rows left out as the mapping says",
        "Nothing to do.",
        explanation=(
            "Rows, columns of values and sheets that the mapping leaves out, counted, so that nobody wonders "
            'where they are. Example: the row "All years".'
        ),
    ),
    Rule(
        "MAP-UNFIT",
        0,
        _W,
        "A row is left out because a text in it has no code or is no period",
        "Add the text to the column's codes to have the row, or leave it as it is.",
        explanation=(
            "A mapping with `unfit: leave_out` leaves out the rows that have a text without a code, an empty cell "
            'without a `blank`, or no period; each is named. Example: "2000/01" where the mapping takes years.'
        ),
    ),
    Rule(
        "MAP-INCOMPLETE",
        0,
        _E,
        "A table that is said to be complete has rows that are left out for want of a code",
        "Correct the texts that have no code, or take `complete: true` or `unfit: leave_out` out of the mapping.",
        explanation=(
            "Rows left out as MAP-UNFIT in a table whose mapping says `complete: true`: their keys are not known, "
            'so what is published under them would be taken for absent and deleted. Example: "2018 ?" for a '
            "year."
        ),
    ),
    Rule(
        "MAP-BEYOND",
        0,
        _W,
        "A row is left out because it holds a breakdown that the mapping has no component for",
        "Map the column to have the row, or leave it as it is.",
        explanation=(
            "A row says something in a column under `beyond`: a breakdown that the mapping has no component for. "
            "It would otherwise stand under the key of the whole. Example: a region in a table whose mapping is "
            "of the nation."
        ),
    ),
)

MADE = (
    Rule(
        "MAP-FLAGS",
        0,
        _I,
        "A number has several symbols beside it, of which one holds",
        "Nothing must be done; for another one, change the order under `flags`.",
        explanation='Numbers with several symbols beside them. The symbol that `flags` names first holds. Example: "12.5 e p".',
    ),
    Rule(
        "MAP-PERIOD-MARK",
        0,
        _I,
        "A period has a symbol behind it, which gives OBS_STATUS",
        "Nothing must be done.",
        explanation=(
            "Periods with a symbol of `flags` behind them, one finding for each symbol with its count. Example: "
            '"2018p" is 2018, and its observations are provisional.'
        ),
    ),
    Rule(
        "MAP-GIVEN",
        0,
        _I,
        "Values are what the mapping gives for the text of their cells",
        "Nothing must be done.",
        explanation=(
            "Values for which the mapping gives something else than stands in their cells (`codes`, `patterns`, "
            '`prefix` or `blank` of the value), counted. Example: "none" becomes 0.'
        ),
    ),
    Rule(
        "MAP-CONVERTED",
        0,
        _I,
        "Values are converted as the mapping says",
        "Nothing must be done.",
        explanation=(
            'Values that the mapping converts, one finding for each conversion with its count. Example: "120 '
            'values are converted from t to kg".'
        ),
    ),
    Rule(
        "MAP-NEAREST",
        0,
        _I,
        "Converted values have no finite decimal",
        "Nothing must be done; convert to a finer unit if every digit counts.",
        explanation=(
            "Converted values without a finite decimal, counted. Each is the nearest number that a computer "
            "holds. Example: a third of 1."
        ),
    ),
    Rule(
        "MAP-DERIVED",
        0,
        _I,
        "Observations are derived from others",
        "Nothing must be done.",
        explanation=(
            "Observations that the mapping derives from others, and how many of them `decimals` rounded. Example: "
            '"32 observations of SERIES VC_IHR_PSRC are derived".'
        ),
    ),
    Rule(
        "MAP-DERIVED-MISSING",
        0,
        _I,
        "Observations are not derived, because one that is needed has no value",
        "Nothing must be done; add the missing figures if there are some.",
        explanation=(
            "Observations that are not derived because another one is missing or has no value (or because the "
            "result is too large for a number), counted. Example: a ward without a population."
        ),
    ),
    Rule(
        "MAP-DERIVED-ZERO",
        0,
        _W,
        "A derived observation would be divided by zero",
        "Look whether the 0 is right; leave the cell out if it is.",
        explanation=(
            "Cells whose derived value would be divided by zero. Nothing is derived from them. Example: a ward "
            "with a population of 0."
        ),
    ),
)
