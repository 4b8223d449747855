"""Errors: SDMX messages under /sdmx, problem documents elsewhere, with CORS headers and without our insides."""

from __future__ import annotations

import logging

import httpx
import pytest
from lxml import etree
from small_exchange import V1, V2, Server

from dataexchange.api import sdmx
from dataexchange.door.errors import STATUS
from dataexchange.errors import ExchangeError

XML = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message}"


@pytest.mark.conformance(
    "status", ["400", "404", "501"], "SDMX error messages in the format asked for, with CORS headers"
)
@pytest.mark.conformance("http", "CORS", "Also on errors")
@pytest.mark.parametrize(
    ("path", "http", "code"),
    [
        (f"{V1}?detail=some", 400, 140),
        (f"{V1}?saveAs=x.csv", 400, 140),
        ("/sdmx/v1/data/DF_NOT_THERE", 404, 100),
        ("/sdmx/v1/nonsense/DX", 404, 100),
        ("/sdmx/v1/schema/codelist/DX/CL_SEX", 400, 140),
        ("/sdmx/v1/metadata/DF", 404, 100),
        (f"{V2}?attributes=none&bogus=1", 400, 140),
        ("/sdmx/v2/structure/codelist/DX/NOT_THERE", 404, 100),
        ("/sdmx/v2/structure/nonsense", 400, 140),
        ("/sdmx/v2/schema/metadataflow/DX/DF_SDG_LOCAL/1.0.0", 501, 501),
        ("/sdmx/v2/registration/nothing/DX", 400, 140),
        ("/sdmx/v2/metadata/structure/dataflow/DX/DF_SDG_LOCAL/1.0.0/", 404, 100),
        (f"{V2}?limit=0", 400, 140),
        ("/sdmx/v3/data", 404, 100),
        ("/sdmx/", 404, 100),
    ],
)
def test_sdmx_errors(server: Server, path: str, http: int, code: int) -> None:
    as_json = server.get(path, Accept="application/json")
    assert as_json.status_code == http
    assert as_json.headers["content-type"].startswith("application/vnd.sdmx.structure+json")
    assert as_json.json()["errors"][0]["code"] == code
    as_xml = server.get(path, Accept="application/xml")
    assert as_xml.status_code == http
    root = etree.fromstring(as_xml.content)
    assert root.tag == f"{XML}Error"
    assert root.find(f"{XML}ErrorMessage").get("code") == str(code)
    assert as_xml.headers["access-control-allow-origin"] == "*"


def test_the_default_format_is_that_of_the_version(server: Server) -> None:
    assert server.get(f"{V1}?detail=some").text.startswith("<?xml")
    assert server.get(f"{V2}?detail=some").json()["errors"]


def test_format_counts_for_errors_too(server: Server) -> None:
    assert server.get(f"{V1}?detail=some&format=jsondata").json()["errors"]
    assert server.get(f"{V2}?detail=some&format=xml").text.startswith("<?xml")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/api/v1/nothing", 404), ("/api/v1/releases?limit=x", 400), ("/api/v1/releases/99", 404)],
)
def test_problem_documents(server: Server, path: str, status: int) -> None:
    answer = server.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("limit=-1", "The query parameter limit is ‘-1’: write a number of at least 1."),
        ("limit=100000", "The query parameter limit is ‘100000’: write a number of at most 1,000."),
        ("limit=", "The query parameter limit is empty: write a whole number."),
        ("dataflow=" + "x" * 201, f"is ‘{'x' * 60}…’: write at most 200 characters, such as DX:DF_SDG_LOCAL(1.0.0)."),
    ],
)
def test_a_parameter_that_does_not_fit_is_named_with_what_to_write(server: Server, query: str, said: str) -> None:
    assert server.get(f"/api/v1/releases?{query}").json()["detail"].endswith(said)


def test_methods(server: Server) -> None:
    answer = httpx.post(server.url + V2)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert httpx.post(server.url + "/api/v1/releases").json()["status"] == 405


@pytest.mark.conformance("status", "414", "In the format asked for")
def test_a_long_address(server: Server) -> None:
    long = "c[SEX]=" + "F," * 20_000
    assert server.get(f"/api/v1/releases?{long}").headers["content-type"] == "application/problem+json"
    for base in (V1, V2):
        as_json = server.get(f"{base}?{long}", Accept="application/vnd.sdmx.data+json;version=2.0.0")
        assert as_json.status_code == 414
        assert as_json.headers["content-type"] == "application/vnd.sdmx.structure+json;version=2.0.0"
        assert as_json.json()["errors"][0]["code"] == 1414
        as_xml = server.get(f"{base}?{long}", Accept="application/xml")
        assert etree.fromstring(as_xml.content).find(f"{XML}ErrorMessage").get("code") == "1414"
        assert as_xml.headers["access-control-allow-origin"] == "*"
    assert server.get(f"{V1}?{long}").text.startswith("<?xml")
    assert server.get(f"{V2}?{long}").json()["errors"]


