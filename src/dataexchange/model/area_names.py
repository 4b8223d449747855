"""One code for all the codes of an area: M49 417, ISO KG and KGZ are Kyrgyzstan, M49 4 and 004 Afghanistan.

Lists of areas hold countries twice (CL_AREA of the SDG indicators has 417 and KG), national flows use ISO, global ones M49, and cities
are known by UN/LOCODE, by the codes of UN-Habitat, Eurostat and their national office. What the names of one area are comes from

- ISO 3166-1, by which M49 numbers, alpha-2 and alpha-3 codes belong together (pycountry);
- annotations of the codes whose type is one of `SCHEMES`;
- representation maps with the annotation ALIASES, which `dataexchange areas aliases` makes of a table.

A code of the list stands for itself unless another one of the list is surely the same area: a country under both codes and the same
name, or what an international scheme says so of. A name that two areas share is nobody's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pycountry

from dataexchange.model.series_notes import notes
from dataexchange.model.structure import Item
from dataexchange.model.structure_map import RepresentationMap

#: Annotation of a representation map: its title names the scheme that the areas' other codes are of.
ALIASES = "ALIASES"

#: Schemes whose codes are told apart the world over: a code of the list that is such a name of another is that other.
_GLOBAL = ("M49", "ISO3166_1", "ISO3166_2", "LOCODE", "UNLOCODE", "UNHABITAT", "URAU", "NUTS")
#: Schemes whose codes are numbers of their own, which may be M49 numbers by chance.
OWN = ("NATIONAL", "LAU", "GHS_UCDB")
SCHEMES = (*_GLOBAL, *OWN)


@dataclass(frozen=True, slots=True)
class AreaNames:
    """`meant`: another code -> the code that the area goes by here. What is not in it is its own name."""

    meant: Mapping[str, str]
    spelt: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, codes: Mapping[str, Item], maps: Sequence[RepresentationMap] = ()) -> AreaNames:
        """By every code of its list, every country code, and what maps say."""
        meant = _countries(codes)
        for schemes, final in ((_GLOBAL, True), (None, False)):
            found: dict[str, set[str]] = {}
            for area, alias in (*_annotated(codes, schemes), *_mapped(maps, schemes)):
                found.setdefault(alias, set()).add(_end(meant, area))
            for alias, areas in found.items():
                if len(areas) == 1 and alias not in meant and (final or alias not in codes) and alias not in areas:
                    (meant[alias],) = areas
        meant = {alias: _end(meant, alias) for alias in meant}
        spelt: dict[str, list[str]] = {}
        for alias, area in meant.items():
            spelt.setdefault(area, [area]).append(alias)
        return cls(meant, {area: tuple(names) for area, names in spelt.items()})

    def canonical(self, code: str) -> str:
        """The code that the area goes by here; an unknown one is its own name."""
        found = self.meant.get(code)
        if found is None and " " in code:
            # UN/LOCODE is written with a space in its own tables: KE NBO.
            found = self.meant.get(code.replace(" ", ""))
        return code if found is None else found

    def spellings(self, code: str) -> tuple[str, ...]:
        """All codes of the area, the canonical one first."""
        area = self.canonical(code)
        return self.spelt.get(area, (area,))


def _end(meant: Mapping[str, str], code: str) -> str:
    seen = {code}
    while code in meant and meant[code] not in seen:
        code = meant[code]
        seen.add(code)
    return code


def _annotated(codes: Mapping[str, Item], schemes: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    for area, item in codes.items():
        if item.annotations:
            for scheme in OWN if schemes is None else schemes:
                for alias in notes(item, scheme):
                    yield from ((area, name) for name in _written(scheme, alias))


def _mapped(maps: Iterable[RepresentationMap], schemes: tuple[str, ...] | None) -> Iterator[tuple[str, str]]:
    for one in maps:
        scheme = scheme_of(one)
        if scheme is not None and (scheme in _GLOBAL) == (schemes is not None):
            for mapping in one.mappings:
                source = mapping.sources[0]
                if not source.is_regex and len(mapping.sources) == 1:
                    for target in mapping.targets:
                        yield from ((source.value, name) for name in _written(scheme, target))


def scheme_of(one: RepresentationMap) -> str | None:
    return next((note.title for note in one.annotations if note.type == ALIASES and note.title), None)


def _written(scheme: str, alias: str) -> tuple[str, ...]:
    """How a code may be written: M49 with and without zeros in front, UN/LOCODE without its space."""
    if scheme == "M49" and alias.isdigit():
        return tuple(dict.fromkeys((str(int(alias)), alias.zfill(3))))
    return (alias.replace(" ", ""),)


def _countries(codes: Mapping[str, Item]) -> dict[str, str]:
    """Other codes of countries (and M49 regions) -> the code they have in the list."""
    inside = _parts_of_countries(codes)
    groups: dict[str, list[str]] = {}
    for code in codes:
        if code not in inside and (country := _table().get(code)):
            groups.setdefault(country, []).append(code)
    found: dict[str, str] = {}
    for country, members in groups.items():
        members.sort(key=lambda code: (code != country, code.isdigit(), code))
        first, *others = members
        same = [code for code in others if _same_name(codes[first], codes[code])]
        found |= dict.fromkeys(same, first)
        if len(same) == len(others):
            found |= {name: first for name in _names(country) if name not in codes}
    for code in codes:
        if code not in inside and code.isdigit() and len(code) <= 3:
            twin = str(int(code)) if code.startswith("0") else code.zfill(3)
            if twin not in codes and twin not in found:
                found[twin] = found.get(code, code)
    return found


def _parts_of_countries(codes: Mapping[str, Item]) -> set[str]:
    """Codes below a country by the parents of the list: California is CA below US, and not Canada."""
    inside: dict[str, bool] = {}
    for code in codes:
        path: list[str] = []
        here: str | None = code
        while here is not None and here not in inside and here not in path:
            path.append(here)
            parent = codes[here].parent if here in codes else None
            here = None if parent is None else parent
        below = here is not None and (inside.get(here, False) or here in _table())
        for one in reversed(path):
            inside[one] = below
            below = below or one in _table()
    return {code for code, below in inside.items() if below}


def _same_name(one: Item, other: Item) -> bool:
    names = [{_folded(text) for text in item.names.values()} for item in (one, other)]
    return not all(names) or not names[0].isdisjoint(names[1])


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isalnum()).casefold()


@cache
def _table() -> Mapping[str, str]:
    """Every code of every country -> its alpha-2 code. Reading the table takes 10 ms, once."""
    return {name: country.alpha_2 for country in pycountry.countries for name in _codes_of(country)}


@cache
def _names(country: str) -> tuple[str, ...]:
    return _codes_of(pycountry.countries.get(alpha_2=country))


def _codes_of(country: object) -> tuple[str, ...]:
    number = str(getattr(country, "numeric", ""))
    found = (getattr(country, "alpha_2", ""), getattr(country, "alpha_3", ""), str(int(number)), number)
    return tuple(dict.fromkeys(found))
