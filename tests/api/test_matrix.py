"""Who may do what: every route of /openapi.json against every kind of key. A route that is not in the table fails the test.

The submission is one of the other city, returned by the office: those who may act on it are told that it is too late (409).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from people import GOOD, MAPPING, People, people_at

WHO = (None, "city", "other city", "office", "baseline", "auditor", "operator", "revoked", "expired", "agency")

ANYBODY = "200 200 200 200 200 200 200 200 200 200"
#: To anybody that there is none.
NOTHING = ANYBODY.replace("200", "404")
#: Public, and more to whoever is known: a key that is none is told.
VISITORS = "200 200 200 200 200 200 200 401 401 200"
KEY_HOLDERS = "401 200 200 200 200 200 200 401 401 200"
FLOW = "DX/DF_SDG_LOCAL/1.0.0"
AVON = MAPPING.format(provider="AVON", area="GB_BRS_E05010885").encode()
FORM = {"files": {"file": ("a.csv", GOOD), "mapping": ("unemployment.yaml", AVON)}}
SAID = {"json": {"statements": [{"rule": "RNG-FUTURE", "reason": "a test"}]}}
REASON = {"json": {"reason": "a test"}}
KEY = {"json": {"organisation": "UK_ONS", "scopes": ["review"]}}
TERMS = {
    "provider": "AVON",
    "name": "Avonmouth",
    "dataflow": "DX:DF_SDG_LOCAL(1.0.0)",
    "areas": ["GB_BRS_E05010885"],
    "review_by": "UK_ONS",
}

S, ONE = "/sdmx/v2/structure", "{artefactType}/{agencyID}/{resourceID}/{version}"
LIST = {
    "content": b'{"data":{"codelists":[{"id":"CL_X","agencyID":"UK_ONS","version":"0.1","name":"x","codes":[{"id":"A","name":"a"}]}]}}',
    "headers": {"Content-Type": "application/json"},
}

BOOK = {"content": b"agency: UK_ONS\nrules: []\n", "headers": {"Content-Type": "application/yaml"}}

SOURCE = """
[uk]
title = "National series of the United Kingdom"
url = "https://sdmx.example.org/rest"
api = "3.0"
dataflow = "DX:DF_SDG_NATIONAL(1.0.0)"
provider = "UK_ONS"
licence = "OGL v3.0"
"""

MEAN = "EN_ATM_PM25"

#: Method, path in /openapi.json, path that is called ("" for the same), what is sent, a status for each of WHO.
TABLE: tuple[tuple[str, str, str, dict[str, Any], str], ...] = (
    ("get", "/healthz", "", {}, ANYBODY),
    ("get", "/readyz", "", {}, ANYBODY),
    ("get", "/metrics", "", {}, ANYBODY),
    # submissions                                              nobody city other office baseline auditor operator revoked expired
    ("post", "/api/v1/submissions", "", FORM, "401 403 202 403 403 403 202 401 401 403"),
    ("get", "/api/v1/submissions", "", {}, KEY_HOLDERS),
    ("get", "/api/v1/submissions/{id}", "{submission}", {}, "401 403 200 200 403 200 200 401 401 403"),
    ("get", "/api/v1/submissions/{id}/report", "{submission}/report", {}, "401 403 200 200 403 200 200 401 401 403"),
    ("get", "/api/v1/submissions/{id}/marked", "{submission}/marked", {}, "401 403 200 200 403 200 200 401 401 403"),
    ("get", "/api/v1/submissions/{id}/changes", "{submission}/changes", {}, "401 403 200 200 403 200 200 401 401 403"),
    (
        "post",
        "/api/v1/submissions/{id}/publication",
        "{submission}/publication",
        {},
        "401 403 409 403 403 403 409 401 401 403",
    ),
    (
        "post",
        "/api/v1/submissions/{id}/withdrawal",
        "{submission}/withdrawal",
        REASON,
        "401 403 409 403 403 403 409 401 401 403",
    ),
    (
        "post",
        "/api/v1/submissions/{id}/acceptance",
        "{submission}/acceptance",
        {},
        "401 403 403 409 403 403 409 401 401 403",
    ),
    (
        "post",
        "/api/v1/submissions/{id}/return",
        "{submission}/return",
        REASON,
        "401 403 403 409 403 403 409 401 401 403",
    ),
    ("get", "/api/v1/submissions/{id}/reasons", "{submission}/reasons", {}, "401 403 200 200 403 200 200 401 401 403"),
    ("get", "/api/v1/submissions/{id}/waivers", "{submission}/waivers", {}, "401 403 200 200 403 200 200 401 401 403"),
    (
        "post",
        "/api/v1/submissions/{id}/reasons",
        "{submission}/reasons",
        SAID,
        "401 403 409 403 403 403 409 401 401 403",
    ),
    (
        "post",
        "/api/v1/submissions/{id}/waivers",
        "{submission}/waivers",
        SAID,
        "401 403 403 409 403 403 409 401 401 403",
    ),
    ("get", "/api/v1/reviews", "", {}, "401 403 403 200 403 200 200 401 401 403"),
    ("get", "/api/v1/mappings", "", {}, KEY_HOLDERS),
    (
        "get",
        "/api/v1/mappings/{id}",
        "/api/v1/mappings/avon/unemployment",
        {},
        "401 404 200 404 404 404 200 401 401 404",
    ),
    (
        "post",
        "/api/v1/mappings/suggest",
        "",
        {"files": {"file": ("a.csv", GOOD)}, "data": {"dataflow": "DX:DF_SDG_LOCAL(1.0.0)"}},
        "401 200 200 403 403 403 400 401 401 403",
    ),
    # what is public
    ("get", "/api/v1/mappings/schema", "", {}, ANYBODY),
    ("get", "/api/v1/comparisons", "/api/v1/comparisons?area=GB_BRS&series=EN_ATM_PM25", {}, ANYBODY),
    ("get", "/api/v1/inequality", "/api/v1/inequality?key=A.N", {}, NOTHING),
    ("get", "/api/v1/coherence", "", {}, ANYBODY),
    ("get", "/api/v1/rechecks", "", {}, VISITORS),
    ("get", "/api/v1/rechecks/{id}", "/api/v1/rechecks/none", {}, VISITORS.replace("200", "404")),
    ("get", "/api/v1/changes", "", {}, ANYBODY),
    ("get", "/api/v1/releases", "", {}, ANYBODY),
    ("get", "/api/v1/releases/{number}", "/api/v1/releases/1", {}, ANYBODY),
    ("get", "/api/v1/releases/{number}/passport", "/api/v1/releases/1/passport", {}, NOTHING),
    ("get", "/api/v1/passports", "", {}, ANYBODY),
    ("get", "/api/v1/agreements", "", {}, ANYBODY),
    ("get", "/api/v1/agreements/{id}/template", "/api/v1/agreements/PA_BRISTOL_SDG_LOCAL/template", {}, ANYBODY),
    ("get", "/api/v1/organisations", "", {}, ANYBODY),
    # rules                                                    nobody city other office baseline auditor operator revoked expired agency
    ("get", "/api/v1/rules", "", {}, ANYBODY),
    ("get", "/api/v1/rules/{id}", "/api/v1/rules/COH-MIRROR", {}, ANYBODY),
    ("get", "/api/v1/rulebooks", "", {}, ANYBODY),
    ("get", "/api/v1/rulebooks/{agency}", "/api/v1/rulebooks/UK_ONS", {}, ANYBODY),
    ("put", "/api/v1/rulebooks/{agency}", "/api/v1/rulebooks/UK_ONS", BOOK, "401 403 403 200 403 403 200 401 401 403"),
    ("get", "/api/v1/rulebooks/{agency}/versions", "/api/v1/rulebooks/UK_ONS/versions", {}, ANYBODY),
    ("get", "/api/v1/rulebooks/{agency}/versions/{version}", "/api/v1/rulebooks/UK_ONS/versions/0", {}, ANYBODY),
    ("get", "/api/v1/rulebooks/{agency}/vtl", "/api/v1/rulebooks/UK_ONS/vtl", {}, ANYBODY),
    # access                                                   nobody city other office baseline auditor operator revoked expired
    ("post", "/api/v1/agreements", "", {"json": TERMS}, "401 403 403 403 403 403 409 401 401 403"),
    (
        "post",
        "/api/v1/organisations",
        "",
        {"json": {"id": "AVON", "name": "A"}},
        "401 403 403 403 403 403 201 401 401 403",
    ),
    ("get", "/api/v1/keys", "", {}, KEY_HOLDERS),
    ("post", "/api/v1/keys", "", KEY, "401 403 403 403 403 403 201 401 401 403"),
    ("delete", "/api/v1/keys/{id}", "/api/v1/keys/none", {}, "401 403 403 403 403 403 404 401 401 403"),
    # harvests                                                 nobody city other office baseline auditor operator revoked expired
    ("get", "/api/v1/harvests", "", {}, KEY_HOLDERS),
    ("get", "/api/v1/harvests/{id}", "/api/v1/harvests/none", {}, "401 404 404 404 404 404 404 401 401 404"),
    ("post", "/api/v1/harvests", "", {"json": {"source": "uk"}}, "401 403 403 403 202 403 202 401 401 403"),
    # reconciliations: of a mean there are none, and nothing is there to withdraw
    ("post", "/api/v1/reconciliations", "", {"json": {"series": MEAN}}, "401 403 403 403 409 403 409 401 401 403"),
    (
        "post",
        "/api/v1/reconciliations/withdrawal",
        "",
        {"json": {"series": MEAN, "reason": "wrong"}},
        "401 403 403 403 404 403 404 401 401 403",
    ),
    # extracts: public, as the data are; this one was never asked for
    ("get", "/api/v1/extracts/{id}", "/api/v1/extracts/none", {}, NOTHING),
    ("get", "/api/v1/extracts/{id}/data", "/api/v1/extracts/none/data", {}, NOTHING),
    # SDMX
    (
        "get",
        "/sdmx/v2/data/{context}/{agencyID}/{resourceID}/{version}/{key}",
        f"/sdmx/v2/data/dataflow/{FLOW}/*",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/availability/{context}/{agencyID}/{resourceID}/{version}/{key}/{componentID}",
        f"/sdmx/v2/availability/dataflow/{FLOW}/*/*",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/structure/{artefactType}/{agencyID}/{resourceID}/{version}/{itemID}",
        f"/sdmx/v2/structure/dataflow/{FLOW}",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/registration/id/{registrationID}",
        "/sdmx/v2/registration/id/none",
        {},
        NOTHING,
    ),
    (
        "get",
        "/sdmx/v2/registration/provider/{agencyID}/{providerID}",
        "/sdmx/v2/registration/provider/*/*",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/registration/{context}/{agencyID}/{resourceID}/{version}",
        f"/sdmx/v2/registration/dataflow/{FLOW}",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/schema/{schemaContext}/{agencyID}/{resourceID}/{version}",
        f"/sdmx/v2/schema/dataflow/{FLOW}",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v1/schema/{schemaContext}/{agencyID}/{resourceID}/{version}",
        f"/sdmx/v1/schema/dataflow/{FLOW}",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v2/metadata/structure/{artefactType}/{agencyID}/{resourceID}/{version}",
        f"/sdmx/v2/metadata/structure/dataflow/{FLOW}",
        {},
        NOTHING,
    ),
    (
        "get",
        "/sdmx/v2/metadata/metadataflow/{agencyID}/{resourceID}/{version}/{providerID}",
        "/sdmx/v2/metadata/metadataflow/DX",
        {},
        NOTHING,
    ),
    (
        "get",
        "/sdmx/v2/metadata/metadataset/{providerID}/{resourceID}/{version}",
        "/sdmx/v2/metadata/metadataset/DX",
        {},
        NOTHING,
    ),
    ("get", "/sdmx/v1/metadata/{flowRef}/{key}/{providerRef}", "/sdmx/v1/metadata/MDF", {}, NOTHING),
    # structure maintenance                                    nobody city other office baseline auditor operator revoked expired agency
    ("post", "/sdmx/v2/structure", "", LIST, "401 403 403 403 403 403 200 401 401 200"),
    ("post", "/sdmx/v2/structure/{artefactType}", f"{S}/codelist", LIST, "401 403 403 403 403 403 200 401 401 200"),
    ("put", f"{S}/{ONE}", f"{S}/codelist/UK_ONS/CL_X/0.1", LIST, "401 403 403 403 403 403 200 401 401 200"),
    ("delete", f"{S}/{ONE}", f"{S}/codelist/UK_ONS/NONE/0.1", {}, "401 403 403 403 403 403 404 401 401 404"),
    (
        "delete",
        f"{S}/{ONE}/{{itemID}}",
        f"{S}/codelist/UK_ONS/CL_X/0.1/B",
        {},
        "401 403 403 403 403 403 404 401 401 404",
    ),
    ("get", "/sdmx/v1/data/{flowRef}/{key}/{providerRef}", "/sdmx/v1/data/DF_SDG_LOCAL", {}, ANYBODY),
    (
        "get",
        "/sdmx/v1/availableconstraint/{flowRef}/{key}/{providerRef}/{componentID}",
        "/sdmx/v1/availableconstraint/DX,DF_SDG_LOCAL,1.0.0",
        {},
        ANYBODY,
    ),
    (
        "get",
        "/sdmx/v1/{resource}/{agencyID}/{resourceID}/{version}/{itemID}",
        f"/sdmx/v1/dataflow/{FLOW}",
        {},
        ANYBODY,
    ),
)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    with people_at(tmp_path_factory.mktemp("matrix")) as found:
        (found.settings.home / "sources.toml").write_text(SOURCE)
        assert found.post("agency", S, **LIST).status_code == 201
        yield found


@pytest.fixture(scope="module")
def submission(people: People) -> str:
    sent = people.sent("other city", publish="true")
    assert people.worked(sent) == "in_review"
    address = f"/api/v1/submissions/{sent}"
    assert people.post("office", f"{address}/return", json={"reason": "a forecast"}).status_code == 200
    return address


@pytest.fixture(scope="module")
def described(people: People) -> dict[str, Any]:
    """The paths of /openapi.json."""
    found: dict[str, Any] = people.get(None, "/openapi.json").json()["paths"]
    return found


@pytest.mark.conformance("status", ["401", "403"], "SDMX queries need no key; what does, says so")
@pytest.mark.parametrize("row", TABLE, ids=[f"{method} {path}" for method, path, *_ in TABLE])
def test_who_may(people: People, submission: str, row: tuple[str, str, str, dict[str, Any], str]) -> None:
    method, path, called, sent, statuses = row
    address = (called or path).format(submission=submission) if called else path
    answered = {who: people.call(who, method, address, **sent).status_code for who in WHO}
    assert answered == dict(zip(WHO, map(int, statuses.split()), strict=True))


def test_every_route_is_in_the_table(described: dict[str, Any]) -> None:
    routes = {(method, path) for path, operations in described.items() for method in operations}
    assert routes == {(method, path) for method, path, *_ in TABLE}


OURS = [row for row in TABLE if row[1].startswith("/api/v1/")]


@pytest.mark.parametrize("row", OURS, ids=[f"{method} {path}" for method, path, *_ in OURS])
def test_a_parameter_that_a_route_does_not_know_is_refused(
    people: People, submission: str, described: dict[str, Any], row: tuple[str, str, str, dict[str, Any], str]
) -> None:
    """Before anything is done; the answer names it, and all that the description of the route has."""
    method, path, called, sent, _ = row
    address = (called or path).format(submission=submission)
    known = sorted(one["name"] for one in described[path][method].get("parameters", []) if one["in"] == "query")
    answer = people.call("operator", method, f"{address}{'&' if '?' in address else '?'}no-such=1", **sent)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    told = f"this address knows {', '.join(known)}" if known else "this address knows no query parameters"
    assert answer.json()["detail"] == f"no-such: {told}; leave it out"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "indikator=16.1.1",
            "indikator: this address knows country, dataflow, indicator, limit, offset; did you mean indicator?",
        ),
        ("Limit=5", "Limit: this address knows country, dataflow, indicator, limit, offset; did you mean limit?"),
        (
            "indicator=16.1.1&%00=1",
            "\ufffd: this address knows country, dataflow, indicator, limit, offset; leave it out",
        ),
        ("=16.1.1", "'': this address knows country, dataflow, indicator, limit, offset; leave it out"),
        ("x" * 200, "x" * 60 + "…: this address knows country, dataflow, indicator, limit, offset; leave it out"),
    ],
)
def test_the_nearest_parameter_is_named(people: People, written: str, said: str) -> None:
    assert people.get(None, f"/api/v1/coherence?{written}").json()["detail"] == said


def test_links_to_pages_may_carry_what_others_add(people: People) -> None:
    assert people.get(None, "/?utm_source=newsletter").status_code == 200
