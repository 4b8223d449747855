"""What a release changes, or would change: every observation that comes, is revised or goes, and how many stay as they are.

`table` has one row for each changed observation, by series key and period:

    key          period  change      old OBS_VALUE  new OBS_VALUE  old_attributes       new_attributes
    A.GB_BRS._T  2019    revised     10.5           10.7           {"OBS_STATUS":"P"}   {"OBS_STATUS":"A"}

Rows without a period tell what became of the attributes of a whole series. Applied to what stood before, the rows give what
stands afterwards: nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from dataexchange.model.sentence import Sentence


class Change(StrEnum):
    ADDED = "added"
    REVISED = "revised"  #: another value, perhaps other attributes too
    ATTRIBUTES = "attributes"  #: the value is the same, an attribute is not: OBS_STATUS from P to A
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many observations, or series. `unchanged` stand in the table as they are published; `kept` are not in the table and stay."""

    added: int = 0
    revised: int = 0
    attributes: int = 0
    deleted: int = 0
    unchanged: int = 0
    kept: int = 0

    @property
    def changed(self) -> int:
        return self.added + self.revised + self.attributes + self.deleted


@dataclass(frozen=True, slots=True)
class Difference:
    """`against`: the release that the dataset was looked at in; None where nothing was published under its name."""

    observations: Tally
    series: Tally
    table: pa.Table
    #: The primary measure, whose values stand under `old …` and `new …`.
    measure: str
    against: int | None = None
    complete: bool = False
    #: Why it cannot be published: a series of it stands in another dataset.
    clash: Sentence | None = None


def old(measure: str) -> str:
    """The column of its values before."""
    return f"old {measure}"


def new(measure: str) -> str:
    return f"new {measure}"
