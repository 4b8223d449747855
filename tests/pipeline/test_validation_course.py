"""The course of series: holes, scale, Hampel's filter and revisions, by hand, against a slow twin, and over a real store."""

from __future__ import annotations

import itertools
import statistics
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sdg_table import dataset, series, shipped

from dataexchange.model.dataset import SeriesBatch, key_array
from dataexchange.model.finding import Finding, Severity
from dataexchange.pipeline.validation import validate

COUNT = {"SERIES": "VC_IHR_PSRCN", "UNIT_MEASURE": "NUMBER"}


def years(values: list[float], first: int = 2000, **same: Any) -> list[dict[str, Any]]:
    return series({str(first + place): value for place, value in enumerate(values)}, **same)


def told(rows: list[dict[str, Any]], *rules: str, previous: tuple[SeriesBatch, ...] = ()) -> list[Finding]:
    return [f for f in validate(dataset(*rows), shipped(), previous=previous) if f.rule in rules]


def published(rows: list[dict[str, Any]]) -> SeriesBatch:
    """One series, as the store gives it back."""
    table = dataset(*rows).table.drop_columns(["@row", "@column"])
    keys = key_array(table, shipped().structure)
    columns = {"key": keys.slice(0, 1), **{d: table[d].slice(0, 1) for d in shipped().structure.dimension_ids}}
    return SeriesBatch(
        series=pa.table(columns),
        offsets=np.array([0, len(rows)]),
        periods=table["TIME_PERIOD"].to_numpy().astype(np.int32),
        values=table["OBS_VALUE"].to_numpy().astype(np.float64),
        attributes={"UNIT_MULT": table["UNIT_MULT"].combine_chunks()},
    )


def test_a_year_is_missing_in_the_middle() -> None:
    rows = [row for row in years([10, 11, 12, 13, 14, 15, 16]) if row["TIME_PERIOD"] != "2003"]
    (hole,) = told(rows, "TS-HOLE")
    assert (hole.severity, hole.period, hole.count) == (Severity.INFORMATION, "2004", 1)
    assert hole.message.startswith("between 2002 and 2004 something is missing in this series")
    both = [{**row, "SEX": sex} for sex in ("F", "M") for row in rows]
    (hole,) = told(both, "TS-HOLE")
    assert hole.count == 2
    assert told(rows, "TS-HOLE", previous=(published(years([13], 2003)),)) == []


def test_what_was_never_regular_has_no_holes() -> None:
    every_second = series({str(year): 10.0 for year in range(2000, 2012, 2)})
    assert told(every_second, "TS-HOLE") == []
    assert told(series(dict.fromkeys(("2000", "2003", "2004", "2009", "2011"), 10.0)), "TS-HOLE") == []
    quarters = [f"{year}-Q{q}" for year in (2018, 2019) for q in (1, 2, 3, 4)]
    rows = series({q: 10.0 for q in quarters if q != "2018-Q4"}, FREQ="Q")
    assert [f.period for f in told(rows, "TS-HOLE")] == ["2019-Q1"]
    census = dict.fromkeys(("2001", *map(str, range(2011, 2018))), 10.0)
    assert told(series(census), "TS-HOLE") == []
    assert told(series({**census, "2031": 10.0}), "TS-HOLE") == []
    (hole,) = told(series({year: 10.0 for year in census if year != "2014"} | {"2018": 10.0, "2019": 10.0}), "TS-HOLE")
    assert (hole.period, hole.message.endswith("at equal distances")) == ("2015", True)
    # The year before the newest one was forgotten.
    (hole,) = told(series({**dict.fromkeys(map(str, range(2011, 2018)), 10.0), "2019": 10.0}), "TS-HOLE")
    assert hole.period == "2019"
    missing = [{"TIME_PERIOD": "2003", "OBS_VALUE": None, "OBS_STATUS": "O"}]
    assert told([*years([10, 11, 12]), *missing, *years([14, 15], 2004)], "TS-HOLE") == []


