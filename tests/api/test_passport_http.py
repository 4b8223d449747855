"""Reasons, waivers and the passport as programs meet them: our own JSON, and SDMX reference metadata."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from people import LOCAL, OPERATOR, People
from pysdmx.api.fmr import RegistryClient

from dataexchange.api.passports import PassportDocument
from dataexchange.messages.metadata import read_metadata
from dataexchange.model.structure import Item
from dataexchange.store.database import reading, writing
from dataexchange.workflow import passport_reports
from dataexchange.workflow.agreements import add_agreement
from dataexchange.workflow.metadata import check_metadata

FUTURE = b"Year,Area,Value\n2019,,4.5\n2031,,5\n2032,,6\n"
KEY = "A.N.SL_TLF_UEM.GB_BRS._T._T._T._T._T._T._T._T._T._T._T"
REPORTS = "/sdmx/v2/metadata/metadataflow/DX/MDF_VALIDATION/1.0.0"


def said(rule: str, reason: str, **more: str) -> dict[str, Any]:
    return {"json": {"statements": [{"rule": rule, "reason": reason, **more}]}}


def test_a_passport_is_made_of_what_was_said(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = people.sent("city", FUTURE, publish="true")
    assert people.worked(made) == "checked", "its warnings want reasons"
    path = f"/api/v1/submissions/{made}"
    standing = people.get("city", f"{path}/reasons").json()
    assert (standing["total"], standing["answered"], standing["given"]) == (2, 0, [])
    assert [(g["rule"], g["period"], g["waivable"]) for g in standing["groups"]] == [("RNG-FUTURE", "2031", True)]
    refused = people.post("city", f"{path}/publication")
    assert refused.status_code == 409
    assert "2 of 2 warnings without a reason (RNG-FUTURE 2)" in refused.json()["detail"]

    assert people.post("office", f"{path}/reasons", **said("RNG-FUTURE", "…")).status_code == 403
    assert people.post(None, f"{path}/reasons", **said("RNG-FUTURE", "…")).status_code == 401
    assert people.get(None, f"{path}/reasons").status_code == 401
    for wrong in (said("RNG-JUMP", "…"), said("rng", "…"), said("RNG-FUTURE", ""), {"json": {"statements": []}}):
        assert people.post("city", f"{path}/reasons", **wrong).status_code == 400
    assert (
        people.post("city", f"{path}/reasons", **said("RNG-FUTURE", "a <b>plan</b>", key=KEY, period="2031")).json()[
            "answered"
        ]
        == 1
    )
    told = people.post("city", f"{path}/reasons", **said("RNG-FUTURE", "eine\r\nSchätzung – „geprüft“")).json()
    assert (told["answered"], {(one["by"], one["origin"]) for one in told["given"]}) == (2, {("BRISTOL", "given")})
    assert people.post("city", f"{path}/publication").status_code == 202
    assert people.worked(made) == "published"
    assert people.post("city", f"{path}/reasons", **said("RNG-FUTURE", "late")).status_code == 409

    release = people.get(None, path).json()["release"]
    address = f"/api/v1/releases/{release}/passport"
    answer = people.get(None, f"{address}?limit=1")
    passport = answer.json()
    assert {(one["period"], one["text"], one["by"]) for one in passport["reasons"]} == {
        ("2031", "a <b>plan</b>", "BRISTOL"),
        (None, "eine Schätzung – „geprüft“", "BRISTOL"),
    }
    own = people.get(None, f"/api/v1/releases/{release}").json()
    assert passport["hashes"] == {
        "file": own["file_hash"],
        "mapping": own["mapping_hash"],
        "report": own["report_hash"],
    }
    assert passport["waivers"] == []
    assert passport["review"] is None
    assert len(passport["series"]["items"]) <= 1
    assert passport["series"]["total"] == sum(passport["verdicts"].values())
    assert "RNG-FUTURE" in passport["rules_run"]
    kept = {name: value for name, value in passport.items() if name not in ("hash", "series")}
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == passport["hash"], "as docs/passport.md has it"
    assert set(PassportDocument.model_validate(passport).model_dump()) == set(passport), (
        "as the API's description has it"
    )
    assert passport["agreement"] == "DX:PA_BRISTOL_SDG_LOCAL(1.0.0)"
    assert people.get(None, f"{address}?limit=1", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert people.get(None, "/api/v1/releases/999/passport").status_code == 404

    with writing(people.engine) as conn:  # other terms since, which the release did not come under
        bristol = Item(id="BRISTOL", names={"en": "Bristol"})
        add_agreement(conn, bristol, LOCAL, caller=OPERATOR, areas=["GB_BRS", "GB_BRS_E05010885"])
    reports = people.get(
        None, f"{REPORTS}/BRISTOL", headers={"Accept": "application/vnd.sdmx.metadata+json;version=2.0.0"}
    )
    assert reports.status_code == 200, reports.text
    (tmp_path / "reports.json").write_bytes(reports.content)
    markup = people.get(
        None, f"{REPORTS}/BRISTOL", headers={"Accept": "application/vnd.sdmx.metadata+xml;version=3.0.0"}
    )
    assert markup.status_code == 200, markup.text
    (tmp_path / "reports.xml").write_bytes(markup.content)
    for file in ("reports.json", "reports.xml"):
        (report,) = read_metadata(tmp_path / file)
        assert report.short == f"BRISTOL:VALIDATION_{release}(1.0.0)"
        assert [urn.rpartition("=")[2] for urn in report.targets] == [
            "DX:DF_SDG_LOCAL(1.0.0)",
            "DX:PA_BRISTOL_SDG_LOCAL(1.0.0)",
        ]
        assert report.descriptions == {}, "nothing is left out"
        values = {one.id: one.value for one in report.attributes}
        assert values["PASSPORT_HASH"] == passport["hash"]
        assert values["PASSPORT"] == f"{people.server.url}{address}"
        given = [{part.id: part.value for part in one.attributes} for one in report.attributes]
        assert {one["REASON_TEXT"] for one in given if "REASON_TEXT" in one} == {
            "a <b>plan</b>",
            "eine Schätzung – „geprüft“",
        }
        assert not any(part.texts for one in report.attributes for part in one.attributes), "in no language"
        with reading(people.engine) as conn:
            assert check_metadata(conn, report) == [], "it keeps to its metadata structure"
    client = RegistryClient(f"{people.server.url}/sdmx/v2")
    found = client.get_report("BRISTOL", f"VALIDATION_{release}", "1.0.0")
    assert {a.id for a in found.attributes} >= {"RELEASE", "PASSPORT_HASH", "FINDINGS", "REASON"}
    about = people.get(None, "/sdmx/v2/metadata/structure/dataflow/DX/DF_SDG_LOCAL/1.0.0")
    assert f"VALIDATION_{release}" in about.text

    monkeypatch.setattr(passport_reports, "_MOST", 1)
    monkeypatch.setattr(passport_reports, "_known", {})
    for form, file in (("json;version=2.0.0", "cut.json"), ("xml;version=3.0.0", "cut.xml")):
        cut = people.get(None, f"{REPORTS}/BRISTOL", headers={"Accept": f"application/vnd.sdmx.metadata+{form}"})
        (tmp_path / file).write_bytes(cut.content)
        (report,) = read_metadata(tmp_path / file)
        assert sum(one.id == "REASON" for one in report.attributes) == 1
        assert report.descriptions == {
            "en": "This report tells 1 of 2 reasons and 0 of 0 waivers; all of them are in the passport, "
            f"{people.server.url}{address}."
        }


def test_an_office_waives_over_http(people: People) -> None:
    made = people.sent("other city", b"Year,Area,Value\n2019,,150\n")
    assert people.worked(made) == "returned"
    path = f"/api/v1/submissions/{made}"
    assert people.get("office", path).status_code == 403, "nobody asked the office yet"
    early = people.post("office", f"{path}/waivers", **said("RNG-PERCENT", "commuters count"))
    assert early.status_code == 409
    assert "it comes there when AVON asks for its publication" in early.json()["detail"]
    assert people.post("other city", f"{path}/publication").json()["status"] == "in_review"
    assert people.post("office", f"{path}/acceptance").status_code == 409
    assert people.post("other city", f"{path}/waivers", **said("RNG-PERCENT", "we like it")).status_code == 403
    told = people.post("office", f"{path}/waivers", **said("RNG-PERCENT", "commuters count")).json()
    assert (told["total"], told["answered"]) == (1, 1)
    assert people.post("office", f"{path}/acceptance").status_code == 202
    assert people.worked(made) == "published"
    release = people.get(None, path).json()["release"]
    passport = people.get(None, f"/api/v1/releases/{release}/passport").json()
    assert [(one["by"], one["text"]) for one in passport["waivers"]] == [("UK_ONS", "commuters count")]
    assert (passport["review"]["office"], passport["errors"]) == ("UK_ONS", 1)
