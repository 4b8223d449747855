"""The mapping file: how a city's table becomes SDMX. People type it, so it is a pydantic model with sentences for errors.

A mapping is data, never Python: a new city or table is a new file `mappings/<city>/<dataset>.yaml`. Its path names the
dataset ("bristol/pm25"). Every column of the table is mentioned, under `columns` or `ignore`, so that a column the city
adds later is noticed. A complete example stands in docs/map-a-table.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BeforeValidator, Field, field_validator, model_validator

from dataexchange.errors import InvalidRequest
from dataexchange.model.reading import Reading
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.typed import CellText, Typed

#: A dataset made by a mapping has the texts of the table's columns that it does not use, as `@unused Region`: where rows turn
#: out to have the same key and period, they tell which column would have told them apart.
UNUSED = "@unused "


class Misplaced(ValueError):
    """A fault of the mapping as a whole that stands at one place of it: `at` leads there, such as ("columns", "Ward")."""

    def __init__(self, message: str, *at: str) -> None:
        self.at = at
        super().__init__(message)


class Source(Typed):
    """Where the figures come from; travels with every release."""

    name: str
    url: str | None = None
    licence: str | None = None
    note: str | None = None


def matching_headers(pattern: str, headers: Sequence[str]) -> tuple[str, ...]:
    """Headers that a pattern matches as a whole. Arrow's RE2 takes linear time whatever is typed, Python's `re` does not."""
    try:
        marks = pc.match_substring_regex(pa.array(headers, pa.string()), f"^(?:{pattern})$")
    except pa.ArrowInvalid as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression ({error})") from None
    return tuple(header for header, mark in zip(headers, marks.to_pylist(), strict=True) if mark)


class Unpivot(Typed):
    """Wide to long: the cells of many columns become rows."""

    columns: tuple[CellText, ...] = Field((), description="headers of the columns whose cells are values")
    matching: str | None = Field(None, description="or: a regular expression that whole headers match")
    names_to: str = Field("Column", description="new column that holds the header")
    values_to: str = Field("Value", description="new column that holds the cell")

    @model_validator(mode="after")
    def _either(self) -> Unpivot:
        if bool(self.columns) == bool(self.matching):
            raise ValueError("name the columns to unpivot, or give a pattern under `matching`: one of the two")
        if self.matching is not None:
            matching_headers(self.matching, ("",))
        return self


class Numbers(Typed):
    """How numbers are written: "1 234,5" has decimal ',' and thousands ' ' (any kind of space)."""

    decimal: str = Field(".", min_length=1, max_length=1)
    thousands: str | None = Field(None, min_length=1, max_length=1)
    percent: bool = Field(False, description="a % sign may stand after the number: 12.5% is 12.5")

    @model_validator(mode="after")
    def _apart(self) -> Numbers:
        marks = self.decimal + (self.thousands or "")
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same mark: write two different ones")
        if re.search(r"[\w+\-−%]", marks) or self.decimal.isspace():
            raise ValueError(
                "decimal and thousands are marks such as '.', ',', ' ' or \"'\", no letters, digits or signs"
            )
        return self


class PeriodForm(StrEnum):
    """How periods stand in the table. Several may be allowed; the first that fits is taken."""

    SDMX = "sdmx"  #: 2018, 2018-Q1, 2018-03 as the standard writes them
    SURVEY_YEAR = "survey_year"  #: 2018-19, 2018/19, 2018/2019: the first year; consecutive years only
    QUARTER = "quarter"  #: 2000 Q1, Q1 2000, 2000Q1
    DATE = "date"  #: 2018-03-31 as a year


def _codes(value: Any) -> Any:
    if value is None or isinstance(value, str | dict):
        return value
    raise ValueError("write the texts with their codes, such as {Men: M}, or the name of a table under `tables`")


class Target(Typed):
    """What a column gives to one component.

    Order of work: strip; an empty cell gives `blank` as it stands; `codes` where given (a text that is not in it is a finding),
    else `prefix` + the text. A period or number is read from what comes out.
    """

    to: str = Field(description="a dimension, TIME_PERIOD, OBS_VALUE or an attribute")
    codes: Annotated[dict[CellText, CellText] | str | None, BeforeValidator(_codes)] = Field(
        None, description="text to code; or the name of a table under `tables`"
    )
    prefix: str = ""
    blank: CellText | None = Field(
        None, description="what an empty cell means; without it an empty cell of a dimension is a finding"
    )
    period: tuple[PeriodForm, ...] = Field((PeriodForm.SDMX,), description="for TIME_PERIOD")

    @field_validator("period", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class LeaveOut(Typed):
    """Rows that are not to be mapped, with the reason. They are counted in the report."""

    column: str
    equals: tuple[CellText, ...]
    reason: str


class Unfit(StrEnum):
    """What becomes of a row that has a text without a code, or no period."""

    REFUSE = "refuse"  #: an error: the table cannot be published before it is corrected
    LEAVE_OUT = "leave_out"  #: a warning: the row is left out


def _targets(value: Any) -> Any:
    """`Year: TIME_PERIOD` and `Year: {to: TIME_PERIOD}` are short for a list of one."""
    listed = value if isinstance(value, list | tuple) else () if value is None else (value,)
    if not listed:
        raise ValueError("say which component the column goes to, such as TIME_PERIOD, or list it under `ignore`")
    return tuple({"to": target} if isinstance(target, str) else target for target in listed)


class Mapping(Typed):
    title: str
    source: Source
    provider: str = Field(description="id of the data provider that sends the table")
    dataflow: str = Field(description="agency:id(version) of the dataflow it becomes part of")
    read: Reading = Reading()
    unpivot: Unpivot | None = None
    numbers: Numbers = Numbers()
    missing: dict[CellText, str] = Field(
        default={"": "skip"},
        description="value cells that hold no number: `skip` (no observation) or the OBS_STATUS code to publish without a value",
    )
    tables: dict[str, dict[CellText, CellText]] = Field(default={}, description="code tables used by several columns")
    columns: dict[str, Annotated[tuple[Target, ...], BeforeValidator(_targets)]]
    ignore: tuple[CellText, ...] = Field((), description="columns that are known and not used")
    leave_out: tuple[LeaveOut, ...] = ()
    beyond: tuple[CellText, ...] = Field(
        (),
        description="columns with breakdowns that the structure does not hold: rows that say something there are left out",
    )
    unfit: Unfit = Field(
        Unfit.REFUSE, description="rows with a text that has no code, or no period: refuse or leave_out"
    )
    fixed: dict[str, CellText] = Field(default={}, description="component to value, the same for every observation")

    @field_validator("dataflow")
    @classmethod
    def _dataflow(cls, value: str) -> str:
        try:
            parse_short(value, Kind.DATAFLOW)
        except InvalidRequest as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Mapping:
        given: dict[str, str] = dict.fromkeys(self.fixed, "fixed")
        for column, targets in self.columns.items():
            if column in self.ignore or column in self.beyond:
                raise Misplaced(
                    f"column {column!r} stands under `columns` and under `ignore` or `beyond`: leave one",
                    "columns",
                    column,
                )
            for target in targets:
                if target.to in given:
                    raise Misplaced(
                        f"{target.to} is given twice, by {given[target.to]!r} and by {column!r}: leave one",
                        *("columns", column),
                    )
                if isinstance(target.codes, str) and target.codes not in self.tables:
                    raise Misplaced(
                        f"column {column!r} uses the code table {target.codes!r}, which is not under `tables`: add it "
                        "there, or correct its name",
                        *("columns", column),
                    )
                given[target.to] = column
        return self

    @property
    def dataflow_ref(self) -> Ref:
        return parse_short(self.dataflow, Kind.DATAFLOW)

    def codes_of(self, target: Target) -> dict[str, str] | None:
        return self.tables[target.codes] if isinstance(target.codes, str) else target.codes
