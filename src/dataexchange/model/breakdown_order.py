"""Which codes of a dimension divide people into groups, and whether these have an order from the least to the most advantaged.

The codes of the SDG structure are in the table below. A composite breakdown divides people only where the table or the code list
says so: sources of fine particles and kinds of waste are no groups of people. A code list of one's own says it by annotations of its
codes: GROUPS "people", or RANK, which counts from the least advantaged group (1) on. Codes that begin alike (_L_INC_LOW, _L_INC_HIGH)
and have the one or the other are a division.

>>> [division.codes for division in divisions("SEX", {"F", "M", "_U"}, {})]
[('F', 'M')]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from dataexchange.model.series_notes import notes
from dataexchange.model.structure import Item

#: No group: the total, unknown, not applicable, no answer, other.
ASIDE = frozenset(("_T", "_U", "_X", "_Z", "_N", "_O", ""))


@dataclass(frozen=True, slots=True)
class Division:
    """Groups that do not overlap. `exhaustive`: these are all there are; `built`: their shares by how they are made. `family` is
    "" where the dimension has no other division."""

    codes: tuple[str, ...]
    family: str = ""
    ordered: bool = False
    exhaustive: bool = False
    built: tuple[float, ...] = ()
    #: What it is called, where the name of the dimension says too little.
    name: str = ""


_TENTHS = tuple(f"_L_DEPR_D{n}" for n in range(1, 11))

_DIVISIONS: Mapping[str, tuple[Division, ...]] = {
    "SEX": (Division(("F", "M"), exhaustive=True),),
    "DISABILITY_STATUS": (Division(("PD", "PWD"), exhaustive=True),),
    "URBANISATION": (Division(("CITY", "TSUB", "R"), exhaustive=True), Division(("U", "R"), "U", exhaustive=True)),
    "INCOME_WEALTH_QUANTILE": (
        Division(("Q1", "Q2", "Q3", "Q4", "Q5"), ordered=True, exhaustive=True, built=(0.2,) * 5),
        Division(("B40", "R60"), "B40", ordered=True, exhaustive=True, built=(0.4, 0.6)),
        Division(("B50", "R50"), "B50", ordered=True, exhaustive=True, built=(0.5, 0.5)),
    ),
    "COMPOSITE_BREAKDOWN": (
        Division(
            _TENTHS,
            "_L_DEPR",
            ordered=True,
            exhaustive=True,
            built=(0.1,) * 10,
            name="Deprivation of the neighbourhood",
        ),
        Division(("_L_ETH_MINOR", "_L_ETH_WHITE_BR"), "_L_ETH", name="Ethnic group"),
        Division(("MS_MIGRANT", "MS_NOMIGRANT"), "MS", exhaustive=True, name="Migrant status"),
    ),
}

#: Levels of education, lowest first; whether there are people at levels without figures is not known.
_LEVELS = (re.compile(r"ISCED11_\d"), re.compile(r"ISCED11A_\d"))
_OCCUPATION = re.compile(r"ISCO08_\d")
_AGE = re.compile(r"([YM])(?:(\d{1,3})(?:T(\d{1,3}))?|_GE(\d{1,3}))", re.ASCII)
_OPEN = 100_000


def divisions(dimension: str, published: Collection[str], items: Mapping[str, Item]) -> tuple[Division, ...]:
    """Those that at least two published codes belong to; each group of a division is in it, published or not."""
    codes = frozenset(published) - ASIDE
    known = _DIVISIONS.get(dimension, ())
    found = [division for division in known if len(codes.intersection(division.codes)) > 1]
    rest = codes.difference(*(division.codes for division in known))
    if dimension == "EDUCATION_LEV":
        found += [Division(tuple(sorted(at)), ordered=True) for at in _levels(rest)]
    elif dimension == "AGE":
        found += _ages(rest)
    elif dimension == "OCCUPATION" and len(major := sorted(c for c in rest if _OCCUPATION.fullmatch(c))) > 1:
        found.append(Division(tuple(major)))
    return (*found, *_families(rest, items))


def _levels(codes: Collection[str]) -> Iterator[list[str]]:
    for level in _LEVELS:
        at = [code for code in codes if level.fullmatch(code)]
        if len(at) > 1:
            yield at


def _ages(codes: Collection[str]) -> list[Division]:
    """Ages that hold no other published age; none where two of them still overlap (15 to 24 beside 20 to 29)."""
    spans = sorted((span, code) for code in codes if (span := _span(code)) is not None)
    narrow = [
        (span, code)
        for span, code in spans
        if not any(other != code and span[0] <= at[0] and at[1] <= span[1] for at, other in spans)
    ]
    overlap = any(one[0][1] >= other[0][0] for one, other in pairwise(narrow))
    return [] if overlap or len(narrow) < 2 else [Division(tuple(code for _, code in narrow))]


def _span(code: str) -> tuple[int, int] | None:
    """First and last month of an age, counted from birth."""
    found = _AGE.fullmatch(code)
    if found is None:
        return None
    unit = 12 if found[1] == "Y" else 1
    if found[4]:
        return int(found[4]) * unit, _OPEN
    return int(found[2]) * unit, (int(found[3] or found[2]) + 1) * unit - 1


def _families(codes: Collection[str], items: Mapping[str, Item]) -> list[Division]:
    """Codes that begin alike and are said to be groups of people, without those that others lie under."""
    found: dict[str, list[str]] = {}
    for code in sorted(codes):
        item = items.get(code)
        if (name := _family(code)) and ("people" in notes(item, "GROUPS") or notes(item, "RANK")):
            found.setdefault(name, []).append(code)
    made = []
    for name, held in found.items():
        above = {item.parent for code in held if (item := items.get(code)) and item.parent}
        plain = [code for code in held if code not in above]
        if len(plain) > 1:
            made.append(_ranked(name, plain, items) or Division(tuple(plain), name))
    return made


def _ranked(name: str, published: Collection[str], items: Mapping[str, Item]) -> Division | None:
    """The ordered division, where all of the published codes have a RANK: with those of the list that nothing is published for."""
    ranks = {c: float(said[0]) for c, item in items.items() if _family(c) == name and (said := notes(item, "RANK"))}
    if not set(published) <= set(ranks):
        return None
    return Division(tuple(sorted(ranks, key=lambda c: (ranks[c], c))), name, ordered=True, exhaustive=True)


def _family(code: str) -> str:
    """`MS` of MS_MIGRANT, `_L_ETH` of _L_ETH_MINOR; "" of a code that stands alone."""
    local = code.startswith("_L_")
    name, _, rest = (code[3:] if local else code).partition("_")
    return (f"_L_{name}" if local else name) if name and rest else ""
