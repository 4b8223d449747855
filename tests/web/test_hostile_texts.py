"""Texts that no database takes: a page of PostgreSQL says what is wrong with them, or that there is nothing."""

from __future__ import annotations

from pathlib import Path

from people import GOOD, MAPPING, People, people_at
from visit import Visit, words

YAML = ("unemployment.yaml", MAPPING.format(provider="BRISTOL", area="GB_BRS").encode())
SERIES = "/series/DX/DF_SDG_LOCAL/1.0.0"
NUMBER = 2**62


def test_every_text_of_a_page(tmp_path: Path, own_postgresql_url: str) -> None:
    with people_at(tmp_path, database_url=own_postgresql_url) as people:
        made = people.sent("city")
        visit = Visit(people, "city")
        for id in ("%00", "a%00b", "%F0%9F%92%A3", "x" * 101, "a%0Ab", f"{made}%0A"):
            for part in ("", "/progress", "/report.json", "/file", "/findings?rule=MAP-NUMBER"):
                assert visit.get(f"/submissions/{id}{part}").status_code == 404, (id, part)
            for verb in ("publish", "withdraw", "accept", "return"):
                assert visit.post(f"/submissions/{id}/{verb}", reason="Because").status_code == 404, (id, verb)
        _keys(people)
        _reasons(visit, made)
        _tables(visit)
        _addresses(people, made)
        assert visit.get(f"/submissions/{made}/progress").json()["status"] == "received"


def _keys(people: People) -> None:
    for key in ("dx_\x00_x", "dx_00_\x00", "dx_\u0661_x", people.keys["city"][:-1] + "\x00"):
        answer = Visit(people).sign_in(key)
        assert answer.status_code == 401, repr(key)
        assert 'aria-invalid="true"' in answer.text
    odd = Visit(people).http.get("/submissions", headers={"Cookie": b"dx_session=\x01\xff"})
    assert odd.status_code == 303


def _reasons(visit: Visit, made: str) -> None:
    for reason in ("a\x00b", "a\x1b[31mb", "x" * 2001):
        answer = visit.post(f"/submissions/{made}/withdraw", reason=reason)
        assert answer.status_code == 400, repr(reason)
        assert "say why, in plain text" in words(answer.text)


def _tables(visit: Visit) -> None:
    table = ("unemployment.csv", GOOD)
    for name in ("a\x00b", "bristol/\x00", "../../etc/passwd"):
        answer = visit.upload({"file": table, "mapping": YAML}, table=name)
        assert answer.status_code == 400, repr(name)
        assert "name the table by a folder and a word" in words(answer.text.split('id="table-fault"')[1])
        assert visit.upload({"file": table}, table=name).status_code in (400, 404), repr(name)
        assert visit.http.get("/upload", params={"table": name}).status_code == 200


def _addresses(people: People, made: str) -> None:
    visit, nul = Visit(people, "auditor"), "a%00b"
    for path in (
        f"/?q={nul}&goal={nul}&area={nul}&flow={nul}&parts={nul}",
        f"/submissions/{made}/findings?rule={nul}",
        f"/submissions?page={nul}",
        f"/submissions?page={10**6}",
        f"/sign-in?next=/{nul}",
        f"{SERIES}/{nul}",
        f"{SERIES}/{nul}?release=1",
        f"{SERIES}/A.N.SL_TLF_UEM.GB_BRS.{nul}._T._T._T._T._T._T._T._T._T._T",
        f"/series/{nul}/DF_SDG_LOCAL/1.0.0/x",
        f"/series/DX/{nul}/1.0.0/x",
        f"/series/DX/DF_SDG_LOCAL/{nul}/x",
        f"{SERIES}/x?release={NUMBER}",
        f"/static/{nul}",
        f"/{nul}",
    ):
        assert visit.get(path, accept="text/html").status_code in (200, 400, 404), path


def test_every_text_of_a_program(tmp_path: Path, own_postgresql_url: str) -> None:
    nul, v1, v2 = "a%00b", "/sdmx/v1", "/sdmx/v2"
    flow = "DX%3ADF_SDG_LOCAL(1.0.0)"
    with people_at(tmp_path, database_url=own_postgresql_url) as people:
        for path in (
            f"{v2}/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/{nul}",
            f"{v2}/data/dataflow/DX/DF_SDG_LOCAL/1.0.0/*?c[SERIES]={nul}",
            f"{v2}/data/dataflow/DX/{nul}/1.0.0",
            f"{v1}/data/DX,DF_SDG_LOCAL,1.0.0/{nul}",
            f"{v1}/data/DX,DF_SDG_LOCAL,1.0.0/all/{nul}",
            f"{v1}/data/{nul}",
            f"{v1}/availableconstraint/DX,DF_SDG_LOCAL,1.0.0/{nul}",
            f"{v2}/availability/dataflow/DX/DF_SDG_LOCAL/1.0.0/{nul}/{nul}",
            f"{v2}/structure/dataflow/{nul}/{nul}/{nul}",
            f"/api/v1/submissions?provider={nul}",
            f"/api/v1/submissions/{nul}",
            f"/api/v1/reviews?provider={nul}",
            f"/api/v1/releases?dataflow={nul}",
            f"/api/v1/releases/{NUMBER}",
            f"/api/v1/changes?dataflow={nul}&after={nul}",
            f"/api/v1/comparisons?dataflow={flow}&area={nul}",
            f"/api/v1/comparisons?dataflow={flow}&key={nul}",
            f"/api/v1/comparisons?dataflow={flow}&area=GB_BRS&series={nul}",
            f"/api/v1/mappings?provider={nul}",
            f"/api/v1/mappings/{nul}",
            f"/api/v1/harvests?source={nul}",
            f"/api/v1/harvests/{nul}",
            f"/api/v1/agreements?provider={nul}",
        ):
            answer = people.get("operator", path)
            assert answer.status_code in (200, 400, 404), (path, answer.text)
        for field in ("dataset", "agreement", "mapping_id", "publish"):
            assert people.send("city", **{field: "a\x00b"}).status_code in (400, 404), field
        assert people.call("operator", "DELETE", f"/api/v1/keys/{nul}").status_code in (400, 404)
