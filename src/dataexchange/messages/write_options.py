"""How a data message is to be written: the part of a query that is about form, not about content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from dataexchange.messages.form import Keys, Labels, TimeFormat
from dataexchange.model.structure import ItemRef, Languages, Ref

TIME = "TIME_PERIOD"
ALL_DIMENSIONS = "AllDimensions"


def _new_id() -> str:
    return f"DX{uuid4().hex}"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """`WriteOptions(dimension_at_observation="AllDimensions", attributes=frozenset({"UNIT_MEASURE"}))`."""

    #: TIME_PERIOD, AllDimensions, or the id of any other dimension. SDMX-CSV has rows, so it makes no difference there.
    dimension_at_observation: str = TIME
    #: Attributes to write; None for all.
    attributes: frozenset[str] | None = None
    #: Measures to write; None for all.
    measures: frozenset[str] | None = None
    #: False: series with their attributes, no observations.
    observations: bool = True
    message_id: str = field(default_factory=_new_id)
    prepared: datetime = field(default_factory=_now)
    sender: str = "DX"
    #: Where this service's REST API stands ("https://example.org/sdmx/v2"), for links.
    base_url: str = ""
    #: Of names, the preferred one first.
    languages: Languages = ()
    #: Named in the header instead of the dataflow where data were asked for by provider.
    agreement: Ref | None = None
    provider: ItemRef | None = None
    #: Tables only: codes, codes with names in one cell, or names in columns of their own.
    labels: Labels = "id"
    #: SDMX-CSV 2.x only: keys of series, of observations, or of both, in columns of their own.
    keys: Keys = "none"
    #: Tables only: periods as they are, or as the day they begin on.
    time_format: TimeFormat = "original"
    #: Plain CSV only: a byte-order mark in front.
    byte_order_mark: bool = False
    #: The query that is answered, as an address; a spreadsheet says where it is from.
    address: str = ""
    #: What releases say of source and licence, for a spreadsheet to say.
    sources: tuple[str, ...] = ()

    def wants(self, attribute: str) -> bool:
        return self.attributes is None or attribute in self.attributes

    def measured(self, measure: str) -> bool:
        return self.measures is None or measure in self.measures
