"""The marked table and the report as a page, over HTTP."""

from __future__ import annotations

import io

import openpyxl
from people import BROKEN, GOOD, People, sdmx_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SVG = b"<svg/onload=alert(1)>"


def test_a_returned_table_comes_back_marked(people: People) -> None:
    made = people.sent("city", BROKEN)
    path = f"/api/v1/submissions/{made}/marked"
    assert people.get("city", path).status_code == 404
    assert people.worked(made) == "returned"
    answer = people.get("city", path, headers={"Accept-Language": "fr"})
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-language"] == "fr"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''unemployment-marked.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["unemployment", "Constats"]
    assert "ERREUR MAP-NUMBER" in book["unemployment"]["C2"].comment.text
    for more in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        answer = people.get("city", path, **more)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["content-disposition"].endswith("unemployment-marked.csv")
        lines = answer.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "Year,Area,Value,finding,what to do"
        assert "ERROR C2: " in lines[1]
    assert people.get("city", path, params={"format": "pdf"}).status_code == 400


def test_a_marked_csv_is_corrected_and_sent_again(people: People) -> None:
    """Mended in its cell, and no more: the two columns stay."""
    made = people.sent("city", BROKEN + b"2020,,4.5\n")
    assert people.worked(made) == "returned"
    marked = people.get("city", f"/api/v1/submissions/{made}/marked", params={"format": "csv"}).content
    again = people.sent("city", marked.replace(b"many", b"5.5"))
    assert people.worked(again) == "checked"
    report = people.get("city", f"/api/v1/submissions/{again}/report").json()
    assert report["counts"]["observations"] == 2
    assert not [found for found in report["findings"] if found["rule"] == "MAP-UNKNOWN-COLUMN"]


def test_the_marked_table_is_not_public_with_what_is_published(people: People) -> None:
    made = people.sent("city", GOOD, publish="true")
    assert people.worked(made) in ("published", "checked")
    if people.get(None, f"/api/v1/submissions/{made}").status_code != 200:
        people.post("city", f"/api/v1/submissions/{made}/publication")
        assert people.worked(made) == "published"
    path = f"/api/v1/submissions/{made}/marked"
    assert people.get(None, f"/api/v1/submissions/{made}/report").status_code == 200
    assert {who: people.get(who, path).status_code for who in (None, "other city", "city", "auditor")} == {
        None: 403,
        "other city": 403,
        "city": 200,
        "auditor": 200,
    }


def test_an_sdmx_csv_message_is_marked_where_its_columns_are(people: People) -> None:
    message = sdmx_csv("GB_NOWHERE")
    answer = people.post(
        "city", "/api/v1/submissions", files={"file": ("m.csv", message)}, data={"provider": "BRISTOL"}
    )
    made = answer.json()["id"]
    assert people.worked(made) == "returned"
    marked = people.get("city", f"/api/v1/submissions/{made}/marked")
    sheet = openpyxl.load_workbook(io.BytesIO(marked.content))["m"]
    column = message.split(b"\n")[0].split(b",").index(b"REF_AREA")
    assert "STR-CODE" in sheet.cell(2, column + 1).comment.text


def test_the_report_is_a_page_that_stands_alone(people: People) -> None:
    made = people.sent("city", BROKEN.replace(b"many", SVG))
    people.worked(made)
    for more in ({"params": {"format": "html"}}, {"headers": {"Accept": "text/html"}}):
        answer = people.get("city", f"/api/v1/submissions/{made}/report", **more)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "sandbox" in answer.headers["content-security-policy"]
    page = answer.text
    assert SVG.decode() not in page
    assert "&lt;svg/onload=alert(1)&gt;" in page
    assert "<td>C2</td><td>Value</td>" in page
    assert "What to do: Correct the cell" in page
    assert not any(word in page for word in ("http:", "https:", "<script", "src=", "url("))
