"""Rules of filled workbooks and of adaptation records (levels 0 and 1)."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

FORMS = (
    Rule(
        "FORM-CODE",
        0,
        _E,
        "A cell of the workbook is none of the codes of its column",
        "Choose from the drop-down.",
        explanation=(
            "A cell that is none of the codes of its column. Example: `Bristol` in place of `GB_BRS | Bristol`. "
            "Stands for `MAP-CODE`."
        ),
    ),
    Rule(
        "FORM-BLANK",
        0,
        _E,
        "A cell of the workbook is empty that must be filled",
        "Fill the cell.",
        explanation=(
            "An empty cell of a column that has no usual code; a row that is not needed may be left out whole. "
            "Example: a new row without REF_AREA. Stands for `MAP-BLANK`."
        ),
    ),
    Rule(
        "FORM-PERIOD",
        0,
        _E,
        "A cell of the workbook is not a period",
        "Correct the cell.",
        explanation="A cell that is no period: 2024, 2024-Q1 and 2024-03 are. Example: `spring 2024`. Stands for `MAP-PERIOD`.",
    ),
    Rule(
        "FORM-NUMBER",
        0,
        _E,
        "A value in the workbook is not a number",
        "Correct the cell.",
        explanation=(
            "A value that is no number. Where there is none, the cell stays empty and a status says why. Example: "
            "`n/a`. Stands for `MAP-NUMBER`."
        ),
    ),
    Rule(
        "FORM-FORMULA",
        0,
        _E,
        "A cell of the workbook holds a formula without a result",
        "Correct the cell.",
        explanation="A formula whose result is an error or was not saved. Example: `#DIV/0!`. Stands for `FILE-FORMULA`.",
    ),
    Rule(
        "FORM-HEADER",
        0,
        _E,
        "A header of the workbook was changed or taken out",
        "Write the header back.",
        explanation=(
            "A header was changed or its column taken out. Example: `Where` in place of `Reference area "
            "(REF_AREA)`. Stands for `MAP-COLUMN`."
        ),
    ),
    Rule(
        "FORM-COLUMN",
        0,
        _W,
        "A column is none of the workbook's",
        "Leave the column out; it is not read.",
        explanation="A column that the workbook did not have. Example: a column `Mine`. Stands for `MAP-UNKNOWN-COLUMN`.",
    ),
    Rule(
        "FORM-OLD",
        0,
        _E,
        "The workbook does not fit the data structure",
        "Get a new workbook and copy your values into it.",
        explanation=(
            "The workbook names a component or code that the data structure does not have. Example: it was made "
            "before the structure changed, or its hidden sheet was edited. Stands for `MAP-SCHEMA`."
        ),
    ),
    Rule(
        "FORM-EMPTY",
        1,
        _E,
        "No value was filled in",
        "Fill the yellow cells, then send the workbook again.",
        "STRUVAL completeness",
        explanation=(
            "No value was filled in, nor a status that says why there is none, so there is nothing to publish. "
            "Example: the workbook sent as it was got. Stands for `REL-NOTHING`."
        ),
    ),
)

ADAPTATIONS = (
    Rule(
        "ADAPT-RECORD",
        1,
        _W,
        "It is not said how a series of the city's own stands to a global one, or it is said of a series that "
        "is not there",
        "Write one record for each such series under `adaptations`.",
        "ESS handbook for quality and metadata reports, comparability",
        explanation=(
            "Every series of the city's own (`_L_…`) says how it stands to a global one (ADAPTATION_TYPE), and "
            "every adaptation record of the mapping is about a series that the table has. Counts that others are "
            "weighted with (`MEASURES` in the code list) need no record. Example: `_L_TREE_COVER` has no record."
        ),
        waivable=True,
    ),
    Rule(
        "ADAPT-STATUS",
        1,
        _I,
        "Observations of a narrowed indicator or a proxy are marked as normal ones",
        "Give them OBS_STATUS D (definition differs).",
        'SDMX CL_OBS_STATUS 2.1, D "definition differs"',
        explanation=(
            "Observations of a NARROWED or PROXY indicator whose OBS_STATUS is A. Other marks (provisional, "
            "estimated, missing) stay. A NARROWED one that differs only in area, period or source, and a local "
            "breakdown (CONTEXTUAL), keep the definition of the global series, so that A is right there. Example: "
            "`_L_VC_SNS_WALN_DARK` is a proxy of VC_SNS_WALN, and its observations have the status A."
        ),
        waivable=True,
    ),
)
