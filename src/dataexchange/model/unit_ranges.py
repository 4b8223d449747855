"""Between which figures a unit can lie, whatever is measured in it.

Only what follows from the unit itself is here: a probability lies between 0 and 1, a weight is not negative. Money may be owed,
emissions may be bound again, an index and a score may be made in any way. Percentages and counts have rules of their own.

>>> span_of("PROB"), span_of("PER_100000_LIVE_BIRTHS"), span_of("USD")
(Span(lowest=0.0, highest=1.0, whole=False), Span(lowest=0.0, highest=100000.0, whole=False), None)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    lowest: float
    highest: float
    whole: bool = False


_NOT_NEGATIVE = Span(0.0, math.inf)

#: UNIT_MEASURE -> the figures it can have, in units.
_SPANS = {
    "PROB": Span(0.0, 1.0),
    "BOOL": Span(0.0, 1.0, whole=True),
    "PH": Span(0.0, 14.0),
    **dict.fromkeys(
        (
            "RO",
            "T",
            "KG",
            "HA",
            "KM",
            "KM2",
            "T_KM",
            "P_KM",
            "TEU",
            "GPERM3",
            "M_M3_PER_YR",
            "USD_PER_M3",
            "T_PER_HA",
            "LITRES_PURE_ALCOHOL",
            "W_PER_CAPITA",
            "MJ_PER_GDP_CON_PPP_USD",
        ),
        _NOT_NEGATIVE,
    ),
}
#: `PER_1000_POP` counts events, which one person may have several of; whoever is born, insured or infected is one of those counted.
_PER = re.compile(r"PER_(?P<of>10+)_(?P<whom>\w+)", re.ASCII)
_ONCE = ("LIVE_BIRTHS", "UNINFECTED_POP")


def span_of(unit: str) -> Span | None:
    """None for units that may have any figure."""
    if found := _PER.fullmatch(unit):
        return Span(0.0, float(found["of"])) if found["whom"] in _ONCE else _NOT_NEGATIVE
    return _SPANS.get(unit)


#: Units of emissions, which a forest binds again: a part may be more than the whole, which is net of it.
NETTED = frozenset(("TCO2E", "T_CO2E", "T_CO2"))


def times(unit: str) -> float | None:
    """How many of the denominator one unit is for; None for what is no rate.

    >>> times("PT"), times("PER_100000_POP"), times("RO"), times("KG")
    (100.0, 100000.0, 1.0, None)
    """
    if found := _PER.fullmatch(unit):
        return float(found["of"])
    return {"PT": 100.0, "RO": 1.0, "PROB": 1.0}.get(unit)