@pytest.mark.parametrize("raw", ["%FF", "A%00B", "%E2%28", "A%0AB"])
def test_odd_bytes(server: Server, raw: str) -> None:
    assert server.get(f"{V2}/{raw}").status_code == 400
    assert server.get(f"{V1}?startPeriod={raw}").status_code == 400


@pytest.mark.conformance("status", "500", "With an id that stands in the log; nothing of our insides")
def test_our_own_faults_are_logged_and_not_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setitem(sdmx.VERSIONS["v2"], "data", fail)
    with caplog.at_level(logging.ERROR, "dataexchange"):
        answer = server.get(V2)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret" in caplog.text


def test_every_class_of_errors_has_a_status() -> None:
    assert set(STATUS) == set(ExchangeError.__subclasses__())


@pytest.mark.parametrize(
    ("query", "parameter", "place"),
    [
        (f"{V2}/A.!x.B", "key", "position 2"),
        (f"{V2}/A.N.X.Y.Z.1.2.3.4.5.6.7.8.9.10.11.12", "key", "17 positions"),
        (f"{V2}?c[REF_AREA]={'GB_BRS,' * 300},GB", "c[REF_AREA]", "place 301"),
        (f"{V2}?c[TIME_PERIOD]=ge:2015,ge:20x9", "c[TIME_PERIOD]", "'20x9'"),
        (f"{V2}?c[OBS_VALUE]=ge:1,lt:many", "c[OBS_VALUE]", "'many'"),
        (f"{V2}?c[NONE]=A", "c[NONE]", "REF_AREA"),
        (f"{V2}?c[SEX]=%FF", "c[SEX]", "UTF-8"),
        (f"{V2}?attributes=OBS_STATUS,NONE", "attributes", "'NONE'"),
        (f"{V2}?updatedAfter=yesterday", "updatedAfter", "'yesterday'"),
        (f"{V1}/{'.' * 14}?startPeriod=2011-13", "startPeriod", "'2011-13'"),
        (f"{V1}/A..B", "key", "3 positions"),
        ("/sdmx/v1/data/DX,DF,1.0,4", "flowRef", "AGENCY,ID,VERSION"),
        ("/sdmx/v2/structure/codelist/DX/CL_SEX?references=all,foo", "references", "'foo'"),
    ],
)
def test_a_400_names_the_parameter_and_the_place_in_it(server: Server, query: str, parameter: str, place: str) -> None:
    for accept in ("application/json", "application/xml"):
        answer = server.get(query, Accept=accept)
        assert answer.status_code == 400, answer.text
        said = (
            answer.json()["errors"][0]["title"]
            if accept.endswith("json")
            else etree.fromstring(answer.content)[0][0].text
        )
        assert said.startswith((f"{parameter} ", f"{parameter}:")), said
        assert place in said


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{V2}?bogus=1", 400),
        (f"{V1}/nothing/else/here/x", 400),
        ("/sdmx/v2/data/dataflow/DX/NONE", 404),
        ("/api/v1/releases/99", 404),
    ],
)
def test_errors_have_what_answers_have(server: Server, path: str, status: int) -> None:
    """CORS, an id, and the same for HEAD."""
    whole, head = server.get(path), httpx.head(server.url + path, headers={"Accept-Encoding": "identity"})
    assert (whole.status_code, head.status_code, head.content) == (status, status, b"")
    for answer in (whole, head):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
        assert answer.headers["x-request-id"]
        assert answer.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("path", [V1, V2, "/sdmx/v2/structure/codelist", "/sdmx/v2/registration/provider", "/sdmx/v9"])
def test_options_and_other_methods(server: Server, path: str) -> None:
    options = httpx.options(server.url + path, headers={"Origin": "https://elsewhere.example"})
    assert options.status_code == 204
    for header in ("Prefer", "Range", "If-Range", "If-None-Match", "Authorization"):
        assert header in options.headers["access-control-allow-headers"]
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = httpx.request(method, server.url + path)
        assert answer.status_code in (404, 405, 415, 401, 400), answer.text
        if answer.status_code == 405:
            assert "GET" in answer.headers["allow"]
        assert answer.headers["access-control-allow-origin"] == "*"


def test_405_elsewhere_says_what_may_be_sent(server: Server) -> None:
    answer = httpx.delete(f"{server.url}/api/v1/releases")
    assert (answer.status_code, answer.json()["status"]) == (405, 405)
    assert "GET" in answer.headers["allow"]
