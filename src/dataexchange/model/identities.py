"""Series that follow from each other: a rate, its count and its denominator, as the code list of SERIES tells.

A rate says by WEIGHT what it is counted per, a count by MEASURES that it counts just that; the denominator may stand in the same table
or elsewhere (`denominators`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.rulebook import Rulebook
from dataexchange.model.schema import Schema
from dataexchange.model.series_notes import SeriesKind, indicators, kind, measures
from dataexchange.model.structure import Item

#: The global list calls the number of something as its rate, with an N behind it; this pair it calls otherwise.
_COUNT_OF = {"VC_DSR_MTMP": "VC_DSR_MMHN"}
#: A rate of this name is no quotient: under-five mortality is worked out from a life table.
_NO_QUOTIENT = ("SH_DYN_MORT",)


@dataclass(frozen=True, slots=True)
class Quotient:
    """SERIES codes of a rate and its count, and what the denominator counts ("population")."""

    rate: str
    count: str
    weight: str


@dataclass(frozen=True, slots=True)
class Triple:
    """SERIES codes that belong together."""

    rate: str
    count: str
    denominator: str


def quotients(here: Sequence[str], codes: Mapping[str, Item], book: Rulebook) -> Iterator[Quotient]:
    """Those of which both are `here`: rate and count serve one indicator."""
    natures = {code: nature for code in here if (nature := book.nature(code, codes.get(code)))}
    for rate, nature in natures.items():
        count = _COUNT_OF.get(rate, f"{rate}N")
        if nature.kind is not SeriesKind.RATIO or rate in _NO_QUOTIENT or not nature.weight:
            continue
        counts = count in natures and natures[count].kind is SeriesKind.COUNT
        if counts and not set(indicators(codes.get(rate))).isdisjoint(indicators(codes.get(count))):
            yield Quotient(rate, count, nature.weight)


def triples(here: Sequence[str], codes: Mapping[str, Item], book: Rulebook) -> Iterator[Triple]:
    """Those of which all three are `here`."""
    held = {what: code for code in here if (what := measures(codes.get(code)))}
    for found in quotients(here, codes, book):
        if found.weight in held:
            yield Triple(found.rate, found.count, held[found.weight])


def counting(schema: Schema) -> Mapping[str, tuple[str, ...]]:
    """What is counted -> the SERIES codes that count it."""

    def found() -> dict[str, tuple[str, ...]]:
        by: dict[str, list[str]] = {}
        for code, item in schema.codes.get("SERIES", {}).items():
            if (name := measures(item)) and kind(item) is SeriesKind.COUNT:
                by.setdefault(name, []).append(code)
        return {name: tuple(sorted(codes)) for name, codes in by.items()}

    return schema.derived("series that count", found)


def denominators(keys: Sequence[str], here: Sequence[str], schema: Schema, book: Rulebook) -> Iterator[str]:
    """Keys under which the denominators of these series could have been published: of the same area and breakdown.

    `here`: the SERIES codes of the `keys`. None where no rate stands beside its count, so that nobody need ask for any.
    """
    held = {q.rate: counting(schema).get(q.weight, ()) for q in quotients(here, schema.codes.get("SERIES", {}), book)}
    if not any(held.values()):
        return
    at = schema.structure.dimension_ids.index("SERIES")
    for key in keys:
        parts = key.split(".")
        for code in held.get(parts[at], ()):
            yield ".".join((*parts[:at], code, *parts[at + 1 :]))
