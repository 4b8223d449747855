"""Keys, agreements and organisations over HTTP, and what answers say of keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from people import People

KEYS = "/api/v1/keys"
_JSON = {"Content-Type": "application/json"}


def test_a_key_is_told_once_and_works_until_it_is_revoked(crowd: People) -> None:
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wanted = {"organisation": "UK_ONS", "scopes": ["review", "baseline"], "label": "queue", "expires_at": expires}
    answer = crowd.post("operator", KEYS, json=wanted)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "private, no-store"
    made = answer.json()
    crowd.keys["new"] = made["key"]
    assert crowd.get("new", "/api/v1/reviews").status_code == 200
    (mine,) = [k for k in crowd.get("new", KEYS).json() if k["id"] == made["id"]]
    assert mine["scopes"] == ["baseline", "review"]
    assert "key" not in mine
    assert made["key"] not in crowd.get("operator", KEYS).text
    assert crowd.call("operator", "DELETE", f"{KEYS}/{made['id']}").status_code == 204
    assert crowd.get("new", KEYS).status_code == 401
    assert crowd.call("operator", "DELETE", f"{KEYS}/{made['id']}").status_code == 409


def test_an_organisation_sees_its_own_keys(crowd: People) -> None:
    assert {k["organisation"] for k in crowd.get("city", KEYS).json()} == {"BRISTOL"}
    assert {"BRISTOL", "AVON", "UK_ONS", "DX"} <= {k["organisation"] for k in crowd.get("operator", KEYS).json()}


@pytest.mark.parametrize(
    "wanted",
    [
        {"organisation": "NOBODY", "scopes": ["submit"]},
        {"organisation": "BRISTOL", "scopes": []},
        {"organisation": "BRISTOL", "scopes": ["everything"]},
        {"organisation": "BRISTOL", "scopes": ["submit"], "expires_at": "2020-01-01T00:00:00Z"},
        {"organisation": "BRISTOL", "scopes": ["submit"], "expires_at": "2030-01-01T00:00:00"},
        {"organisation": "BRISTOL", "scopes": ["submit"], "label": "a\u0000b"},
        {"organisation": "BRISTOL", "scopes": ["submit"], "lable": "x"},
        {"organisation": "BRISTOL"},
        [],
    ],
)
def test_keys_that_are_not_made(crowd: People, wanted: object) -> None:
    answer = crowd.post("operator", KEYS, json=wanted)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"scopes": ["submit"]}, "The body field organisation is missing: add it, such as BRISTOL."),
        (
            {"organisation": "a b", "scopes": ["submit"]},
            "is ‘a b’: write 1 to 100 letters, digits, '_', '-', '@' or '$'",
        ),
        ({"organisation": "BRISTOL", "scopes": ["all"]}, "The body field scopes.0 is ‘all’: write one of 'submit'"),
        ({"organisation": "BRISTOL", "scopes": []}, 'write at least 1 entry, such as ["submit"].'),
        (
            {"organisation": "BRISTOL", "scopes": ["submit"], "lable": "x"},
            "The body field lable is not known here: leave it out; there are ",
        ),
        ([], 'send a JSON object such as {"organisation":"BRISTOL","scopes":["submit"]}, as Content-Type'),
    ],
)
def test_a_body_that_does_not_fit_is_told_in_one_sentence(crowd: People, wanted: object, said: str) -> None:
    assert said in crowd.post("operator", KEYS, json=wanted).json()["detail"]
    assert "JSON from its character 1 on" in crowd.post("operator", KEYS, content="{x", headers=_JSON).json()["detail"]
    assert crowd.post("operator", KEYS, headers=_JSON).json()["detail"].startswith("The body is missing: send")


@pytest.mark.parametrize("header", ["Basic ZHg6eA==", "Bearer", "Bearer nonsense", "Bearer dx_00_x", "Bearer dx_a_b_c"])
def test_no_key(crowd: People, header: str) -> None:
    for path in (KEYS, "/api/v1/submissions", "/api/v1/submissions/none"):
        answer = crowd.get(None, path, headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["cache-control"] == "private, no-store"
    # Where nobody is asked who they are, a bad key is no hindrance.
    assert crowd.get(None, "/api/v1/releases", headers={"Authorization": header}).status_code == 200


def test_agreements_and_organisations(crowd: People) -> None:
    office = {"id": "KE_KNBS", "name": "Kenya National Bureau of Statistics"}
    assert crowd.post("operator", "/api/v1/organisations", json=office).status_code == 201
    assert crowd.post("operator", "/api/v1/organisations", json=office).status_code == 409
    assert office in crowd.get(None, "/api/v1/organisations").json()
    terms = {
        "provider": "SEVERN",
        "name": "Severn Beach",
        "dataflow": "DX:DF_SDG_LOCAL(1.0.0)",
        "areas": ["GB_BRS_E05010886"],
        "review_by": "KE_KNBS",
    }
    made = crowd.post("operator", "/api/v1/agreements", json=terms)
    assert made.status_code == 201
    assert made.json() in crowd.get(None, "/api/v1/agreements").json()
    assert {name: made.json()[name] for name in ("provider", "areas", "review_by")} == {
        "provider": "SEVERN",
        "areas": ["GB_BRS_E05010886"],
        "review_by": "KE_KNBS",
    }
    assert crowd.post("operator", "/api/v1/agreements", json=terms).status_code == 409
    # Only what the body names is changed.
    known = {name: terms[name] for name in ("provider", "name", "dataflow")}
    for named, areas, office_after in (
        ({"review_by": None}, ["GB_BRS_E05010886"], None),
        ({"areas": []}, [], None),
        ({"review_by": "KE_KNBS"}, [], "KE_KNBS"),
        ({"areas": ["GB_BRS_E05010885"]}, ["GB_BRS_E05010885"], "KE_KNBS"),
    ):
        changed = crowd.post("operator", "/api/v1/agreements", json={**known, **named})
        assert changed.status_code == 201, changed.text
        assert (changed.json()["areas"], changed.json()["review_by"]) == (areas, office_after), named
    for wrong, status in (
        ({"areas": ["ATLANTIS"]}, 400),
        ({"review_by": "NOBODY"}, 400),
        ({"dataflow": "DX:DF_NOT_THERE(1.0.0)"}, 404),
        ({"dataflow": "nonsense"}, 400),
        ({"provider": "a b"}, 400),
    ):
        assert crowd.post("operator", "/api/v1/agreements", json={**terms, **wrong}).status_code == status, wrong
