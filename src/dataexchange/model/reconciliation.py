"""Reconciliation in words: a city's figures made to agree with the nation's, beside the city's own and never in their place.

`Adjusted` is one observation before and after; `Left` is what could not be reconciled, and why; `Outcome` is a whole run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dataexchange.model.sentence import Sentence
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release


class Method(StrEnum):
    """How values are made to agree. What each is fit for is said in `pipeline.reconciliation`."""

    PRO_RATA = "pro-rata"  #: every part times the same factor
    LEAST_SQUARES = "least-squares"  #: the uncertain parts move most; several totals at once
    IPF = "ipf"  #: a table of areas by a breakdown to both of its margins (RAS)
    LOGIT = "logit"  #: percentages shifted alike on the logit scale, so that they stay between 0 and 100
    DENTON = "denton"  #: quarters or months to the nation's years, with the smoothest factors


@dataclass(frozen=True, slots=True)
class Total:
    """What the nation has: the value that a set of figures has to meet, and the release that brought it (the national vintage)."""

    area: str
    key: str
    period: str
    value: float
    vintage: int


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One observation: the city's own value and the reconciled one, both in units (UNIT_MULT applied).

    `parts` is how many figures met the total together. `own_release` is the release that brought the city's own value.
    """

    key: str
    area: str
    period: str
    own: float
    value: float
    total: Total
    parts: int
    provider: str
    own_release: int

    @property
    def factor(self) -> float | None:
        """Reconciled by own; None of an own value of 0, which stays 0."""
        return self.value / self.own if self.own else None


@dataclass(frozen=True, slots=True)
class Left:
    """Figures of an area's parts (or of the area itself, for Denton) that were not reconciled in these periods."""

    area: str
    key: str
    periods: tuple[str, ...]
    reason: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A run. `release` is None where nothing is new, or nothing was to be published; `changed` counts observations that come, change
    or go with it."""

    office: str
    series: str
    method: Method
    dataflow: Ref
    adjusted: tuple[Adjusted, ...]
    left: tuple[Left, ...] = ()
    changed: int = 0
    release: Release | None = None

    @property
    def vintages(self) -> tuple[int, ...]:
        """The releases of the national values that were met."""
        return tuple(sorted({one.total.vintage for one in self.adjusted}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks to have reconciled. `area` is the whole whose national value is to be met; None is every whole there is.

    `partition` is the name of the one to go by where areas are parted in several ways; None is every one whose parts have values.
    `across` names a dimension, such as SEX, whose codes are reconciled together with the areas. `cv` is the coefficient of variation,
    in percent, of values that come without bounds. `office` may stay away where only one office has national values.
    """

    series: str
    dataflow: Ref
    area: str | None = None
    method: Method | None = None
    across: str | None = None
    cv: float = 5.0
    office: str | None = None
    partition: str | None = None


#: Attributes by which a reconciled observation is told apart from a city's own: NATURE CA is "country adjusted".
NATURE: Mapping[str, str] = {"NATURE": "CA", "OBS_STATUS": "E"}