@pytest.mark.parametrize("place", [0, 1, 3, 5])
@pytest.mark.parametrize("power", [-3, 2, 3, 6])
def test_a_figure_on_another_scale_is_an_error(place: int, power: int) -> None:
    values = [1471.0, 1488.0, 1453.0, 1490.0, 1502.0, 1495.0]
    assert told(years(values, **COUNT), "TS-SCALE", "RNG-JUMP", "TS-HAMPEL") == []
    values[place] *= 10.0**power
    (found,) = told(years(values, **COUNT), "TS-SCALE", "RNG-JUMP", "TS-HAMPEL")
    # At an end it may be where the series begins or goes: a hundred times as much is only asked.
    sure = abs(power) > 2 or place not in (0, 5)
    severity = Severity.ERROR if sure else Severity.WARNING
    assert (found.rule, found.severity, found.period) == ("TS-SCALE", severity, str(2000 + place))


def test_the_usual_figure_has_the_decimals_of_its_series() -> None:
    """The mean of 8,990 and 9,029 on the scale of powers is 9,009.48; people are whole."""
    (found,) = told(years([8990.0, 9000.0, 9_010_000.0, 9030.0, 8985.0], **COUNT), "TS-SCALE")
    assert "about 1,000 times" in found.message or "about 1000 times" in found.message
    assert "(about 9,015)" in found.message
    (found,) = told(years([14.13, 14.22, 1423.0, 14.4, 14.28]), "TS-SCALE")
    assert "(about 14.31)" in found.message


def test_ten_times_as_much_is_a_warning_and_only_among_steady_figures() -> None:
    (found,) = told(years([14.1, 14.3, 1.42, 14.4, 14.2]), "TS-SCALE")
    assert (found.severity, found.period) == (Severity.WARNING, "2002")
    assert told(years([8.0, 12.1, 100.0, 9.0, 14.2]), "TS-SCALE") == []


def test_a_scale_that_changes_once_is_told_once() -> None:
    (found,) = told(
        years([1471.0, 1488, 1453, 1490000, 1502000, 1495000], **COUNT), "TS-SCALE", "RNG-JUMP", "TS-HAMPEL"
    )
    assert (found.rule, found.period) == ("TS-SCALE", "2003")


def test_without_figures_that_agree_it_is_only_asked() -> None:
    """Damage by disasters in Osh oblast: the earthquake of 2008 was real."""
    money = {"SERIES": "VC_DSR_GDPLS", "UNIT_MEASURE": "USD"}
    (found,) = told(years([21.0, 5.2, 9.8, 1024.9, 10.9, 32.0], **money), "TS-SCALE")
    assert (found.severity, found.period) == (Severity.WARNING, "2003")


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([0, 0, 1, 97, 99, 100, 100], {"SERIES": "IT_MOB_4GNTWK"}),
        ([97, 99, 98, 1, 0, 97, 98, 97], {"SERIES": "IT_MOB_4GNTWK"}),
        ([0.1, 0.1, 0.1, 10, 10.2, 10.4, 10.1], {"SERIES": "EG_EGY_CLEAN"}),
        ([10, 12, 11, 1150, 10.5, 11, 12], {"SERIES": "VC_DSR_DAFF", "UNIT_MEASURE": "PER_100000_POP"}),
        ([20, 25, 22, 2100, 24, 21, 20], {"SERIES": "VC_DSR_MMHN", "UNIT_MEASURE": "NUMBER"}),
        ([14.1, 1410, 1430, 1440, 1420], {"SERIES": "SH_STA_SCIDE", "UNIT_MEASURE": "PER_100000_POP"}),
    ],
    ids=["rolled out", "switched off", "a policy", "a disaster", "people of a disaster", "a beginning"],
)
def test_what_may_be_true_is_no_error(values: list[float], what: dict[str, str]) -> None:
    found = told(years(values, **what), "TS-SCALE")
    assert found
    assert {one.severity for one in found} == {Severity.WARNING}


def test_growth_zeros_and_small_counts_may_jump() -> None:
    growth = {"SERIES": "NY_GDP_PCAP"}
    assert told(years([0.02, 2.1, 0.021, 0.02], **growth), "TS-SCALE") == []
    assert told(years([2.0, 0, 212, 0, 2, 1, 2], **COUNT), "TS-SCALE") == []


def test_one_new_year_is_judged_by_what_is_published() -> None:
    before = published(years([1471.0, 1488, 1453, 1490], **COUNT))
    new = years([1502000.0], 2004, **COUNT)
    assert told(new, "TS-SCALE") == []
    (found,) = told(new, "TS-SCALE", previous=(before,))
    assert (found.severity, found.period, found.place.row) == (Severity.ERROR, "2004", 2)


