"""The adaptation record: how a city's own indicator stands to a global one, and what of it differs.

    adaptations:
      - series: _L_VC_SNS_WALN_DARK
        type: PROXY
        of: VC_SNS_WALN
        numerator: People who feel safe outdoors after dark instead of walking alone around the area they live in

Every observation of the series carries it in the attributes of the local structure (ADAPTATION_TYPE, GLOBAL_SERIES, DIFF_…), so that
it travels with each release, is read wherever the series is read, and goes with the data when they are withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from pydantic import Field, model_validator

from dataexchange.model.typed import CellText, Typed

#: Series that an office has added to the global list for itself.
LOCAL_PREFIX = "_L_"

TYPE, GLOBAL_SERIES = "ADAPTATION_TYPE", "GLOBAL_SERIES"

#: What may differ, and the attribute that says how.
DIFFERENCES: Mapping[str, str] = MappingProxyType(
    {
        "numerator": "DIFF_NUMERATOR",
        "denominator": "DIFF_DENOMINATOR",
        "population": "DIFF_POPULATION",
        "area": "DIFF_AREA",
        "period": "DIFF_PERIOD",
        "source": "DIFF_SOURCE",
    }
)

#: Differences that make it another measure; the others leave the definition as it is.
DEFINING = ("numerator", "denominator", "population")
DEFINING_ATTRIBUTES = tuple(DIFFERENCES[name] for name in DEFINING)
COVERAGE_ATTRIBUTES = tuple(attribute for name, attribute in DIFFERENCES.items() if name not in DEFINING)


class AdaptationType(StrEnum):
    IDENTICAL = "IDENTICAL"  #: same definition, smaller area
    NARROWED = "NARROWED"  #: same concept, narrower population or scope
    PROXY = "PROXY"  #: a different measure of the same concept
    CONTEXTUAL = "CONTEXTUAL"  #: local breakdown or context beside the global series
    NEW = "NEW"  #: no global counterpart


def keeps_definition(type_: str | None, told: Callable[[str], str | None]) -> bool:
    """Whether a series counts the same things as the global one. `told` answers what an attribute of it says.

    A narrowed one does where only another area, time or source is told of: it may be compared, with reservations.
    """
    if type_ == AdaptationType.NARROWED:
        return not any(map(told, DEFINING_ATTRIBUTES)) and any(map(told, COVERAGE_ATTRIBUTES))
    return type_ == AdaptationType.IDENTICAL


class Adaptation(Typed):
    """How one series differs from the global one, in the city's words."""

    series: CellText = Field(description="the series it is about: a code of your own (_L_…), or the global one itself")
    type: AdaptationType = Field(description="how it stands to the global series")
    of: CellText | None = Field(None, description="the global series that it is or stands for; none where it is NEW")
    numerator: str | None = Field(None, description="what is counted otherwise, in a sentence")
    denominator: str | None = Field(None, description="what it is divided by, where that is another")
    population: str | None = Field(None, description="whom it is about, where those are others")
    area: str | None = Field(None, description="which area it covers, where that is another")
    period: str | None = Field(None, description="which time it is of, where that is another")
    source: str | None = Field(None, description="where it comes from, where that is another")

    @model_validator(mode="after")
    def _whole(self) -> Adaptation:
        if self.type is AdaptationType.NEW and self.of is not None:
            raise ValueError(
                f"{self.series} is NEW, and `of` names {self.of}: leave `of` out, or say how the two relate"
            )
        if self.type is not AdaptationType.NEW and self.of is None:
            raise ValueError(f"{self.series} is {self.type}: name the global series under `of`, or write NEW")
        if self.of is not None and self.of.startswith(LOCAL_PREFIX):
            raise ValueError(f"{self.of} is a code of an office's own: name the global series under `of`")
        told = [name for name in DEFINING if getattr(self, name) is not None]
        if self.type is AdaptationType.IDENTICAL and told:
            raise ValueError(
                f"{self.series} is IDENTICAL, and its {told[0]} differs: write NARROWED or PROXY, or leave `{told[0]}` out"
            )
        return self

    def attributes(self) -> dict[str, str]:
        """What each observation of the series carries, by component."""
        said = {TYPE: str(self.type), GLOBAL_SERIES: self.of}
        said |= {attribute: getattr(self, name) for name, attribute in DIFFERENCES.items()}
        return {component: text for component, text in said.items() if text}
