"""Rules and rulebooks over HTTP: an office loads its own, everybody reads them."""

from __future__ import annotations

import pytest
from people import People

BOOKS = "/api/v1/rulebooks"
YAML = {"Content-Type": "application/yaml"}
TEXT = "agency: UK_ONS\nrules:\n  - {rule: RNG-COUNT, on: no, where: {series: ZZ_X}}\n  - {rule: RNG-PERCENT, severity: warning}\n"


def test_an_office_loads_a_rulebook_and_everybody_reads_it(people: People) -> None:
    nothing = people.get(None, f"{BOOKS}/UK_ONS").json()
    assert (nothing["version"], nothing["hash"], nothing["choices"]) == (0, None, [])
    loaded = people.call("office", "PUT", f"{BOOKS}/UK_ONS", content=TEXT.encode(), headers=YAML)
    assert loaded.status_code == 200, loaded.text
    assert (loaded.json()["version"], loaded.json()["new"]) == (1, True)
    assert loaded.json()["remarks"] == ["no code list of SERIES here has ZZ_X"]
    again = people.call("office", "PUT", f"{BOOKS}/UK_ONS", content=TEXT.encode(), headers=YAML).json()
    assert (again["version"], again["new"]) == (1, False)
    assert [held["version"] for held in people.get(None, f"{BOOKS}/UK_ONS/versions").json()] == [1]
    assert [held["agency"] for held in people.get(None, BOOKS).json()] == ["UK_ONS"]
    text = people.get(None, f"{BOOKS}/UK_ONS/versions/1")
    assert (text.text, text.headers["content-type"].split(";")[0]) == (TEXT, "application/yaml")
    assert people.get(None, f"{BOOKS}/UK_ONS").json()["choices"][0] == {
        "rule": "RNG-COUNT",
        "on": False,
        "severity": None,
        "parameters": {},
        "dataflow": None,
        "agreement": None,
        "series": "ZZ_X",
    }
    rule = people.get(None, "/api/v1/rules/RNG-PERCENT?agency=UK_ONS", headers={"Accept-Language": "fr"})
    assert (rule.json()["severity"], rule.json()["rulebook"]) == ("warning", "UK_ONS 1")
    assert rule.headers["content-language"] == "fr"
    assert rule.json()["title"] != people.get(None, "/api/v1/rules/RNG-PERCENT").json()["title"]
    assert people.get(None, "/api/v1/rules/RNG-PERCENT").json()["severity"] == "error"
    assert "RNG_PERCENT" in people.get(None, f"{BOOKS}/UK_ONS/vtl?dataflow=DX:DF_SDG_LOCAL(1.0.0)").text


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/api/v1/rules/COH-MIROR", 404, "did you mean COH-MIRROR?"),
        ("/api/v1/rules?agency=NOBODY", 404, "no organisation 'NOBODY'"),
        (f"{BOOKS}/NOBODY", 404, "no organisation 'NOBODY'"),
        (f"{BOOKS}/UK_ONS/versions/7", 404, "UK_ONS has no version 7"),
        (f"{BOOKS}/UK_ONS/versions/-1", 400, ""),
        (f"{BOOKS}/UK_ONS/vtl?dataflow=DX:NONE(1.0)", 404, "DX:NONE(1.0)"),
    ],
)
def test_what_is_not_there(crowd: People, path: str, status: int, told: str) -> None:
    answer = crowd.get(None, path)
    assert answer.status_code == status, answer.text
    assert told in answer.text


def test_a_bad_rulebook_is_refused_with_its_faults(crowd: People) -> None:
    bad = b"agency: UK_ONS\nrules: [{rule: STR-CODE, on: no}]\n"
    answer = crowd.call("office", "PUT", f"{BOOKS}/UK_ONS", content=bad, headers=YAML)
    assert answer.status_code == 400
    assert "the body, line 2, rules > 1 > on: STR-CODE guards what is stored" in answer.json()["detail"]
    other = crowd.call("operator", "PUT", f"{BOOKS}/AVON", content=b"agency: UK_ONS", headers=YAML)
    assert other.status_code == 400
    assert crowd.call("office", "PUT", f"{BOOKS}/UK_ONS", content=b"#" * 1_000_001, headers=YAML).status_code == 413
    assert crowd.call("office", "PUT", f"{BOOKS}/AVON", content=b"agency: AVON", headers=YAML).status_code == 403
