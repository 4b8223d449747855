"""Which values can have measures of inequality at all: not counts, and not what nobody says the kind of."""

from __future__ import annotations

from dataexchange.model.rulebook import SeriesNature
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import SeriesKind

#: Units of values that do not grow with the size of the area, whatever else they are.
_RELATIVE_UNITS = frozenset(("PT", "RO", "IX", "SCORE", "PROB"))
_PER = "PER_"


def unfit(nature: SeriesNature | None, unit: str) -> Sentence | None:
    """Why not; None where they can.

    >>> unfit(SeriesNature(SeriesKind.RATIO), "PT"), unfit(None, "PER_100000_POP")
    (None, None)
    """
    if nature is not None and nature.kind is SeriesKind.COUNT:
        return say(
            "These are counts: a large district has more of everything, so that differences between districts are those of their size "
            "first. Make a rate of them (per head, per household) to see inequality."
        )
    if nature is not None and nature.kind is SeriesKind.BALANCE:
        return say(
            "These are balances, which may be negative: what is gained in one district and lost in another is no inequality. Make a "
            "rate of them (per head) to see one."
        )
    if nature is None and unit not in _RELATIVE_UNITS and not unit.startswith(_PER):
        return say(
            "Nobody says whether these values add up (annotation KIND of the series), and of counts there is no inequality to measure: "
            "a large district has more of everything."
        )
    return None


def from_zero(nature: SeriesNature | None) -> bool:
    """Whether zero means none of it: a growth rate of zero does not."""
    return nature is None or nature.kind is not SeriesKind.GROWTH
