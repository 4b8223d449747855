"""Every way of reconciling against a hand calculation, an implementation that is not ours, and what has to hold whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipfn import ipfn
from scipy.optimize import brentq, minimize

from dataexchange.errors import Conflict
from dataexchange.model.reconciliation import Method
from dataexchange.model.rulebook import SeriesNature
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.reconciliation import method_for
from dataexchange.pipeline.reconciliation_denton import benchmarked
from dataexchange.pipeline.reconciliation_ipf import fitted
from dataexchange.pipeline.reconciliation_logit import logit_raked
from dataexchange.pipeline.reconciliation_scaling import pro_rata, weighted
from dataexchange.pipeline.reconciliation_squares import least_squares, variances

FEW = settings(max_examples=40, deadline=None)
COUNTS = st.lists(st.one_of(st.just(0.0), st.floats(0.5, 1e6)), min_size=2, max_size=12).filter(any)
SHARES = st.lists(st.floats(0.5, 99.5), min_size=2, max_size=12)


def test_pro_rata_by_hand() -> None:
    """120 for parts that make 100: every one a fifth more."""
    assert pro_rata(np.array([10.0, 30.0, 60.0]), 120.0) == pytest.approx([12, 36, 72], abs=1e-12)


def test_weighted_scaling_by_hand() -> None:
    """(3*10 + 1*20)/4 = 12.5, the nation has 15: every part times 1.2; with W = 5, to 75 instead of 60: times 1.5."""
    values, weights = np.array([10.0, 20.0]), np.array([3.0, 1.0])
    assert weighted(values, weights, 15.0) == pytest.approx([12, 24])
    assert weighted(values, weights, 15.0, 5.0) == pytest.approx([15, 30])


def test_nothing_to_share_by() -> None:
    assert pro_rata(np.zeros(2), 0.0).tolist() == [0, 0]
    with pytest.raises(Conflict, match="all parts are 0, and the nation has 5"):
        pro_rata(np.zeros(2), 5.0)
    with pytest.raises(Conflict, match="below 0"):
        pro_rata(np.array([-1.0, 3.0]), 5.0)


@FEW
@given(COUNTS, st.floats(1, 1e7), st.floats(0.1, 1000))
def test_pro_rata_always(values: list[float], total: float, scale: float) -> None:
    own = np.array(values)
    found = pro_rata(own, total)
    assert found.sum() == pytest.approx(total, rel=1e-12)
    assert (found[own == 0] == 0).all()
    assert pro_rata(found, total) == pytest.approx(found, rel=1e-12)
    assert pro_rata(own * scale, total * scale) == pytest.approx(found * scale, rel=1e-12)


def test_logit_by_hand() -> None:
    """Odds 1/4 and 1 times 4 are 1 and 4: 50 and 80 %, which make 65 %."""
    assert logit_raked(np.array([20.0, 50.0]), np.ones(2), 65.0) == pytest.approx([50, 80], abs=1e-10)


@FEW
@given(SHARES, st.floats(1, 99), st.randoms(use_true_random=False))
def test_logit_against_a_root_finder(values: list[float], whole: float, random) -> None:
    own, weights = np.array(values), np.array([random.uniform(0.5, 1000) for _ in values])
    found = logit_raked(own, weights, whole)
    odds = np.log(own / (100 - own))

    def mean(shift: float) -> float:
        return float(np.average(100 / (1 + np.exp(-odds - shift)), weights=weights)) - whole

    shift = brentq(mean, -30, 30, xtol=1e-14)
    assert found == pytest.approx(100 / (1 + np.exp(-odds - shift)), rel=1e-8)
    assert np.average(found, weights=weights) == pytest.approx(whole, rel=1e-12)
    assert ((found > 0) & (found < 100)).all()
    assert (np.diff(found[np.argsort(own, kind="stable")]) >= 0).all()
    assert logit_raked(found, weights, whole) == pytest.approx(found, rel=1e-9)
    assert logit_raked(own, weights * 7, whole) == pytest.approx(found, rel=1e-9)


def test_what_stands_at_0_or_100_percent_stays() -> None:
    found = logit_raked(np.array([0.0, 100.0, 50.0]), np.ones(3), 60.0)
    assert found == pytest.approx([0, 100, 80], abs=1e-10)
    with pytest.raises(Conflict, match=r"between 0 and 33\.333333 %, and the nation has 60 %"):
        logit_raked(np.array([0.0, 0.0, 50.0]), np.ones(3), 60.0)
    with pytest.raises(Conflict, match="no percentage"):
        logit_raked(np.array([101.0]), np.ones(1), 60.0)


def test_least_squares_by_hand() -> None:
    """One total, 110 for parts that make 100: what is missing goes by the variances, 1 to 3 to 1."""
    found = least_squares(np.array([20.0, 30, 50]), np.array([1.0, 3, 1]), np.ones((1, 3)), np.array([110.0]))
    assert found == pytest.approx([22, 36, 52])


def test_variances_from_bounds_or_a_coefficient_of_variation() -> None:
    found = variances(np.array([100.0, 50, 0]), np.array([90.2, np.nan, np.nan]), np.array([109.8, 60, np.nan]), 4)
    assert found == pytest.approx([25, 4, 0])


@FEW
@given(st.lists(st.floats(1, 1000), min_size=6, max_size=6), st.lists(st.floats(0.1, 50), min_size=6, max_size=6))
def test_least_squares_against_a_solver(values: list[float], spread: list[float]) -> None:
    """A table of 3 areas by 2 sexes with all five margins, of which one follows from the others."""
    own, spread_ = np.array(values), np.array(spread)
    rows, columns = np.kron(np.eye(3), np.ones((1, 2))), np.kron(np.ones((1, 3)), np.eye(2))
    margins = np.vstack([rows, columns])
    totals = margins @ (own * np.array([1.1, 0.9, 1.2, 1.0, 0.95, 1.05]))
    found = least_squares(own, spread_, margins, totals)
    assert margins @ found == pytest.approx(totals, rel=1e-10)
    # The independent way: equations of the Lagrangian for four margins, solved as one system.
    part, wanted = margins[:4], totals[:4]
    system = np.block([[np.diag(2 / spread_), part.T], [part, np.zeros((4, 4))]])
    there = np.linalg.solve(system, np.concatenate([2 * own / spread_, wanted]))[:6]
    assert found == pytest.approx(there, rel=1e-7)
    assert least_squares(found, spread_, margins, totals) == pytest.approx(found, rel=1e-9)
    assert least_squares(own * 3, spread_ * 9, margins, totals * 3) == pytest.approx(found * 3, rel=1e-8)


def test_least_squares_keeps_zeros_and_names_what_contradicts() -> None:
    own = np.array([0.0, 40.0, 60.0])
    exact = variances(own, np.full(3, np.nan), np.full(3, np.nan), 5)
    found = least_squares(own, exact, np.ones((1, 3)), np.array([110.0]))
    assert found[0] == 0
    twice = np.array([[1.0, 1, 1], [1, 1, 1]])
    with pytest.raises(Conflict, match="of the nation is missed by 5"):
        least_squares(own, exact, twice, np.array([110.0, 120.0]), ["women of the nation", "men of the nation"])


def test_ipf_by_hand() -> None:
    """A table without interaction comes out as rows times columns by the total."""
    found = fitted(np.ones((2, 3)), np.array([30.0, 10]), np.array([20.0, 12, 8]))
    assert found == pytest.approx(np.outer([30, 10], [20, 12, 8]) / 40)


@FEW
@given(st.lists(st.floats(1, 100), min_size=12, max_size=12), st.lists(st.floats(0.8, 1.25), min_size=12, max_size=12))
def test_ipf_against_ipfn(values: list[float], factors: list[float]) -> None:
    cells = np.array(values).reshape(4, 3)
    aimed = cells * np.array(factors).reshape(4, 3)
    rows, columns = aimed.sum(axis=1), aimed.sum(axis=0)
    found = fitted(cells, rows, columns)
    there = ipfn.ipfn(cells.copy(), [rows, columns], [[0], [1]], convergence_rate=1e-12, max_iteration=5000).iteration()
    assert found == pytest.approx(np.asarray(there), rel=1e-6)
    assert found.sum(axis=0) == pytest.approx(columns, abs=1e-8)
    assert found.sum(axis=1) == pytest.approx(rows, abs=1e-8)
    odds = found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0])
    assert odds == pytest.approx(cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0]), rel=1e-9)
    assert fitted(found, rows, columns) == pytest.approx(found, rel=1e-8)


def test_ipf_keeps_zeros_and_says_which_margin_cannot_be_met() -> None:
    cells = np.array([[0.0, 4.0], [6.0, 2.0]])
    found = fitted(cells, np.array([5.0, 9.0]), np.array([6.0, 8.0]))
    assert found[0, 0] == 0
    assert found.sum(axis=1) == pytest.approx([5, 9])
    names = (["Bishkek", "Osh"], ["women", "men"])
    with pytest.raises(Conflict, match="margins disagree: Bishkek to Osh make 14, women to men make 15"):
        fitted(cells, np.array([5.0, 9.0]), np.array([6.0, 9.0]), *names)
    with pytest.raises(Conflict, match="all values of Bishkek are 0, and its total is 5"):
        fitted(np.array([[0.0, 0.0], [6.0, 2.0]]), np.array([5.0, 9.0]), np.array([6.0, 8.0]), *names)
    with pytest.raises(Conflict, match="no way to meet all margins: women is still missed by"):
        fitted(np.array([[0.0, 4.0], [6.0, 0.0]]), np.array([5.0, 9.0]), np.array([6.0, 8.0]), *names)


#: Denton's own example (1971), with Stata's answer as the Quarterly National Accounts literature has it.
INDICATOR = np.array([50.0, 100, 150, 100] * 5)
BENCHMARKS = {1971: 500.0, 1972: 400.0, 1973: 300.0, 1974: 400.0, 1975: 500.0}
PLACES = np.arange(4 * 1971, 4 * 1976)


def test_denton_against_a_program_of_its_own() -> None:
    """The smallest sum of squared changes of the factor, found by a general optimiser over what the totals leave free."""
    found = benchmarked(PLACES, INDICATOR, 4, BENCHMARKS).values
    assert found.reshape(5, 4).sum(axis=1) == pytest.approx(list(BENCHMARKS.values()), rel=1e-10)
    differences = np.diff(np.eye(20), axis=0) @ np.diag(1 / INDICATOR)
    sums = np.kron(np.eye(5), np.ones((1, 4)))
    # Quadratic with linear constraints: particular solution and null space, nothing of Lagrange.
    start = np.linalg.lstsq(sums, np.array(list(BENCHMARKS.values())), rcond=None)[0]
    free = np.linalg.svd(sums)[2][5:].T
    least = np.linalg.lstsq(differences @ free, -differences @ start, rcond=None)[0]
    assert found == pytest.approx(start + free @ least, rel=1e-8)
    near = minimize(lambda z: np.sum((differences @ (start + free @ z)) ** 2) * 1e4, least + 0.01, method="BFGS")
    assert np.sum((differences @ found) ** 2) <= near.fun / 1e4 + 1e-12


def test_denton_as_statsmodels_has_it_and_by_hand() -> None:
    from statsmodels.tsa.interp.denton import dentonm

    found = benchmarked(np.append(PLACES, PLACES[-1] + 1), np.append(INDICATOR, 60.0), 4, BENCHMARKS)
    assert found.values == pytest.approx(dentonm(np.append(INDICATOR, 60.0), list(BENCHMARKS.values()), freq="aq"))
    assert found.met.tolist()[-2:] == [1975, 1975]
    one = benchmarked(np.arange(8000, 8004), np.array([1.0, 2, 3, 4]), 4, {2000: 20.0})
    assert one.values == pytest.approx([2, 4, 6, 8]), "one year alone is pro-rata"


def test_denton_carries_the_factor_on_and_leaves_out_what_it_cannot_know() -> None:
    """Two quarters before the first total, a year without a total between two, one whose quarters lack, one after all."""
    places = np.array([*range(8002, 8016), 8017, 8018, 8019, 8020, 8021])
    values = np.full(len(places), 10.0)
    found = benchmarked(places, values, 4, {2001: 80.0, 2003: 20.0, 2004: 99.0})
    by_place = dict(zip(places.tolist(), found.values.tolist(), strict=True))
    assert [by_place[p] for p in (8002, 8003)] == pytest.approx([20, 20]), "the first factor, carried back"
    assert [by_place[p] for p in range(8004, 8008)] == pytest.approx([20] * 4)
    assert np.isnan([by_place[p] for p in (*range(8008, 8012), 8017, 8018, 8019)]).all()
    assert [by_place[p] for p in (8020, 8021)] == pytest.approx([5, 5]), "the last factor, carried on"
    assert len(found.left) == 7
    assert {str(reason)[:40] for reason in found.left.values()} == {
        "the nation has no total of its year, and",
        "its year has a national total, and not a",
    }
    with pytest.raises(Conflict, match="no year has all 12 periods"):
        benchmarked(np.arange(24000, 24011), np.ones(11), 12, {2000: 5.0})


@FEW
@given(st.lists(st.floats(1, 1000), min_size=36, max_size=36), st.lists(st.floats(10, 5000), min_size=3, max_size=3))
def test_denton_of_months_always(values: list[float], totals: list[float]) -> None:
    own, years = np.array(values), dict(zip((2000, 2001, 2002), totals, strict=True))
    found = benchmarked(np.arange(24000, 24036), own, 12, years).values
    assert found.reshape(3, 12).sum(axis=1) == pytest.approx(totals, rel=1e-9)
    thousand = benchmarked(np.arange(24000, 24036), own * 1000, 12, {y: t * 1000 for y, t in years.items()}).values
    assert thousand == pytest.approx(found * 1000, rel=1e-7, abs=1e-6)
    kept = benchmarked(
        np.arange(24000, 24036), own, 12, {2000 + i: float(own[12 * i : 12 * i + 12].sum()) for i in range(3)}
    )
    assert kept.values == pytest.approx(own, rel=1e-8)


COUNT, RATIO = SeriesNature(SeriesKind.COUNT), SeriesNature(SeriesKind.RATIO, "population")


@pytest.mark.parametrize(
    ("nature", "unit", "wanted", "found"),
    [
        (COUNT, "NUMBER", None, Method.PRO_RATA),
        (COUNT, "NUMBER", Method.DENTON, Method.DENTON),
        (RATIO, "PT", None, Method.LOGIT),
        (RATIO, "PER_1000_POP", None, Method.PRO_RATA),
    ],
)
def test_which_way_fits(nature: SeriesNature, unit: str, wanted: Method | None, found: Method) -> None:
    assert method_for("X", nature, unit, wanted) is found


@pytest.mark.parametrize(
    ("nature", "unit", "wanted", "words"),
    [
        (None, "NUMBER", None, "nobody says of which kind it is"),
        (SeriesNature(SeriesKind.MEAN), "IX", None, r"a mean or composite \(KIND M\)"),
        (SeriesNature(SeriesKind.GROWTH), "PT", None, r"a growth rate \(KIND G\)"),
        (COUNT, "NUMBER", Method.LOGIT, "logit does not fit X, which is a count .* use pro-rata or least-squares"),
        (RATIO, "PER_1000_POP", Method.LOGIT, "logit does not fit X, which is a ratio"),
        (RATIO, "PT", Method.IPF, "ipf does not fit X, which is a ratio in percent"),
    ],
)
def test_which_way_does_not(nature: SeriesNature | None, unit: str, wanted: Method | None, words: str) -> None:
    with pytest.raises(Conflict, match=words):
        method_for("X", nature, unit, wanted)
