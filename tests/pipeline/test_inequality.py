"""Measures of inequality: the published reference values, hand calculations, statsmodels, and what must hold of any values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dataexchange.model.inequality import Better, Group, Inequality, Measure, Partition, Shares, Whole
from dataexchange.model.rulebook import Choice, Rulebook, SeriesNature
from dataexchange.model.series_notes import SeriesKind
from dataexchange.pipeline.inequality import MEASURES, inequality
from dataexchange.pipeline.inequality_kind import from_zero, unfit
from dataexchange.pipeline.inequality_slope import slope

#: Births attended by skilled staff by wealth fifth, with the number of births: the reference of healthequal 1.0.1.
FIFTHS = (75.605301, 91.019966, 96.039589, 97.042229, 99.224052)
BIRTHS = (2072.436035, 2112.204102, 1983.059204, 2052.123779, 1884.509888)
REFERENCE = {
    "D": 23.618752,
    "R": 1.312395,
    "BGV": 73.266341,
    "BGSD": 8.559576,
    "COV": 9.344853,
    "IDISU": 7.442171,
    "IDISW": 7.424834,
    "MDMW": 6.800902,
    "MDBW": 7.627362,
    "TI": 4.5382,
    "MLD": 4.730949,
    "ACI": 4.30052,
    "RCI": 4.69506,
    "PAF": 8.327116,
}


def over(
    values: Sequence[float | None],
    weights: Sequence[float] | None = None,
    errors: Sequence[float | None] | None = None,
    *,
    ordered: bool = False,
    unit: str = "PT",
    average: float | None = None,
    better: Better | None = Better.HIGH,
    zero: bool = True,
    built: tuple[float, ...] = (),
    **asked: Any,
) -> Inequality:
    groups = tuple(
        Group(
            code=f"G{n}",
            name=f"Group {n}",
            value=value,
            weight=weights[n] if weights else None,
            se=errors[n] if errors else None,
        )
        for n, value in enumerate(values)
    )
    top = 100.0 if unit == "PT" else None
    whole = Whole(area="A", period="2020", unit=unit, value=average, top=top, from_zero=zero, better=better)
    return inequality(Partition(id="X", name="X", groups=groups, ordered=ordered, built=built), whole, **asked)


def one(found: Inequality, id: str) -> Measure:
    measure = found.measure(id)
    assert measure is not None, found.left_out.get(id)
    return measure


@pytest.fixture(scope="module")
def fifths() -> Inequality:
    return over(FIFTHS, BIRTHS, ordered=True)


@pytest.mark.parametrize("id", REFERENCE)
def test_the_reference_values_are_met_to_six_digits(fifths: Inequality, id: str) -> None:
    assert one(fifths, id).value == pytest.approx(REFERENCE[id], rel=1e-6, abs=2e-6)


def test_the_average_is_the_weighted_one(fifths: Inequality) -> None:
    mean = sum(p * y for p, y in zip(fifths.portions, FIFTHS, strict=True))
    assert mean == pytest.approx(91.59669, rel=1e-6)
    assert one(fifths, "PAR").value == pytest.approx(FIFTHS[-1] - mean)


def test_every_measure_is_given_and_says_something_else(fifths: Inequality) -> None:
    assert [measure.id for measure in fifths.measures] == list(MEASURES)
    said = [str(measure.sentence) for measure in fifths.measures]
    assert len(set(said)) == len(said)
    assert "Group 4, the most advantaged group, has 99.2; Group 0, the least advantaged, has 75.6" in said[0]
    assert {measure.unit for measure in fifths.measures} == {"", "%", "percentage points"}
    assert {measure.low for measure in fifths.measures} == {None}


def test_hand_calculations() -> None:
    """Values 10, 20, 60 in shares .5, .25, .25: mu = 25."""
    found = over((10.0, 20.0, 60.0), (2.0, 1.0, 1.0), ordered=True, unit="IX", better=Better.LOW)
    assert found.portions == (0.5, 0.25, 0.25)
    expected = {
        "D": 50.0,
        "R": 6.0,
        "BGV": 0.5 * 225 + 0.25 * 25 + 0.25 * 1225,
        "BGSD": math.sqrt(425),
        "COV": 100 * math.sqrt(425) / 25,
        "MDMU": (15 + 5 + 35) / 3,
        "MDMW": 7.5 + 1.25 + 8.75,
        # Of ordered groups the most advantaged is the one that others are measured against.
        "MDBU": (50 + 40 + 0) / 3,
        "MDBW": 25 + 10,
        "IDISU": 100 * (15 + 5 + 35) / 3 / 25,
        "IDISW": 100 * 17.5 / 25,
        "TI": 1000 * (0.5 * 0.4 * math.log(0.4) + 0.25 * 0.8 * math.log(0.8) + 0.25 * 2.4 * math.log(2.4)),
        "MLD": -1000 * (0.5 * math.log(0.4) + 0.25 * math.log(0.8) + 0.25 * math.log(2.4)),
        # Ranks .25, .625, .875.
        "ACI": 0.5 * -0.5 * 10 + 0.25 * 0.25 * 20 + 0.25 * 0.75 * 60,
        "RCI": 100 * (-2.5 + 1.25 + 11.25) / 25,
        "PAR": 35.0,
        "PAF": 140.0,
    }
    for id, value in expected.items():
        assert one(found, id).value == pytest.approx(value, rel=1e-12), id


def test_means_against_the_best_follow_which_end_is_good() -> None:
    low = over((10.0, 20.0, 60.0), (2.0, 1.0, 1.0), unit="IX", better=Better.LOW)
    assert one(low, "MDBW").value == pytest.approx(0.25 * 10 + 0.25 * 50)
    assert one(low, "PAR").value == -15.0
    assert "15 lower" in str(one(low, "PAR").sentence)
    nobody = over((10.0, 20.0, 60.0), (2.0, 1.0, 1.0), unit="IX", better=None)
    assert {id for id, why in nobody.left_out.items() if "BETTER" in str(why)} == {"MDBU", "MDBW", "PAR", "PAF"}


@pytest.mark.parametrize("values", [FIFTHS, (12.0, 30.0, 25.0, 41.0, 90.0), (80.0, 60.0, 61.0, 20.0, 3.0)])
def test_slopes_are_those_of_statsmodels(values: tuple[float, ...]) -> None:
    p = np.array(BIRTHS) / sum(BIRTHS)
    x = sm.add_constant(np.cumsum(p) - p / 2)
    ends = np.array([[1.0, 0.0], [1.0, 1.0]])
    logit = sm.GLM(np.array(values) / 100, x, family=sm.families.Binomial(), freq_weights=p)
    bottom, top = 100 * logit.fit(tol=1e-12).predict(ends)
    found = over(values, BIRTHS, ordered=True)
    assert one(found, "SII").value == pytest.approx(top - bottom, rel=1e-7)
    assert one(found, "RII").value == pytest.approx(top / bottom, rel=1e-7)
    bottom, top = sm.WLS(np.array(values), x, weights=p).fit().predict(ends)
    line = over(values, BIRTHS, ordered=True, unit="USD")
    assert one(line, "SII").value == pytest.approx(top - bottom, rel=1e-9)
    if bottom > 0 and top > 0:
        assert one(line, "RII").value == pytest.approx(top / bottom, rel=1e-9)


def test_no_line_is_laid_through_groups_of_none_and_all() -> None:
    """A logit of 0 beside 100 has no end."""
    found = over((0.0, 0.0, 100.0, 100.0), (1.0, 1.0, 1.0, 1.0), ordered=True)
    assert "no line" in str(found.left_out["SII"])
    assert one(found, "D").value == 100


ERRORS = (1.5, 1.2, 0.9, 0.8, 0.4)


def test_the_errors_of_difference_ratio_and_variance_are_the_formulas() -> None:
    found = over(FIFTHS, BIRTHS, ERRORS, ordered=True)
    d, r, bgv = one(found, "D"), one(found, "R"), one(found, "BGV")
    assert d.se == pytest.approx(math.sqrt(1.5**2 + 0.4**2))
    assert (d.low, d.high) == (pytest.approx(d.value - 1.96 * d.se), pytest.approx(d.value + 1.96 * d.se))
    log_se = math.sqrt((1.5 / FIFTHS[0]) ** 2 + (0.4 / FIFTHS[4]) ** 2)
    assert (r.low, r.high) == (
        pytest.approx(r.value * math.exp(-1.96 * log_se)),
        pytest.approx(r.value * math.exp(1.96 * log_se)),
    )
    p, y, v = np.array(found.portions), np.array(FIFTHS), np.array(ERRORS) ** 2
    mu = (p * y).sum()
    by_hand = 4 * (p**2 * v * (y - mu) ** 2).sum()
    by_hand += 2 * ((p**2 * v).sum() ** 2 - (p**4 * v**2).sum() + (p**2 * (1 - p) ** 2 * v**2).sum())
    assert bgv.se == pytest.approx(math.sqrt(by_hand), rel=1e-12)


def test_the_other_errors_are_what_many_samples_show() -> None:
    """An independent simulation: samples of the groups drawn anew, each measured in the whole way."""
    errors = tuple(e / 4 for e in ERRORS)
    found = over(FIFTHS, BIRTHS, errors, ordered=True)
    noise = np.random.default_rng(5).standard_normal((300, 5)) * errors
    seen: dict[str, list[float]] = {id: [] for id in MEASURES}
    for drawn in np.minimum(np.array(FIFTHS) + noise, 100.0):
        for measure in over(tuple(drawn.tolist()), BIRTHS, ordered=True).measures:
            seen[measure.id].append(measure.value)
    for measure in found.measures:
        assert measure.se == pytest.approx(np.std(seen[measure.id]), rel=0.17), measure.id


def test_intervals_are_the_same_whenever_they_are_asked_for() -> None:
    assert over(FIFTHS, BIRTHS, ERRORS) == over(FIFTHS, BIRTHS, ERRORS)


def test_the_errors_of_some_groups_serve_where_they_suffice() -> None:
    found = over(FIFTHS, BIRTHS, (1.5, None, None, None, 0.4), ordered=True)
    assert one(found, "D").low is not None
    assert one(found, "BGV").low is None
    assert any("some of the groups only" in str(note) for note in found.notes)


def test_without_shares_only_what_counts_each_group_once_is_given() -> None:
    found = over((40.0, 60.0, 70.0), average=55.0)
    assert found.shares is Shares.UNKNOWN
    assert [m.id for m in found.measures] == ["D", "R", "MDMU", "MDBU", "IDISU", "PAR", "PAF"]
    assert one(found, "MDMU").value == pytest.approx((15 + 5 + 15) / 3)
    assert one(found, "PAR").value == 15
    assert any("not published" in str(note) for note in found.notes)
    assert "without saying so" in str(found.left_out["BGV"])
    alone = over((40.0, 60.0, 70.0))
    assert [m.id for m in alone.measures] == ["D", "R", "MDBU"]


def test_one_group_without_a_weight_leaves_all_without_shares() -> None:
    groups = (Group(code="A", name="A", value=1.0, weight=1.0), Group(code="B", name="B", value=2.0))
    found = inequality(Partition(id="X", name="X", groups=groups), Whole(area="A", period="2020", unit="IX"))
    assert found.shares is Shares.UNKNOWN
    assert found.measure("BGV") is None


@pytest.mark.parametrize("value", [0.0, 12.0])
def test_groups_that_are_all_equal_are_told_so_without_an_interval_of_nothing(value: float) -> None:
    """Women and men with 0 deaths, and no errors published: D is 0, and how sure that is nobody knows."""
    found = over((value, value), (1.0, 1.0))
    assert all((m.low, m.high, m.se) == (None, None, None) for m in found.measures)
    assert str(found.summary) == f"The same value, {value:g}, in all of the 2 groups that have one."
    assert str(one(found, "D").sentence) == f"All groups have the same value, {value:g}: there is no difference."
    assert str(one(found, "PAR").sentence) == "All groups have the same value: none is better than another."
    # With errors of 3 and 4 the difference of the two has one of 5.
    measured = over((value, value), (1.0, 1.0), (3.0, 4.0))
    assert one(measured, "D").se == pytest.approx(5.0)
    if value:
        assert one(measured, "TI").se is None


def test_fifths_are_equal_by_how_they_are_made_and_that_is_said() -> None:
    found = over(FIFTHS, ordered=True, built=(0.2,) * 5)
    assert found.shares is Shares.BUILT
    assert one(found, "BGV").value == pytest.approx(np.var(FIFTHS))
    assert any("as fifths and tenths are made" in str(note) for note in found.notes)
    unequal = over((30.0, 50.0), ordered=True, built=(0.4, 0.6))
    assert one(unequal, "PAR").value == pytest.approx(50 - (0.4 * 30 + 0.6 * 50))
    assert any("as large as their names say" in str(note) for note in unequal.notes)


@pytest.mark.parametrize(("missing", "of", "refused"), [(1, 7, False), (3, 20, False), (4, 20, True), (2, 10, True)])
def test_more_than_fifteen_per_cent_of_the_groups_missing_is_too_much(missing: int, of: int, refused: bool) -> None:
    found = over((*(50.0 + n for n in range(of - missing)), *[None] * missing))
    assert (found.refused is not None) is refused
    assert bool(found.measures) is not refused
    assert found.missing == missing
    if refused:
        assert f"{missing} of {of} groups" in str(found.refused)
    else:
        assert any(f"of {of} groups" in str(note) for note in found.notes)


def test_few_groups_with_many_people_missing_is_too_much() -> None:
    """One of ten groups, and a fifth of the people."""
    found = over((*(50.0 + n for n in range(9)), None), (*[10.0] * 9, 25.0))
    assert "21.7 % of the people" in str(found.refused)
    assert over((*(50.0 + n for n in range(9)), None), [10.0] * 10).refused is None


@pytest.mark.parametrize(
    ("choice", "refused"),
    [
        (Choice("INQ-MISSING", {"most": 40}), False),
        (Choice("INQ-MISSING", {"most": 40}, series="SI_*"), True),
        (Choice("INQ-MISSING", {"most": 40}, series="SL_*"), False),
        (Choice("INQ-MISSING", {"most": 25}), True),
        (Choice("INQ-MISSING", on=False), False),
    ],
)
def test_how_much_may_be_missing_is_for_the_office_to_say(choice: Choice, refused: bool) -> None:
    """Three of ten groups, with four in ten of the people."""
    values, people = (*(50.0 + n for n in range(7)), *[None] * 3), [6.0] * 7 + [28 / 3] * 3
    found = over(values, people, book=Rulebook(choices=(choice,)), series="SL_TLF_UEM")
    assert (found.refused is not None) is refused
    if refused:
        share = 15 if choice.series else 25
        assert f"With more than {share} % missing" in str(found.refused)
    else:
        assert found.measures


def test_fewer_than_two_groups_are_refused() -> None:
    assert "Only 1 group" in str(over((50.0,)).refused)
    assert "0 groups" in str(over(()).refused)


def test_two_ends_are_told_where_the_middle_is_missing() -> None:
    found = over((32.9, *[None] * 8, 85.7), ordered=True)
    assert found.measures == ()
    assert str(found.summary) == "Group 0: 32.9; Group 9: 85.7. They are 52.8 percentage points apart."
    assert any("no measure over all" in str(note) for note in found.notes)
    assert over((32.9, *[None] * 9), ordered=True).summary is None


def test_ratios_are_left_out_where_they_mean_nothing() -> None:
    below = over((-1.0, 2.0, 5.0), (1.0, 1.0, 1.0), unit="USD")
    assert {id for id, why in below.left_out.items() if "below zero" in str(why)} == {
        *("R", "COV", "IDISU", "IDISW", "TI", "MLD", "PAF")
    }
    assert one(below, "BGSD").value > 0
    growth = over((1.0, 2.0, 5.0), (1.0, 1.0, 1.0), zero=False)
    assert growth.measure("R") is None
    none = over((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert "not above zero" in str(none.left_out["COV"])
    assert "not above zero" in str(none.left_out["R"])
    some = over((0.0, 10.0), (1.0, 1.0))
    assert math.isfinite(one(some, "TI").value)
    assert math.isfinite(one(some, "MLD").value)


def test_chance_is_told_before_anybody_ranks() -> None:
    calm = over((50.0, 60.0), (1.0, 1.0), (1.0, 2.0))
    assert any("25, errors" in str(n) and "alone make 2.5 (10 %); 22.5 are left" in str(n) for n in calm.notes)
    lost = over((50.0, 51.0), (1.0, 1.0), (3.0, 4.0))
    assert any("cannot be told apart" in str(note) for note in lost.notes)
    assert any("chance alone" in str(note) for note in over((50.0, 51.0)).notes)


def test_what_grows_with_size_is_refused() -> None:
    assert "counts" in str(unfit(SeriesNature(SeriesKind.COUNT), "NUMBER"))
    assert "KIND" in str(unfit(None, "CUR_LCU"))
    assert [unfit(SeriesNature(kind), "USD") for kind in (SeriesKind.RATIO, SeriesKind.MEAN, SeriesKind.GROWTH)] == [
        None
    ] * 3
    assert not from_zero(SeriesNature(SeriesKind.GROWTH))


_VALUES = st.lists(st.floats(0.5, 99.5), min_size=2, max_size=8)
_INVARIANT = frozenset(("R", "COV", "IDISU", "IDISW", "TI", "MLD", "RCI", "RII", "PAF"))


@settings(max_examples=40, deadline=None)
@given(_VALUES, st.data())
def test_what_must_hold_of_any_values(values: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.floats(0.5, 50.0), min_size=len(values), max_size=len(values)))
    found = {m.id: m.value for m in over(values, weights, unit="IX", ordered=True).measures}
    doubled = {m.id: m.value for m in over([2 * v for v in values], weights, unit="IX", ordered=True).measures}
    for id in found.keys() & doubled.keys():
        factor = 1 if id in _INVARIANT else 4 if id == "BGV" else 2
        assert doubled[id] == pytest.approx(factor * found[id], rel=1e-6, abs=1e-6), id
    # Whoever is the most advantaged becomes the least.
    turned = {m.id: m.value for m in over(values[::-1], weights[::-1], unit="IX", ordered=True).measures}
    assert turned["ACI"] == pytest.approx(-found["ACI"], abs=1e-7)
    assert turned["SII"] == pytest.approx(-found["SII"], abs=1e-6)
    # Without an order it does not matter who comes first.
    plain, shuffled = over(values, weights), over(values[::-1], weights[::-1])
    for measure in plain.measures:
        assert one(shuffled, measure.id).value == pytest.approx(measure.value, rel=1e-7, abs=1e-7)
        if measure.id not in ("R", "PAR", "PAF"):
            assert measure.value >= -1e-9


@settings(max_examples=25, deadline=None)
@given(_VALUES)
def test_groups_that_are_alike_are_equal_and_a_slope_lies_within_its_scale(values: list[float]) -> None:
    alike = over([values[0]] * len(values), [1.0] * len(values), ordered=True)
    for measure in alike.measures:
        assert measure.value == pytest.approx(1.0 if measure.id in ("R", "RII") else 0.0, abs=1e-6), measure.id
    shares = np.full(len(values), 1 / len(values))
    line = slope(np.array(values), shares, 100.0)
    assume(line is not None)
    assert line is not None
    assert 0 <= line.bottom <= 100
    assert 0 <= line.top <= 100
    if all(a <= b for a, b in pairwise(values)):
        assert line.top >= line.bottom - 1e-9
