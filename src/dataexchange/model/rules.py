"""The register of rules: every check, with its ESS level, severity and remedy.

A finding names its rule; `docs/checks.md` has a section for each, and the tests fail when one is missing.
Levels: ESSnet ValiDat, Methodology for data validation 1.0 (2016).
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.finding import Finding, Place
from dataexchange.model.rule import Rule, Severity
from dataexchange.model.rules_coherence import COHERENCE
from dataexchange.model.rules_intake import INTAKE
from dataexchange.model.rules_within import WITHIN
from dataexchange.model.sentence import Sentence

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFORMATION

_STRUCTURE = (
    # Levels 0 and 1: the observations against their data structure.
    Rule(
        "STR-COMPONENT",
        0,
        _E,
        "A column is no component of the data structure",
        "Give the column the id of a component, or leave it out.",
        "STRUVAL 150-007",
    ),
    Rule(
        "STR-MISSING",
        1,
        _E,
        "A mandatory part is missing",
        "Fill it in, or give the mapping a fixed value for it.",
        "STRUVAL 150-003, 150-008",
    ),
    Rule(
        "STR-CODE",
        1,
        _E,
        "A code is not in its code list",
        "Use a code of the list, or add it to a list of your own.",
        "STRUVAL 150-029",
    ),
    Rule(
        "STR-FORMAT",
        1,
        _E,
        "A text or number has not the form that the structure asks for",
        "Write it in that form.",
        "STRUVAL",
    ),
    Rule(
        "STR-PERIOD",
        1,
        _E,
        "The period does not fit the frequency",
        "Correct the period, or FREQ.",
        "STRUVAL consistency",
    ),
    Rule(
        "STR-SERIES-ATTRIBUTE",
        1,
        _E,
        "An attribute of the series changes within the series",
        "Give all observations of the series the same value.",
        "SDMX 3.0 section 2, attribute relationship",
    ),
    Rule(
        "DUP-REPEATED",
        1,
        _W,
        "The same observation stands there more than once",
        "Nothing must be done: repeats are merged. Delete them in the table, or map the column that tells them apart.",
        "FMR duplicates",
    ),
    Rule(
        "DUP-CONTRADICTION",
        1,
        _E,
        "Two rows say different things of the same key and period",
        "Keep the right one, or map the column that tells the rows apart to a dimension.",
        "STRUVAL completeness; FMR duplicates",
    ),
)

_AGREEMENTS = (
    Rule(
        "AGR-AREA",
        2,
        _E,
        "A table has figures of areas that its provider has no agreement for",
        "Take them out, correct the area, or have the areas added to the provision agreement.",
    ),
)

_RELEASES = (
    Rule(
        "REL-NOTHING",
        1,
        _E,
        "The table gives no observation, so there is nothing to publish",
        "Look at what is left out and why. To take away all that is published, withdraw it.",
    ),
    Rule(
        "REL-REMOVES",
        1,
        _W,
        "Publishing this table, which is said to be complete, deletes published observations",
        "Send the whole table, with all its years and series; where they are to go, publish it.",
    ),
    Rule(
        "REL-KEEPS",
        1,
        _I,
        "Published observations that this table lacks stay as they are",
        "Nothing must be done.",
    ),
    Rule(
        "REL-DELETES",
        1,
        _W,
        "The file deletes published observations",
        "Look at them once more; where they are to go, publish it.",
    ),
    Rule(
        "REL-BOTH",
        1,
        _E,
        "A file gives an observation a value and deletes it as well",
        "Leave the value, or what deletes it.",
    ),
    Rule(
        "REL-CLASH",
        2,
        _E,
        "A series of this table is published already in another one",
        "Send it under the name of that table, leave the series out of one of the two, or withdraw the other.",
    ),
    Rule("REL-SAME", 0, _I, "The table is the same as the one that is published", "Nothing must be done."),
)

_MESSAGES = (
    # Levels 0 and 1: data messages as they are read, and several of them laid together.
    Rule(
        "MSG-COMPONENT",
        0,
        _E,
        "A message has a component that its data structure has not",
        "Correct its id, or load the version of the structure that has it.",
        "SDMX 3.0 section 3, structure-specific data",
    ),
    Rule(
        "MSG-EMPTY",
        0,
        _I,
        "A message has series without observations",
        "Nothing must be done.",
        "SDMX 3.0 section 3, structure-specific data",
    ),
    Rule(
        "MSG-DELETE",
        1,
        _E,
        "A message deletes what it does not name as a whole",
        "Name each observation by its whole key and its period, or each series by its whole key.",
        "SDMX 3.0 section 3, actions",
    ),
    Rule(
        "MSG-DIMENSION",
        1,
        _E,
        "An observation in a message lacks a dimension",
        "Give every observation a value for each dimension.",
        "STRUVAL 150-003",
    ),
    Rule(
        "MSG-VALUE",
        1,
        _E,
        "A value in a message is not a number",
        "Write numbers with a decimal point and without spaces; leave out what has no value.",
        "STRUVAL",
    ),
    Rule(
        "MSG-PERIOD",
        1,
        _E,
        "A period in a message cannot be read",
        "Write periods such as 2019, 2019-Q1, 2019-03 or 2019-03-31.",
        "SDMX 3.0 section 2, ObservationalTimePeriod",
    ),
    Rule(
        "BAS-CONTRADICT",
        1,
        _W,
        "Two messages say different things of the same key and period",
        "Ask the sender which one holds; until then the later message does.",
        "FMR duplicates",
    ),
    Rule(
        "BAS-VERSION",
        0,
        _I,
        "Messages were written for another version of the structure",
        "Nothing must be done while their codes hold; ask the sender to name the version in force.",
    ),
)

RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (*INTAKE, *_STRUCTURE, *WITHIN, *COHERENCE, *_AGREEMENTS, *_RELEASES, *_MESSAGES)
}


def finding(
    rule: str,
    sentence: Sentence,
    place: Place | None = None,
    *,
    severity: Severity | None = None,
    key: str | None = None,
    period: str | None = None,
    count: int = 1,
) -> Finding:
    """A finding of a registered rule, at the rule's own severity unless told otherwise."""
    return Finding(rule, severity or RULES[rule].severity, sentence, place or Place(), key, period, count)
