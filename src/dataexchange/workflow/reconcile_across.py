"""Areas and a breakdown reconciled together: a table of areas by, say, sex, to the nation's women, men and total at once.

By itself each breakdown would meet its own national total, and women and men of a city would no longer make its total.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dataexchange.errors import Conflict
from dataexchange.model.reconciliation import Method
from dataexchange.model.sentence import Value, say, says
from dataexchange.pipeline.reconciliation_ipf import fitted
from dataexchange.pipeline.reconciliation_scaling import Floats, pro_rata
from dataexchange.pipeline.reconciliation_squares import least_squares
from dataexchange.workflow.reconcile_figures import About, Figure, with_code
from dataexchange.workflow.reconcile_parts import Whole, together
from dataexchange.workflow.reconcile_values import (
    Made,
    Sides,
    periods_of,
    reason_of,
    refuse_negative,
    spread_of,
    total_of,
    unit_differs,
)

TOTAL = "_T"


@dataclass(frozen=True, slots=True)
class _Table:
    """One period: the totals of the areas, their cells by code, and the nation's figures for both."""

    period: str
    totals: tuple[Figure, ...]
    #: Area by area, each in the order of `codes`.
    cells: tuple[Figure, ...]
    nation: Figure
    codes: Mapping[str, Figure]

    @property
    def size(self) -> tuple[int, int]:
        return len(self.totals), len(self.codes)

    def values(self, figures: Sequence[Figure]) -> Floats:
        return np.array([figure.value(self.period) for figure in figures])

    @property
    def margin(self) -> Floats:
        """The nation's values by code."""
        return self.values(tuple(self.codes.values()))


def reconcile_across(sides: Sides, whole: Whole, about: About, dimension: str, made: Made) -> None:
    """`about` is the breakdown's total (its code is _T): its codes are those that the nation has in the same dimension."""
    nation, there = sides.national.of(about).get(whole.area), sides.local.of(about)
    if nation is None:
        return
    for period in periods_of(nation, [there[area] for area in whole.scope if area in there]):
        try:
            table = _table(sides, whole, about, dimension, period, nation)
            values = _squares(table, sides.cv) if sides.method is Method.LEAST_SQUARES else _ipf(table)
        except Conflict as error:
            made.leave(nation, period, reason_of(error))
            continue
        n, m = table.size
        made.take(table.totals, values[n * m :], total_of(nation, period))
        cells = values[: n * m].reshape(n, m)
        for place, one in enumerate(table.codes.values()):
            made.take(table.cells[place::m], cells[:, place], total_of(one, period))


def _table(sides: Sides, whole: Whole, about: About, dimension: str, period: str, nation: Figure) -> _Table:
    totals, reason = together(whole, sides.local.of(about), sides.national.of(about), period)
    if reason is not None:
        raise Conflict(reason)
    codes = _codes(sides, whole, about, dimension, period)
    cells = []
    for figure in totals:
        for code in codes:
            beside = with_code(about, dimension, code)
            area = figure.line.area
            cell = sides.local.of(beside).get(area) or sides.national.of(beside).get(area)
            if cell is None or not math.isfinite(cell.value(period)):
                raise Conflict(
                    say("{area} has no value for {dimension} {code}", area=area, dimension=dimension, code=code)
                )
            cells.append(cell)
    if (differs := unit_differs([*totals, *cells, nation, *codes.values()])) is not None:
        raise Conflict(differs)
    return _Table(period, totals, tuple(cells), nation, codes)


def _codes(sides: Sides, whole: Whole, about: About, dimension: str, period: str) -> dict[str, Figure]:
    """Codes of the dimension that the nation has a value for, in order; at least two, or there is nothing to put together."""
    found = {}
    for other in sorted(sides.national.found):
        code, figure = dict(other)[dimension], sides.national.of(other).get(whole.area)
        beside = code != TOTAL and with_code(other, dimension, TOTAL) == about
        if beside and figure is not None and math.isfinite(figure.value(period)):
            found[code] = figure
    if len(found) < 2:
        raise Conflict(
            says(
                "the nation has {n} code of {dimension} with a value",
                "the nation has {n} codes of {dimension} with a value",
                len(found),
                dimension=dimension,
            )
        )
    return found


def _ipf(table: _Table) -> Floats:
    """The totals of the areas pro-rata to the nation's, then the cells to these totals and the nation's codes."""
    n, m = table.size
    rows = pro_rata(table.values(table.totals), table.nation.value(table.period))
    names: list[Value] = [say("{area}, all codes together", area=figure.line.area) for figure in table.totals]
    codes: list[Value] = [say("{code} of {area}", code=code, area=f.line.area) for code, f in table.codes.items()]
    cells = fitted(table.values(table.cells).reshape(n, m), rows, table.margin, names, codes)
    return np.concatenate([cells.ravel(), rows])


def _squares(table: _Table, cv: float) -> Floats:
    """Cells, then totals, such that the cells of an area make its total, and those of a code, and the totals, the nation's."""
    n, m = table.size
    figures = (*table.cells, *table.totals)
    inside = np.hstack([np.kron(np.eye(n), np.ones((1, m))), -np.eye(n)])
    by_code = np.hstack([np.kron(np.ones((1, n)), np.eye(m)), np.zeros((m, n))])
    whole = np.hstack([np.zeros((1, n * m)), np.ones((1, n))])
    areas = [figure.line.area for figure in table.totals]
    names: list[Value] = [
        *(say("what the codes of {area} make", area=area) for area in areas),
        *(say("{code} of {area}", code=code, area=f.line.area) for code, f in table.codes.items()),
        say("the total of {area}", area=table.nation.line.area),
    ]
    found = least_squares(
        table.values(figures),
        spread_of(figures, table.period, cv),
        np.vstack([inside, by_code, whole]),
        np.concatenate([np.zeros(n), table.margin, [table.nation.value(table.period)]]),
        names,
    )
    return refuse_negative(found, figures)
