"""Quarters and months of one area benchmarked to the nation's years for the same area."""

from __future__ import annotations

import math

import numpy as np

from dataexchange.errors import Conflict
from dataexchange.model.period import first_day, frequency, parse_period
from dataexchange.pipeline.reconciliation_denton import PER_YEAR, benchmarked
from dataexchange.workflow.reconcile_figures import FREQ, About, Figure, with_code
from dataexchange.workflow.reconcile_values import Made, Sides, reason_of, total_of, unit_differs


def reconcile_years(sides: Sides, about: About, area: str, made: Made) -> None:
    """A series of less than a year beside the same one of years; nothing where there is no such pair."""
    freq = dict(about)[FREQ]
    own = sides.local.of(about).get(area)
    nation = sides.national.of(with_code(about, FREQ, "A")).get(area)
    if own is None or nation is None or freq not in PER_YEAR:
        return
    try:
        if (differs := unit_differs([own, nation])) is not None:
            raise Conflict(differs)
        _benchmark(own, nation, freq, made)
    except Conflict as error:
        for period in own.line.periods:
            made.leave(nation, period, reason_of(error))


def _benchmark(own: Figure, nation: Figure, freq: str, made: Made) -> None:
    per_year = PER_YEAR[freq]
    periods = [period for period in own.line.periods if frequency(parse_period(period)) == freq]
    begun = [first_day(parse_period(period)) for period in periods]
    places = np.array([day.year * per_year + (day.month - 1) * per_year // 12 for day in begun], np.int64)
    totals = {
        int(year[:4]): total_of(nation, year) for year in nation.line.periods if math.isfinite(nation.value(year))
    }
    values = np.array([own.value(period) for period in periods])
    found = benchmarked(places, values, per_year, {year: total.value for year, total in totals.items()})
    for place, period in enumerate(periods):
        if place in found.left:
            made.leave(nation, period, found.left[place])
            continue
        made.take_one(own, period, float(found.values[place]), totals[int(found.met[place])], per_year)
