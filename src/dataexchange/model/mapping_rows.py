"""Words of a mapping file that say which cells of a table are values, and which rows are none of it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from dataexchange.model.dataset import FILE, SHEET
from dataexchange.model.pattern import checked, group_count
from dataexchange.model.typed import CellText, Typed

#: Columns that no table has and every mapping may name: what the sheet and the file are called.
WHOLE = (SHEET, FILE)


_Names = Annotated[list[str], Field(min_length=1, max_length=9)]


class Unpivot(Typed):
    """Wide to long: the cells of many columns become rows.

    With several names in `names_to` a header has as many parts: one for each group of `split`, else one for each header row.

        unpivot: {split: "(Men|Women) (\\d{4})", names_to: [Sex, Year]}
    """

    columns: tuple[CellText, ...] = Field((), description="headers of the columns whose cells are values")
    matching: str | None = Field(None, description="or: a regular expression that whole headers match")
    split: str | None = Field(
        None,
        description="a regular expression of whole headers with a group for each name; alone it also says which headers",
    )
    names_to: tuple[str, ...] = Field(
        ("Column",),
        min_length=1,
        max_length=9,
        description="new column that holds the header, or one for each part of it",
    )
    values_to: str = Field("Value", description="new column that holds the cell")

    @field_validator("names_to", mode="before", json_schema_input_type=str | _Names)
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @property
    def pattern(self) -> str | None:
        """What headers must match, where they are not listed."""
        return self.matching if self.matching is not None else None if self.columns else self.split

    @property
    def made(self) -> tuple[str, ...]:
        """The new columns."""
        return (*self.names_to, self.values_to)

    @model_validator(mode="after")
    def _either(self) -> Unpivot:
        if bool(self.columns) + bool(self.matching) != 1 and (self.split is None or self.columns):
            raise ValueError("name the columns to unpivot, or give a pattern under `matching`: one of the two")
        for pattern in (self.matching, self.split):
            if pattern is not None:
                checked(pattern)
        if len(set(self.made)) < len(self.made):
            raise ValueError("two of the new columns have one name: give each its own under `names_to` and `values_to`")
        if self.split is not None and group_count(self.split) != len(self.names_to):
            raise ValueError(
                f"`split` has {group_count(self.split)} groups and `names_to` {len(self.names_to)} names: write one group in "
                "(brackets) for each name"
            )
        return self


class LeaveOut(Typed):
    """Rows that are not to be mapped, with the reason. They are counted in the report."""

    column: str = Field(description="header of the column that tells")
    equals: tuple[CellText, ...] = Field((), description="texts of the cell")
    matching: str | None = Field(None, description="or: a regular expression that the whole text matches")
    blank: bool = Field(False, description="or: true where the cell is empty")
    reason: str = Field(description="why, for the report: the sum of the rows above")

    @model_validator(mode="after")
    def _something(self) -> LeaveOut:
        if not (self.equals or self.matching is not None or self.blank):
            raise ValueError("say which rows: texts under `equals`, a pattern under `matching`, or `blank: true`")
        if self.matching is not None:
            checked(self.matching)
        return self
