"""Questions the exchange answers, as frozen values: an invalid query cannot exist.

`messages.url` makes them from a URL, once, at the edge; `store` answers them. The in-memory twin in the tests answers them
again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Operator(StrEnum):
    """Operators of SDMX REST 2.x component filters."""

    EQ = "eq"
    NE = "ne"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    CONTAINS = "co"
    NOT_CONTAINS = "nc"
    STARTS = "sw"
    ENDS = "ew"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one component's value: `ge:2010` is Condition(GE, "2010")."""

    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """`c[FREQ]=A,M` or `c[TIME_PERIOD]=ge:2010+le:2012`: a conjunction of disjunctions, as the standard reads ',' and '+'.

    `all_of` holds the parts joined with '+': each must hold; each is a tuple of conditions joined with ',', one of which must hold.
    """

    component: str
    all_of: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True, slots=True)
class KeyPattern:
    """One series key with wildcards: per position the codes allowed, () for all. `A..GB_BRS+GB` -> (("A",), (), ("GB_BRS", "GB"))."""

    positions: tuple[tuple[str, ...], ...]

    @property
    def matches_all(self) -> bool:
        return not any(self.positions)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One step of `sort=REF_AREA+TIME_PERIOD:desc`. `component` may be the word `*` or `series_key` until the query meets a structure."""

    component: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Where the data are looked for: `dataflow/DX/DF_SDG_LOCAL/1.0.0`. Every part a tuple; ("*",) is any."""

    kind: str = "*"  #: "dataflow", "datastructure", "provisionagreement" or "*"
    agencies: tuple[str, ...] = ("*",)
    ids: tuple[str, ...] = ("*",)
    versions: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class DataQuery:
    """A data query, whichever API version it came by. Empty `keys` ask for all series.

    `start`/`end` are v1's startPeriod and endPeriod as written; v2 has them as filters on the time dimension.
    `attributes` and `measures` are None for the default (all), () for none, or the ids that are wanted.
    """

    context: Context = Context()
    keys: tuple[KeyPattern, ...] = ()
    filters: tuple[ComponentFilter, ...] = ()
    providers: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    updated_after: datetime | None = None
    as_of: datetime | None = None
    include_history: bool = False
    first_n: int | None = None
    last_n: int | None = None
    dimension_at_observation: str | None = None
    attributes: tuple[str, ...] | None = None
    measures: tuple[str, ...] | None = None
    #: False asks for series alone: v1's detail=nodata and serieskeysonly, v2's attributes=none&measures=none.
    observations: bool = True
    #: Observations (series, where only those are asked for) to leave out at the start, and the most to answer with.
    offset: int = 0
    limit: int | None = None
    #: The order of the answer; () for the order of series keys, then of time.
    sort: tuple[SortKey, ...] = ()
    #: (month, day) on which the reporting year begins that periods in this query are of: "2010-Q3" of a year from 1 July.
    reporting_year_start: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class AvailabilityQuery:
    """Which codes occur in the data that `data` would answer. `component` is () for all; `available` leaves each component's
    own filter aside, so that a reader sees what could still be chosen."""

    data: DataQuery
    components: tuple[str, ...] = ()
    available: bool = False
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StructureQuery:
    """Artefacts by kind (() for any), agency, id, version ("*" any, "+" latest stable, "~" latest) and items."""

    kinds: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ("*",)
    ids: tuple[str, ...] = ("*",)
    versions: tuple[str, ...] = ("~",)
    items: tuple[str, ...] = ()
    detail: str = "full"
    references: tuple[str, ...] = field(default=("none",))
    #: Role of data constraints, where v1 asks for allowed or actual ones only: "Allowed", "Actual".
    role: str | None = None
    #: The structures as they were then.
    as_of: datetime | None = None
