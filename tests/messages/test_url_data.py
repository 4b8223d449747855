"""Contexts, counts, times and the amount of detail in data queries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dataexchange.errors import InvalidRequest
from dataexchange.messages.url import availability_query_v2, data_query_v1, data_query_v2
from dataexchange.model.query import Context, SortKey

READERS = [pytest.param(data_query_v1, id="v1"), pytest.param(data_query_v2, id="v2")]


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("DF", Context("dataflow", ("*",), ("DF",), ("~",))),
        ("DX,DF", Context("dataflow", ("DX",), ("DF",), ("~",))),
        ("DX%2CDF%2C1.0.0/A%2BB/all", Context("dataflow", ("DX",), ("DF",), ("1.0.0",))),
        ("all,DF,latest", Context("dataflow", ("*",), ("DF",), ("~",))),
        ("DX.SUB,DF,all", Context("dataflow", ("DX.SUB",), ("DF",), ("*",))),
    ],
)
def test_context_v1(path: str, context: Context) -> None:
    assert data_query_v1(path, []).context == context


@pytest.mark.parametrize(
    ("path", "context"),
    [
        ("", Context()),
        ("dataflow/DX/DF/1.0.0/*", Context("dataflow", ("DX",), ("DF",), ("1.0.0",))),
        ("*/DX/DF/+", Context("*", ("DX",), ("DF",), ("+",))),
        ("datastructure/DX%2CSDMX/*/~/", Context("datastructure", ("DX", "SDMX"), ("*",), ("~",))),
        ("provisionagreement/DX/PA/1.0.0,1.2+.0", Context("provisionagreement", ("DX",), ("PA",), ("1.0.0", "1.2+.0"))),
        ("dataflow/DX/DF", Context("dataflow", ("DX",), ("DF",), ("*",))),
    ],
)
def test_context_v2(path: str, context: Context) -> None:
    assert data_query_v2(path, []).context == context


@pytest.mark.parametrize("path", ["DX,DF,1.0,2", ",DF", "DX,", "D F", "DX,DF,1/2/3/4/5"])
def test_flow_references_that_are_none(path: str) -> None:
    with pytest.raises(InvalidRequest):
        data_query_v1(path, [])


@pytest.mark.parametrize("path", ["codelist/DX/CL", "dataflow/D X", "dataflow/DX/D'F", "dataflow/DX/DF/one two"])
def test_contexts_that_are_none(path: str) -> None:
    with pytest.raises(InvalidRequest):
        data_query_v2(path, [])


@pytest.mark.parametrize(
    ("provider", "ids"), [("all", ()), ("BRISTOL", ("BRISTOL",)), ("DX,BRISTOL", ("BRISTOL",)), ("A+DX,B", ("A", "B"))]
)
def test_provider(provider: str, ids: tuple[str, ...]) -> None:
    assert data_query_v1(f"DF/all/{provider}", []).providers == ids


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", ["firstNObservations", "lastNObservations"])
def test_counts(read: object, name: str) -> None:
    query = read("dataflow", [(name, "3")])
    assert (query.first_n, query.last_n) == ((3, None) if name.startswith("first") else (None, 3))
    for wrong in ("0", "-1", "1.5", "x", "", "9" * 30, "٣"):
        with pytest.raises(InvalidRequest, match=name):
            read("dataflow", [(name, wrong)])


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2011", datetime(2011, 1, 1, tzinfo=UTC)),
        ("2011-Q3", datetime(2011, 7, 1, tzinfo=UTC)),
        ("2026-11-22T16:20:00.000Z", datetime(2026, 11, 22, 16, 20, tzinfo=UTC)),
        ("2026-11-22T16:20:00", datetime(2026, 11, 22, 16, 20, tzinfo=UTC)),
        ("2026-11-22T16:20:00+01:00", datetime(2026, 11, 22, 15, 20, tzinfo=UTC)),
    ],
)
def test_updated_after(read: object, written: str, moment: datetime) -> None:
    assert read("dataflow", [("updatedAfter", written)]).updated_after == moment


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "wrong", ["yesterday", "2026-13-01", "2026-11-22T25:00", "", "99999", "9999-12-31T23:59:59-01:00"]
)
def test_updated_after_that_is_none(read: object, wrong: str) -> None:
    with pytest.raises(InvalidRequest, match="updatedAfter"):
        read("dataflow", [("updatedAfter", wrong)])


def test_as_of() -> None:
    assert data_query_v2("", [("asOf", "2026")]).as_of == datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidRequest, match="later than asOf"):
        data_query_v2("", [("asOf", "2025"), ("updatedAfter", "2026")])
    with pytest.raises(InvalidRequest, match="asOf: there is no such"):
        data_query_v1("DF", [("asOf", "2026")])


@pytest.mark.parametrize("read", READERS)
def test_include_history(read: object) -> None:
    assert read("dataflow", [("includeHistory", "True")]).include_history
    assert not read("dataflow", [("includeHistory", "false")]).include_history
    with pytest.raises(InvalidRequest, match="includeHistory"):
        read("dataflow", [("includeHistory", "yes")])


@pytest.mark.parametrize("read", READERS)
def test_dimension_at_observation(read: object) -> None:
    assert read("dataflow", []).dimension_at_observation is None
    assert read("dataflow", [("dimensionAtObservation", "AllDimensions")]).dimension_at_observation == "AllDimensions"
    with pytest.raises(InvalidRequest, match="dimensionAtObservation"):
        read("dataflow", [("dimensionAtObservation", "A B")])


def test_periods_of_v1() -> None:
    query = data_query_v1("DF", [("startPeriod", "2015"), ("endPeriod", "2016-Q2")])
    assert (query.start, query.end) == ("2015", "2016-Q2")
    with pytest.raises(InvalidRequest, match="startPeriod '20x9'"):
        data_query_v1("DF", [("startPeriod", "20x9")])
    with pytest.raises(InvalidRequest, match=r"startPeriod '2016-Q3'.*endPeriod"):
        data_query_v1("DF", [("startPeriod", "2016-Q3"), ("endPeriod", "2016-Q2")])
    open_ends = data_query_v1("DF", [("startPeriod", "0001"), ("endPeriod", "9999-12-31")])
    assert (open_ends.start, open_ends.end) == ("0001", "9999-12-31")


@pytest.mark.parametrize(
    ("detail", "wanted"),
    [
        ("full", (None, None, True)),
        ("dataonly", ((), None, True)),
        ("nodata", (None, (), False)),
        ("serieskeysonly", ((), (), False)),
    ],
)
def test_detail_of_v1(detail: str, wanted: tuple[object, ...]) -> None:
    query = data_query_v1("DF", [("detail", detail)])
    assert (query.attributes, query.measures, query.observations) == wanted


@pytest.mark.parametrize(
    ("attributes", "measures", "wanted"),
    [
        ("dsd", "all", (None, None, True)),
        ("all", "OBS_VALUE", (None, ("OBS_VALUE",), True)),
        ("msd", "all", ((), None, True)),
        ("none", "none", ((), (), False)),
        ("none", "all", ((), None, True)),
        ("OBS_STATUS,UNIT_MULT", "none", (("OBS_STATUS", "UNIT_MULT"), (), True)),
        ("obs", "all", (("obs",), None, True)),
    ],
)
def test_attributes_and_measures_of_v2(attributes: str, measures: str, wanted: tuple[object, ...]) -> None:
    query = data_query_v2("", [("attributes", attributes), ("measures", measures)])
    assert (query.attributes, query.measures, query.observations) == wanted


@pytest.mark.parametrize("name", ["attributes", "measures"])
def test_ids_that_are_none(name: str) -> None:
    with pytest.raises(InvalidRequest, match=name):
        data_query_v2("", [(name, "A,B C")])


def test_pages_and_order() -> None:
    query = data_query_v2("", [("offset", "0"), ("limit", "100"), ("sort", "series_key:asc+TIME_PERIOD:desc")])
    assert (query.offset, query.limit) == (0, 100)
    assert query.sort == (SortKey("series_key"), SortKey("TIME_PERIOD", True))
    assert data_query_v2("", [("sort", "*")]).sort == (SortKey("*"),)
    assert data_query_v2("", []).sort == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "many"),
        ("offset", "-1"),
        ("offset", "1.5"),
        ("sort", ""),
        ("sort", "REF_AREA+"),
        ("sort", "REF_AREA:up"),
        ("sort", "REF AREA"),
        ("sort", "*:asc:desc"),
        ("sort", "A" + "+A" * 60),
        ("reportingYearStartDay", "07-01"),
        ("reportingYearStartDay", "--13-01"),
        ("reportingYearStartDay", "--02-29"),
    ],
)
def test_slips_in_pages_and_order_are_named(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest, match=f"^{name}"):
        data_query_v2("", [(name, value)])
    with pytest.raises(InvalidRequest, match=name):
        data_query_v1("DF", [(name, value)])


def test_a_reporting_year() -> None:
    assert data_query_v2("", [("reportingYearStartDay", "--07-01")]).reporting_year_start == (7, 1)
    assert availability_query_v2("", [("reportingYearStartDay", "--04-06")]).data.reporting_year_start == (4, 6)
    assert data_query_v2("", []).reporting_year_start == (1, 1)


def test_several_contexts() -> None:
    assert data_query_v2("dataflow,provisionagreement/DX", []).context.kind == "dataflow,provisionagreement"
    assert data_query_v2("dataflow,*/DX", []).context.kind == "*"
    for path in ("dataflow,codelist/DX", "codelist"):
        with pytest.raises(InvalidRequest, match="context"):
            data_query_v2(path, [])


@pytest.mark.parametrize(
    "version", ["+", "~", "*", "1.0.0", "1.8", "1.0+.0", "2.3.1+", "1.+.0", "~.0", "2.*", "1.0.0-draft"]
)
def test_words_for_versions(version: str) -> None:
    assert data_query_v2(f"dataflow/DX/DF/{version}", []).context.versions == (version,)
    assert data_query_v2(f"dataflow/DX/DF/{version},9.9.9", []).context.versions in ((version, "9.9.9"), ("*",))


@pytest.mark.parametrize("version", ["1..0", "latest", "1+.0+.0", "a", "1.0.", "-draft", "1.0++"])
def test_what_is_no_version(version: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^version"):
        data_query_v2(f"dataflow/DX/DF/{version}", [])


def test_parameters_of_the_other_version_are_unknown() -> None:
    with pytest.raises(InvalidRequest, match="startPeriod"):
        data_query_v2("", [("startPeriod", "2015")])
    with pytest.raises(InvalidRequest, match=r"c\[FREQ\]"):
        data_query_v1("DF", [("c[FREQ]", "A")])


def test_sdmx1_misspells_updated_after() -> None:
    assert data_query_v2("", [("updateAfter", "2026")]).updated_after is not None
