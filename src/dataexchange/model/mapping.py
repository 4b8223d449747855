"""The mapping file: how a city's table becomes SDMX. People type it, so it is a pydantic model with sentences for errors.

A mapping is data, never Python: a new city or table is a new file `mappings/<city>/<dataset>.yaml`. Its path names the
dataset ("bristol/pm25"). Every column of the table is mentioned, under `columns` or `ignore`, so that a column the city
adds later is noticed. A complete example stands in docs/map-a-table.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from dataexchange.errors import InvalidRequest
from dataexchange.model.adaptation import Adaptation
from dataexchange.model.conversion import Conversion
from dataexchange.model.derivation import Derivation
from dataexchange.model.mapping_rows import WHOLE, LeaveOut, Unpivot
from dataexchange.model.pattern import Pattern, checked
from dataexchange.model.period_forms import DateAs, PeriodForm, YearOf
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

    name: str = Field(description="who made the figures, and from what: `Bristol City Council, Quality of Life survey`")
    url: str | None = Field(None, description="where the table is published")
    licence: str | None = Field(
        None, description="under which it may be passed on, such as Open Government Licence v3.0"
    )
    note: str | None = Field(None, description="what else whoever uses the figures should know")


class Numbers(Typed):
    """How numbers are written: "1 234,5" has decimal ',' and thousands ' ' (any kind of space).

    Where neither mark is said, they are found out from the cells as far as those are certain.
    """

    decimal: str = Field(".", min_length=1, max_length=1, description="mark before the decimals: . or ,")
    thousands: str | None = Field(
        None, min_length=1, max_length=1, description="mark between thousands: , . ' or a space"
    )
    percent: bool = Field(False, description="a % sign may stand after the number: 12.5% is 12.5")

    @model_validator(mode="before")
    @classmethod
    def _other(cls, said: Any) -> Any:
        """Points between thousands leave the comma to the decimals."""
        alone = isinstance(said, dict) and said.get("thousands") == "." and "decimal" not in said
        return {**said, "decimal": ","} if alone else said

    @property
    def said(self) -> bool:
        """Whether the mapping says which marks the numbers have."""
        return not self.model_fields_set.isdisjoint(("decimal", "thousands"))

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


def _is_pattern(value: Any) -> str:
    return "pattern of period" if isinstance(value, dict | Pattern) else "form of period"


#: `survey_year`, or `{match: "Wave (\\d)", gives: "201\\1"}`.
PeriodWord = Annotated[
    Annotated[PeriodForm, Tag("form of period")] | Annotated[Pattern, Tag("pattern of period")],
    Discriminator(_is_pattern),
]


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str | dict) else value


def _codes(value: Any) -> Any:
    if value is None or isinstance(value, str | dict):
        return value
    raise ValueError("write the texts with their codes, such as {Men: M}, or the name of a table under `tables`")


class Reader(StrEnum):
    """What texts may be read as, where nobody writes down each of them."""

    AGE = "age"  #: 0-14, 15 to 24 years, 65+, under 5, all ages: see `model.age`


class Target(Typed):
    """What a column gives to one component, or under `gives` to several.

    Order of work: strip; an empty cell gives `blank` as it stands; `codes`, then `patterns`, then `read_as`, as far as they are
    given (a text that none of them has is a finding); without any of them `prefix` + the text. A period or number is read
    from what comes out.
    """

    to: str = Field("", description="a dimension, TIME_PERIOD, OBS_VALUE or an attribute")
    codes: Annotated[dict[CellText, CellText] | str | None, BeforeValidator(_codes)] = Field(
        None, description="text to code; or the name of a table under `tables`"
    )
    patterns: tuple[Pattern, ...] = Field((), max_length=100, description="codes by regular expression, after `codes`")
    read_as: Reader | None = Field(None, description="`age`: texts such as 15 to 24 years are read, after `patterns`")
    gives: dict[CellText, dict[str, CellText]] | None = Field(
        None, description="text to components with their codes: one column for several components, in place of `to`"
    )
    fill_down: bool = Field(False, description="an empty cell of the column means what stands above it")
    prefix: str = Field("", description="stands before the text where there are no `codes`: GB_BRS_")
    blank: CellText | None = Field(
        None, description="what an empty cell means; without it an empty cell of a dimension is a finding"
    )
    period: Annotated[
        tuple[PeriodWord, ...], BeforeValidator(_one_or_many, json_schema_input_type=PeriodWord | list[PeriodWord])
    ] = Field(
        (PeriodForm.SDMX,),
        description="for TIME_PERIOD: forms its texts have, or {match, gives} for one of your own; the first that fits is taken",
    )
    of: YearOf | None = Field(None, description="for TIME_PERIOD: which of several years a span stands under")
    date_as: DateAs = Field(DateAs.YEAR, description="for TIME_PERIOD: what a date stands for")
    convert: Annotated[
        tuple[Conversion, ...], BeforeValidator(_one_or_many, json_schema_input_type=Conversion | list[Conversion])
    ] = Field((), description="for OBS_VALUE: units or factors; the first that fits is taken")
    scale: bool = Field(False, description="for OBS_VALUE: multiply by UNIT_MULT, which becomes 0")

    @model_validator(mode="after")
    def _one_order(self) -> Target:
        if {PeriodForm.DAY_FIRST, PeriodForm.MONTH_FIRST} <= set(self.period):
            raise ValueError("03/04/2018 cannot be both: leave `day_first` or `month_first` under `period`")
        return self

    @model_validator(mode="after")
    def _either(self) -> Target:
        if self.gives is None:
            if not self.to:
                raise ValueError("say under `to` which component the column goes to, such as TIME_PERIOD")
            return self
        if self.to or self.reads or self.prefix or self.blank is not None:
            raise ValueError(
                "`gives` says all that the column gives: leave out `to`, `codes`, `patterns`, `read_as`, `prefix` and "
                '`blank`; an empty cell is the text "" under `gives`'
            )
        if not any(self.gives.values()):
            raise ValueError("write texts with what they give, such as {Homicides: {SERIES: VC_IHR_PSRCN}}")
        return self

    @property
    def plain(self) -> bool:
        """Are texts taken as they stand?"""
        return not (self.reads or self.gives is not None or self.prefix or self.blank is not None)

    @property
    def partly(self) -> bool:
        """Is there a text that gives other components and not this one?"""
        return self.gives is not None and any(self.to not in given for given in self.gives.values())

    @property
    def reads(self) -> bool:
        """Does it say which texts there may be? Else texts are taken as they stand."""
        return self.codes is not None or bool(self.patterns) or self.read_as is not None


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


def _one_each(targets: Iterable[Target]) -> tuple[Target, ...]:
    """A target for every component that `gives` names: each keeps all of it, and takes its own part."""
    out: list[Target] = []
    for target in targets:
        given = dict.fromkeys(component for part in (target.gives or {}).values() for component in part)
        out += [target.model_copy(update={"to": component}) for component in given] if given else [target]
    return tuple(out)


#: What stands behind a column: `TIME_PERIOD`, `{to: TIME_PERIOD}` or a list of these.
_Component = Annotated[str, Field(min_length=1)]
_Written = _Component | Target | Annotated[list[_Component | Target], Field(min_length=1)]
Targets = Annotated[
    tuple[Target, ...], BeforeValidator(_targets, json_schema_input_type=_Written), AfterValidator(_one_each)
]


class Mapping(Typed):
    title: str = Field(description="what the table is, for people")
    source: Source = Field(description="where the figures come from: travels with every release")
    provider: str = Field(description="id of the data provider that sends the table")
    dataflow: str = Field(description="agency:id(version) of the dataflow it becomes part of")
    complete: bool = Field(
        False, description="the table has all that is to be published under its name: what it lacks is deleted"
    )
    read: Reading = Field(Reading(), description="how the file is laid out; what is not said is found out and reported")
    unpivot: Unpivot | None = Field(None, description="wide to long: the cells of many columns become rows")
    numbers: Numbers = Field(Numbers(), description="how numbers are written; found out where neither mark is said")
    missing: dict[CellText, str] = Field(
        default={"": "skip"},
        description="value cells that hold no number: `skip` (no observation), `delete` (take away the one that is published) or the "
        "OBS_STATUS code to publish without a value",
    )
    missing_matching: dict[CellText, str] = Field(
        default={},
        description="regular expression that the whole cell matches, such as `<\\d+`, to what `missing` says",
    )
    flags: dict[CellText, str] = Field(
        default={},
        description="symbol beside a number or a period, such as e or *, to its OBS_STATUS; the first named holds",
    )
    tables: dict[str, dict[CellText, CellText]] = Field(
        default={},
        description="code tables used by several columns, by name; {from: ../tables/ages.yaml} is one in a file",
    )
    columns: dict[str, Targets] = Field(
        description="header to what the column gives: a component such as TIME_PERIOD, {to: …, codes: …}, or a list of them"
    )
    ignore: tuple[CellText, ...] = Field((), description="columns that are known and not used")
    leave_out: tuple[LeaveOut, ...] = Field((), description="rows that are not mapped, with the reason")
    beyond: tuple[CellText, ...] = Field(
        (),
        description="columns with breakdowns that the structure does not hold: rows that say something there are left out",
    )
    unfit: Unfit = Field(
        Unfit.REFUSE, description="rows with a text that has no code, or no period: refuse or leave_out"
    )
    fixed: dict[str, CellText] = Field(default={}, description="component to value, the same for every observation")
    adaptations: tuple[Adaptation, ...] = Field((), description="how series of the table stand to the global ones")
    derive: tuple[Derivation, ...] = Field((), description="series worked out from others of this table")

    @field_validator("dataflow")
    @classmethod
    def _dataflow(cls, value: str) -> str:
        try:
            parse_short(value, Kind.DATAFLOW)
        except InvalidRequest as error:
            raise ValueError(str(error)) from None
        return value

    @field_validator("missing_matching")
    @classmethod
    def _patterns(cls, value: dict[str, str]) -> dict[str, str]:
        return {checked(pattern): meaning for pattern, meaning in value.items()}

    @field_validator("flags")
    @classmethod
    def _flags(cls, value: dict[str, str]) -> dict[str, str]:
        for symbol in value:
            if not 1 <= len(symbol) <= 20 or symbol != symbol.strip() or symbol in ".,-+%":
                raise ValueError(f"{symbol!r} is no symbol: write what stands beside the number, such as e or *")
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
                if target.to in given and not (given[target.to] == "fixed" and target.partly):
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
            self._check_fill_down(column, targets)
        return self

    def _check_fill_down(self, column: str, targets: tuple[Target, ...]) -> None:
        made = (*WHOLE, *(self.unpivot.made if self.unpivot else ()))
        if column in made and any(target.fill_down for target in targets):
            raise Misplaced(
                f"{column!r} is no column of the table itself, so it has no empty cells to fill: leave out `fill_down`",
                *("columns", column),
            )

    @model_validator(mode="after")
    def _recorded_once(self) -> Mapping:
        told: set[str] = set()
        for record in self.adaptations:
            if record.series in told:
                raise Misplaced(f"{record.series} has two adaptation records: leave one", "adaptations")
            for component in sorted(self.fixed.keys() & record.attributes().keys()):
                raise Misplaced(
                    f"{component} stands under `fixed` and in the adaptation record of {record.series}: leave one",
                    *("fixed", component),
                )
            told.add(record.series)
        return self

    @property
    def dataflow_ref(self) -> Ref:
        return parse_short(self.dataflow, Kind.DATAFLOW)

    def codes_of(self, target: Target) -> dict[str, str] | None:
        """Text -> code. A text that gives this component nothing, and others something, has its `fixed` value."""
        if target.gives is not None:
            usual = self.fixed.get(target.to, "")
            return {text: given.get(target.to, usual) for text, given in target.gives.items()}
        return self.tables[target.codes] if isinstance(target.codes, str) else target.codes

    def filled_down(self) -> frozenset[str]:
        """Columns whose empty cells mean what stands above."""
        return frozenset(column for column, targets in self.columns.items() if any(t.fill_down for t in targets))
