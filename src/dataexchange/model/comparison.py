"""A city's published series beside the nation's: what a comparison over HTTP and the page of a series both show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dataexchange.model.finding import Comparison
from dataexchange.model.schema import Schema
from dataexchange.model.structure import Ref
from dataexchange.model.submission import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesLine:
    """One published series as it stands: values as they were published (UNIT_MULT is not applied), None where there is none.

    `periods` are as SDMX writes them, in order of time. `attributes` holds what is the same for every observation (UNIT_MEASURE,
    SOURCE_DETAIL …); `notes` what differs from one to the next, by attribute id, each as long as `periods`.
    """

    key: str
    area: str
    dataflow: Ref
    provider: str
    codes: Mapping[str, str]
    attributes: Mapping[str, str]
    periods: tuple[str, ...]
    values: tuple[float | None, ...]
    notes: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)

    @property
    def statuses(self) -> tuple[str | None, ...]:
        """OBS_STATUS of every observation."""
        every = self.attributes.get("OBS_STATUS")
        return self.notes.get("OBS_STATUS", (every,) * len(self.periods))


@dataclass(frozen=True, slots=True)
class Compared:
    """One local series, the national one it was laid beside (None: there is none), and the verdict with its reason."""

    local: SeriesLine
    baseline: SeriesLine | None
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """Everything that is said of one series. `parts` are the areas below, of the same key otherwise, that have values; `within` says
    how they stand to the whole. `siblings` are the keys of the same area and SERIES with other breakdowns."""

    schema: Schema
    line: SeriesLine
    baseline: SeriesLine | None
    comparison: Comparison | None
    parts: tuple[SeriesLine, ...]
    within: Comparison | None
    siblings: tuple[str, ...]
    #: The release that brought the series to how it stands.
    release: Release | None
