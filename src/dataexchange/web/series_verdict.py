"""The verdict of the checks in words for readers: names in place of codes, whole sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dataexchange.model.comparison import Portrait
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.model.schema import Schema
from dataexchange.pipeline.coherence_words import area_told, series_told
from dataexchange.web.series_names import AREA, SERIES, area_name, dimension_name, lowered

#: What a verdict means, in one sentence, and the sign it is shown with (a class of the style sheet).
_MEANINGS = {
    Verdict.CONSISTENT: ("good", "Consistent with the national figures"),
    Verdict.EXPLAINED: ("note", "Differs from the national figures, and it is explained why"),
    Verdict.INCONSISTENT: ("error", "Inconsistent with the national figures"),
    Verdict.NOT_COMPARABLE: ("note", "Not comparable with the national figures"),
    Verdict.NO_BASELINE: ("note", "No national figures to compare with"),
}

#: How the checks tell that two codes differ.
_AGAINST = re.compile(r"its ([A-Z][A-Z_]+) is (\w+) \(.*?\), that of the national series (\w+) \([^;]*?\)(?=[;.]|$)")

#: Verdicts under which two values may be subtracted from each other.
COMPARABLE = frozenset({Verdict.CONSISTENT, Verdict.EXPLAINED, Verdict.INCONSISTENT})


@dataclass(frozen=True, slots=True)
class Said:
    sign: str
    words: str
    reason: str


def verdict(portrait: Portrait, *, local: bool) -> Said:
    """`local`: whether the dataflow has a national baseline at all; that of a national office has none."""
    comparison = portrait.comparison
    if not {AREA, SERIES} <= set(portrait.schema.structure.dimension_ids):
        why = (
            f"Its data structure does not name indicators ({SERIES}) and areas ({AREA}), so nothing tells which national "
            "series belongs beside it."
        )
        return Said("note", "Not compared", why)
    if not local:
        why = "This dataflow has no national baseline: its series are those that others are compared with."
        return Said("note", "Not compared", why)
    if comparison is None:
        return Said("note", "Not compared", "It has no values to compare.")
    sign, words = _MEANINGS[comparison.verdict]
    return Said(sign, words, sentence(comparison, portrait))


def sentence(comparison: Comparison, portrait: Portrait) -> str:
    """The reason, with the codes of this series and of areas put in words."""
    schema, codes = portrait.schema, portrait.line.codes
    own, area = codes.get(SERIES, ""), codes.get(AREA, "")
    spelt = [
        "|".join(re.escape(way) for way in ways)
        for ways in ((series_told(schema, own), own), (area_told(schema, area), area))
    ]
    about = rf"(?:{spelt[0]}) in (?:{spelt[1]})(?: \([A-Z_]+ [^()]*\))?"
    text = _named_once(re.sub(rf"^{about}(?=[ :])", "This series", comparison.reason), schema)
    text = re.sub(r"^This series: (\w)", lambda found: found[1].upper(), text)
    text = re.sub(r"^This series and its parts, ([^:]{1,40}): (\w)", lambda found: f"{found[1]}: {found[2]}", text)
    known = schema.codes.get(AREA, {})
    text = re.sub(
        r"\b[A-Z]{2}_[A-Za-z0-9_]+",
        lambda found: area_name(schema, found[0]) if found[0] in known else found[0],
        text,
    )
    text = _codes_in_words(text, schema)
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _named_once(text: str, schema: Schema) -> str:
    """`Ashley` for `Ashley (GB_BRS_E05010885)`, and the bare code of a series for its name and code: the page puts its own name there."""
    for code in dict.fromkeys(re.findall(r"\(([\w@$-]+)\)", text)):
        if code in schema.codes.get(AREA, {}):
            text = text.replace(area_told(schema, code), area_name(schema, code))
        if code in schema.codes.get(SERIES, {}):
            text = text.replace(series_told(schema, code), code)
    return text


def _codes_in_words(text: str, schema: Schema) -> str:
    """`its frequency is Annual (A)` for `its FREQ is A (Annual)`: names first, codes in brackets; a series is named once."""

    def against(found: re.Match[str]) -> str:
        component, here, there = found[1], found[2], found[3]
        names = [f"{schema.code_name(component, code)} ({code})" for code in (here, there)]
        return f"its {lowered(_component(schema, component))} is {names[0]}, that of the national series {names[1]}"

    def pair(found: re.Match[str]) -> str:
        component, code = found[1], found[2]
        if code not in schema.codes.get(component, {}):
            return found[0]
        return f"{lowered(_component(schema, component))} “{schema.code_name(component, code)}”, {component} {code}"

    told: set[str] = set()

    def series(found: re.Match[str]) -> str:
        code = found[0]
        if code in told or code not in schema.codes.get(SERIES, {}):
            return code
        told.add(code)
        return f"“{schema.code_name(SERIES, code)}” ({code})"

    text = _AGAINST.sub(against, text)
    text = re.sub(r"\b([A-Z]+_[A-Z_]+|SEX|AGE) (\w+)\b", pair, text)
    return re.sub(r"\b_?[A-Z][A-Z0-9]*_\w+", series, text)


def _component(schema: Schema, component: str) -> str:
    return dimension_name(schema.structure, schema, component)