def months(of: dict[int, float], years_: int = 3, **same: Any) -> list[dict[str, Any]]:
    """About 10 in every month but those of `of`."""
    values = {
        f"{2018 + year}-{month:02}": of.get(month, 10.0) + 0.02 * month
        for year in range(years_)
        for month in range(1, 13)
    }
    return series(values, FREQ="M", **same)


WASTE = {"SERIES": "EN_MWT_COLLV", "UNIT_MEASURE": "T"}


def test_a_month_that_is_so_in_every_year_is_no_slip_and_one_that_is_not_is() -> None:
    rules = ("TS-SCALE", "TS-HAMPEL")
    assert told(months({8: 1018.0}, **WASTE), *rules) == []
    assert len(told(months({8: 1018.0}, 2, **WASTE), "TS-SCALE")) == 2, "two years are too few to know a season"

    def with_(period: str, value: float) -> list[tuple[str, str | None]]:
        rows = [
            {**row, "OBS_VALUE": value if row["TIME_PERIOD"] == period else row["OBS_VALUE"]}
            for row in months({8: 1018.0}, **WASTE)
        ]
        return [(f.severity.value, f.period) for f in told(rows, "TS-SCALE")]

    assert with_("2019-03", 10_060.0) == [("error", "2019-03")]
    # Beside the peak, and the peak itself: it is held against other Augusts.
    assert with_("2019-07", 10_140.0) == [("error", "2019-07")]
    assert with_("2019-08", 1_018_160.0) == [("error", "2019-08")]
    assert with_("2019-08", 10.2) == [("error", "2019-08")]
    plain = [{**row, "OBS_VALUE": 1011.0} if row["TIME_PERIOD"] == "2019-08" else row for row in months({}, **WASTE)]
    assert [f.period for f in told(plain, "TS-SCALE")] == ["2019-08"]


def test_a_scale_that_changes_in_the_middle_of_a_year_is_no_season() -> None:
    rows = months({}, **WASTE)
    later = [{**row, "OBS_VALUE": row["OBS_VALUE"] * 1000} if row["TIME_PERIOD"] > "2019-06" else row for row in rows]
    assert [(f.severity, f.period) for f in told(later, "TS-SCALE")] == [(Severity.ERROR, "2019-07")]


def test_a_quarter_like_those_of_other_years_is_not_far() -> None:
    rate = {"SERIES": "VC_IHR_PSRC", "UNIT_MEASURE": "PER_100000_POP", "FREQ": "Q"}
    usual = {1: 1.2, 2: 1.3, 3: 6.4, 4: 1.1}
    values = {f"{year}-Q{q}": usual[q] + 0.1 * (year - 2016) for year in range(2016, 2021) for q in usual}
    assert told(series(values, **rate), "TS-HAMPEL") == []
    (found,) = told(series({**values, "2018-Q2": 7.9}, **rate), "TS-HAMPEL")
    assert found.period == "2018-Q2"


