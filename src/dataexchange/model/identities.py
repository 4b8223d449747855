"""Series that follow from each other: a rate, its count and its denominator, as the code list of SERIES tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.rulebook import Rulebook
from dataexchange.model.series_notes import SeriesKind, indicators, measures
from dataexchange.model.structure import Item

#: The global list calls the number of something as its rate, with an N behind it; this pair it calls otherwise.
_COUNT_OF = {"VC_DSR_MTMP": "VC_DSR_MMHN"}
#: A rate of this name is no quotient: under-five mortality is worked out from a life table.
_NO_QUOTIENT = ("SH_DYN_MORT",)


@dataclass(frozen=True, slots=True)
class Triple:
    """SERIES codes that belong together."""

    rate: str
    count: str
    denominator: str


def triples(here: Sequence[str], codes: Mapping[str, Item], book: Rulebook) -> Iterator[Triple]:
    """Those of which all three are `here`: rate and count serve one indicator, and the denominator counts the weight of the rate."""
    natures = {code: nature for code in here if (nature := book.nature(code, codes.get(code)))}
    denominators = {what: code for code in here if (what := measures(codes.get(code)))}
    for rate, nature in natures.items():
        count = _COUNT_OF.get(rate, f"{rate}N")
        if nature.kind is not SeriesKind.RATIO or rate in _NO_QUOTIENT or nature.weight not in denominators:
            continue
        counts = count in natures and natures[count].kind is SeriesKind.COUNT
        if counts and not set(indicators(codes.get(rate))).isdisjoint(indicators(codes.get(count))):
            yield Triple(rate, count, denominators[nature.weight])
