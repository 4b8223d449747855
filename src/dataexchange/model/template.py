"""A workbook for a city to fill: rows with their keys, what was published last, and the codes that may be chosen.

What is not in the observations but must come back with them (dataflow, provider, which column is which component) stands in a
sheet of its own, `FORM_SHEET`; a workbook that has it needs no mapping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dataexchange.model.mapping import Source
from dataexchange.model.sentence import Value

DATA_SHEET = "Data"
NOTES_SHEET = "How to fill this in"
CODES_SHEET = "Codes"
FORM_SHEET = "Exchange (leave as it is)"
#: What stands between a code and its name in a cell: "GB_BRS | Bristol".
MARK = " | "
#: First characters of what spreadsheets, and our reading of them, take for formulas and their errors. A text that begins with one of
#: them stands in a cell with a ' before it.
GUARDED = ("=", "#", "'")
#: Headers of the form sheet; the first has the number of the layout, and is the name of every mapping that a template stands for.
FORM = "dataexchange template 1"
FORM_COLUMNS = (FORM, "Component", "Empty")

#: Columns of `Template.rows` that are told and not read back.
LAST_PERIOD, LAST_VALUE = "@last_period", "@last_value"
TOLD = (LAST_PERIOD, LAST_VALUE)


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its header, its component, and what an empty cell of it means (None: it must be filled)."""

    header: str
    component: str
    blank: str | None = None
    #: All rows say the same here, so that it need not be seen.
    settled: bool = False
    #: What people come to fill.
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One series of the table, for people: its code, its name, what it counts and in what."""

    code: str
    name: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class Form:
    """What a filled workbook says about itself."""

    title: str
    dataflow: str
    provider: str
    dataset: str
    source: Source
    fields: tuple[Field, ...]
    #: Headers of columns that are not read.
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """`rows`: a string column for each field but the measure (float64) and LAST_VALUE (float64); `choices`: component -> the codes
    to choose from, with their names; `notes`: what to know, a paragraph each; `facts`: whose it is, name and text."""

    form: Form
    #: The column of values; what was published last stands before it.
    measure: str
    rows: pa.Table
    choices: Mapping[str, Mapping[str, str]]
    notes: Sequence[Value] = ()
    facts: Sequence[tuple[Value, Value]] = ()
    definitions: Sequence[Definition] = ()


def is_bare(codes: Iterable[str]) -> bool:
    """Whether the codes of a list stand alone in their cells, without names: value lists have some that would be torn by the mark.

    >>> is_bare(["GB_BRS"]), is_bare(["a|b"])
    (False, True)
    """
    return any("|" in code or code.startswith(GUARDED) for code in codes)
