"""Texts as they are compared, and the words that ship with the exchange: what columns, codes and units are called in several languages.

>>> plain("Avonmouth & Lawrence  Weston"), plain("Año (fiscal)")
('avonmouth and lawrence weston', 'ano fiscal')
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

#: Every scalar stays the text it is.
_Loader: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_NO_LETTER = re.compile(r"[\W_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,.'’   ](?=\d{3}(?!\d))")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """Without case, accents, marks and double spaces; `&` is "and"."""
    return " ".join(_NO_LETTER.sub(" ", _bare(text).replace("&", " and ")).split())


def plain_name(header: str) -> str:
    """The same of a column's name, where AreaCode and area_code are two words."""
    return plain(_CAMEL.sub(" ", header))


@lru_cache(maxsize=100_000)
def plain_unit(text: str) -> str:
    """As units are compared: signs stay, "100,000" is "100000" and "m³" is "m3"."""
    return " ".join(_THOUSANDS.sub("", _bare(text)).split())


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip()[:500])
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


@dataclass(frozen=True, slots=True)
class Words:
    """`columns[component][plain name]`: whether it nearly always means that; `codes[component][plain text]`: a code;
    `totals`: texts for all of a dimension; `units[unit text]`: a code."""

    columns: Mapping[str, Mapping[str, bool]]
    codes: Mapping[str, Mapping[str, str]]
    totals: frozenset[str]
    units: Mapping[str, str]
    #: Words that say little, see `little.yaml`.
    idle: frozenset[str]
    turning: frozenset[str]
    #: Short names of series in several languages, see `series.yaml`.
    series: Mapping[str, tuple[str, ...]]
    tails: frozenset[str]


@cache
def shipped_words() -> Words:
    columns, codes, units, little, series = map(_read, ("columns", "codes", "units", "little", "series"))
    return Words(
        columns={
            component: {plain(name): strength == "likely" for strength, names in kinds.items() for name in names}
            for component, kinds in columns.items()
        },
        codes={
            component: {plain(text): code for code, texts in by_code.items() for text in texts}
            for component, by_code in codes.items()
            if component != "ANY"
        },
        totals=frozenset(plain(text) for text in codes["ANY"]["_T"]),
        units={plain_unit(text): code for code, texts in units.items() for text in texts},
        idle=frozenset(little["idle"]),
        turning=frozenset(little["turning"]),
        series={code: tuple(plain(name) for name in names) for code, names in series.items()},
        tails=frozenset(little["tails"]),
    )


def _read(name: str) -> dict[str, Any]:
    data = files("dataexchange").joinpath(f"data/words/{name}.yaml").read_bytes()
    read: dict[str, Any] = yaml.load(data, _Loader)  # noqa: S506 - texts only, our own file
    return read