def hampel(values: list[float]) -> set[int]:
    """Places of the figures that are farthest off, several where they are equally far; figure by figure with the standard library."""
    size = min(7, len(values))
    around: list[tuple[float, float]] = []
    course: list[float] = []
    for place in range(len(values)):
        first = min(max(place - size // 2, 0), len(values) - size)
        near = values[first : first + size]
        middle = statistics.median(near)
        off = [abs(other - middle) for other in near]
        around.append((middle, 1.4826 * statistics.median(off) or 1.2533 * statistics.fmean(off)))
        step = statistics.median(after - before for before, after in itertools.pairwise(near))
        course.append(abs(values[place] - middle - step * (place - first - (size - 1) / 2)))
    usual = statistics.median(spread / middle for middle, spread in around)
    found: list[tuple[float, int]] = []
    for place, (value, (middle, spread)) in enumerate(zip(values, around, strict=True)):
        width = 3 * max(spread, usual * middle)
        far = min(abs(value - middle), course[place])
        if far > width and far > 0.1 * middle:
            found.append((round(far / width, 9), place))
    farthest = max((far for far, _ in found), default=0.0)
    return {place for far, place in found if far > farthest - 1e-8} if len(values) >= 5 else set()


def test_hampel_by_hand() -> None:
    """12.1 12.4 11.9 31.2 12.0 12.2 12.3: median 12.2, deviations 0.1 0.2 0.3 19 0.2 0 0.1, their median 0.2; 19 > 3 * 1.4826 * 0.2."""
    values = [12.1, 12.4, 11.9, 31.2, 12.0, 12.2, 12.3]
    (found,) = told(years(values), "TS-HAMPEL")
    assert (found.severity, found.period) == (Severity.INFORMATION, "2003")
    assert "the middle one is 12.2" in found.message
    assert told(years(values[:4]), "TS-HAMPEL") == []
    # Counts: 9 after 4 and 5 is within three times the square root of 5.
    assert told(years([4.0, 5, 4, 5, 9, 5, 4], **COUNT), "TS-HAMPEL") == []


def test_a_trend_has_ends_and_a_flood_has_no_neighbours() -> None:
    """Internet users: 85 is 9.9 from the median 94.9, and 6.3 of a course that rises by 1.2 a year: less than 10 % of it."""
    assert told(years([85.0, 89.7, 91.3, 94.9, 95.0, 95.2, 96.0]), "TS-HAMPEL") == []
    assert told(years([10.0, 12, 14, 16, 18, 20, 22, 24, 26, 28]), "TS-HAMPEL") == []
    (found,) = told(years([40.0, 12, 14.1, 16, 18, 20, 22, 24, 26, 28]), "TS-HAMPEL")
    assert found.period == "2000"
    flood = {"SERIES": "VC_DSR_DAFF", "UNIT_MEASURE": "PER_100000_POP"}
    assert told(years([0.0, 0, 0, 250.3, 0, 0, 0], **flood), "TS-HAMPEL") == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(200, 400).map(lambda n: n / 10), min_size=4, max_size=12))
def test_hampel_is_what_a_slow_twin_finds(values: list[float]) -> None:
    found = told(years(values), "TS-HAMPEL")
    expected = hampel(values)
    assert len(found) == min(len(expected), 1)
    assert {f.period for f in found} <= {str(2000 + place) for place in expected}


def test_a_large_revision_is_told_with_what_is_published() -> None:
    before = published(years([31.2, 30.8, 30.1, 29.9]))
    (found,) = told(years([31.3, 41.2, 30.1, 33.0]), "REV-LARGE", previous=(before,))
    assert (found.severity, found.period) == (Severity.WARNING, "2001")
    assert found.message.startswith("41.2 stands here, and 30.8 is published; 2 figures of this series")
    assert told(years([31.3, 30.9, 30.2, 30.0]), "REV-LARGE", previous=(before,)) == []
    assert told(years([31.2]), "REV-LARGE") == []


#: Three areas, as they are published; all figures rise and fall by more than 5 %.
THERE = {"GB_BRS": [31.2, 28.8, 25.1, 22.9], "GB_ENG": [41.7, 37.3, 33.6, 30.2], "GB": [51.9, 46.4, 41.8, 37.1]}


@pytest.mark.parametrize(
    ("sent", "hint"),
    [
        ([0.312, 0.288, 0.251, 0.229], "values look like shares of one: 0.25 for 25 %"),
        ([28.8, 25.1, 22.9, 20.3], "values look shifted by one year: each is that of the year after"),
        ([33.4, 31.2, 28.8, 25.1], "values look shifted by one year: each is that of the year before"),
        (THERE["GB_ENG"], "values look like those of England (GB_ENG)"),
        ([36.9, 28.8, 25.1, 27.2], None),
        ([31.2, 28.8, 41.8, 22.9], None),
    ],
    ids=["share", "a year on", "a year back", "another area", "merely another", "by chance"],
)
def test_a_large_revision_is_told_with_what_it_may_be(sent: list[float], hint: str | None) -> None:
    """One figure that is another area's may be so by chance; a whole series is not."""
    before = tuple(published(years(values, REF_AREA=area)) for area, values in THERE.items())
    rows = [row for area, values in {**THERE, "GB_BRS": sent}.items() for row in years(values, REF_AREA=area)]
    found = told(rows, "REV-LARGE", previous=before)
    (large,) = (f.message for f in found if f.key and ".GB_BRS." in f.key)
    assert large.partition("COMMENT_OBS")[2] == (f"; {hint}" if hint else "")


