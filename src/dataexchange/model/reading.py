"""How a file is laid out, as a mapping file says it under `read`. What is not said is found out and reported."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from dataexchange.model.typed import CellText, Typed


class Reading(Typed):
    """How the file is laid out. What is not said is found out and reported."""

    sheet: CellText | None = Field(None, description="XLSX: name of the sheet, or its number from 1")
    header_row: int | None = Field(None, ge=1, description="row of the column names, from 1")
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
