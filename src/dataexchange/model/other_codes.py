"""Other codes of areas, as a table `area,scheme,code`, and the SDMX representation maps that are made of it: one a scheme.

They are maps and no annotations of the code list, since the list is another office's: when it sends a new edition, the maps are still
there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dataexchange.model.area_hierarchy import draft_version, owned
from dataexchange.model.area_names import ALIASES, OWN, SCHEMES
from dataexchange.model.area_rows import AreaFault, unknown
from dataexchange.model.areas import Areas
from dataexchange.model.structure import Annotation, Codelist
from dataexchange.model.structure_map import MappedValue, RepresentationMap, ValueMapping

CODE_COLUMNS = ("area", "scheme", "code")

#: Names of schemes without anything but letters and digits -> the scheme.
_SCHEMES: Mapping[str, str] = {
    **{re.sub(r"[^A-Z0-9]", "", scheme): scheme for scheme in SCHEMES},
    "LOCODE": "UNLOCODE",
    "ISO": "ISO3166_1",
    "ISO2": "ISO3166_1",
    "ISO3": "ISO3166_1",
    "UNSD": "M49",
    "GHSL": "GHS_UCDB",
}


@dataclass(frozen=True, slots=True)
class OtherCode:
    """`KE_NBO,UN/LOCODE,KENBO` in line `row`."""

    row: int
    area: str = ""
    scheme: str = ""
    code: str = ""


def scheme_named(text: str) -> str | None:
    """
    >>> scheme_named("UN/LOCODE"), scheme_named("iso 3166-2"), scheme_named("postcode")
    ('UNLOCODE', 'ISO3166_2', None)
    """
    return _SCHEMES.get(re.sub(r"[^A-Z0-9]", "", text.upper()))


def code_faults(rows: Sequence[OtherCode], areas: Areas) -> list[AreaFault]:
    """`areas` are those of the code list."""
    found = [fault for row in rows for fault in _of_row(row, areas)]
    seen: dict[tuple[str | None, str], OtherCode] = {}
    for row in rows:
        other = seen.setdefault((scheme_named(row.scheme), row.code), row)
        if row.code and areas.canonical(other.area) != areas.canonical(row.area):
            text = f"{row.code} is {other.area} by row {other.row}: a code is of one area, so correct one of the two"
            found.append(AreaFault(row.row, "code", text))
    return found


def _of_row(row: OtherCode, areas: Areas) -> Iterator[AreaFault]:
    scheme = scheme_named(row.scheme)
    if row.area not in areas.codes:
        yield AreaFault(row.row, "area", unknown(row.area, areas))
    if scheme is None:
        yield AreaFault(
            row.row, "scheme", f"{row.scheme!r} is no scheme that is known: write one of {', '.join(SCHEMES)}"
        )
    if not row.code:
        yield AreaFault(row.row, "code", "the code is missing: write it, or take the row out")
    elif scheme == "M49" and not re.fullmatch(r"\d{1,3}", row.code):
        yield AreaFault(row.row, "code", f"{row.code!r} is no M49 number: write up to three digits")
    elif scheme in OWN and row.code in areas.codes and areas.canonical(row.code) != areas.canonical(row.area):
        text = f"the code list has {row.code} as a code of its own, so it cannot stand for {row.area}: leave it out"
        yield AreaFault(row.row, "code", text)


def maps_of(rows: Sequence[OtherCode], codelist: Codelist, agency: str) -> list[RepresentationMap]:
    """One map a scheme, of rows without faults. Their versions are never final, so that they can be loaded again."""
    by_scheme: dict[str, list[OtherCode]] = {}
    for row in rows:
        if scheme := scheme_named(row.scheme):
            by_scheme.setdefault(scheme, []).append(row)
    return [
        RepresentationMap(
            agency=agency,
            id=f"RM_{owned(codelist.ref)}_{scheme}",
            version=draft_version(codelist.ref),
            names={"en": f"{codelist.name()}: codes of {scheme}"},
            annotations=(Annotation(type=ALIASES, title=scheme),),
            sources=(codelist.ref,),
            targets=("String",),
            mappings=tuple(
                ValueMapping(sources=(MappedValue(value=area),), targets=(code,))
                for area, code in dict.fromkeys((row.area, row.code) for row in of_it)
            ),
        )
        for scheme, of_it in by_scheme.items()
    ]
