"""What can hardly be, though each figure could be one: a period to come, a total that its sexes do not make, a figure a thousand
times too large.

Warnings, all of them: a city may know why. They look within one table; what the nation says is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import numpy as np

from dataexchange.model.period import NO_PERIOD, first_code_after
from dataexchange.model.schema import Schema
from dataexchange.model.sentence import Sentence, say
from dataexchange.model.series_notes import SeriesKind, kind
from dataexchange.pipeline.validation_fault import Fault
from dataexchange.pipeline.validation_table import Flags, Floats, Ints, Observations, figure
from dataexchange.pipeline.validation_values import multiplier

#: OBS_STATUS of figures that are of a time to come.
_FORECAST = "F"
#: Factor between a figure and the middle one of its series that is remarkable, and the fewest figures that have a middle.
_JUMP, _FEWEST = 300.0, 3
#: What figures may be rounded to, and by how many halves of it three of them may miss each other.
_UNITS = (1000.0, 100.0, 50.0, 10.0, 5.0, 1.0, 0.1, 0.01, 0.001)
_HALVES = 3
#: No count of people or things is larger.
_LARGEST = 1e18

_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "RNG-FUTURE": ("OBS_STATUS",),
    "SUM-SEX": ("SERIES", "SEX", "UNIT_MULT"),
}


def needs(schema: Schema) -> Mapping[str, Sentence]:
    """Rule -> why it cannot run with this structure."""
    there = {component.id for component in schema.structure.components()}
    lacking = {rule: [c for c in wanted if c not in there] for rule, wanted in _COMPONENTS.items()}
    return {rule: schema.lacks(absent) for rule, absent in lacking.items() if absent}


def to_come(table: Observations) -> Iterator[Fault]:
    """Figures of a period that has not begun, unless they are forecasts."""
    time = table.schema.structure.time_dimension
    if time is None or table.values is None:
        return
    today = datetime.now(UTC).date()
    late = (table.periods >= first_code_after(today)) & (table.periods != NO_PERIOD) & ~np.isnan(table.values)
    if late.any() and (status := table.text.get("OBS_STATUS")) is not None:
        forecast = np.array([code == _FORECAST for code in status.values.to_pylist()] + [False])
        late &= ~forecast[status.index]
    if late.any():
        words = say("the period has not begun yet, and OBS_STATUS is not F (forecast)")
        yield Fault("RNG-FUTURE", time.id, np.flatnonzero(late), words, partial(_future_sentence, table))


def _future_sentence(table: Observations, row: int) -> Sentence:
    return say(
        "{period} has not begun yet, so there can be no figure of it, unless it is a forecast (OBS_STATUS F)",
        period=table.period(row) or "",
    )


def jumps(table: Observations) -> Iterator[Fault]:
    """Figures that are hundreds of times the middle one of their series, or of which that is hundreds of times as large."""
    usual = _far(table)
    if usual:
        words = say("the figure is hundreds of times as large as the others of its series, or as small")
        rows = np.array(list(usual), np.int64)
        yield Fault("RNG-JUMP", table.measure, rows, words, partial(_jump_sentence, table, usual))


def _far(table: Observations) -> dict[int, float]:
    """Row of a figure far from the others of its series -> the middle one of these. A share may be next to nothing, a count of
    thousands may not."""
    if table.values is None or table.n < _FEWEST:
        return {}
    sizes = np.abs(_in_units(table, table.values))
    sizes[sizes == 0] = np.nan
    n = int(table.series.max()) + 1
    low, high = np.full(n, np.inf), np.zeros(n)
    there = ~np.isnan(sizes)
    np.minimum.at(low, table.series[there], sizes[there])
    np.maximum.at(high, table.series[there], sizes[there])
    rows = np.flatnonzero(there & (high / _JUMP > low)[table.series])
    if not len(rows):
        return {}
    middle = _middles(table.series[rows], sizes[rows])
    odd = (sizes[rows] / _JUMP > middle) | ((sizes[rows] < middle / _JUMP) & _counts(table)[rows])
    return dict(zip(rows[odd].tolist(), middle[odd].tolist(), strict=True))


def _in_units(table: Observations, values: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(values * multiplier(table))


def _counts(table: Observations) -> Flags:
    series, counted = table.text.get("SERIES"), _counted(table)
    if series is None or not counted:
        return np.zeros(table.n, bool)
    return np.asarray(np.array([*(code in counted for code in series.values.to_pylist()), False])[series.index])


def _counted(table: Observations) -> frozenset[str]:
    """Series of the table that count something."""
    series, codes = table.text.get("SERIES"), table.schema.codes.get("SERIES", {})
    found = () if series is None else series.values.to_pylist()
    return frozenset(code for code in found if kind(codes.get(code)) is SeriesKind.COUNT)


def _middles(series: Ints, sizes: Floats) -> Floats:
    """Of each figure the middle one of its series, NaN where there are too few."""
    order = np.lexsort((sizes, series))
    starts = np.flatnonzero(np.append(True, np.diff(series[order]) != 0))
    counts = np.diff(np.append(starts, len(order)))
    middle = sizes[order][starts + (counts - 1) // 2]
    middle[counts < _FEWEST] = np.nan
    out = np.empty(len(sizes))
    out[order] = np.repeat(middle, counts)
    return out


def _jump_sentence(table: Observations, usual: Mapping[int, float], row: int) -> Sentence:
    return say(
        "{value} is far from the other figures of its series, of which the middle one is {usual}: look for a thousands mark that was "
        "read as a decimal one, or another unit",
        value=table.figure(table.measure, row),
        usual=figure(usual[row]),
    )


def sexes(table: Observations) -> Iterator[Fault]:
    """Counts of women and of men that do not make the total. Figures that are told to be wrong are left out."""
    sex = table.text.get("SEX")
    if table.values is None or not table.n or sex is None or not {"_T", "F", "M"} <= set(sex.values.to_pylist()):
        return
    if not (counted := _counted(table)):
        return
    rest, part = _apart(table, counted)
    times = multiplier(table)
    values = _in_units(table, table.values)
    known = (
        (values >= 0) & (values < _LARGEST) & (rest[table.series] >= 0) & ((times > 1) | (values == np.floor(values)))
    )
    known[list(_far(table))] = False
    low = int(table.periods.min())
    cells = rest[table.series] * (int(table.periods.max()) - low + 1) + (table.periods.astype(np.int64) - low)
    rows = {
        code: np.flatnonzero(known & (part[table.series] == number)) for number, code in enumerate(("_T", "F", "M"))
    }
    first = {code: np.unique(cells[found], return_index=True) for code, found in rows.items()}
    whole = np.intersect1d(np.intersect1d(first["_T"][0], first["F"][0]), first["M"][0])
    total, women, men = (rows[c][first[c][1][np.searchsorted(first[c][0], whole)]] for c in ("_T", "F", "M"))
    left = values[total] - values[women] - values[men]
    slack = _HALVES / 2 * _unit(np.stack([values[total], values[women], values[men]]))
    # Where there are other sexes, or people of whom it is not known, women and men may be fewer than all.
    others = len(set(sex.values.to_pylist()) - {"_T", "F", "M"}) > 0
    wrong = (left < -slack) | ((left > slack) & (not others))
    if wrong.any():
        beside = {int(t): (int(w), int(m)) for t, w, m in zip(total[wrong], women[wrong], men[wrong], strict=True)}
        words = say("women and men together are not the total")
        faulty = np.sort(total[wrong])
        yield Fault("SUM-SEX", table.measure, faulty, words, partial(_sexes_sentence, table, values, beside))


def _apart(table: Observations, counted: frozenset[str]) -> tuple[Ints, Ints]:
    """For every series: a number for its key without SEX, -1 where it is no count, and 0, 1 or 2 for total, women or men."""
    ids = table.schema.structure.dimension_ids
    at, code_at = ids.index("SEX"), ids.index("SERIES")
    numbers: dict[tuple[str, ...], int] = {}
    rest, part = np.full(len(table.keys), -1, np.int64), np.full(len(table.keys), -1, np.int64)
    for number, key in enumerate(table.keys.to_pylist()):
        words = key.split(".")
        if words[at] in ("_T", "F", "M") and words[code_at] in counted:
            rest[number] = numbers.setdefault((*words[:at], *words[at + 1 :]), len(numbers))
            part[number] = ("_T", "F", "M").index(words[at])
    return rest, part


def _unit(values: Floats) -> Floats:
    """What the figures of each column are rounded to, as far as they show it."""
    unit = np.full(values.shape[1], _UNITS[-1])
    for size in reversed(_UNITS):
        fits = np.isclose(np.rint(values / size) * size, values, rtol=1e-12, atol=1e-12).all(axis=0)
        unit[fits] = size
    return unit


def _sexes_sentence(table: Observations, values: Floats, beside: Mapping[int, tuple[int, int]], row: int) -> Sentence:
    women, men = beside[row]
    return say(
        "the total is {total}, and women ({women} in {women_row}) and men ({men} in {men_row}) are {both} together",
        total=figure(float(values[row])),
        women=figure(float(values[women])),
        women_row=table.row_name(women, row),
        men=figure(float(values[men])),
        men_row=table.row_name(men, row),
        both=figure(float(values[women] + values[men])),
    )
