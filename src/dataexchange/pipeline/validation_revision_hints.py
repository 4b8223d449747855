"""What a large revision may be if it is none: a power of ten, another year's figures, another area's.

A hint is given where all figures of a series that are revised much bear it out, and by enough digits that they do not fit by chance; among
areas only one may fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from dataexchange.model.hints import ENOUGH_DIGITS, digits, of_area, of_factor, of_shift, significant
from dataexchange.model.sentence import Sentence
from dataexchange.pipeline.validation_groups import besides
from dataexchange.pipeline.validation_lines import Lines, ordinals
from dataexchange.pipeline.validation_rounding import rounding
from dataexchange.pipeline.validation_table import Floats, Ints, Observations

#: Of more series than these no hints are looked for.
_MOST = 1000
#: How far the logarithm of the factor may be from a whole number: 12 %.
_NEAR = 0.05


@dataclass(frozen=True, slots=True)
class Revised:
    """Figures that are revised much, in the order of their series; `old` is what is published of each, `before` all that is."""

    table: Observations
    before: Lines
    now: Lines
    old: Floats

    def hints(self) -> dict[int, Sentence]:
        """By series."""
        starts = self.now.starts
        ends = np.append(starts[1:], len(self.now))
        found: dict[int, Sentence] = {}
        for start, end in zip(starts[:_MOST].tolist(), ends[:_MOST].tolist(), strict=True):
            at = slice(start, end)
            if hint := self._power(at) or self._shifted(at) or self._another(at):
                found[int(self.now.series[start])] = hint
        return found

    def _power(self, at: slice) -> Sentence | None:
        now, old = self.now.value[at], self.old[at]
        if (now == 0).any() or (now * old <= 0).any():
            return None
        logs = np.log10(now / old)
        powers = np.rint(logs)
        # A homicide that becomes ten is no slip of the multiplier: as many digits have to come back as cannot by chance.
        if min(significant(now), significant(old)) < ENOUGH_DIGITS:
            return None
        if powers[0] == 0 or (powers != powers[0]).any() or (np.abs(logs - powers) > _NEAR).any():
            return None
        return of_factor(self.table.value("UNIT_MEASURE", int(self.now.row[at][0])), int(powers[0]))

    def _shifted(self, at: slice) -> Sentence | None:
        """Each figure is what is published of the next or the last period."""
        period, known = self._periods
        first, last = np.searchsorted(self.before.series, int(self.now.series[at.start]) + np.array([0, 1]))
        published = dict(zip(known[first:last].tolist(), range(int(first), int(last)), strict=True))
        for step in (1, -1):
            places = np.array([published.get(one + step, -1) for one in period[at].tolist()], np.int64)
            there = places >= 0
            values, units = self.now.value[at][there], self._units(at)[there]
            if len(np.unique(values)) > 1 and self._are(values, units, places[there]):
                return of_shift(step, self.table.value("FREQ", int(self.now.row[at][0])))
        return None

    def _another(self, at: slice) -> Sentence | None:
        """They are what is published of one other area, of which the table has figures as well."""
        if "REF_AREA" not in self.table.schema.structure.dimension_ids:
            return None
        rest, series = self._rest, int(self.now.series[at.start])
        others = np.flatnonzero(rest == rest[series])
        others = others[others != series]
        values, units, period = self.now.value[at], self._units(at), self.now.period[at]
        if not len(others) or digits(values, units) < ENOUGH_DIGITS:
            return None
        # Most areas differ in the first figure already.
        first = self.before.at(others, np.repeat(period[:1], len(others)))
        others = others[(first >= 0) & (np.abs(self.before.value[first] - values[0]) <= units[0])]
        n = len(values)
        places = self.before.at(np.repeat(others, n), np.tile(period, len(others))).reshape(-1, n)
        able = np.flatnonzero((places >= 0).all(axis=1))
        fits = [one for one in able.tolist() if self._are(values, units, places[one])]
        if len(fits) != 1:
            return None
        code = self.table.of_series("REF_AREA")
        name = str(code.values[int(code.index[others[fits[0]]])].as_py())
        return of_area(self.table.schema.code_name("REF_AREA", name), name)

    def _are(self, values: Floats, units: Floats, places: Ints) -> bool:
        """Whether the values are what is published there, and by no chance."""
        apart = np.abs(values - self.before.value[places])
        fit = (apart <= units / 2 * (1 + 1e-9) + 1e-9 * np.abs(values)).all()
        return bool(fit) and digits(values, units) >= ENOUGH_DIGITS

    def _units(self, at: slice) -> Floats:
        return np.asarray(rounding(self.table)[self.now.row[at]])

    @property
    def _rest(self) -> Ints:
        every = np.arange(len(self.table.keys))
        return self.table.derived("besides the area", partial(besides, self.table, "REF_AREA", every))

    @property
    def _periods(self) -> tuple[Ints, Ints]:
        """(number of the period of each figure, of all that is published), one more from year to year."""
        return self.table.derived("revised periods", lambda: (ordinals(self.now), ordinals(self.before)))
