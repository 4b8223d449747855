"""What a figure that is wrong may be: the same words whether it is told beside the nation's figures or beside those published before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dataexchange.model.sentence import Sentence, say

#: Figures that fit must have so many digits together, or they may fit by chance.
ENOUGH_DIGITS = 4


def of_factor(unit: str | None, power: int) -> Sentence:
    """Figures that are 10^power times what they should be, in this UNIT_MEASURE.

    >>> str(of_factor("NUMBER", 3)), str(of_factor("PT", -2))
    ('differs by a factor of about 1,000: unit multiplier?', 'values look like shares of one: 0.25 for 25 %')
    """
    if unit == "PT" and power == -2:
        return say("values look like shares of one: 0.25 for 25 %")
    if unit == "PT" and power == 2:
        return say("differs by a factor of about 100: is a percentage multiplied by 100 once more?")
    return say("differs by a factor of about {factor}: unit multiplier?", factor=10 ** abs(power))


def of_shift(step: int, freq: str | None) -> Sentence:
    """Figures that are those of the next (1) or the last (-1) period."""
    if freq == "A" and step > 0:
        return say("values look shifted by one year: each is that of the year after")
    if freq == "A":
        return say("values look shifted by one year: each is that of the year before")
    return say("values look shifted by one period")


def of_area(name: str, code: str) -> Sentence:
    return say("values look like those of {area} ({code})", area=name, code=code)


def digits(values: npt.NDArray[np.float64], units: npt.NDArray[np.float64]) -> int:
    """How many digits the distinct values are written with, together; of values that were never rounded many.

    >>> digits(np.array([12.5, 12.5, 9.0]), np.array([0.1, 0.1, 0.1]))
    5
    """
    distinct = {(float(v), float(u)) for v, u in zip(values.tolist(), units.tolist(), strict=True) if v}
    return sum(len(str(round(abs(v) / u))) if u > 0 else len(str(round(abs(v)))) + 2 for v, u in distinct)


def significant(values: npt.NDArray[np.float64]) -> int:
    """How many digits the distinct values have together, without the zeros before and behind: what a multiplier leaves as it is.

    >>> significant(np.array([12.5, 12.5, 900.0])), significant(np.array([0.00123]))
    (4, 3)
    """
    return sum(len(f"{abs(value):.9e}".partition("e")[0].replace(".", "").rstrip("0")) for value in {*values.tolist()})
