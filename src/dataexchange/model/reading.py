"""How a file is laid out, as a mapping file says it under `read`. What is not said is found out and reported."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, Field, field_validator

from dataexchange.model.typed import CellText, Typed

#: Every visible sheet.
ALL = "all"
#: The name in a workbook that stands for the sheet of findings which was put into it when it was sent back.
FINDINGS_NAME = "_dxFindings"


def _pattern(value: str) -> str:
    """Patterns of people are RE2, which takes no longer for a hostile one."""
    try:
        pc.match_substring_regex(pa.array([""]), f"^(?:{value})$")
    except pa.ArrowInvalid:
        raise ValueError("write a regular expression as RE2 has them, such as '20[0-9][0-9]'") from None
    return value


Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_pattern)]


class Matching(Typed):
    """Those whose whole name matches."""

    matching: Pattern = Field(description="a regular expression (RE2) for the whole name, such as 20[0-9][0-9]")


Sheets = CellText | Annotated[tuple[CellText, ...], Field(min_length=1, max_length=100)] | Matching


class Reading(Typed):
    """How the file is laid out. What is not said is found out and reported."""

    sheet: Sheets | None = Field(
        None,
        description="workbooks: name of the sheet, or its number from 1; a list of them; a pattern; or the word all",
    )
    file: Pattern | None = Field(
        None, description="zip files: a regular expression (RE2) for the whole names of the files that are read"
    )
    header_row: int | None = Field(None, ge=1, description="row of the column names, from 1; the first one of several")
    header_rows: int | None = Field(None, ge=1, le=10, description="how many rows name the columns")
    hidden: Literal["read", "leave_out"] = Field("read", description="workbooks: hidden rows and columns")
    encoding: str | None = Field(None, description="such as utf-8 or cp1252")
    delimiter: str | None = Field(None, min_length=1, max_length=1, description="one mark, or the word tab")
    quote: str | None = Field(None, pattern="^[\"']$", description="the quotes around cells: \" or '")
    last_row: int | None = Field(None, ge=2, description="last row of the table, from 1; what is below are notes")

    @field_validator("delimiter", mode="before")
    @classmethod
    def _tab(cls, value: Any) -> Any:
        return "\t" if value in ("tab", "\\t") else value

    @field_validator("delimiter")
    @classmethod
    def _mark(cls, value: str | None) -> str | None:
        if value is not None and (not value.isascii() or value.isalnum() or value in '"\r\n\0'):
            raise ValueError("write one mark such as ',' or ';', or the word tab")
        return value
