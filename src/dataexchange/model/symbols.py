"""Symbols that statistical offices put into or beside a figure, as data: what they usually mean, and who writes them so.

They are suggestions: what a symbol means in a city's table its mapping says, under `flags` (beside a number) or `missing` (in
place of one).

>>> [symbol.status for symbol in usual("e")], [symbol.status for symbol in usual("..")]
(['E'], ['M'])
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dataexchange.model.sentence import Sentence, say

_EUROSTAT, _UN, _ONS = "Eurostat", "United Nations", "UK Government Statistical Service"
_SUPPRESSED = say("suppressed, the count is small")


@dataclass(frozen=True, slots=True)
class Symbol:
    """`status` is the usual OBS_STATUS. `alone`: it stands in place of a number; else beside one."""

    symbol: str
    meaning: Sentence
    status: str
    source: str
    alone: bool = False


BESIDE = (
    Symbol("b", say("break in the time series"), "B", _EUROSTAT),
    Symbol("d", say("definition differs"), "D", _EUROSTAT),
    Symbol("e", say("estimated"), "E", _EUROSTAT),
    Symbol("f", say("forecast"), "F", _EUROSTAT),
    Symbol("i", say("imputed"), "I", _EUROSTAT),
    Symbol("n", say("not significant"), "N", _EUROSTAT),
    Symbol("p", say("provisional"), "P", _EUROSTAT),
    Symbol("u", say("low reliability"), "U", _EUROSTAT),
    Symbol("s", say("estimated by the statistical office"), "E", _EUROSTAT),
    Symbol("*", say("provisional or estimated"), "E", _UN),
    Symbol("~", say("low reliability"), "U", _ONS),
)

ALONE = (
    Symbol(":", say("not available"), "M", _EUROSTAT, True),
    Symbol(":c", say("confidential"), "Q", _EUROSTAT, True),
    Symbol(": c", say("confidential"), "Q", _EUROSTAT, True),
    Symbol(":z", say("not applicable"), "M", _EUROSTAT, True),
    Symbol("c", say("confidential"), "Q", _ONS, True),
    Symbol("[c]", say("confidential"), "Q", _ONS, True),
    Symbol("x", say("not available"), "M", _ONS, True),
    Symbol("[x]", say("not available"), "M", _ONS, True),
    Symbol("z", say("not applicable"), "M", _ONS, True),
    Symbol("[z]", say("not applicable"), "M", _ONS, True),
    Symbol("[low]", say("rounds to nothing"), "N", _ONS, True),
    Symbol("[u]", say("low reliability"), "Q", _ONS, True),
    Symbol("[w]", say("none recorded in the survey"), "M", _ONS, True),
    Symbol("..", say("not available"), "M", _UN, True),
    Symbol("...", say("not available"), "M", _UN, True),
    Symbol(".", say("not applicable"), "M", _UN, True),
    Symbol("*", _SUPPRESSED, "Q", _ONS, True),
    Symbol("**", _SUPPRESSED, "Q", _ONS, True),
    Symbol("s", _SUPPRESSED, "Q", _ONS, True),
    Symbol("n/a", say("not available"), "M", "general use", True),
    Symbol("N/A", say("not available"), "M", "general use", True),
    Symbol("na", say("not available"), "M", "general use", True),
    Symbol("n.d.", say("not available (no disponible, non disponible)"), "M", "general use", True),
    Symbol("nd", say("not available (no disponible, non disponible)"), "M", "general use", True),
    Symbol("s.d.", say("without data (sin datos)"), "M", "general use", True),
    Symbol("-", say("nil, or not available"), "M", "general use", True),
    Symbol("–", say("nil, or not available"), "M", "general use", True),
)

#: Patterns for `missing_matching`.
PATTERNS = (
    Symbol(r"[<≤]\s*\d+", _SUPPRESSED, "Q", _ONS, True),
    Symbol(r"(?i)(?:less|fewer) than \d+", _SUPPRESSED, "Q", "general use", True),
    Symbol(r"(?i)menos de \d+|moins de \d+", _SUPPRESSED, "Q", "general use", True),
)


def usual(text: str, *, alone: bool | None = None) -> tuple[Symbol, ...]:
    """What a symbol usually means; the exact one first, then whatever it is with other letters' size, then patterns.

    `alone`: only symbols that stand in place of a number (True) or beside one (False).
    """
    listed = [s for s in (*BESIDE, *ALONE) if alone is None or s.alone == alone]
    exact = [s for s in listed if s.symbol == text]
    found = exact or [s for s in listed if s.symbol.casefold() == text.casefold()]
    if found or alone is False:
        return tuple(found)
    # The patterns are our own, so Python's quicker way with single texts will do.
    return tuple(s for s in PATTERNS if re.fullmatch(s.symbol, text, re.ASCII))
