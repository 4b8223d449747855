"""Rules of observations against their data structure, and against each other (levels 0 and 1)."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W = Severity.ERROR, Severity.WARNING

STRUCTURE = (
    Rule(
        "STR-COMPONENT",
        0,
        _E,
        "A column is no component of the data structure",
        "Give the column the id of a component, or leave it out.",
        "STRUVAL 150-007",
        explanation="Columns that are no component of the data structure. Example: a column `SEXX`; did you mean `SEX`?",
    ),
    Rule(
        "STR-MISSING",
        1,
        _E,
        "A mandatory part is missing",
        "Fill it in, or give the mapping a fixed value for it.",
        "STRUVAL 150-003, 150-008",
        explanation=(
            "Every dimension, the period, and the mandatory attributes (OBS_STATUS, UNIT_MULT, UNIT_MEASURE in "
            "the SDG structure) of every observation. A column that is not there at all is told once, with its "
            "number. Example: there is no UNIT_MEASURE for any of the 148 observations."
        ),
    ),
    Rule(
        "STR-CODE",
        1,
        _E,
        "A code is not in its code list",
        "Use a code of the list, or add it to a list of your own.",
        "STRUVAL 150-029",
        explanation=(
            "Coded dimensions and attributes against their code lists; the report proposes a code where one is "
            "near. Example: REF_AREA 'E05010885' is not in the code list DX:CL_AREA(1.0.0); did you mean "
            "'GB_BRS_E05010885'?"
        ),
    ),
    Rule(
        "STR-FORMAT",
        1,
        _E,
        "A text or number has not the form that the structure asks for",
        "Write it in that form.",
        "STRUVAL",
        explanation=(
            "Texts against type, length and pattern; numbers against their limits; ids of dimensions without a "
            "code list against the characters that SDMX allows. Where a date is asked for, a year is accepted "
            "too. Example: SAMPLE_SIZE '1,204' is not a whole number."
        ),
    ),
    Rule(
        "STR-PERIOD",
        1,
        _E,
        "The period does not fit the frequency",
        "Correct the period, or FREQ.",
        "STRUVAL consistency",
        explanation=(
            "The form of the period against FREQ; FREQ codes that stand for no rhythm (`_O`, `_Z`) are not looked "
            "at. A date in an annual series becomes its year with `period: date` in the mapping. Example: "
            "2018-Q1 is not a period of FREQ A."
        ),
    ),
    Rule(
        "STR-SERIES-ATTRIBUTE",
        1,
        _E,
        "An attribute of the series changes within the series",
        "Give all observations of the series the same value.",
        "SDMX 3.0 section 2, attribute relationship",
        explanation=(
            "Attributes that describe a series, over all its rows; an empty cell says nothing. Example: "
            "UNIT_MEASURE is 'NUMBER' in row 9 and 'PT' in row 2 of the same series."
        ),
    ),
    Rule(
        "DUP-REPEATED",
        1,
        _W,
        "The same observation stands there more than once",
        "Nothing must be done: repeats are merged. Delete them in the table, or map the column that tells them apart.",
        "FMR duplicates",
        explanation=(
            "Rows that say the same of the same key and period. They are merged. One finding for each key and "
            "period; where the rows differ in columns that are not mapped, one for all rows that differ in the "
            "same ones, with their number. Example: row 9 stands already in row 2."
        ),
    ),
    Rule(
        "DUP-CONTRADICTION",
        1,
        _E,
        "Two rows say different things of the same key and period",
        "Keep the right one, or map the column that tells the rows apart to a dimension.",
        "STRUVAL completeness; FMR duplicates",
        explanation=(
            "Rows of a table, or of the messages of one submission, that have the same key and period and differ "
            "in the value or in an attribute of the observation; both are named. Told together as repeats are. "
            "Example: row 7 says 39.9 and row 8 says 41.7; they differ in column 'Region', which is not mapped."
        ),
    ),
)
