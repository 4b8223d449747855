"""Charts by their geometry: a point stands where its value is, a gap is a gap, ticks are round, nothing leaves the drawing."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dataexchange.model.period import parse_period
from dataexchange.web.axis import axis
from dataexchange.web.chart import chart
from dataexchange.web.chart_words import NARROW, WIDE, Chart, Line
from dataexchange.web.figures import alike, decimals_of, figure, magnitude, short
from dataexchange.web.moments import in_words, marks, usual_step
from dataexchange.web.strip import District, strip

FINITE = st.floats(-1e14, 1e14, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-9)


def periods(*texts: str) -> tuple[int, ...]:
    return tuple(parse_period(text) for text in texts)


def years(first: int, n: int) -> tuple[int, ...]:
    return periods(*(str(first + i) for i in range(n)))


def line(
    values: list[float | None], first: int = 2010, role: str = "own", name: str = "Bristol", **more: object
) -> Line:
    return Line(name=name, role=role, periods=years(first, len(values)), values=tuple(values), **more)


def read_back(drawing: Chart, y: float) -> float:
    """The value at a height, by the labels of two ticks alone, as a reader would find it."""
    up = drawing.up
    low, high = up[0], up[-1]
    a, b = drawing.values.ticks[0], drawing.values.ticks[-1]
    return a + (y - low.at) / (high.at - low.at) * (b - a)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_points_stand_where_their_values_and_years_are(size) -> None:
    drawing = chart([line([11.7, 12.05, 9.4, 8.8])], "Micrograms", size)
    drawn = drawing.lines[0].marks
    assert [round(read_back(drawing, m.y), 6) for m in drawn] == [11.7, 12.05, 9.4, 8.8]
    steps = {round(b.x - a.x, 1) for a, b in itertools.pairwise(drawn)}
    assert max(steps) - min(steps) <= 0.2, "years are equally far apart, but for leap days"
    labels = {tick.label: tick.at for tick in drawing.across}
    for mark, year in zip(drawn, range(2010, 2014), strict=True):
        if str(year) in labels:
            assert labels[str(year)] == pytest.approx(mark.x, abs=0.6)


@given(st.lists(FINITE, min_size=1, max_size=60), st.sampled_from([WIDE, NARROW]))
def test_everything_stays_inside_and_can_be_read_back(values: list[float], size) -> None:
    drawing = chart([line(list(values), first=1950)], "Number", size)
    left, top, right, bottom = drawing.frame
    assert left < right
    span = drawing.values.high - drawing.values.low
    for mark in drawing.lines[0].marks:
        assert left <= mark.x <= right
        assert top - 0.01 <= mark.y <= bottom + 0.01
        assert read_back(drawing, mark.y) == pytest.approx(mark.value, abs=span * 1e-6)


def test_a_missing_value_breaks_the_line() -> None:
    drawn = chart([line([1.0, 2.0, None, 4.0, math.nan, 6.0])], "", WIDE).lines[0]
    assert [len(run.split()) for run in drawn.runs] == [2]
    assert [m.value for m in drawn.marks] == [1.0, 2.0, 4.0, 6.0]


def test_a_period_that_is_not_there_breaks_it_too() -> None:
    gap = Line(name="A", role="own", periods=periods("2010", "2011", "2014", "2015"), values=(1.0, 2.0, 3.0, 4.0))
    assert len(chart([gap], "", WIDE).lines[0].runs) == 2
    census = Line(name="A", role="own", periods=periods("1991", "2001", "2011"), values=(1.0, 2.0, 3.0))
    assert len(chart([census], "", WIDE).lines[0].runs) == 1, "a census every ten years has no gaps"


def test_a_break_in_the_series_breaks_the_line() -> None:
    broken = line([1.0, 2.0, 3.0, 4.0], broken=(False, False, True, False))
    assert [len(run.split()) for run in chart([broken], "", WIDE).lines[0].runs] == [2, 2]


def test_uncertain_values_are_hollow() -> None:
    drawn = chart([line([1.0, 2.0], uncertain=(False, True))], "", WIDE).lines[0]
    assert [m.hollow for m in drawn.marks] == [False, True]


def test_years_and_quarters_are_two_lines() -> None:
    mixed = Line(
        name="A", role="own", periods=periods("2020", "2020-Q1", "2020-Q2", "2021"), values=(1.0, 2.0, 3.0, 4.0)
    )
    drawing = chart([mixed], "", WIDE)
    assert [[m.value for m in one.marks] for one in drawing.lines] == [[1.0, 4.0], [2.0, 3.0]]
    assert [one.label.rows[0] for one in drawing.lines] == ["A, yearly", "A, quarterly"]


def test_no_value_and_one_value() -> None:
    assert chart([Line(name="A", role="own", periods=(), values=())], "", WIDE).lines[0].marks == ()
    assert chart([line([None, None])], "", WIDE).lines[0].marks == ()
    drawing = chart([line([3.0])], "", NARROW)
    (mark,) = drawing.lines[0].marks
    assert read_back(drawing, mark.y) == pytest.approx(3.0)
    assert [tick.label for tick in drawing.across] == ["2010"]


def test_many_values_get_a_line_without_marks_but_its_last_and_uncertain_ones() -> None:
    months = periods(*(f"{2005 + i // 12}-{i % 12 + 1:02}" for i in range(200)))
    uncertain = tuple(i == 100 for i in range(200))
    many = Line(name="A", role="own", periods=months, values=tuple(map(float, range(200))), uncertain=uncertain)
    drawn = chart([many], "", NARROW).lines[0]
    assert len(drawn.runs[0].split()) == 200
    assert [m.value for m in drawn.marks] == [100.0, 199.0]


def test_labels_do_not_cover_each_other() -> None:
    lines = [
        line([10.0, 9.3], name="Bristol"),
        line([13.0, 9.5], role="nation", name="United Kingdom"),
        line([14.0, 9.4], role="mirror", name="Bristol (national office)"),
    ]
    for size in (WIDE, NARROW):
        drawing = chart(lines, "Percent", size)
        boxes = sorted((one.label.y, len(one.label.rows)) for one in drawing.lines)
        for (y, rows), (below, _) in itertools.pairwise(boxes):
            assert y + (rows - 1) * (size.letter + 2) < below - size.letter + 2
        for one in drawing.lines:
            assert one.label.x + max(map(size.wide_as, one.label.rows)) <= size.width + 1


def test_a_line_that_ends_early_is_named_where_it_ends() -> None:
    drawing = chart([line([70.0, 64.0]), line([81.0] * 8, role="nation", name="South West")], "", WIDE)
    own = drawing.lines[0]
    assert abs(own.label.x - own.marks[-1].x) < 20
    assert own.label.leader is None


@given(FINITE, FINITE, st.integers(4, 8))
def test_ticks_are_round_few_and_hold_the_data(a: float, b: float, most: int) -> None:
    # Closer together, the ticks between them are no longer told apart by 64 bits.
    assume(a == b or abs(a - b) > 1e-9 * max(abs(a), abs(b)))
    found = axis([a, b], 100, 0, most=most)
    step = found.ticks[1] - found.ticks[0]
    assert found.low <= min(a, b) + step * 1e-6
    assert found.high >= max(a, b) - step * 1e-6
    assert 2 <= len(found.ticks) <= most
    steps = [y - x for x, y in zip(found.ticks, found.ticks[1:], strict=False)]
    digits = steps[0] / 10 ** math.floor(math.log10(steps[0]) + 1e-9)
    assert min(abs(digits - round_) for round_ in (1, 2, 2.5, 5, 10)) < 1e-3
    assert max(steps) == pytest.approx(min(steps), rel=1e-3)


def test_an_axis_starts_at_zero_unless_that_hides_the_data() -> None:
    assert axis([9.1, 14.2], 1, 0).low == 0
    assert axis([99.2, 99.4], 1, 0).low > 90
    assert not axis([99.2, 99.4], 1, 0).from_zero
    assert axis([-3.0, -9.0], 1, 0).high == 0
    assert axis([5.0, 5.0], 1, 0).ticks[0] == 0


def test_periods_in_words() -> None:
    texts = {"2019": "2019", "2019-Q3": "Q3 2019", "2019-S2": "half 2 2019", "2019-03": "March 2019"}
    texts |= {"2019-W07": "week 7 of 2019", "2019-03-31": "31 March 2019", "2019-A1": "2019"}
    for text, words in texts.items():
        assert in_words(parse_period(text)) == words
    assert usual_step(periods("2001", "2011", "2021")) == 10
    assert [label for _, label in marks(periods("2020-03", "2020-04", "2020-05"), 3)] == [
        "Mar 2020",
        "Apr 2020",
        "May 2020",
    ]


def test_figures() -> None:
    assert figure(1234567.0) == "1,234,567"
    assert figure(-0.5) == "−0.5"
    assert figure(-0.001, 2) == "0.00"
    assert figure(None) == figure(math.nan) == ""
    assert figure(1e-12) == "1 × 10⁻¹²"
    assert short(1234567.0) == "1.2 million"
    assert short(999.96) == "1,000"
    assert short(250e6) == "250 million"
    assert decimals_of([11.7, 12.05]) == 2
    assert alike([0.0, 2.5, 5.0]) == ("0.0", "2.5", "5.0")
    assert magnitude(3e6) == (1e6, "million")


@given(st.lists(FINITE, min_size=1, max_size=80), st.sampled_from([WIDE, NARROW]))
def test_every_district_is_a_dot_at_its_value(values: list[float], size) -> None:
    districts = [District(f"District {i}", value) for i, value in enumerate(values)]
    drawing = strip(districts, [("own", "City", values[0])], "Percent", size)
    assert sorted(dot.value for dot in drawing.dots) == sorted(values)
    for dot in drawing.dots:
        assert dot.x == pytest.approx(drawing.values.at(dot.value))
        assert drawing.frame[0] - 0.01 <= dot.x <= drawing.frame[2] + 0.01
        assert dot.y > 0
    places = [(dot.x, dot.y) for dot in drawing.dots]
    for i, (x, y) in enumerate(places):
        for other_x, other_y in places[i + 1 :]:
            assert math.hypot(other_x - x, other_y - y) >= 2, "no dot hides another"
    assert drawing.across[0].x == pytest.approx(drawing.values.at(values[0]))


def test_many_equal_districts_make_no_tower() -> None:
    drawing = strip([District(f"D{i}", 5.0) for i in range(3000)], [], "", NARROW)
    assert len(drawing.dots) == 3000
    assert drawing.height < 400


def test_the_outermost_districts_are_named() -> None:
    districts = [District("Clifton", 88.9), District("Ashley", 60.0), District("Filwood", 27.5)]
    drawing = strip(districts, [("own", "Bristol", 62.9), ("nation", "United Kingdom", 70.1)], "Percent", WIDE)
    assert [note.rows for note in drawing.notes] == [("Lowest", "Filwood", "27.5"), ("Highest", "Clifton", "88.9")]
    assert [line.label for line in drawing.across] == ["Bristol 62.9", "United Kingdom 70.1"]
    assert [dot.mark for dot in drawing.dots] == ["lowest", "", "highest"]
    assert strip([District("A", 5.0), District("B", 5.0)], [], "", WIDE).notes == ()
