"""What would make an inconsistent series consistent: a power of ten, a share for a percentage, another year, another area, a part twice.

A hint is only given where the figures bear it out: all that differ must fit it within rounding, and by enough digits that they do not fit
by chance; among areas only one may fit. It is asked of what is inconsistent and of nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dataexchange.model.hints import ENOUGH_DIGITS, digits, of_area, of_factor, of_shift
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.pipeline.coherence_candidates import Candidates
from dataexchange.pipeline.coherence_desk import COUNT, Desk
from dataexchange.pipeline.coherence_level import Far
from dataexchange.pipeline.coherence_mirror import Mirrored
from dataexchange.pipeline.coherence_outcomes import Outcome
from dataexchange.pipeline.coherence_panel import Flags, Floats, Ints
from dataexchange.pipeline.coherence_sums import ERROR, WARNING
from dataexchange.pipeline.coherence_words import area_name, percent

#: Of more inconsistent series than this only the power of ten is told: it is found for all at once.
MOST = 1000

#: Two parts are alike by chance where they have fewer different figures than these, or no large one.
_ALIKE, _SIZED = 3, 100

#: What is no more than this may sum to a hundred as it is.
_HUNDRED = 110

#: Powers of ten that come of a mistake, and not of a rare or frequent thing.
_USUAL = np.array([3, -3, 6, -6, 2, -2])

#: How far, in decimal logarithms, a factor may be from a power of ten to be about it (a factor of 1.4), and to come of it: a city may
#: lie on another level than its nation (a factor of 2.2).
_ABOUT, _LEVEL = 0.15, 0.35

Hints = dict[int, tuple[Sentence, ...]]


def of_mirrors(desk: Desk, found: Candidates, mirrored: Mirrored) -> Hints:
    """By local series, of mirrors that differ."""
    wrong = np.flatnonzero((mirrored.differing > 0) & ~mirrored.explained)
    hints: Hints = {}
    for told, place in enumerate(wrong.tolist()):
        series = int(mirrored.local[place])
        if power := int(mirrored.power[place]):
            hints[series] = (of_power(desk, series, power),)
        elif told < MOST:
            said = _Mirror(desk, found, mirrored, place).hints()
            if said:
                hints[series] = tuple(said)
    return hints


class _Mirror:
    """One mirror that differs: the rows that do, and their values."""

    def __init__(self, desk: Desk, found: Candidates, of: Mirrored, place: int) -> None:
        self.desk, self.found, self.panel = desk, found, desk.panel
        self.series, self.national = int(of.local[place]), int(found.pairs.national[of.pair[place]])
        span = of.aligned.of(place)
        differs = of.differs[span]
        self.here, self.there = of.aligned.here[span][differs], of.aligned.there[span][differs]
        self.x, self.y = of.x[span][differs], of.y[span][differs]
        self.unit = self.panel.units(self.here, np.full(len(self.x), bool(desk.kind[self.series] == COUNT)))

    def hints(self) -> list[Sentence]:
        found = self._share_of_nation()
        return [found] if found else [hint for hint in (self._shifted(), self._another()) if hint]

    def _fits(self, x: Floats, unit: Floats, rows: Ints) -> Flags:
        """Whether values, rounded to these units, are those that stand in these rows."""
        units = self.panel.units(rows, np.full(len(rows), bool(self.desk.kind[self.series] == COUNT)))
        return np.abs(x - self.panel.values[rows]) <= (unit + units) / 2 * (1 + 1e-9) + 1e-9 * np.abs(x)

    def _share_of_nation(self) -> Sentence | None:
        """A count given as its share of the nation's."""
        if self.desk.kind[self.series] != COUNT:
            return None
        for pair in self.found.pair_of[self.series, 1:].tolist():
            if pair < 0:
                continue
            rows = self.panel.find(np.full(len(self.here), self.found.pairs.national[pair]), self.panel.rank[self.here])
            if (rows < 0).any() or (self.panel.values[rows] <= 0).any():
                continue
            share = self.y / self.panel.values[rows]
            for factor in (100, 1):
                # Rounded to the digits that are there, and to no fewer than three of them.
                off = np.abs(self.x - factor * share) <= np.minimum(np.maximum(self.unit, 1e-9), 0.005 * factor * share)
                if off.all() and (self.x <= factor).all() and (share < 1).all():
                    if factor == 100:
                        return say("values look like percentages of the national total")
                    return say("values look like shares of the national total")
        return None

    def _shifted(self) -> Sentence | None:
        """Each value is the nation's of the next or the last period."""
        start, stop = int(self.panel.starts[self.national]), int(self.panel.starts[self.national + 1])
        for step in (1, -1):
            rows = self.there + step
            inside = (rows >= start) & (rows < stop)
            if inside.sum() < 2 or len(np.unique(self.x[inside])) < 2:
                continue
            fits = self._fits(self.x[inside], self.unit[inside], rows[inside])
            if fits.all() and digits(self.x[inside], self.unit[inside]) >= ENOUGH_DIGITS:
                return of_shift(step, dict(self.panel.view(self.series).codes).get("FREQ"))
        return None

    def _another(self) -> Sentence | None:
        """They are the nation's values of another area, or of another breakdown of the same area."""
        panel, rest = self.panel, self.desk.order.rest
        national = np.arange(panel.local, panel.n)
        alike = national[rest[panel.local :] == rest[self.national]]
        area = self._only(alike[alike != self.national])
        if area is not None:
            name = panel.view(area).area
            return of_area(area_name(self.desk.schema, name), name)
        same = (panel.area[panel.local :] == panel.area[self.national]) & (
            panel.code[panel.local :] == panel.code[self.national]
        )
        other = self._only(national[same & (national != self.national)])
        if other is None:
            return None
        mine, theirs = (dict(panel.view(one).codes) for one in (self.national, other))
        told = ", ".join(f"{d} {theirs[d]}" for d in panel.dimensions if mine[d] != theirs[d])
        return say("values look like those of {breakdown}", breakdown=told)

    def _only(self, series: Ints) -> int | None:
        """The one of these national series whose values they are, if it is one."""
        if not len(series) or digits(self.x, self.unit) < ENOUGH_DIGITS:
            return None
        rank = self.panel.rank[self.here]
        rows = self.panel.find(np.repeat(series, len(rank)), np.tile(rank, len(series)))
        x, unit = np.tile(self.x, len(series)), np.tile(self.unit, len(series))
        fits = (rows >= 0) & self._fits(x, unit, np.maximum(rows, 0))
        whole = np.flatnonzero(fits.reshape(len(series), -1).all(axis=1))
        return int(series[whole[0]]) if len(whole) == 1 else None


