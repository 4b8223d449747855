"""What mappings that were accepted before teach: names of columns, codes of texts, series of indicators.

Women are no age although a mapping says so of a column that holds sexes and ages (`Women: _T` under AGE): that a text is no breakdown is
not learned. Names of areas are a city's own: those of another city are not learned, nor what a short text such as "Severe" is a series of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataexchange.model import mapping as words
from dataexchange.model.schema import Schema
from dataexchange.pipeline.suggestion_codes import TOTAL
from dataexchange.pipeline.suggestion_words import plain, plain_name

#: Attributes that speak of one series in one table.
_OWN = ("ADAPTATION_TYPE", "GLOBAL_SERIES", "TIME_DETAIL", "COMMENT_OBS", "COMMENT_TS", "UMF_CODE")
_LONG = 4


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mapping that a published dataset was made with."""

    dataset: str
    provider: str
    mapping: words.Mapping


@dataclass(frozen=True, slots=True)
class Learned:
    """Everything with where it is from, such as "bristol/pm25"."""

    #: Plain name of a column -> (component, where).
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Component -> plain text -> (code, where).
    codes: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    #: Indicator -> (series, where), of the same city first.
    series: Mapping[str, tuple[str, str]] = field(default_factory=dict)


NOTHING = Learned()


def learn(accepted: Iterable[Accepted], schema: Schema, provider: str | None, within: frozenset[str]) -> Learned:
    """Of the city itself first, so that its own habits win."""
    names: dict[str, tuple[str, str]] = {}
    codes: dict[str, dict[str, tuple[str, str]]] = {}
    series: dict[str, tuple[str, str]] = {}
    known = {component.id for component in schema.structure.components()}
    for one in sorted(accepted, key=lambda a: (a.provider != provider, a.dataset)):
        for header, targets in one.mapping.columns.items():
            if targets[0].to in known:
                names.setdefault(plain_name(header), (targets[0].to, one.dataset))
            for target in targets:
                if target.to not in known or target.to in _OWN or target.to.startswith("DIFF_"):
                    continue
                here = codes.setdefault(target.to, {})
                for text, code in (one.mapping.codes_of(target) or {}).items():
                    if _teaches(target.to, text, code, one.provider == provider, within):
                        here.setdefault(plain(text), (code, one.dataset))
        for code in _series(one.mapping):
            for indicator in indicators(code, schema):
                series.setdefault(indicator, (code, one.dataset))
    return Learned(names, codes, series)


def indicators(series: str, schema: Schema) -> tuple[str, ...]:
    """The indicators that a series serves: ("1.5.1", "11.5.1", "13.1.1")."""
    item = schema.codes.get("SERIES", {}).get(series)
    told = item.annotation("Indicator") if item else None
    return tuple(part.strip() for part in told.split(",")) if told else ()


def _teaches(component: str, text: str, code: str, own: bool, within: frozenset[str]) -> bool:
    if not plain(text) or code == TOTAL:
        return False
    if component == "REF_AREA":
        return own or code in within
    return component != "SERIES" or len(plain(text).split()) >= _LONG


def _series(mapping: words.Mapping) -> Iterable[str]:
    if "SERIES" in mapping.fixed:
        yield mapping.fixed["SERIES"]
    for targets in mapping.columns.values():
        for target in targets:
            if target.to == "SERIES":
                yield from dict.fromkeys((mapping.codes_of(target) or {}).values())
