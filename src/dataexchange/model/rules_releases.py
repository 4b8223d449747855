"""Rules of agreements, of what publishing would change, and of SDMX messages (levels 0 to 2)."""

from __future__ import annotations

from dataexchange.model.rule import Rule, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

AGREEMENTS = (
    Rule(
        "AGR-AREA",
        2,
        _E,
        "A table has figures of areas that its provider has no agreement for",
        "Take them out, correct the area, or have the areas added to the provision agreement.",
        "STRUVAL, SENDER against REF_AREA; SDMX 3.0 section 2, provision agreements",
        explanation=(
            "Areas that the provider has agreed to send: those that its provision agreement names and all below "
            "them, by the parents of the code list. The operator changes an agreement (`dataexchange agreements "
            "add … --area`). Example: a row of `GB_LDS` in Bristol's table."
        ),
    ),
)

RELEASES = (
    Rule(
        "REL-NOTHING",
        1,
        _E,
        "The table gives no observation, so there is nothing to publish",
        "Look at what is left out and why. To take away all that is published, withdraw it.",
        "STRUVAL completeness",
        explanation=(
            "No observation comes of the table or message, and nothing in it names what is to be deleted. "
            "`dataexchange withdraw` takes all away that is published. Example: a column of values that is still "
            "empty, with `complete: true`: it would delete all that is published."
        ),
    ),
    Rule(
        "REL-REMOVES",
        1,
        _W,
        "Publishing this table, which is said to be complete, deletes published observations",
        "Send the whole table, with all its years and series; where they are to go, publish it.",
        "SDMX 3.0 section 3, actions (Replace); ESS level 2, previous versions",
        explanation=(
            "Published observations that the table lacks, where its mapping says `complete: true`: publishing it "
            "deletes them. Example: a file with only the newest year."
        ),
    ),
    Rule(
        "REL-KEEPS",
        1,
        _I,
        "Published observations that this table lacks stay as they are",
        "Nothing must be done.",
        "SDMX 3.0 section 3, actions (Merge); ESS level 2, previous versions",
        explanation=(
            "Published observations that the table lacks, and that stay, because its mapping does not say "
            "`complete: true`. What is to go is deleted by a word in its cell ([map a "
            "table](map-a-table.md#what-goes)). Example: a file with only the newest year."
        ),
    ),
    Rule(
        "REL-DELETES",
        1,
        _W,
        "The file deletes published observations",
        "Look at them once more; where they are to go, publish it.",
        "SDMX 3.0 section 3, actions (Delete)",
        explanation=(
            "Cells with a word that `missing` calls `delete`, or rows of a message under the action Delete: the "
            "observations published there go. Those that name none that is published are told as well, as "
            "information. Example: `withdrawn` in the cell of 2019."
        ),
    ),
    Rule(
        "REL-BOTH",
        1,
        _E,
        "A file gives an observation a value and deletes it as well",
        "Leave the value, or what deletes it.",
        "SDMX 3.0 section 3, actions",
        explanation=(
            "An observation that has a value in one row and a word that deletes, or the action Delete, in "
            "another. Example: 2019 twice, `10.5` and `withdrawn`."
        ),
    ),
    Rule(
        "REL-CLASH",
        2,
        _E,
        "A series of this table is published already in another one",
        "Send it under the name of that table, leave the series out of one of the two, or withdraw the other.",
        "STRUVAL, duplicate series across data sets",
        explanation=(
            "Series that are published already in another table or by another provider. Example: `pm25 (1).csv` "
            "beside `pm25.csv`."
        ),
    ),
    Rule(
        "REL-SAME",
        0,
        _I,
        "The table is the same as the one that is published",
        "Nothing must be done.",
        explanation="The table says what is published already. Example: the file of last month, sent once more.",
    ),
)

MESSAGES = (
    Rule(
        "MSG-COMPONENT",
        0,
        _E,
        "A message has a component that its data structure has not",
        "Correct its id, or load the version of the structure that has it.",
        "SDMX 3.0 section 3, structure-specific data",
        explanation='Components of a message that its structure has not. Example: `SEXX="F"`.',
    ),
    Rule(
        "MSG-EMPTY",
        0,
        _I,
        "A message has series without observations",
        "Nothing must be done.",
        "SDMX 3.0 section 3, structure-specific data",
        explanation="Series without observations, counted: they say nothing. Example: a series that was opened for next year.",
    ),
    Rule(
        "MSG-DELETE",
        1,
        _E,
        "A message deletes what it does not name as a whole",
        "Name each observation by its whole key and its period, or each series by its whole key.",
        "SDMX 3.0 section 3, actions",
        explanation=(
            "Rows under the action Delete that leave out a dimension, or name an attribute and no value: the "
            "standard lets them delete all that has the other dimensions, or the attribute alone; here each is "
            "named as a whole. Example: a row without SEX."
        ),
    ),
    Rule(
        "MSG-DIMENSION",
        1,
        _E,
        "An observation in a message lacks a dimension",
        "Give every observation a value for each dimension.",
        "STRUVAL 150-003",
        explanation="Observations that lack a dimension. Example: a series without REF_AREA.",
    ),
    Rule(
        "MSG-VALUE",
        1,
        _E,
        "A value in a message is not a number",
        "Write numbers with a decimal point and without spaces; leave out what has no value.",
        "STRUVAL",
        explanation='Values that are no numbers. Example: `OBS_VALUE="12,5"`.',
    ),
    Rule(
        "MSG-PERIOD",
        1,
        _E,
        "A period in a message cannot be read",
        "Write periods such as 2019, 2019-Q1, 2019-03 or 2019-03-31.",
        "SDMX 3.0 section 2, ObservationalTimePeriod",
        explanation="Periods that cannot be read. Example: `2018/19`; 2018, 2018-Q1, 2018-03 and 2018-03-31 can.",
    ),
    Rule(
        "BAS-CONTRADICT",
        1,
        _W,
        "Two messages say different things of the same key and period",
        "Ask the sender which one holds; until then the later message does.",
        "FMR duplicates",
        explanation=(
            "National messages loaded together that say different things of one key and period; both are named "
            "and the later holds. What a city submits is an error there (DUP-CONTRADICTION)."
        ),
    ),
    Rule(
        "BAS-VERSION",
        0,
        _I,
        "Messages were written for another version of the structure",
        "Nothing must be done while their codes hold; ask the sender to name the version in force.",
        explanation=(
            "Messages that name another version of the structure than the one they are read with, counted. "
            "Example: 12 of 195 messages were written for `KG_NSC:SDG(1.5)`; they were read with "
            "`KG_NSC:SDG(1.8)`."
        ),
    ),
)
