"""Which way of reconciling fits which series: it follows from how figures of the series behave when areas are put together.

| kind | ways, the usual one first |
|---|---|
| C, a count | pro-rata, least squares, IPF over a breakdown, Denton for quarters and months |
| R, a ratio in percent | logit, or a common factor on the weighted sum |
| R, another ratio | a common factor on the weighted sum |
| M, a mean or composite; G, a growth rate | none |

The ways themselves are functions of arrays, one file each: `reconciliation_scaling`, `_logit`, `_squares`, `_ipf`, `_denton`. They refuse
what they cannot meet with a Conflict that says which value stands in the way. Sources: Stone, Champernowne and Meade 1942 and Byron
1978 (least squares), Deming and Stephan 1940 (IPF), Denton 1971 with Cholette's correction 1984.
"""

from __future__ import annotations

from collections.abc import Mapping

from dataexchange.errors import Conflict
from dataexchange.model.reconciliation import Method
from dataexchange.model.rulebook import SeriesNature
from dataexchange.model.sentence import Sentence, either, say
from dataexchange.model.series_notes import SeriesKind

_COUNTS = (Method.PRO_RATA, Method.LEAST_SQUARES, Method.IPF, Method.DENTON)
_PERCENT = (Method.LOGIT, Method.PRO_RATA)
_RATIOS = (Method.PRO_RATA,)

_NEVER: Mapping[SeriesKind, Sentence] = {
    SeriesKind.MEAN: say(
        "it is a mean or composite (KIND M): what the nation's value is made of is not known, so no set of local values has to meet it"
    ),
    SeriesKind.BALANCE: say(
        "it is a balance (KIND B): gains and losses are netted in it, and no factor brings them to the nation's value"
    ),
    SeriesKind.GROWTH: say("it is a growth rate (KIND G): rates of growth neither add up nor pool"),
}


def method_for(series: str, nature: SeriesNature | None, unit: str | None, wanted: Method | None) -> Method:
    """The way to reconcile the series: the one that is wanted, if it fits, else the usual one.

    Raises Conflict for a series that nothing fits, with the reason, and for one whose kind nobody says.
    """
    if nature is None:
        raise Conflict(
            say(
                "{series} is not reconciled: nobody says of which kind it is. Say in its code list (KIND C, B, R, M or G) or in the "
                "rulebook whether it adds up.",
                series=series,
            )
        )
    if nature.kind in _NEVER:
        raise Conflict(say("{series} is not reconciled: {reason}.", series=series, reason=_NEVER[nature.kind]))
    fit = _COUNTS if nature.kind is SeriesKind.COUNT else _PERCENT if unit == "PT" else _RATIOS
    if wanted is None:
        return fit[0]
    if wanted not in fit:
        raise Conflict(
            say(
                "{method} does not fit {series}, which is {kind}: use {fit}.",
                method=str(wanted),
                series=series,
                kind=_kind(nature.kind, unit),
                fit=either([str(method) for method in fit]),
            )
        )
    return wanted


def _kind(kind: SeriesKind, unit: str | None) -> Sentence:
    if kind is SeriesKind.COUNT:
        return say("a count (KIND C)")
    return say("a ratio in percent (KIND R)") if unit == "PT" else say("a ratio (KIND R)")