def test_a_revision_to_thousands_is_told_as_that() -> None:
    before = published(years([1204, 1251, 1198, 1310], **COUNT))
    (found,) = told(years([1_204_000, 1_251_000, 1_201_000, 1_310_000], **COUNT), "REV-LARGE", previous=(before,))
    assert found.message.endswith("differs by a factor of about 1,000: unit multiplier?")


def test_a_single_small_figure_times_ten_is_no_slip_of_the_multiplier() -> None:
    before = published(years([0, 1, 2, 1, 0, 3, 1, 2], **COUNT))
    for found in told(years([0, 1, 2, 1, 0, 3, 10, 2], **COUNT), "REV-LARGE", previous=(before,)):
        assert "factor" not in found.message
    before = published(years([121, 141, 131, 151], **COUNT))
    (found,) = told(years([1210, 1410, 1310, 1510], **COUNT), "REV-LARGE", previous=(before,))
    assert found.message.endswith("differs by a factor of about 10: unit multiplier?")


def test_areas_that_are_swapped_are_told_of_each() -> None:
    before = tuple(published(years(values, REF_AREA=area)) for area, values in THERE.items())
    one, other = "GB_BRS", "GB_ENG"
    rows = [*years(THERE[other], REF_AREA=one), *years(THERE[one], REF_AREA=other)]
    found = told(rows, "REV-LARGE", previous=before)
    assert [f.message.rpartition("; ")[2] for f in found] == [
        "values look like those of England (GB_ENG)",
        "values look like those of Bristol (GB_BRS)",
    ]


def test_a_revision_is_large_beside_those_of_its_series() -> None:
    """Revisions of 0.2 and one of 1.2, which is 4 %, and six times their median."""
    before = published(years([30.0, 30.0, 30.0, 30.0, 30.0, 30.0]))
    (found,) = told(years([30.2, 30.2, 30.2, 30.2, 30.2, 31.2]), "REV-LARGE", previous=(before,))
    assert found.period == "2005"


def test_near_zero_a_revision_is_measured_by_what_the_series_usually_has() -> None:
    """GDP growth of 0.4 where 0.1 was published, in a series of about 1.3 %: 0.3 is less than half of that; -2.1 for 2.1 is more."""
    growth = {"SERIES": "NY_GDP_PCAP"}
    before = (published(years([1.5, 2.0, -3.1, 0.1, 1.1, 2.1], **growth)),)
    assert told(years([1.5, 2.0, -3.1, 0.4, 1.1, 1.8], **growth), "REV-LARGE", previous=before) == []
    (found,) = told(years([1.5, 2.0, -3.1, 0.1, 1.1, -2.1], **growth), "REV-LARGE", previous=before)
    assert found.period == "2005"
    waste = {"SERIES": "EN_MWT_COLLV", "UNIT_MEASURE": "T"}
    tonnes = (published(years([191_000, 188_000, 2, 190_000, 0], **waste)),)
    assert told(years([191_000, 188_000, 5, 190_000, 7], **waste), "REV-LARGE", previous=tonnes) == []
    (found,) = told(years([191_000, 188_000, 20_000, 190_000, 0], **waste), "REV-LARGE", previous=tonnes)
    assert found.period == "2002"


def test_what_was_published_rounded_is_not_revised_by_its_decimals() -> None:
    infants = {"SERIES": "SH_DYN_IMRT", "UNIT_MEASURE": "PER_1000_LIVE_BIRTHS"}
    before = (published(years([3, 4, 3, 2, 3, 4], **infants)),)
    assert told(years([3.4, 4.4, 2.6, 1.6, 3.1, 4.2], **infants), "REV-LARGE", previous=before) == []
    (found,) = told(years([3.4, 4.4, 2.6, 1.6, 3.1, 5.2], **infants), "REV-LARGE", previous=before)
    assert found.period == "2005"
    # 3 thousand may have been 3,400; 3,000 in single people may not.
    people = {"SERIES": "SH_STA_TRAFN", "UNIT_MEASURE": "NUMBER"}
    thousands = (published([{**row, "UNIT_MULT": "3"} for row in years([3, 4, 3], **people)]),)
    assert told(years([3400, 4211, 2603], **people), "REV-LARGE", previous=thousands) == []
    ones = (published(years([3000, 4000, 3001], **people)),)
    assert len(told(years([3400, 4211, 2603], **people), "REV-LARGE", previous=ones)) == 1
