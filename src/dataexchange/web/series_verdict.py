"""The verdict of the checks in words for readers: names in place of codes, whole sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dataexchange.model.comparison import Portrait
from dataexchange.model.finding import Comparison, Verdict
from dataexchange.web.series_names import AREA, SERIES, area_name

#: What a verdict means, in one sentence, and the sign it is shown with (a class of the style sheet).
_MEANINGS = {
    Verdict.AGREES: ("good", "Agrees with the national figures"),
    Verdict.DISAGREES: ("warning", "Disagrees with the national figures"),
    Verdict.PLAUSIBLE: ("good", "Plausible beside the national figures"),
    Verdict.IMPLAUSIBLE: ("error", "Cannot be part of the national figures"),
    Verdict.NOT_COMPARABLE: ("note", "Not comparable with the national figures"),
    Verdict.NO_BASELINE: ("note", "No national figures to compare with"),
}

#: Verdicts under which two values may be subtracted from each other.
COMPARABLE = frozenset({Verdict.AGREES, Verdict.DISAGREES, Verdict.PLAUSIBLE, Verdict.IMPLAUSIBLE})


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
            f"Its data structure has no {SERIES} and {AREA}, so nothing tells which national series belongs beside it."
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
    codes = portrait.line.codes
    about = rf"{re.escape(codes.get(SERIES, ''))} in {re.escape(codes.get(AREA, ''))}(?: \([A-Z_]+ [^()]*\))?"
    text = re.sub(rf"^{about}(?=[ :])", "This series", comparison.reason)
    text = re.sub(r"^This series: (\w)", lambda found: found[1].upper(), text)
    text = re.sub(r"^This series and its parts, ([^:]{1,40}): (\w)", lambda found: f"{found[1]}: {found[2]}", text)
    known = portrait.schema.codes.get(AREA, {})
    text = re.sub(
        r"\b[A-Z]{2}_[A-Za-z0-9_]+",
        lambda found: area_name(portrait.schema, found[0]) if found[0] in known else found[0],
        text,
    )
    return text if text.endswith((".", "!", "?")) else f"{text}."
