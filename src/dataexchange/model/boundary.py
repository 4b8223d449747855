"""Boundary concepts: where the line is drawn round a place. It is part of what an area is.

The city of its administration, the functional urban area and the urban centre of the same name are three areas with three populations.
Figures of one are never compared with those of another, nor added to them. The concept stands in the suffix of the code
(`KE_NBO_FUA`), in an annotation BOUNDARY of the code, or in the column `boundary` of a list of areas.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.model.sentence import Sentence, say

ADMINISTRATIVE = say("administrative area")
_FUA, _CENTRE = say("functional urban area"), say("urban centre")

#: What people write in a list of areas, as the annotation BOUNDARY has it too -> the concept. DEGURBA is the degree of urbanisation,
#: whose city, town and rural area are sets of grid cells or of municipalities that fit them, and so no urban centre.
CONCEPTS: Mapping[str, Sentence] = {
    "administrative": ADMINISTRATIVE,
    "functional urban area": _FUA,
    "urban centre": _CENTRE,
    "DEGURBA city": say("city by the degree of urbanisation"),
    "DEGURBA town": say("town by the degree of urbanisation"),
    "DEGURBA rural": say("rural area by the degree of urbanisation"),
    "agglomeration": say("urban agglomeration"),
    "metropolitan area": say("metropolitan area"),
    "built-up area": say("built-up area"),
}

_SUFFIXES: Mapping[str, str] = {"_FUA": "functional urban area", "_UC": "urban centre"}

_SHORT: Mapping[str, str] = {
    "admin": "administrative",
    "administrative area": "administrative",
    "fua": "functional urban area",
    "uc": "urban centre",
    "urban center": "urban centre",
    "urban agglomeration": "agglomeration",
    "metropolitan": "metropolitan area",
    "built up area": "built-up area",
}

_BY_WORD: Mapping[str, str] = {**{word.lower(): word for word in CONCEPTS}, **_SHORT}


def concept_named(text: str) -> str | None:
    """The word of `CONCEPTS` that a text means; None for none.

    >>> concept_named("FUA"), concept_named("degurba_city"), concept_named("parish")
    ('functional urban area', 'DEGURBA city', None)
    """
    return _BY_WORD.get(" ".join(text.replace("_", " ").split()).lower())


def by_suffix(area: str) -> tuple[str, str | None]:
    """(the place, the concept that the end of the code names).

    >>> by_suffix("KE_NBO_UC"), by_suffix("KE_NBO")
    (('KE_NBO', 'urban centre'), ('KE_NBO', None))
    """
    for suffix, word in _SUFFIXES.items():
        if area.endswith(suffix):
            return area.removesuffix(suffix), word
    return area, None


def boundary(area: str) -> tuple[str, Sentence]:
    """(the place, the boundary concept) as far as an area code alone tells it; `Areas.boundary` knows what is declared of it, too.

    >>> [(place, str(concept)) for place, concept in (boundary("GB_BRS_FUA"), boundary("GB_BRS"))]
    [('GB_BRS', 'functional urban area'), ('GB_BRS', 'administrative area')]
    """
    place, word = by_suffix(area)
    return place, CONCEPTS[word] if word else ADMINISTRATIVE