def of_power(desk: Desk, series: int, power: int) -> Sentence:
    return of_factor(desk.panel.view(series).word("UNIT_MEASURE"), power)


def of_levels(desk: Desk, levels: Sequence[Far]) -> Hints:
    """The power of ten that comes nearest to how far a series lies from its whole."""
    hints: Hints = {}
    for one in (one for one in levels if one.expected is None):
        power = int(_USUAL[np.argmin(np.abs(_USUAL - one.log))])
        off = abs(power - one.log) if power * one.log > 0 else np.inf
        shares = power == -2 and desk.panel.view(one.series).word("UNIT_MEASURE") == "PT"
        # A factor of forty is no power of ten: better no hint than a wrong one.
        if off <= (_LEVEL if shares else _ABOUT) and not (shares and _above_one(desk, one.series)):
            hints[one.series] = (of_power(desk, one.series, power),)
        elif off <= _LEVEL and abs(power) > 2:
            hints[one.series] = (
                say("the nearest power of ten is {factor}: unit multiplier?", factor=10 ** abs(power)),
            )
        elif 2.35 < one.log < 2.65:
            hints[one.series] = (say("differs by a factor of about 100 or 1,000: unit, or unit multiplier?"),)
    return hints


def _above_one(desk: Desk, series: int) -> bool:
    """Whether a series has a value that can be no share of one."""
    panel = desk.panel
    return bool((panel.values[int(panel.starts[series]) : int(panel.starts[series + 1])] > 1).any())


