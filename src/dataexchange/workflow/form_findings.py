"""What is found in a filled template, told to whoever filled it: in words of a workbook, as there is no mapping that they could mend.

    MAP-CODE    'Bristol' has no code in the mapping: add it to the codes, …
    FORM-CODE   'Bristol' is no code of this column: choose one from the drop-down; …

What no rule of a template is for stays as it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dataexchange.model.finding import Finding, Report
from dataexchange.model.sentence import Sentence, Value, say, says, together
from dataexchange.pipeline.mapping_faults import shown


def for_a_workbook(report: Report) -> Report:
    return replace(report, findings=tuple(map(_retold, report.findings)))


def _retold(found: Finding) -> Finding:
    rule, tell = _TOLD.get(found.rule, (found.rule, None))
    sentence = tell(found) if tell is not None else None
    return found if sentence is None else replace(found, rule=rule, sentence=sentence)


def _cell(words: Sentence) -> Callable[[Finding], Sentence | None]:
    """A sentence about one cell, and how many more have the same."""

    def tell(found: Finding) -> Sentence | None:
        cell, column = found.place.value, found.place.column
        if column is None or (not cell and found.rule != "MAP-BLANK"):
            return None
        values = {"cell": shown(cell or ""), "column": shown(column)}
        n = found.count - 1
        more = says("The same stands in {n} more row.", "The same stands in {n} more rows.", n)
        return together(replace(words, values=tuple(values.items())), more if n else "")

    return tell


def _header(found: Finding) -> Sentence | None:
    wanted, now = _about(found.sentence, "column"), found.place.value
    if wanted is None:
        return None
    told = (
        say("The column {column} is not there: put it back, with this header.", column=wanted)
        if now is None
        else say("Write the header back: it was {column}, and now it is {now}.", column=wanted, now=shown(now))
    )
    return together(told, *(value for name, value in found.sentence.values if name == "1" and not found.sentence.text))


def _about(sentence: Sentence, name: str) -> Value | None:
    """The value of that name, wherever it stands in the sentence."""
    for key, value in sentence.values:
        if key == name:
            return value
        if isinstance(value, Sentence) and (within := _about(value, name)) is not None:
            return within
    return None


def _unknown(found: Finding) -> Sentence:
    return say(
        "The column {column} is none of the template's, so it is not read: leave it out, or write its header back if it was changed.",
        column=shown(found.place.column or ""),
    )


def _nothing(_: Finding) -> Sentence:
    return say(
        "No value was filled in, so there is nothing to publish: write values into the yellow cells, or choose a status that says why "
        "there is none."
    )


def _kept(found: Finding) -> Sentence:
    return says(
        "{n} published observation is not in this workbook and stays as it is: a workbook takes nothing away. To take away the whole "
        "table, withdraw it; for less, send a table with a mapping, or an SDMX message with the action Delete.",
        "{n} published observations are not in this workbook and stay as they are: a workbook takes nothing away. To take away the whole "
        "table, withdraw it; for less, send a table with a mapping, or an SDMX message with the action Delete.",
        found.count,
    )


_CODE = say("{cell} is no code of the column {column}: choose one from the drop-down; the code stands before the mark.")
_BLANK = say("The cell in column {column} is empty: fill it, or leave the whole row out.")
_PERIOD = say("{cell} in column {column} is no period: write one such as 2024, 2024-Q1 or 2024-03.")
_NUMBER = say(
    "{cell} is no number: write the number alone. Where there is none, leave the cell empty and choose a status."
)
_FORMULA = say("{cell} in column {column} is a formula without a result: write what it should give.")

_TOLD: Mapping[str, tuple[str, Callable[[Finding], Sentence | None]]] = {
    "MAP-CODE": ("FORM-CODE", _cell(_CODE)),
    "MAP-BLANK": ("FORM-BLANK", _cell(_BLANK)),
    "MAP-PERIOD": ("FORM-PERIOD", _cell(_PERIOD)),
    "MAP-NUMBER": ("FORM-NUMBER", _cell(_NUMBER)),
    "FILE-FORMULA": ("FORM-FORMULA", _cell(_FORMULA)),
    "MAP-COLUMN": ("FORM-HEADER", _header),
    "MAP-UNKNOWN-COLUMN": ("FORM-COLUMN", _unknown),
    "MAP-SCHEMA": ("FORM-OLD", lambda found: found.sentence),
    "REL-NOTHING": ("FORM-EMPTY", _nothing),
    "REL-KEEPS": ("REL-KEEPS", _kept),
}
