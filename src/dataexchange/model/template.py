"""A workbook for a city to fill: rows with their keys, what was published last, and the codes that may be chosen.

What is not in the observations but must come back with them (dataflow, provider, which column is which component) stands in a
sheet of its own, `FORM_SHEET`; a workbook that has it needs no mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from dataexchange.model.structure import Ref

DATA_SHEET = "Data"
FORM_SHEET = "Exchange (leave as it is)"
#: What stands between a code and its name in a cell: "GB_BRS | Bristol".
MARK = " | "
#: First words of the form sheet, and the number of the layout.
FORM = "dataexchange template"
LAYOUT = "1"

#: Columns of `Template.rows` that are told and not read back.
LAST_PERIOD, LAST_VALUE = "@last_period", "@last_value"
#: Their headers.
TOLD = {LAST_PERIOD: "Last period", LAST_VALUE: "Last value"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column: its header, its component, and what an empty cell of it means (None: it must be filled)."""

    header: str
    component: str
    blank: str | None = None
    #: All rows say the same here, so that it need not be seen.
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """`rows`: a string column for each field but the measure (float64), besides LAST_PERIOD (string) and LAST_VALUE (float64);
    `choices`: component -> the codes to choose from, with their names; `notes`: what to know, a paragraph each."""

    title: str
    dataflow: Ref
    provider: str
    fields: tuple[Field, ...]
    rows: pa.Table
    choices: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a filled workbook says about itself."""

    title: str
    dataflow: str
    provider: str
    fields: tuple[Field, ...]