def of_sums(told: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes of sums that do not fit, with the part that would make them fit."""
    asked = 0
    found = []
    for one in told:
        wrong = one.severity == ERROR or (one.severity == WARNING and one.rule == "COH-SUM")
        if wrong and not one.judged.weighted and one.rule in ("COH-SUM", "COH-REMAINDER") and asked < MOST:
            asked += 1
            hint, culprit = _of_sum(one)
            found.append(replace(one, hints=(hint,) if hint else (), culprit=culprit))
        else:
            found.append(one)
    return found


def _of_sum(one: Outcome) -> tuple[Sentence | None, str | None]:
    """(what would make it fit, the part that it is about)."""
    schema, excess, parts = one.sums.desk.schema, -one.value, one.parts
    slack = float(one.sums.rounding[one.group]) + 1e-9 * abs(one.y)
    if copied := _copied(one):
        return copied
    if percentages := _percentages(one, excess):
        return percentages, None
    # Doubled, by whatever name; then the one that is off by a power of ten. Only one part may be it.
    twice = [area for area, value, _ in parts if value > 0 and abs(excess - value) <= slack]
    doubled = [area for area, value, _ in parts if value > 0 and abs(excess - value / 2) <= slack]
    if one.rule == "COH-SUM" and excess > slack:
        if len(twice) == 1 and len(parts) > 1:
            return _twice(one, excess, area_name(schema, twice[0]), twice[0]), twice[0]
        if len(doubled) == 1 and not twice:
            name = area_name(schema, doubled[0])
            words = say("{area} ({code}) looks doubled: half of it makes the sum fit", area=name, code=doubled[0])
            return words, doubled[0]
    scaled = _scaled(one, excess, slack)
    if len(scaled) == 1:
        ((area, power),) = scaled
        words = (
            say(
                "{area} ({code}) looks {factor} times too large: unit multiplier?",
                area=area_name(schema, area),
                code=area,
                factor=10**power,
            )
            if power > 0
            else say(
                "{area} ({code}) looks {factor} times too small: unit multiplier?",
                area=area_name(schema, area),
                code=area,
                factor=10**-power,
            )
        )
        return words, area
    if one.rule == "COH-SUM" and excess > slack and (share := percent(excess, one.y)):
        return say("the sum of the parts exceeds the whole by {share}: is a part counted twice?", share=share), None
    return None, None


def _percentages(one: Outcome, excess: float) -> Sentence | None:
    """All parts of a count of more than a hundred sum to a hundred, give or take what their rounding does."""
    total, values = one.y + excess, [value for _, value, _ in one.parts]
    if one.rule != "COH-SUM" or len(values) < 2 or one.y <= _HUNDRED or abs(total - 100) > 1 or max(values) > 100:
        return None
    return say("values look like percentages of the whole: the parts sum to {total}", total=float(f"{total:.6g}"))


def _copied(one: Outcome) -> tuple[Sentence, str] | None:
    """A part with all the figures of another one, and enough of them that it is no chance: the later one in the table."""
    panel, schema = one.sums.desk.panel, one.sums.desk.schema
    known: dict[bytes, str] = {}
    for area, _, row in sorted(one.parts, key=lambda part: part[2]):
        series = int(panel.owner[row])
        span = slice(int(panel.starts[series]), int(panel.starts[series + 1]))
        values = panel.values[span]
        if len(np.unique(values)) < _ALIKE or np.abs(values).max() < _SIZED:
            continue
        other = known.setdefault(values.tobytes() + panel.periods[span].tobytes(), area)
        if other != area:
            words = says(
                "{area} ({code}) has the same figures as {other} ({other_code}) in its {n} period: was one copied?",
                "{area} ({code}) has the same figures as {other} ({other_code}) in all {n} periods: was one copied?",
                len(values),
                area=area_name(schema, area),
                code=area,
                other=area_name(schema, other),
                other_code=other,
            )
            return words, area
    return None


def _twice(one: Outcome, excess: float, name: str, code: str) -> Sentence:
    if share := percent(excess, one.y):
        return say(
            "the sum of the parts exceeds the whole by {share}: is {area} ({code}) counted twice?",
            share=share,
            area=name,
            code=code,
        )
    return say("is {area} ({code}) counted twice?", area=name, code=code)


def _scaled(one: Outcome, excess: float, slack: float) -> list[tuple[str, int]]:
    """(part, power of ten) that would make it fit: of a sum exactly, of a remainder if only one part alone is more than the whole."""
    if one.rule == "COH-SUM":
        return [
            (area, power)
            for area, value, _ in one.parts
            for power in (1, 2, 3, 6, -1, -2, -3, -6)
            if value > 0 and abs(excess - value * (1 - 10.0**-power)) <= slack * max(1.0, 10.0**-power)
        ]
    if one.y <= 0 or len(one.parts) < 1:
        return []
    large = [(area, value) for area, value, _ in one.parts if value >= 30 * one.y]
    rest = sum(value for _, value, _ in one.parts) - sum(value for _, value in large)
    if len(large) != 1 or rest > one.y:
        return []
    area, value = large[0]
    return [(area, power) for power in (3, 6) if value / 10**power + rest <= one.y][:1]
